//! Running checks: one after the other, each with a stage of its own or all of a sequence on one.

use std::sync::Arc;

use super::check::{Check, CheckResult, Checked, Group, Outcome, Staging, Stop, Summary};
use super::kit::{self, Kit};
use super::list::{GROUPS, REMOVAL, Suite};
use super::patience::Patience;
use super::stage::Stage;
use super::target::Target;

/// Why nothing was tested.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The server does not answer as a chat service does.
    #[error("nothing was tested over {protocol}: {reason}")]
    Unreachable {
        /// The protocol that was tried.
        protocol: String,
        /// What came in place of an answer.
        reason: String,
    },
    /// No check has what was asked for in its name.
    #[error("no check is called like {asked:?}; the topics are {}", topics().join(", "))]
    NothingMatches {
        /// What was asked for.
        asked: String,
    },
}

fn topics() -> Vec<&'static str> {
    GROUPS.iter().map(|group| group.name).collect()
}

/// Runs all checks against `target`, or only those that have `only` in their line, as in `listing` or `undo 03`.
/// Of a sequence, all steps run if one does.
///
/// `progress` is told of each result as it comes. Whatever was created is removed, also after a failure; that is
/// the last check.
///
/// # Errors
/// [`RunError`] if nothing could be tested; what fails after that is in the summary.
pub async fn run(
    target: &Target,
    only: Option<&str>,
    progress: &mut (dyn FnMut(&CheckResult) + Send),
) -> Result<Summary, RunError> {
    run_suite(target, Suite::Whole, only, progress).await
}

/// As [`run`], of the checks of one suite.
///
/// # Errors
/// As [`run`].
pub async fn run_suite(
    target: &Target,
    suite: Suite,
    only: Option<&str>,
    progress: &mut (dyn FnMut(&CheckResult) + Send),
) -> Result<Summary, RunError> {
    let capabilities = target.doors[0].capabilities();
    let applying = GROUPS.iter().filter(|group| group.applies.to(capabilities));
    let chosen: Vec<_> = applying
        .map(|group| (group, choose(group, suite, only)))
        .collect();
    if let Some(asked) = only
        && chosen.iter().all(|(_, checks)| checks.is_empty())
    {
        return Err(RunError::NothingMatches {
            asked: asked.to_owned(),
        });
    }
    let kit = Arc::new(prepare(target).await?);
    let mut running = Running {
        kit,
        progress,
        summary: Summary::default(),
        stages: 0,
        left: Vec::new(),
    };
    for (group, checks) in chosen {
        match group.staging {
            Staging::Apart => running.apart(group, &checks).await,
            Staging::InSequence => running.in_sequence(group, &checks).await,
        }
    }
    running.removal().await;
    Ok(running.summary)
}

/// The checks of a group that are to run, with their numbers.
fn choose(group: &'static Group, suite: Suite, only: Option<&str>) -> Vec<(usize, &'static Check)> {
    let numbered = || {
        let checks = group.checks.iter().enumerate();
        let of_suite = checks.filter(|(_, check)| suite.has(group, check));
        of_suite.map(|(at, check)| (at + 1, check))
    };
    let asked = |&(number, check): &(usize, &Check)| {
        let line = format!(
            "{} {number:02} {}: {}",
            group.name, check.name, check.expects
        );
        only.is_none_or(|only| line.contains(only))
    };
    match group.staging {
        Staging::Apart => numbered().filter(asked).collect(),
        Staging::InSequence if numbered().any(|check| asked(&check)) => numbered().collect(),
        Staging::InSequence => Vec::new(),
    }
}

/// Asks every door for the server's limits; they are one server's, and so the same.
async fn prepare(target: &Target) -> Result<Kit, RunError> {
    let patience = Patience::new(target.deadline);
    let mut limits = None;
    for door in &target.doors {
        let unreachable = |reason| RunError::Unreachable {
            protocol: door.protocol().to_owned(),
            reason,
        };
        let (_, said) = kit::connect(&**door, &patience)
            .await
            .map_err(|stop| match stop {
                Stop::Failed(reason) | Stop::Skipped(reason) => unreachable(reason),
            })?;
        if *limits.get_or_insert(said) != said {
            return Err(unreachable(
                "its limits are not those of the other doors".to_owned(),
            ));
        }
    }
    limits
        .map(|limits| Kit::new(target, limits))
        .ok_or_else(|| RunError::Unreachable {
            protocol: String::new(),
            reason: "there is no door to the server".to_owned(),
        })
}

struct Running<'p> {
    kit: Arc<Kit>,
    progress: &'p mut (dyn FnMut(&CheckResult) + Send),
    summary: Summary,
    stages: usize,
    /// What could not be removed.
    left: Vec<String>,
}

impl Running<'_> {
    async fn apart(&mut self, group: &'static Group, checks: &[(usize, &'static Check)]) {
        for &(number, check) in checks {
            let mut stage = self.stage();
            let checked = (check.run)(&mut stage).await;
            self.left.extend(stage.clear().await);
            self.tell(group, number, check, checked);
        }
    }

    async fn in_sequence(&mut self, group: &'static Group, checks: &[(usize, &'static Check)]) {
        let mut stage = self.stage();
        for &(number, check) in checks {
            let checked = (check.run)(&mut stage).await;
            self.tell(group, number, check, checked);
        }
        self.left.extend(stage.clear().await);
    }

    /// The last check: nothing of this run is left.
    async fn removal(&mut self) {
        for (at, check) in REMOVAL.checks.iter().enumerate() {
            let mut stage = self.stage();
            let mut checked = (check.run)(&mut stage).await;
            self.left.extend(stage.clear().await);
            if checked.is_ok() && !self.left.is_empty() {
                checked = Err(Stop::failed(format!(
                    "expected no remains, but there are {}",
                    self.left.join("; ")
                )));
            }
            self.tell(&REMOVAL, at + 1, check, checked);
        }
    }

    fn stage(&mut self) -> Stage {
        self.stages += 1;
        Stage::new(Arc::clone(&self.kit), self.stages)
    }

    fn tell(&mut self, group: &'static Group, number: usize, check: &Check, checked: Checked) {
        let outcome = Outcome::from(checked);
        let Check { name, expects, .. } = *check;
        let result = CheckResult {
            group: group.name,
            number,
            name,
            expects,
            outcome,
        };
        (self.progress)(&result);
        self.summary.results.push(result);
    }
}
