//! `loadgen gate`: whether a change may land.

use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::Context as _;
use reports::gate::baseline::Baseline;
use reports::gate::outputs::{self, Colors, Screen};
use reports::gate::verdict::{Outcome, Verdict, outcome};
use reports::gate::{exact, explanation};

use crate::cli::Format;
use crate::exact::{Counting, WrongAnswer};
use crate::exit::{Exit, UsageError};
use crate::gate::binary::BinaryError;
use crate::gate::lab::Stopped;
use crate::gate::options::{GateArgs, InconclusiveAs, Task};
use crate::gate::replay::Trials;
use crate::gate::{calibrating, comparison, held, known, written};
use crate::interrupt::Interrupt;
use crate::output;

/// What a gate without a base binary leaves out, and why.
const NOT_TIMED: &str =
    "Nothing was timed: time is compared only within one job, with --base-bin and --head-bin.";

/// A day on which no waiver is over: one that is has no part in what a metric is.
const BEFORE_ALL_DAYS: &str = "0000-01-01";

/// Does what was asked for.
///
/// # Errors
/// If a file makes no sense, a program cannot be run, or what was found cannot be written.
pub fn gate(args: &GateArgs) -> anyhow::Result<Exit> {
    match args.task() {
        Task::Explain { metric } => explain(args, metric),
        Task::Calibrate => calibrate(args),
        Task::Hold { baseline } => hold(args, baseline),
        Task::Compare { base, head } => compare(args, [base, head]),
    }
}

/// One metric, or all that a pattern matches, in words.
fn explain(args: &GateArgs, metric: &str) -> anyhow::Result<Exit> {
    let config = held::config(args)?;
    let made = held::baseline_here(Counting::Off)?;
    let known = known::metrics(&[&made.baseline]);
    config.check(&known, BEFORE_ALL_DAYS)?;
    let text = explanation::explain(metric, &config, &known)
        .map_err(|unknown| UsageError(unknown.to_string()))?;
    output::say(&text)?;
    Ok(Exit::Fine)
}

/// This program against what was accepted.
fn hold(args: &GateArgs, file: &Path) -> anyhow::Result<Exit> {
    let config = held::config(args)?;
    make_room(&args.out)?;
    let accepted = Baseline::load(file)?;
    let made = match held::baseline_here(held::counting_for(&accepted)) {
        Ok(made) => made,
        Err(error) => {
            let verdict = answered_wrongly(error)?;
            show(args, &verdict, None)?;
            return Ok(exit(&verdict, args));
        }
    };
    held::check(&config, &[&accepted, &made.baseline])?;
    let findings = exact::compare(&accepted, &made.baseline, &config);
    let mut notes = made.notes;
    notes.push(NOT_TIMED.to_owned());
    if !config.slos.is_empty() {
        notes.push("For the same reason no [[slo]] was looked at.".to_owned());
    }
    let verdict = Verdict {
        outcome: outcome(&findings),
        findings,
        notes,
    };
    show(args, &verdict, None)?;
    Ok(exit(&verdict, args))
}

/// A conversation that went wrong is a verdict of its own; whatever else failed stays a failure.
fn answered_wrongly(error: anyhow::Error) -> anyhow::Result<Verdict> {
    if !error.is::<WrongAnswer>() {
        return Err(error);
    }
    Ok(Verdict {
        outcome: Outcome::WrongAnswer,
        notes: vec![format!("{error:#}.")],
        ..Verdict::default()
    })
}

/// Two programs side by side.
fn compare(args: &GateArgs, [base, head]: [&Path; 2]) -> anyhow::Result<Exit> {
    make_room(&args.out)?;
    let compared = measured(|interrupt| comparison::compare(args, [base, head], interrupt))?;
    let Some(compared) = compared else {
        return Ok(Exit::Interrupted);
    };
    show(args, &compared.verdict, compared.trials.as_ref())?;
    Ok(if compared.is_interrupted {
        Exit::Interrupted
    } else {
        exit(&compared.verdict, args)
    })
}

