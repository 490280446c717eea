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
use super::lab::{Conditions, Lab, Stopped};
use super::lost::Lost;
use super::options::GateArgs;
use super::progress::Progress;
use super::replay::Trials;
use crate::asked::AskedProtocol;
use crate::exact::{Counting, Made};
use crate::exit::UsageError;
use crate::interrupt::Interrupt;

/// What a gate says that the user stopped.
const STOPPED: &str =
    "Stopped before everything was measured: what was not decided by then is inconclusive.";

/// What came of it.
pub struct Compared {
    /// What was found.
    pub verdict: Verdict,
    /// What it was found from; none if nothing was timed.
    pub trials: Option<Trials>,
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
    let config = held::config_of_gate(args)?;
    let protocols = protocols(&args.protocol)?;
    let mut progress = Progress::of(args);
    let base = binary("base", base, &args.base_arg);
    let head = binary("head", head, &args.head_arg);
    let made = baselines(args, [&base, &head], &progress, &mut interrupt.clone()).await;
    let made = match made.map_err(wrong_answer) {
        Ok(made) => made,
        Err(wrong) => return wrong.map(Compared::of_wrong_answer),
    };
    let [accepted, current] = [&made[0].baseline, &made[1].baseline];
    held::check(&config, &[accepted, current])?;
    let mut findings = exact::compare(accepted, current, &config);

    let conditions = conditions(args);
    let mut lab = Lab::new([base, head], conditions, interrupt)?;
    let mut decision = Decision::new(config.clone(), protocols);
    let mut observed = Vec::new();
    let end = course::run(&mut lab, &mut decision, &mut progress, &mut observed).await?;

    let lost = Lost::of(&observed);
    let mut notes = lost.notes();
    notes.extend(decision.notes());
    notes.extend(made.into_iter().flat_map(|made| made.notes));
    notes.extend(lab.origins());
    let outcome = match &end {
        End::WrongAnswer(words) => {
            notes.insert(0, nothing_counts(words));
            Outcome::WrongAnswer
        }
        End::Decided | End::Interrupted => {
            findings.extend(timed(&decision, &config));
            let is_sure = end == End::Decided && lost.heads_alone().next().is_none();
            outcome_if(&findings, is_sure)
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
        trials: Some(Trials::new(conditions, lab.rounds().clone(), observed)),
        is_interrupted: end == End::Interrupted,
    })
}

impl Compared {
    /// A program says of itself that it answers wrongly, before anything was timed.
    fn of_wrong_answer(words: String) -> Self {
        Self {
            verdict: Verdict {
                outcome: Outcome::WrongAnswer,
                findings: Vec::new(),
                notes: vec![words],
            },
            trials: None,
            is_interrupted: false,
        }
    }
}

/// What findings come to; nothing passes where more is known than they say.
fn outcome_if(findings: &[Finding], is_sure: bool) -> Outcome {
    match outcome(findings) {
        Outcome::Pass if !is_sure => Outcome::Inconclusive,
        outcome => outcome,
    }
}

/// The words of a wrong answer, or the error that it is not.
fn wrong_answer(error: anyhow::Error) -> anyhow::Result<String> {
    match error.downcast_ref() {
        Some(wrong @ Stopped::WrongAnswer { .. }) => Ok(nothing_counts(&wrong.to_string())),
        _ => Err(error),
    }
}

fn nothing_counts(words: &str) -> String {
    format!("{words} Nothing that was timed counts.")
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
    if args.count {
        let base = held::counted_of(base, interrupt).await?;
        return Ok([base, held::counted_of(head, interrupt).await?]);
    }
    let (accepted, counting) = if let Some(file) = &args.baseline {
        let baseline = Baseline::load(file)?;
        let counting = held::counting_for(&baseline);
        let notes = Vec::new();
        (Made { baseline, notes }, counting)
    } else {
        (
            held::baseline_of(base, Counting::Off, interrupt).await?,
            Counting::Off,
        )
    };
    let current = held::baseline_of(head, counting, interrupt).await?;
    Ok([accepted, current])
}

/// A program under the name that messages give it: a file that is there, or else a name to be looked for in `PATH`.
pub(super) fn binary(name: &'static str, path: &Path, arguments: &[String]) -> Binary {
    let here = path.is_file().then(|| std::path::absolute(path).ok());
    Binary {
        name,
        path: here.flatten().unwrap_or_else(|| path.to_owned()),
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
    if let Some(component) = asked.iter().find(|asked| asked.protocol.is_in_process()) {
        return Err(UsageError(format!(
            "both ends of {} are in one process: it is a component, and nothing of it is gated",
            component.asked
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
