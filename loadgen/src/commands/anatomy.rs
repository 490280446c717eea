//! `loadgen anatomy`: the same messages in each protocol, byte by byte.

use std::io::IsTerminal as _;

use crate::anatomy::{self, Choice, Ink, Screen};
use crate::cli::{AnatomyArgs, Format};
use crate::exit::Exit;
use crate::output;

/// Labels the messages of protocols, and shows and writes them as asked.
///
/// # Errors
/// If a conversation fails or is answered wrongly, a protocol has no messages, or nothing can be written.
pub fn anatomy(args: &AnatomyArgs) -> anyhow::Result<Exit> {
    let choice = if args.protocol.is_empty() {
        Choice::unasked()
    } else {
        Choice::of(args.protocol.clone())
    };
    let anatomy = anatomy::anatomy(&choice)?;
    if let Some(out) = &args.out {
        anatomy.save(out)?;
    }
    match args.format {
        Format::Json => output::say(&anatomy.to_text())?,
        Format::Human => output::say(&screen().show(&anatomy))?,
    }
    Ok(Exit::Fine)
}

/// What standard output is. Whoever sets `NO_COLOR` has no colours, <https://no-color.org>.
fn screen() -> Screen {
    let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Screen {
        width: output::width(),
        ink: if is_plain || !std::io::stdout().is_terminal() {
            Ink::Plain
        } else {
            Ink::Colours
        },
    }
}
