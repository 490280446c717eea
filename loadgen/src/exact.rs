//! What never varies: the bytes, frames, round trips, statements and commits of one conversation, as a baseline.
//!
//! 1. `script`: what is said, step by step. `world`: the core that it is said to, with a clock that stands and
//!    randomness that repeats.
//! 2. `message`: what each codec makes of it. `stream`: what each protocol's sockets carry for it. `store`: what it
//!    asks of a database.
//! 3. `counted`: instructions and allocations, which vary with the toolchain alone.

mod counted;
mod message;
pub(crate) mod script;
pub(crate) mod sheet;
mod store;
pub(crate) mod stream;
#[cfg(test)]
mod tests;
pub(crate) mod world;

use protocols::codec::CodecFactory;
use protocols::registry::{self, Protocol};
use reports::gate::baseline::{BASELINE_SCHEMA, Baseline};
use server_core::store::{STORES, StoreKind};

pub use self::counted::count;
use self::sheet::Sheet;

/// What a client calls its server where nothing may vary, whatever port that has: a port's digits take more or fewer
/// bits in HTTP/2.
pub(crate) const AUTHORITY: &str = "127.0.0.1:54400";

/// What is looked at.
#[derive(Clone)]
pub struct Selection {
    /// Each alone: what it makes of messages.
    pub codecs: Vec<&'static dyn CodecFactory>,
    /// Each with its transport: what the stream carries. References have no script and are passed over.
    pub protocols: Vec<&'static Protocol>,
    /// Each with what it is asked; those without a file are passed over.
    pub stores: Vec<&'static StoreKind>,
    /// Whether instructions and allocations are counted as well.
    pub counting: Counting,
}

/// Whether instructions and allocations are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counting {
    /// They are not: the baseline holds the same on every machine.
    #[default]
    Off,
    /// They are, where Callgrind is there and this build is optimized; otherwise a note says why not.
    WherePossible,
}

impl Selection {
    /// Whatever there is, by the registry and the list of stores.
    #[must_use]
    pub fn everything(counting: Counting) -> Self {
        Self {
            codecs: registry::complete_codecs().collect(),
            protocols: registry::each_once().collect(),
            stores: STORES.iter().collect(),
            counting,
        }
    }
}

/// A baseline, and what a reader must know of how it came about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Made {
    /// What was found.
    pub baseline: Baseline,
    /// What is missing from it and why, in sentences.
    pub notes: Vec<String>,
}

/// A step was answered in another way than the script says, or a codec read something else than it wrote: whatever was
/// counted besides says nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WrongAnswer(pub String);

/// Goes through the script with everything that is selected.
///
/// # Errors
/// [`WrongAnswer`] if a step is answered in another way than the script says; others if something that should never vary
/// did, or if it cannot be tried.
pub fn baseline(selection: &Selection) -> anyhow::Result<Made> {
    let mut sheet = Sheet::default();
    for codec in &selection.codecs {
        message::measure(*codec, &mut sheet)?;
    }
    let mut notes = Vec::new();
    for protocol in &selection.protocols {
        notes.extend(stream::measure(protocol, &mut sheet)?);
    }
    for store in &selection.stores {
        store::measure(store, &mut sheet)?;
    }
    let counted = match selection.counting {
        Counting::Off => None,
        Counting::WherePossible => match counted::measure(&selection.codecs)? {
            Ok(counted) => Some(counted),
            Err(unable) => {
                notes.push(unable.to_string());
                None
            }
        },
    };
    let baseline = Baseline {
        schema: BASELINE_SCHEMA,
        exact: sheet.into_metrics(),
        counted,
    };
    Ok(Made { baseline, notes })
}
