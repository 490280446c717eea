//! `loadgen report`: the report again, from results alone.

use reports::{ReportOptions, Results};

use crate::cli::ReportArgs;
use crate::exit::Exit;
use crate::output;

/// Makes the report on some results files.
///
/// # Errors
/// If they cannot be read, or the report cannot be written.
pub fn report(args: &ReportArgs) -> anyhow::Result<Exit> {
    let results = Results::load_all(&args.results)?;
    let written = reports::write(&results, &args.out, &ReportOptions::default())?;
    output::say(&format!("report  {}\n", written.index_html.display()))?;
    Ok(Exit::Fine)
}
