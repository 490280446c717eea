//! What a person sees while it runs: a bar on a terminal, a few lines in a pipe, or nothing. It is drawn between
//! trials only, so that it takes no time from what is measured.

use std::cell::Cell;
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::control::Timing;
use crate::link::Exchange;
use crate::scenario;
use crate::timing::is_timed;
use crate::trials::Trial;
use crate::workloads;

/// What a trial takes beside its messages: starting its processes, and ending them.
const TRIAL_BASE: Duration = Duration::from_millis(40);

/// What an account takes: deriving its keys, creating it, logging it in, deleting it.
const PER_ACCOUNT: Duration = Duration::from_millis(1);

/// What a message takes, when the number of rounds is given: a guess between the fastest and the slowest.
const PER_MESSAGE: Duration = Duration::from_micros(30);

/// How long the messages of a trial take together, when rounds repeat.
const REPEATED_ROUNDS: Duration = Duration::from_millis(270);

const BAR: &str = "{bar:30} {pos}/{len}  {msg}";

/// How progress is shown.
pub enum Progress {
    /// Not at all.
    Silent,
    /// As a bar that is drawn over.
    Bar(Bar),
    /// As a line for each round of trials.
    Lines(Lines),
}

impl Progress {
    /// On standard error: a bar if that is a terminal, lines otherwise.
    #[must_use]
    pub fn on_stderr(plan: &[Trial]) -> Self {
        if std::io::stderr().is_terminal() {
            Self::Bar(Bar::new(plan.len()))
        } else {
            Self::Lines(Lines {
                started: Instant::now(),
                trials: plan.len(),
                round: Cell::new(1),
            })
        }
    }

    /// Tells that a trial begins, the one at this position of the plan.
    pub fn begin(&self, trial: &Trial, position: usize) {
        match self {
            Self::Silent => {}
            Self::Bar(bar) => bar.begin(trial, position),
            Self::Lines(lines) => lines.begin(trial, position),
        }
    }

    /// Tells that there is nothing more to come.
    pub fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.drawn.finish_and_clear();
        }
    }
}

/// A bar on a terminal.
pub struct Bar {
    drawn: ProgressBar,
    started: Instant,
    trials: usize,
}

impl Bar {
    fn new(trials: usize) -> Self {
        let drawn =
            ProgressBar::with_draw_target(Some(trials as u64), ProgressDrawTarget::stderr());
        drawn.set_style(ProgressStyle::with_template(BAR).expect("the template is well-formed"));
        Self {
            drawn,
            started: Instant::now(),
            trials,
        }
    }

    fn begin(&self, trial: &Trial, position: usize) {
        let left = left(self.started, position, self.trials).map_or_else(String::new, |left| {
            format!(", {} left", HumanDuration(left))
        });
        self.drawn.set_position(position as u64);
        self.drawn.set_message(format!("{}{left}", title(trial)));
    }
}

/// Lines in a pipe.
pub struct Lines {
    started: Instant,
    trials: usize,
    round: Cell<u32>,
}

impl Lines {
    fn begin(&self, trial: &Trial, position: usize) {
        let before = self.round.replace(trial.round);
        if trial.round > before
            && let Some(left) = left(self.started, position, self.trials)
        {
            eprintln!(
                "{position} of {} trials done, about {} s left",
                self.trials,
                left.as_secs() + 1
            );
        }
    }
}

/// What creating, logging in, deleting and opening a connection wait for, in round trips of a simulated link.
const SETUP_ROUND_TRIPS: u32 = 8;

/// What a message takes on a simulated link, in bytes: a guess between the smallest and the largest.
const MESSAGE_BYTES: u64 = 200;

/// How long all trials will take, before any has been run.
#[must_use]
pub fn estimate(plan: &[Trial], rounds: Option<u32>, timing: &Timing) -> Duration {
    plan.iter()
        .map(|trial| estimate_one(trial, rounds, timing))
        .sum()
}

fn estimate_one(trial: &Trial, rounds: Option<u32>, timing: &Timing) -> Duration {
    let accounts = trial.cell.accounts;
    let is_timed = workloads::find(trial.cell.workload).is_some_and(is_timed);
    let messages = match rounds {
        _ if is_timed => timing.duration,
        Some(rounds) => PER_MESSAGE * accounts.saturating_mul(accounts).saturating_mul(rounds),
        None if accounts > 2 => {
            REPEATED_ROUNDS.max(PER_MESSAGE * accounts.saturating_mul(accounts))
        }
        None => Duration::ZERO,
    };
    TRIAL_BASE + PER_ACCOUNT * accounts + messages + on_the_link(trial, rounds) + of_scenario(trial)
}

/// How long a simulated link makes a trial: in each round, an account's messages wait for each other.
fn on_the_link(trial: &Trial, rounds: Option<u32>) -> Duration {
    let accounts = trial.cell.accounts;
    let messages = accounts.saturating_mul(rounds.unwrap_or(1));
    let exchange = Exchange {
        round_trips: SETUP_ROUND_TRIPS.saturating_add(messages),
        bytes: u64::from(accounts) * u64::from(messages) * MESSAGE_BYTES,
    };
    let link = trial.cell.link.map(|link| link.time_of(exchange));
    link.unwrap_or_default()
}

/// How long the operations of a scenario take.
fn of_scenario(trial: &Trial) -> Duration {
    let scenario = trial
        .cell
        .scenario
        .and_then(|text| scenario::parse(trial.cell.workload, text).ok());
    scenario.map_or(Duration::ZERO, |scenario| {
        let operations = u32::try_from(scenario.operations()).unwrap_or(u32::MAX);
        scenario.paced().max(PER_MESSAGE * operations)
    })
}

/// How long the rest will take if it takes as long as what was done; nothing before anything was.
fn left(started: Instant, done: usize, of: usize) -> Option<Duration> {
    let (done, of) = (u32::try_from(done).ok()?, u32::try_from(of).ok()?);
    Some(started.elapsed().checked_div(done)? * of.saturating_sub(done))
}

fn title(trial: &Trial) -> String {
    let cell = trial.cell;
    let texts = cell
        .message_bytes
        .map_or_else(String::new, |bytes| format!(", {bytes} B"));
    let link = cell
        .link
        .map_or_else(String::new, |link| format!(", {}", link.label()));
    let rate = cell
        .rate_hz
        .map_or_else(String::new, |rate_hz| format!(", {rate_hz}/s"));
    format!(
        "{}, {} accounts{texts}{rate}, {}{link}{}",
        cell.workload,
        cell.accounts,
        trial.name(),
        cell.departure.words()
    )
}
