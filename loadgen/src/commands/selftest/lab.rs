//! Where checks are made: measurements as anybody can make them, by the words of the command line.

use anyhow::Context as _;
use clap::Parser as _;
use reports::schema::Run;

use crate::campaign;
use crate::cli::Cli;
use crate::commands::run::settings;
use crate::descriptors;
use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::selection::Selection;
use crate::trials::{self, Repetition};

/// Where checks are made.
pub(super) struct Lab {
    pub(super) runtime: tokio::runtime::Runtime,
    interrupt: Interrupt,
}

impl Lab {
    pub(super) fn new() -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let interrupt = Interrupt::listen().context("cannot listen for Ctrl-C")?;
        Ok(Self { runtime, interrupt })
    }

    /// Makes one trial of what these words ask for, as the program itself would, valid or not.
    pub(super) fn measure(&mut self, words: &str) -> anyhow::Result<Run> {
        let arguments = ["loadgen", "--trials", "1"].into_iter();
        let args = Cli::try_parse_from(arguments.chain(words.split_whitespace()))?.run;
        let selection = Selection::new(&args)?;
        let settings = settings(&args, &selection)?;
        descriptors::allow(selection.sockets_max())?;
        let repetition = Repetition {
            trials: args.trials(),
            seed: settings.seed,
        };
        let plan = trials::plan(&selection, repetition);
        let trials = campaign::run(&plan, &settings, &mut self.interrupt, &Progress::Silent);
        let mut harvest = self.runtime.block_on(trials);
        anyhow::ensure!(!harvest.interrupted, "stopped before the end");
        if let Some(failure) = harvest.failures.first() {
            anyhow::bail!("`loadgen {words}` could not be measured: {failure}");
        }
        harvest
            .runs
            .pop()
            .with_context(|| format!("`loadgen {words}` measured nothing"))
    }

    /// As [`Lab::measure`]; a run that does not count is an error.
    pub(super) fn measure_validly(&mut self, words: &str) -> anyhow::Result<Run> {
        let run = self.measure(words)?;
        let reasons = run.invalid_reasons.join(" ");
        anyhow::ensure!(run.valid, "`loadgen {words}` is invalid: {reasons}");
        Ok(run)
    }
}
