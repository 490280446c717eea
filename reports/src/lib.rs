//! What was measured, and how it is shown. This crate never runs anything: it knows nothing but results.
//!
//! Reading order:
//! 1. [`schema`]: the results file, schema 1, as serde types; `results.schema.json` says the same to others.
//! 2. [`file`](mod@file): loading, merging and saving results. [`latency`]: histograms in and out of them.
//! 3. `cells`: runs, grouped; every number that is shown is made from a cell's trials, and `measures` says of what.
//!    `statistics` has the intervals, `comparisons` what may be said of one protocol against another.
//! 4. `charts`: one file a chart, from cells to figures; `plot` draws figures, as SVG and PNG from the same strokes.
//! 5. `sections`: one file a section, from cells to a `document`; `export`: one file a format.
//! 6. [`attribution`]: what a message's cost is split into; [`claims`]: what the notebooks' claims come to.
//! 7. [`gate`]: whether a change may land.
//! 8. [`report`]: all of it, written. [`tables`]: what a terminal shows. [`evidence`]: how often one protocol
//!    was told apart from itself.
//! 9. [`anatomy`]: messages byte by byte, schema 1; `anatomy.schema.json` says the same to others.

pub mod anatomy;
mod attributed;
pub mod attribution;
mod cells;
mod charts;
pub mod claims;
mod columns;
mod comparisons;
mod conditions;
mod distance;
mod document;
mod entries;
pub mod evidence;
mod export;
pub mod file;
pub mod gate;
pub mod latency;
mod measures;
mod nearest;
mod notebook;
mod numbers;
mod operations;
pub mod paired;
mod palette;
mod plot;
pub mod problem;
mod ramp;
pub mod report;
pub mod schema;
mod sections;
mod statistics;
pub mod tables;

pub use cells::CellError;
pub use file::ResultsError;
pub use plot::DrawError;
pub use report::{ReportError, ReportOptions, Written, write};
pub use schema::Results;
