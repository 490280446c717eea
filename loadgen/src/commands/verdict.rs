//! Whether what was measured counts, in words for a person and in an exit code.

use std::fmt::Write as _;

use reports::schema::Run;

use crate::campaign::Harvest;
use crate::exit::Exit;

/// How many things that went wrong are shown; the rest is in the results.
const COMPLAINTS_SHOWN: usize = 8;

/// Whether what was measured counts.
#[derive(Debug)]
pub(super) struct Verdict {
    /// In half a line.
    pub(super) summary: String,
    /// What went wrong, a line each; empty if nothing did.
    pub(super) complaints: String,
    /// How the program ends.
    pub(super) exit: Exit,
}

impl Verdict {
    /// Of these runs, and of what else came of their trials.
    pub(super) fn of(runs: &[Run], harvest: &Harvest) -> Self {
        let valid = runs.iter().filter(|run| run.valid).count();
        let expected: Vec<&Run> = runs.iter().filter(|run| ends_a_ramp(run, runs)).collect();
        if !expected.is_empty()
            && valid + expected.len() == runs.len()
            && harvest.failures.is_empty()
            && harvest.given_up == 0
        {
            return Self {
                summary: format!(
                    "{}, of which {valid} carried their load; {} were offered more than was carried, as a ramp should, and \
                     are marked",
                    runs.len(),
                    expected.len()
                ),
                complaints: String::new(),
                exit: Exit::Fine,
            };
        }
        if valid == runs.len() && harvest.failures.is_empty() && harvest.given_up == 0 {
            return Self {
                summary: format!("{valid}, all valid: every answer right, nothing lost or doubled"),
                complaints: String::new(),
                exit: Exit::Fine,
            };
        }
        Self {
            summary: format!(
                "{}, of which {valid} are valid; the others are marked, and left out",
                runs.len()
            ),
            complaints: complaints(runs, harvest),
            exit: Exit::Invalid,
        }
    }
}

/// Whether a run is one of a ramp's that was offered more than was carried: that is how a ramp ends.
fn ends_a_ramp(run: &Run, runs: &[Run]) -> bool {
    let has_other_load =
        |other: &Run| other.workload == run.workload && other.rate_hz != run.rate_hz;
    run.saturated && runs.iter().any(has_other_load)
}

fn complaints(runs: &[Run], harvest: &Harvest) -> String {
    let unexpected = runs.iter().filter(|run| !ends_a_ramp(run, runs));
    let of_runs = unexpected.flat_map(|run| {
        let Run {
            workload,
            accounts,
            protocol,
            trial,
            ..
        } = run;
        let of_run = move |reason| {
            format!("{workload}, {accounts} accounts, {protocol}, trial {trial}: {reason}")
        };
        run.invalid_reasons.iter().map(of_run)
    });
    let of_failures = harvest
        .failures
        .iter()
        .map(|failure| format!("not measured: {failure}"));
    let all: Vec<String> = of_runs.chain(of_failures).collect();
    let invalid = runs.iter().filter(|run| !run.valid).count();
    let mut text = String::new();
    if invalid > 0 {
        let _ = writeln!(text, "{invalid} of {} runs are invalid:", runs.len());
    }
    for complaint in all.iter().take(COMPLAINTS_SHOWN) {
        let _ = writeln!(text, "{complaint}");
    }
    if let more @ 1.. = all.len().saturating_sub(COMPLAINTS_SHOWN) {
        let _ = writeln!(text, "and {more} more such lines; all are in the results");
    }
    if harvest.given_up > 0 {
        let _ = writeln!(
            text,
            "{} trials were left out after others of their protocol had failed",
            harvest.given_up
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invalid(reason: &str) -> Run {
        Run {
            protocol: "p".to_owned(),
            invalid_reasons: vec![reason.to_owned()],
            ..Run::default()
        }
    }

    fn valid() -> Run {
        Run {
            valid: true,
            ..Run::default()
        }
    }

    #[test]
    fn valid_runs_are_fine() {
        let verdict = Verdict::of(&[valid(), valid()], &Harvest::default());
        assert_eq!(verdict.exit, Exit::Fine);
        assert!(
            verdict.summary.starts_with("2, all valid") && verdict.complaints.is_empty(),
            "{verdict:?}"
        );
    }

    #[test]
    fn a_ramp_ends_where_more_is_offered_than_is_carried() {
        let loaded = |rate_hz, valid| Run {
            rate_hz: Some(rate_hz),
            valid,
            saturated: !valid,
            ..Run::default()
        };
        let ramp = [loaded(1_000.0, true), loaded(2_000.0, false)];
        let verdict = Verdict::of(&ramp, &Harvest::default());
        assert_eq!(verdict.exit, Exit::Fine, "{verdict:?}");
        let alone = Verdict::of(&ramp[1..], &Harvest::default());
        assert_eq!(alone.exit, Exit::Invalid, "a single load must be carried");
        let mixed = [loaded(1_000.0, true), invalid("It failed.")];
        assert_eq!(Verdict::of(&mixed, &Harvest::default()).exit, Exit::Invalid);
    }

    #[test]
    fn an_invalid_run_is_told_with_its_reason() {
        let verdict = Verdict::of(
            &[valid(), invalid("1 message was lost.")],
            &Harvest::default(),
        );
        assert_eq!(verdict.exit, Exit::Invalid);
        assert!(verdict.summary.starts_with("2, of which 1"), "{verdict:?}");
        assert!(
            verdict
                .complaints
                .contains("p, trial 0: 1 message was lost."),
            "{verdict:?}"
        );
    }

    #[test]
    fn trials_that_were_not_measured_count_against_it() {
        let failures = vec!["no server".to_owned()];
        let verdict = Verdict::of(
            &[valid()],
            &Harvest {
                failures,
                given_up: 3,
                ..Harvest::default()
            },
        );
        assert_eq!(verdict.exit, Exit::Invalid);
        assert_eq!(
            verdict.complaints,
            "not measured: no server\n3 trials were left out after others of their protocol had failed\n"
        );
    }

    #[test]
    fn many_complaints_are_cut() {
        let runs: Vec<Run> = (0..10).map(|_| invalid("It failed.")).collect();
        let complaints = Verdict::of(&runs, &Harvest::default()).complaints;
        assert!(
            complaints.starts_with("10 of 10 runs are invalid:\n"),
            "{complaints}"
        );
        assert_eq!(complaints.lines().count(), 1 + COMPLAINTS_SHOWN + 1);
        assert!(
            complaints.ends_with("and 2 more such lines; all are in the results\n"),
            "{complaints}"
        );
    }
}
