//! From plan to plan: what decides says what to measure next, until it has decided.

use reports::gate::decision::Decision;
use reports::gate::stages::Observation;

use super::binary::BinaryError;
use super::lab::{Lab, Stopped};
use super::progress::Progress;
use super::replay;

/// How measuring came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// There is nothing more to measure.
    Decided,
    /// A program gave wrong answers: which, in which run, and what was wrong.
    WrongAnswer(String),
    /// The user stopped it; what is known by then is known.
    Interrupted,
}

/// Measures until everything is decided, and hands each run to `decision`. Keeps them in `observed` as well, so that
/// anybody can decide again.
///
/// # Errors
/// If a program cannot be run, or never gives a run that counts.
pub async fn run(
    lab: &mut Lab,
    decision: &mut Decision,
    progress: &mut Progress,
    observed: &mut Vec<Observation>,
) -> Result<End, Stopped> {
    let mut end = End::Decided;
    while let Some(plan) = decision.next() {
        let observe = |observation: Observation| {
            observed.push(replay::compact(&observation));
            decision.add(observation);
        };
        match lab.measure(&plan, progress, observe).await {
            Ok(()) => {}
            Err(Stopped::Binary(BinaryError::Interrupted)) => {
                end = End::Interrupted;
                break;
            }
            Err(wrong @ Stopped::WrongAnswer { .. }) => {
                end = End::WrongAnswer(wrong.to_string());
                break;
            }
            Err(stopped) => return Err(stopped),
        }
    }
    progress.end();
    Ok(end)
}
