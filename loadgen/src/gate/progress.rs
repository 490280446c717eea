//! What a person sees while pairs are measured: a bar on a terminal, a line for each pair in a pipe, or nothing. It is
//! drawn between runs only, so that it takes no time from what is measured.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use reports::gate::stages::{Arm, Plan, Stage};

use super::options::GateArgs;

const BAR: &str = "{bar:20} {pos}/{len}  {msg}";

/// How many arms a pair has, the control included.
const ARMS: u32 = 3;

/// Shows where a gate stands.
pub struct Progress {
    shown: Shown,
    /// The plan in words, and in few.
    title: String,
    look: &'static str,
    /// How many runs the plan has, and how many of them are done.
    runs: u32,
    done: u32,
    /// All runs so far, whatever the plan, and how long they took.
    all_done: u32,
    all_took: Duration,
    begun: Instant,
    pair: u32,
}

enum Shown {
    Nothing,
    Bar(ProgressBar),
    Lines,
}

impl Progress {
    /// Shows nothing.
    #[must_use]
    pub fn silent() -> Self {
        Self::new(Shown::Nothing)
    }

    /// On standard error: a bar if that is a terminal, lines otherwise.
    ///
    /// # Panics
    /// Never: the template of the bar is well-formed.
    #[must_use]
    pub fn on_stderr() -> Self {
        if !std::io::stderr().is_terminal() {
            return Self::new(Shown::Lines);
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(ProgressStyle::with_template(BAR).expect("the template is well-formed"));
        Self::new(Shown::Bar(bar))
    }

    /// As the command line wants it.
    #[must_use]
    pub fn of(args: &GateArgs) -> Self {
        if args.quiet {
            Self::silent()
        } else {
            Self::on_stderr()
        }
    }

    fn new(shown: Shown) -> Self {
        Self {
            shown,
            title: String::new(),
            look: "",
            runs: 0,
            done: 0,
            all_done: 0,
            all_took: Duration::ZERO,
            begun: Instant::now(),
            pair: 0,
        }
    }

    /// Says one thing that takes a moment.
    pub fn say(&self, what: &str) {
        match &self.shown {
            Shown::Nothing => {}
            Shown::Bar(bar) => bar.set_message(what.to_owned()),
            Shown::Lines => eprintln!("{what}"),
        }
    }

    /// A protocol is run once, to find out how much work is right for it.
    pub fn warm_up(&self, protocol: &str) {
        self.say(&format!("warming up {protocol}"));
    }

    /// A plan begins.
    pub fn stage(&mut self, plan: &Plan) {
        let protocols = plan.protocols.join(", ");
        self.title = match plan.stage {
            Stage::First | Stage::Second => format!("{} at {protocols}", plan.stage.title()),
            Stage::Confirmation => format!("confirming what {protocols} showed"),
        };
        self.look = plan.stage.title();
        self.runs = plan.pairs * ARMS * u32::try_from(plan.protocols.len()).unwrap_or(u32::MAX);
        (self.done, self.pair) = (0, 0);
        match &self.shown {
            Shown::Nothing => {}
            Shown::Bar(bar) => bar.set_length(self.runs.into()),
            Shown::Lines => eprintln!("{}: {} pairs, {} runs", self.title, plan.pairs, self.runs),
        }
    }

    /// A run begins, in the first of these pairs of the second.
    pub fn begin(&mut self, protocol: &str, arm: Arm, [pair, pairs]: [u32; 2]) {
        let left = self.left().map_or_else(String::new, |left| {
            format!(", about {} s left", left.as_secs() + 1)
        });
        match &self.shown {
            Shown::Bar(bar) => {
                bar.set_position(self.done.into());
                bar.set_message(format!("{}: {protocol}, {}{left}", self.look, arm.title()));
            }
            Shown::Lines if pair > self.pair && self.done > 0 => {
                eprintln!("{}: pair {pair} of {pairs}{left}", self.title);
            }
            Shown::Nothing | Shown::Lines => {}
        }
        self.pair = pair;
        self.begun = Instant::now();
    }

    /// The run that began last is over.
    pub fn done(&mut self) {
        self.done += 1;
        self.all_done += 1;
        self.all_took += self.begun.elapsed();
    }

    /// There is nothing more to come.
    pub fn end(&self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }

    /// How long the rest of the plan takes if its runs take as long as those so far; nothing before there were any.
    fn left(&self) -> Option<Duration> {
        let mean = self.all_took.checked_div(self.all_done)?;
        Some(mean * self.runs.saturating_sub(self.done))
    }
}
