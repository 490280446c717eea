//! What people touch: `chat serve` runs a server, `chat token` logs in for a person at a terminal.
//!
//! `config` is the command line, `serve` and `token` are the commands, `prompt` asks on a terminal.

mod config;
mod cores;
mod prompt;
mod serve;
mod token;

use std::process::ExitCode;

use clap::Parser as _;
use server_core::error::one_line;

use config::{Command, CommandLine};

fn main() -> ExitCode {
    let done = match CommandLine::parse().command {
        Command::Serve(options) => serve::run(&options),
        Command::Token(options) => token::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", one_line(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}
