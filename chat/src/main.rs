//! What people touch: `chat serve` runs a server, `chat token` logs in for a person at a terminal.
//!
//! `config` is the command line, `serve` and `token` are the commands, `prompt` asks on a terminal,
//! `secrets` are the files that encryption needs.

mod config;
mod cores;
mod prompt;
mod secrets;
mod serve;
mod token;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};
use server_core::error::one_line;

use config::{Command, CommandLine};
use secrets::Secrets;

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let secrets = match Secrets::load(&line.command) {
        Ok(secrets) => secrets,
        Err(problem) => CommandLine::command()
            .error(ErrorKind::ValueValidation, problem)
            .exit(),
    };
    let done = match line.command {
        Command::Serve(options) => serve::run(&options, secrets.identity.as_ref()),
        Command::Token(options) => token::run(&options, secrets.trust),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", one_line(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}
