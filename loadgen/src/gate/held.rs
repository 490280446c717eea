//! What metrics are held to, and what was accepted: from files, or from the programs themselves.

use std::ffi::OsString;
use std::time::SystemTime;

use anyhow::Context as _;
use reports::gate::baseline::Baseline;
use reports::gate::config::{ConfigErrors, GateConfig};

use super::binary::Binary;
use super::known;
use super::options::GateArgs;
use crate::exact::{self, Counting, Made, Selection};
use crate::interrupt::Interrupt;
use crate::machine;

/// Reads what metrics are held to, or takes what is built in.
///
/// # Errors
/// If the file cannot be read; [`ConfigErrors`] if it makes no sense.
pub fn config(args: &GateArgs) -> anyhow::Result<GateConfig> {
    let mut config = match &args.config {
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            GateConfig::parse(&text, &path.display().to_string())?
        }
        None => GateConfig::default(),
    };
    if let Some(pairs) = args.pairs {
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

/// What another program says, by its own account.
///
/// # Errors
/// If it cannot be run, or does not know how to say it.
pub async fn baseline_of(
    binary: &Binary,
    counting: Counting,
    interrupt: &mut Interrupt,
) -> anyhow::Result<Made> {
    let scratch = tempfile::tempdir().context("there is no place for a baseline")?;
    let file = scratch.path().join("baseline.json");
    let mut arguments: Vec<OsString> = vec!["baseline".into(), "save".into(), file.clone().into()];
    if counting == Counting::WherePossible {
        arguments.push("--count".into());
    }
    let output = binary.run(&arguments, interrupt).await?;
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