/// One program against itself.
fn calibrate(args: &GateArgs) -> anyhow::Result<Exit> {
    make_room(&args.out)?;
    let calibrated = match measured(|interrupt| calibrating::calibrate(args, interrupt)) {
        Ok(Some(calibrated)) => calibrated,
        Ok(None) => return Ok(Exit::Interrupted),
        Err(error) => return wrong_answer(error),
    };
    written::write_trials(&calibrated.trials, &args.out)?;
    match &args.write {
        Some(path) => std::fs::write(path, calibrated.toml)
            .with_context(|| format!("cannot write {}", path.display()))?,
        None => output::say(&calibrated.toml)?,
    }
    Ok(Exit::Fine)
}

/// What takes time, in a runtime of its own; none if the user stopped it before there was anything to keep.
fn measured<T, F: Future<Output = anyhow::Result<T>>>(
    task: impl FnOnce(Interrupt) -> F,
) -> anyhow::Result<Option<T>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let interrupt = Interrupt::listen().context("cannot listen for Ctrl-C")?;
    match runtime.block_on(task(interrupt)) {
        Ok(done) => Ok(Some(done)),
        Err(error) if is_interruption(&error) => {
            eprintln!("stopped before there was anything to keep; nothing was written");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// A wrong answer has an exit code of its own, also where there is no verdict.
fn wrong_answer(error: anyhow::Error) -> anyhow::Result<Exit> {
    match error.downcast_ref::<Stopped>() {
        Some(wrong @ Stopped::WrongAnswer { .. }) => {
            eprintln!("error: {wrong}");
            Ok(Exit::Invalid)
        }
        _ => Err(error),
    }
}

/// Whether the user did it; during trials or before them.
fn is_interruption(error: &anyhow::Error) -> bool {
    let binary = error.downcast_ref::<BinaryError>();
    let stopped = error.downcast_ref::<Stopped>();
    matches!(binary, Some(BinaryError::Interrupted))
        || matches!(stopped, Some(Stopped::Binary(BinaryError::Interrupted)))
}

/// Makes sure that what will be found can be written, and that nothing older stands in its place.
fn make_room(out: &Path) -> anyhow::Result<()> {
    output::check_writable(out)?;
    written::clear(out)
}

fn show(args: &GateArgs, verdict: &Verdict, trials: Option<&Trials>) -> anyhow::Result<()> {
    written::write(verdict, trials, &args.out)?;
    match args.format {
        Format::Json => output::say(&outputs::json(verdict)),
        Format::Human if args.quiet => Ok(()),
        Format::Human => output::say(&outputs::terminal(verdict, screen())),
    }
}

/// What standard output is. Whoever sets `NO_COLOR` has none, <https://no-color.org>.
fn screen() -> Screen {
    let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Screen {
        width: output::width(),
        colors: if is_plain || !std::io::stdout().is_terminal() {
            Colors::Plain
        } else {
            Colors::Ansi
        },
    }
}

fn exit(verdict: &Verdict, args: &GateArgs) -> Exit {
    match (verdict.outcome, args.inconclusive) {
        (Outcome::Pass, _) | (Outcome::Inconclusive, Some(InconclusiveAs::Pass)) => Exit::Fine,
        (Outcome::Regression, _) | (Outcome::Inconclusive, Some(InconclusiveAs::Fail)) => {
            Exit::Regression
        }
        (Outcome::Inconclusive, None) => Exit::Inconclusive,
        (Outcome::WrongAnswer, _) => Exit::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_wrong_answer_is_a_verdict() {
        let wrong = anyhow::Error::new(WrongAnswer("a codec wrote 1 and read 2".to_owned()));
        let verdict = answered_wrongly(wrong).expect("it is a verdict");
        assert_eq!(verdict.outcome, Outcome::WrongAnswer);
        assert_eq!(verdict.notes, ["a codec wrote 1 and read 2."]);
        assert!(answered_wrongly(anyhow::anyhow!("no room")).is_err());
    }
}
