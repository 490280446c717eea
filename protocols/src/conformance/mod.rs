//! What every protocol must do: checks over nothing but the client trait, so that they run against a server of
//! ours in a test, and against any server, in any language, from the command line.
//!
//! Read it in this order:
//!
//! 1. `list`: the visible list of all topics; `checks/` has a file for each, which begins with its list of checks.
//! 2. `check`: what a check is, and what becomes of it; `run`: how checks run.
//! 3. `target`: a server under test; `stage`: the accounts of one check, removed whatever happens; `patience`: a
//!    bound on every wait.
//! 4. `user`, `session`, `asking`, `requests`, `expect`: the words that checks are written in.
//! 5. `saying`: what a format cannot say is skipped, with words that name it.
//! 6. `raw`: what a typed client cannot send, by codec.

mod account;
mod asking;
mod check;
mod checks;
mod expect;
mod kit;
mod list;
mod patience;
mod raw;
mod requests;
mod run;
mod saying;
mod session;
mod stage;
mod target;
mod user;

pub use check::{Check, CheckResult, Group, Outcome, Summary};
pub use list::{Suite, groups};
pub use run::{RunError, run, run_suite};
pub use target::{DEADLINE, Door, NotTestable, Registered, Target};
