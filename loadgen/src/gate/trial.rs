//! One trial of a program, and whether its answers were right.

use std::ffi::OsString;
use std::path::Path;

use reports::Results;
use reports::schema::{Machine, Run, workload};

use super::binary::{Binary, BinaryError};
use crate::interrupt::Interrupt;

/// The exit code of a program whose results do not count, or that found a wrong answer.
pub(super) const EXIT_INVALID: i32 = 5;

/// The store of a run that is told of no other.
const MEMORY: &str = "memory";

/// What tells it of another.
const STORE: &str = "--store";

/// What both programs are told alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The name of a protocol.
    pub protocol: String,
    /// How many accounts write to each other.
    pub accounts: u32,
    /// How many requests a connection may have unanswered.
    pub in_flight: u32,
    /// How often each account writes to all others; `None`: as often as the program thinks right.
    pub rounds: Option<u32>,
    /// What everything random is drawn from.
    pub seed: u64,
}

/// What a trial left.
#[derive(Clone, Debug)]
pub struct Ran {
    /// What it ran on, and what the program was built from.
    pub machine: Machine,
    /// What was measured.
    pub run: Run,
}

impl Trial {
    /// Runs it once. A run that does not count is one too: it says why.
    ///
    /// # Errors
    /// If the program cannot be run, or says something that is no trial's result.
    pub async fn run(
        &self,
        binary: &Binary,
        out: &Path,
        interrupt: &mut Interrupt,
    ) -> Result<Ran, BinaryError> {
        let mut arguments = self.arguments(out);
        arguments.extend(binary.arguments.iter().map(OsString::from));
        let output = binary.run(&arguments, interrupt).await?;
        match output.status.code() {
            Some(0 | EXIT_INVALID) => self.only_run(binary, &output.stdout),
            _ => Err(binary.ended(&output)),
        }
    }

    /// The program's public contract, and nothing beside it.
    fn arguments(&self, out: &Path) -> Vec<OsString> {
        let mut words = vec![
            "--protocol".to_owned(),
            self.protocol.clone(),
            "--workload".to_owned(),
            workload::SCALING.to_owned(),
            format!("--accounts={}", self.accounts),
            format!("--in-flight={}", self.in_flight),
            "--trials=1".to_owned(),
            format!("--seed={}", self.seed),
            "--format=json".to_owned(),
            "--quiet".to_owned(),
            "--no-report".to_owned(),
        ];
        words.extend(self.rounds.map(|rounds| format!("--rounds={rounds}")));
        let mut arguments: Vec<OsString> = words.into_iter().map(OsString::from).collect();
        arguments.extend(["--out".into(), out.into()]);
        arguments
    }

    fn only_run(&self, binary: &Binary, stdout: &[u8]) -> Result<Ran, BinaryError> {
        let said = |problem: String| binary.said("the results of one trial", problem);
        let text = std::str::from_utf8(stdout).map_err(|error| said(error.to_string()))?;
        let results = Results::parse(text, Path::new("standard output"))
            .map_err(|error| said(error.to_string()))?;
        let machine = results.machine;
        let [run] = <[Run; 1]>::try_from(results.runs)
            .map_err(|runs| said(format!("there are {} runs in it", runs.len())))?;
        match self.first_difference(binary, &run) {
            None => Ok(Ran { machine, run }),
            Some([what, asked, found]) => Err(said(format!(
                "its {what} is {found:?}, and it was asked for {asked:?}"
            ))),
        }
    }

    /// In what a run is another one than was asked for: the field, what was asked for, what it was. Runs that do
    /// different work must not be compared. One that does not count may have ended in any round.
    fn first_difference(&self, binary: &Binary, run: &Run) -> Option<[String; 3]> {
        let number = |number: u32| number.to_string();
        let is_store_told = binary.arguments.iter().any(|told| told.starts_with(STORE));
        let fields = [
            (
                "protocol",
                Some(self.protocol.clone()),
                run.protocol.clone(),
            ),
            (
                "workload",
                Some(workload::SCALING.to_owned()),
                run.workload.clone(),
            ),
            (
                "accounts",
                Some(number(self.accounts)),
                number(run.accounts),
            ),
            (
                "in_flight",
                Some(number(self.in_flight)),
                number(run.in_flight),
            ),
            (
                "rounds",
                self.rounds.filter(|_| run.valid).map(number),
                number(run.rounds),
            ),
            (
                "store",
                (!is_store_told).then(|| MEMORY.to_owned()),
                run.store.clone(),
            ),
        ];
        fields.into_iter().find_map(|(what, asked, found)| {
            let asked = asked.filter(|asked| *asked != found)?;
            Some([what.to_owned(), asked, found])
        })
    }
}

/// What was wrong about the answers of a run, in sentences; `None` if they were right, or nothing can be said because it
/// is invalid for another reason.
#[must_use]
pub fn wrong_answers(run: &Run) -> Option<String> {
    let ledger = &run.ledger;
    let of_messages = ledger.lost + ledger.duplicated + ledger.reordered + ledger.altered;
    let is_wrong = ledger.errors + of_messages > 0
        || !ledger.adds_up()
        || run
            .invalid_reasons
            .iter()
            .any(|reason| is_of_answers(reason));
    (!run.valid && is_wrong).then(|| run.invalid_reasons.join(" "))
}

/// Whether a reason for which a run does not count is that answers were wrong, left a state that is, or were counted
/// otherwise by one end than by the other.
fn is_of_answers(reason: &str) -> bool {
    [
        "answer was wrong",
        "answers were wrong",
        "digest",
        "both ends had not counted the same bytes",
    ]
    .iter()
    .any(|words| reason.contains(words))
}

#[cfg(test)]
mod tests {
    use reports::schema::Ledger;

    use super::*;

    fn invalid(reasons: &[&str]) -> Run {
        Run {
            invalid_reasons: reasons.iter().map(|&reason| reason.to_owned()).collect(),
            ..Run::default()
        }
    }

    #[test]
    fn wrong_answers_are_told_from_other_reasons() {
        let check = |reasons: &[&str]| wrong_answers(&invalid(reasons)).is_some();
        assert!(check(&["1 answer was wrong: a reply was expected."]));
        assert!(check(&[
            "It did not come to its end.",
            "3 answers were wrong: x."
        ]));
        assert!(check(&[
            "The server's state has the digest a, and should have b."
        ]));
        assert!(check(&[
            "After the phase send, both ends had not counted the same bytes: 1 sent and 2 received."
        ]));
        assert!(!check(&["1 operation was not answered in time."]));
        assert!(!check(&["It did not come to its end: the server ended."]));
    }

    #[test]
    fn what_the_ledger_says_is_wrong_whatever_the_words() {
        let of = |ledger| Run {
            ledger,
            ..invalid(&["In other words."])
        };
        let none = Ledger::default();
        let lost = of(Ledger { lost: 1, ..none });
        let failed = Ledger {
            scheduled: 1,
            errors: 1,
            ..none
        };
        let astray = Ledger {
            scheduled: 2,
            ok: 1,
            ..none
        };
        let late = Ledger {
            scheduled: 1,
            timeouts: 1,
            ..none
        };
        for wrong in [lost.clone(), of(failed), of(astray)] {
            assert_eq!(wrong_answers(&wrong).as_deref(), Some("In other words."));
        }
        assert_eq!(wrong_answers(&of(late)), None);
        assert_eq!(
            wrong_answers(&Run {
                valid: true,
                ..lost
            }),
            None
        );
    }
}
