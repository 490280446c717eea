//! What metrics are held to, and what was accepted: from files, or from the programs themselves.

use std::ffi::OsString;
use std::time::SystemTime;

use anyhow::{Context as _, ensure};
use reports::gate::baseline::Baseline;
use reports::gate::config::{ConfigErrors, GateConfig};

use super::binary::{Binary, BinaryError};
use super::known;
use super::lab::Stopped;
use super::options::GateArgs;
use super::trial::EXIT_INVALID;
use crate::exact::{self, Counting, Made, Selection};
use crate::exit::UsageError;
use crate::interrupt::Interrupt;
use crate::machine;

/// Reads what metrics are held to, or takes what is built in.
///
/// # Errors
/// If the file cannot be read; [`ConfigErrors`] if it makes no sense.
pub fn config(args: &GateArgs) -> anyhow::Result<GateConfig> {
    Ok(match &args.config {
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            GateConfig::parse(&text, &path.display().to_string())?
        }
        None => GateConfig::default(),
    })
}

/// The same with as many pairs as a gate was asked for.
///
/// # Errors
/// Likewise; [`UsageError`] if so few pairs can never be enough.
pub fn config_of_gate(args: &GateArgs) -> anyhow::Result<GateConfig> {
    let mut config = config(args)?;
    if let Some(pairs) = args.pairs {
        let fewest = config.fewest_pairs();
        if pairs < fewest {
            let problem = format!(
                "--pairs {pairs} are too few: it takes {fewest} to reach the level {}, whatever they show",
                config.level
            );
            return Err(UsageError(problem).into());
        }
        config.pairs = pairs;
    }
    Ok(config)
}

/// Holds the names in a configuration against what there is, and its dates against today's.
///
/// # Errors
/// If it names nothing, or something is over.
pub fn check(config: &GateConfig, baselines: &[&Baseline]) -> Result<(), ConfigErrors> {
    let now = machine::rfc_3339(SystemTime::now());
    let (today, _) = now.split_once('T').unwrap_or((&now, ""));
    config.check(&known::metrics(baselines), today)
}

/// What this program says, byte by byte.
///
/// # Errors
/// If the script is not answered as it should be.
pub fn baseline_here(counting: Counting) -> anyhow::Result<Made> {
    exact::baseline(&Selection::everything(counting))
}

/// The same where counts are wanted, and not only welcome.
///
/// # Errors
/// If they cannot be made.
pub fn counted_here() -> anyhow::Result<Made> {
    let made = baseline_here(Counting::WherePossible)?;
    ensure!(
        made.baseline.counted.is_some(),
        "cannot count instructions and allocations: {}",
        made.notes.join(" ")
    );
    Ok(made)
}

/// What another program says, by its own account; with counts, where those are welcome and it can make them.
///
/// # Errors
/// If it cannot be run, or does not know how to say it; [`Stopped::WrongAnswer`] if it says itself that it answers
/// wrongly.
pub async fn baseline_of(
    binary: &Binary,
    counting: Counting,
    interrupt: &mut Interrupt,
) -> anyhow::Result<Made> {
    if counting == Counting::Off {
        return said_by(binary, &[], interrupt).await;
    }
    // One that cannot count says so and fails; what is exact of it can be had all the same.
    match said_by(binary, &["--count"], interrupt).await {
        Err(error) if is_failure(&error) => {
            let mut made = said_by(binary, &[], interrupt).await?;
            made.notes.push(format!("Nothing was counted: {error}"));
            Ok(made)
        }
        said => said,
    }
}

/// The same where counts are wanted, and not only welcome.
///
/// # Errors
/// Likewise, and if it cannot count.
pub async fn counted_of(binary: &Binary, interrupt: &mut Interrupt) -> anyhow::Result<Made> {
    let made = said_by(binary, &["--count"], interrupt).await?;
    ensure!(
        made.baseline.counted.is_some(),
        "{binary} counted no instructions and allocations: {}",
        made.notes.join(" ")
    );
    Ok(made)
}

fn is_failure(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(BinaryError::Ended { .. }))
}

async fn said_by(
    binary: &Binary,
    more: &[&str],
    interrupt: &mut Interrupt,
) -> anyhow::Result<Made> {
    let scratch = tempfile::tempdir().context("there is no place for a baseline")?;
    let file = scratch.path().join("baseline.json");
    let mut arguments: Vec<OsString> = vec!["baseline".into(), "save".into(), file.clone().into()];
    arguments.extend(more.iter().map(OsString::from));
    let output = binary.run(&arguments, interrupt).await?;
    if output.status.code() == Some(EXIT_INVALID) {
        let reasons = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        let wrong = Stopped::WrongAnswer {
            binary: binary.clone(),
            run: "the conversation whose bytes are compared".to_owned(),
            reasons,
        };
        return Err(wrong.into());
    }
    if !output.status.success() {
        return Err(binary.ended(&output).into());
    }
    let baseline = Baseline::load(&file).map_err(|error| binary.said("a baseline", error))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let notes = said
        .lines()
        .map(|line| format!("The {}: {line}", binary.name));
    Ok(Made {
        baseline,
        notes: notes.collect(),
    })
}

/// Whether to count what is held against a baseline: where that has counts.
#[must_use]
pub const fn counting_for(accepted: &Baseline) -> Counting {
    match accepted.counted {
        Some(_) => Counting::WherePossible,
        None => Counting::Off,
    }
}
