//! `loadgen protocols`: what there is.

use std::fmt::Write as _;

use protocols::registry::PROTOCOLS;

use crate::exit::Exit;
use crate::output;

/// Lists all protocols with the names to ask for them by.
///
/// # Errors
/// If standard output cannot be written.
pub fn protocols() -> anyhow::Result<Exit> {
    let width = PROTOCOLS
        .iter()
        .map(|protocol| protocol.name.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for protocol in PROTOCOLS {
        let alias = protocol.alias.unwrap_or_default();
        writeln!(
            text,
            "{:width$}  {alias:8}  {}",
            protocol.name,
            protocol.description()
        )?;
    }
    output::say(&text)?;
    Ok(Exit::Fine)
}
