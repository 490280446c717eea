//! How often what is said is right. What is said of one protocol beside itself is in `controls`; what a gate says of one
//! program beside itself in `gates`.

mod controls;
mod gates;

use anyhow::Result;
use clap::{Args, Subcommand};

/// What to show, and how often.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    kind: Kind,
}

/// What is compared.
#[derive(Subcommand)]
enum Kind {
    /// A protocol with itself: no difference should be shown
    Aa(controls::Arguments),
    /// A protocol with a server that burns 10 % more: it should be told apart by server CPU
    Burn(controls::Arguments),
    /// Whole gates of the release build against itself, or against one that burns more
    Gate(gates::Arguments),
}

/// Runs the comparisons, and prints what was said.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.kind {
        Kind::Aa(arguments) => controls::run(&controls::AA, arguments),
        Kind::Burn(arguments) => controls::run(&controls::BURN, arguments),
        Kind::Gate(arguments) => gates::run(arguments),
    }
}
