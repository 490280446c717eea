//! What people touch: `chat serve` runs a server, `chat token` logs in for a person at a terminal.
//!
//! `config` is the command line, `serve` and `token` are the commands, `prompt` asks on a terminal.

mod config;
mod prompt;
mod serve;
mod token;

use std::process::ExitCode;

use clap::Parser as _;

use config::{Command, CommandLine};

fn main() -> ExitCode {
    let done = match CommandLine::parse().command {
        Command::Serve(options) => serve::run(&options),
        Command::Token(options) => token::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", one_line(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error with its causes, leaving out causes that it tells already.
fn one_line(error: &anyhow::Error) -> String {
    let mut line = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !line.contains(&cause) {
            line = format!("{line}: {cause}");
        }
    }
    line.replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use anyhow::{Context as _, anyhow};

    use super::one_line;

    #[test]
    fn errors_are_one_line_and_tell_each_cause_once() {
        let plain = anyhow!("the disk is full").context("cannot open the store chat.db");
        assert_eq!(
            one_line(&plain),
            "cannot open the store chat.db: the disk is full"
        );
        let told: Result<(), _> =
            Err(anyhow!("address in use")).context("cannot listen: address in use; choose another");
        assert_eq!(
            one_line(&told.unwrap_err()),
            "cannot listen: address in use; choose another"
        );
        assert_eq!(one_line(&anyhow!("first\nsecond")), "first second");
    }
}
