//! What the program can be told to do, a file for each; and what a run comes to.

mod anatomy;
mod baseline;
mod conform;
mod evidence;
mod gate;
mod protocols;
mod report;
mod run;
mod selftest;
mod verdict;

pub use anatomy::anatomy;
pub use baseline::baseline;
pub use conform::conform;
pub use evidence::evidence;
pub use gate::gate;
pub use protocols::protocols;
pub use report::report;
pub use run::run;
pub use selftest::selftest;
