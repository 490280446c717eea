//! The form of each codec in which every call travels apart.

#[path = "../support/garbage.rs"]
mod garbage;
mod properties;
#[path = "../support/readable.rs"]
mod readable;
mod vectors;
#[path = "../support/vocabulary.rs"]
mod vocabulary;
