//! `loadgen evidence`: how often one protocol was told apart from itself.

use reports::Results;

use crate::cli::EvidenceArgs;
use crate::exit::Exit;
use crate::output;

/// Compares the controls of some results files, and counts what was said of them.
///
/// # Errors
/// If a file cannot be read.
pub fn evidence(args: &EvidenceArgs) -> anyhow::Result<Exit> {
    let all = args
        .results
        .iter()
        .map(Results::load)
        .collect::<Result<Vec<_>, _>>()?;
    output::say(&reports::evidence::of_controls(&all)?)?;
    Ok(Exit::Fine)
}
