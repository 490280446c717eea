//! What every store must do, a file for each part of the contract; and in `files` and `failures`, what those in
//! SQLite promise beyond it.

pub(crate) mod accounts;
pub(crate) mod changes;
pub(crate) mod client_ids;
pub(crate) mod deleting;
mod failures;
mod files;
pub(crate) mod history;
pub(crate) mod model;
pub(crate) mod player;
pub(crate) mod races;
pub(crate) mod reading;
pub(crate) mod script;
pub(crate) mod scripts;
pub(crate) mod sending;
pub(crate) mod told;
pub(crate) mod undoing;
pub(crate) mod world;
