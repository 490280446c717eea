//! What people would otherwise have to remember: `cargo xtask test`, `cargo xtask ci`, `cargo xtask evidence`.
//!
//! `command` runs cargo; `python`, `curl` and `debian` are for tests that need what others have made; `test`, `ci` and `evidence` are the tasks, a file each.

mod ci;
mod command;
mod curl;
mod debian;
mod evidence;
mod python;
mod test;

use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
#[command(
    bin_name = "cargo xtask",
    about = "What people would otherwise have to remember"
)]
enum Task {
    /// Runs every test of the workspace, and says at the end how many passed. Without arguments, those that hold ours
    /// against other people's implementations run as well, with curl, and a Python of their own in the target directory
    Test {
        /// Passed on to `cargo test`, such as `-p server-core` or the name of a test
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Checks everything that is checked before a change is taken
    Ci,
    /// Measures how often what is said is right: one protocol against itself, or one program against itself, many times
    Evidence(evidence::Arguments),
}

fn main() -> ExitCode {
    let done = match Task::parse() {
        Task::Test { arguments } => test::run(&arguments),
        Task::Ci => ci::run(),
        Task::Evidence(arguments) => evidence::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
