//! A store in one SQLite file.
//!
//! Calls become jobs. Changes wait in one queue for one writer thread, questions in another for a few reader
//! threads with connections of their own, so that no caller ever blocks. From the outside in:
//!
//! 1. [`SqliteStore`] and [`SqlitePerRequest`]: the same jobs, with connections that are kept or opened each time.
//! 2. `calls`: each call of the contract as a job; `lanes`: the queues and threads; `job`: what a job is.
//! 3. `writer`: group commit; `reader`: questions.
//! 4. `accounts`, `sending`, `inbox`, `conversation`, `deletion`: what each job does.
//! 5. `statements`: all SQL; `schema`: the tables and their versions; `database`: a connection that counts;
//!    `place`: the file, its lock, and the settings of connections.

mod accounts;
mod bounds;
mod calls;
mod conversation;
mod database;
mod deletion;
mod inbox;
mod job;
mod kept;
mod lanes;
mod per_request;
mod place;
mod queue;
mod reader;
mod schema;
mod sending;
mod statements;
mod writer;

pub use database::Counters;
pub use kept::SqliteStore;
pub use per_request::SqlitePerRequest;
pub use place::OpenError;
