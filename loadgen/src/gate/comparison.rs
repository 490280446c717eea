//! Two programs side by side: what they say, byte by byte, and what their trials show.

use std::path::Path;

use protocols::registry;
use reports::gate::baseline::Baseline;
use reports::gate::config::GateConfig;
use reports::gate::decision::Decision;
use reports::gate::verdict::{Finding, Outcome, Verdict, outcome};
use reports::gate::{exact, waivers};

use super::binary::Binary;
use super::course::{self, End};
use super::held;
use super::lab::{Conditions, Lab};
use super::options::GateArgs;
use super::progress::Progress;
use super::replay::Trials;
use crate::asked::AskedProtocol;
use crate::exact::Made;
use crate::exit::UsageError;
use crate::interrupt::Interrupt;

/// What a gate says that the user stopped.
const STOPPED: &str =
    "Stopped before everything was measured: what was not decided by then is inconclusive.";

/// What came of it.
pub struct Compared {
    /// What was found.
    pub verdict: Verdict,
    /// What it was found from.
    pub trials: Trials,
    /// Whether the user stopped it.
    pub is_interrupted: bool,
}

/// Compares two programs.
///
/// # Errors
/// If what they are held to makes no sense, or one of them cannot be run.
pub async fn compare(
    args: &GateArgs,
    [base, head]: [&Path; 2],
    interrupt: Interrupt,
) -> anyhow::Result<Compared> {
    let config = held::config(args)?;
    let protocols = protocols(&args.protocol)?;
    let mut progress = Progress::of(args);
    let base = binary("base", base, &args.base_arg);
    let head = binary("head", head, &args.head_arg);
    let made = baselines(args, [&base, &head], &progress, &mut interrupt.clone()).await?;
    let [accepted, current] = [&made[0].baseline, &made[1].baseline];
    held::check(&config, &[accepted, current])?;
    let mut findings = exact::compare(accepted, current, &config);

    let conditions = conditions(args);
    let mut lab = Lab::new([base, head], conditions, interrupt)?;
    let mut decision = Decision::new(config.clone(), protocols);
    let mut observed = Vec::new();
    let end = course::run(&mut lab, &mut decision, &mut progress, &mut observed).await?;

    let mut notes = decision.notes();
    notes.extend(made.into_iter().flat_map(|made| made.notes));
    notes.extend(lab.origins());
    let outcome = match &end {
        End::WrongAnswer(words) => {
            notes.insert(0, format!("{words} Nothing that was timed counts."));
            Outcome::WrongAnswer
        }
        End::Decided | End::Interrupted => {
            findings.extend(timed(&decision, &config));
            outcome(&findings)
        }
    };
    if end == End::Interrupted {
        notes.insert(0, STOPPED.to_owned());
    }
    findings.sort_by(|a, b| (&a.metric, a.class).cmp(&(&b.metric, b.class)));
    Ok(Compared {
        verdict: Verdict {
            outcome,
            findings,
            notes,
        },
        trials: Trials::new(conditions, lab.rounds().clone(), observed),
        is_interrupted: end == End::Interrupted,
    })
}

fn timed(decision: &Decision, config: &GateConfig) -> Vec<Finding> {
    let mut findings = decision.findings();
    waivers::apply(&mut findings, config);
    findings
}

/// What was accepted, or what the base says, and what the head says.
async fn baselines(
    args: &GateArgs,
    [base, head]: [&Binary; 2],
    progress: &Progress,
    interrupt: &mut Interrupt,
) -> anyhow::Result<[Made; 2]> {
    progress.say("comparing what they say, byte by byte");
    let (accepted, counting) = if let Some(file) = &args.baseline {
        let baseline = Baseline::load(file)?;
        let counting = held::counting_for(&baseline);
        let notes = Vec::new();
        (Made { baseline, notes }, counting)
    } else {
        let counting = args.counting();
        let made = held::baseline_of(base, counting, interrupt).await?;
        (made, counting)
    };
    let current = held::baseline_of(head, counting, interrupt).await?;
    Ok([accepted, current])
}

/// A program under the name that messages give it.
pub(super) fn binary(name: &'static str, path: &Path, arguments: &[String]) -> Binary {
    Binary {
        name,
        path: path.to_owned(),
        arguments: arguments.to_vec(),
    }
}

/// What all trials have in common.
pub(super) fn conditions(args: &GateArgs) -> Conditions {
    Conditions {
        accounts: args.accounts(),
        in_flight: args.in_flight(),
        rounds: args.rounds,
        seed: args.seed.unwrap_or_else(crate::machine::random_seed),
    }
}

/// The protocols that are timed, each once, by the names under which metrics stand.
pub(super) fn protocols(asked: &[AskedProtocol]) -> Result<Vec<String>, UsageError> {
    if let Some(reference) = asked.iter().find(|protocol| protocol.is_reference()) {
        return Err(UsageError(format!(
            "{} is a reference beside the ranking: nothing of it is gated",
            reference.asked
        )));
    }
    let defaults: Vec<_> = registry::defaults().collect();
    let chosen = match asked {
        [] => defaults,
        asked => asked.iter().map(|protocol| protocol.protocol).collect(),
    };
    let mut names: Vec<String> = Vec::new();
    for protocol in chosen {
        let name = protocol.short_name().to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}
