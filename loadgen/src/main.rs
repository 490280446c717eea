//! The command line of the load generator; its children are the same program with a hidden subcommand.

use std::process::ExitCode;

use clap::Parser as _;
use loadgen::cli::{Cli, Command};
use loadgen::exit::{self, Exit};
use loadgen::{commands, exact, generator, relay_child, server_child};

fn main() -> ExitCode {
    match dispatch(Cli::parse()) {
        Ok(exit) => exit.into(),
        Err(error) => {
            for line in exit::lines_of_error(&error) {
                eprintln!("error: {line}");
            }
            exit::of_error(&error)
        }
    }
}

fn dispatch(cli: Cli) -> anyhow::Result<Exit> {
    match cli.command {
        None => commands::run(&cli.run),
        Some(Command::Report(args)) => commands::report(&args),
        Some(Command::Gate(args)) => commands::gate(&args),
        Some(Command::Baseline(command)) => commands::baseline(&command),
        Some(Command::Evidence(args)) => commands::evidence(&args),
        Some(Command::Conform(args)) => commands::conform(&args),
        Some(Command::Anatomy(args)) => commands::anatomy(&args),
        Some(Command::Protocols) => commands::protocols(),
        Some(Command::Selftest) => commands::selftest(),
        Some(Command::ChildServer) => server_child::main().map(|()| Exit::Fine),
        Some(Command::ChildRelay) => relay_child::main().map(|()| Exit::Fine),
        Some(Command::ChildGenerator) => generator::main().map(|()| Exit::Fine),
        Some(Command::ChildCount { codecs }) => exact::count(&codecs).map(|()| Exit::Fine),
    }
}
