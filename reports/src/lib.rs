//! What was measured, and how it is shown. This crate never runs anything: it knows nothing but results.
//!
//! Reading order:
//! 1. [`schema`]: the results file, schema 1, as serde types.
//! 2. [`latency`]: histograms in and out of a results file.
//! 3. [`file`](mod@file): loading, merging and saving results.

pub mod file;
pub mod latency;
pub mod schema;

pub use file::ResultsError;
pub use schema::Results;
