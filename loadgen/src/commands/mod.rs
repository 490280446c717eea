//! What the program can be told to do, a file for each.

mod conform;
mod protocols;
mod report;
mod run;

pub use conform::conform;
pub use protocols::protocols;
pub use report::report;
pub use run::run;
