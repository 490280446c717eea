//! Asking a person at a terminal, or taking lines from a pipe.

use std::io::{IsTerminal as _, Write as _};

use anyhow::{Context as _, Result, bail};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// Whether what is typed shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Echo {
    /// As usual.
    Shown,
    /// Not at all.
    Hidden,
}

/// Whether there is a person to ask.
pub(crate) fn is_interactive() -> bool {
    std::io::stdin().is_terminal()
}

/// Asks for `what` on a terminal; takes the next line of stdin elsewhere. Never gives an empty answer.
pub(crate) fn ask(what: &str, echo: Echo) -> Result<String> {
    let answer = if is_interactive() {
        ask_person(what, echo)
    } else {
        read_line()
    };
    let answer = answer.with_context(|| format!("cannot read the {what}"))?;
    if answer.is_empty() {
        bail!("there is no {what}; type one, or give it as --help says");
    }
    Ok(answer)
}

fn ask_person(what: &str, echo: Echo) -> Result<String> {
    eprint!("{what}: ");
    std::io::stderr().flush()?;
    if echo == Echo::Shown {
        return read_line();
    }
    let hidden = HiddenEcho::begin()?;
    let line = read_line();
    drop(hidden);
    // The key that ended the line did not show either.
    eprintln!();
    line
}

fn read_line() -> Result<String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    let end = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(end);
    Ok(line)
}

/// A terminal that shows nothing of what is typed, until this is dropped.
struct HiddenEcho {
    before: Termios,
}

impl HiddenEcho {
    fn begin() -> Result<Self> {
        let terminal = std::io::stdin();
        let before = tcgetattr(&terminal).context("cannot ask the terminal for its settings")?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&terminal, OptionalActions::Flush, &hidden)
            .context("cannot hide what is typed")?;
        Ok(Self { before })
    }
}

impl Drop for HiddenEcho {
    fn drop(&mut self) {
        if tcsetattr(std::io::stdin(), OptionalActions::Now, &self.before).is_err() {
            eprintln!("\nthe terminal still hides what is typed; type `stty echo`");
        }
    }
}
