//! One program against itself: how much worse each metric may seem by the noise of this machine alone.

use std::path::PathBuf;

use anyhow::Context as _;
use reports::gate::calibration;
use reports::gate::config::GateConfig;
use reports::gate::stages::{Plan, Stage};

use super::comparison::{binary, conditions, protocols};
use super::held;
use super::lab::{Conditions, Lab};
use super::options::GateArgs;
use super::progress::Progress;
use super::replay::{self, Trials};
use crate::interrupt::Interrupt;

/// How many pairs are measured for each that a gate decides with, if nobody says: floors are drawn from them.
const PAIRS_PER_PAIR: u32 = 3;

/// What came of it.
pub struct Calibrated {
    /// Noise floors, as tables of a `gate.toml`.
    pub toml: String,
    /// The runs that show them.
    pub trials: Trials,
}

/// Runs one program against itself.
///
/// # Errors
/// If it cannot be run, answers wrongly, or is stopped by the user.
pub async fn calibrate(args: &GateArgs, interrupt: Interrupt) -> anyhow::Result<Calibrated> {
    let config = held::config(args)?;
    let path = path(args)?;
    let mut progress = Progress::of(args);
    let same = binary("calibrated", &path, &[]);
    let conditions = conditions(args);
    let mut lab = Lab::new([same.clone(), same], conditions, interrupt)?;
    let plan = Plan {
        stage: Stage::First,
        protocols: protocols(&args.protocol)?,
        pairs: args
            .pairs
            .unwrap_or(PAIRS_PER_PAIR.saturating_mul(config.pairs)),
    };
    let mut observed = Vec::new();
    let measured = lab
        .measure(&plan, &mut progress, |observation| {
            observed.push(replay::compact(&observation));
        })
        .await;
    progress.end();
    measured?;
    let floors = calibration::noise_floors(&observed, config.pairs)?;
    let from = origin(&lab, &config, conditions, &plan);
    Ok(Calibrated {
        toml: calibration::toml(&floors, &config, &from),
        trials: Trials::new(conditions, lab.rounds().clone(), observed),
    })
}

/// Which program to run: this one, if nobody says.
fn path(args: &GateArgs) -> anyhow::Result<PathBuf> {
    match &args.bin {
        Some(path) => Ok(path.clone()),
        None => {
            std::env::current_exe().context("cannot find this program; say which one with --bin")
        }
    }
}

/// Where floors come from, for whoever reads them later.
fn origin(lab: &Lab, config: &GateConfig, conditions: Conditions, plan: &Plan) -> String {
    let machine = lab.machine().map_or_else(
        || "an unknown machine".to_owned(),
        |machine| format!("{} ({} cores)", machine.cpu_model, machine.cores),
    );
    format!(
        "Noise floors of gates with {} pairs, drawn from {} pairs of one program on {machine};\n{} accounts, {} requests \
         in flight, seed {}. They stand before the other tables of a gate.toml: the first that matches holds.",
        config.pairs, plan.pairs, conditions.accounts, conditions.in_flight, conditions.seed
    )
}
