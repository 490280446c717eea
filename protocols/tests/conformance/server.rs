//! Servers to be tested.

use std::sync::Arc;

use server_core::Chat;
use server_core::chat::Parts;
use server_core::environment::System;
use server_core::fanout::Fanout;
use server_core::limits::Options;
use server_core::store::memory::MemoryStore;

/// Whether deletions can be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undo {
    Off,
    On,
}

impl Undo {
    pub fn options(self) -> Options {
        let undo_grace_ms = match self {
            Self::Off => 0,
            Self::On => 30_000,
        };
        Options {
            undo_grace_ms,
            ..Options::default()
        }
    }
}

pub fn core_on_memory(undo: Undo) -> Arc<Chat> {
    let fanout = Arc::new(Fanout::default());
    Chat::new(Parts {
        store: Arc::new(MemoryStore::new(Arc::clone(&fanout) as _)),
        fanout,
        environment: Arc::new(System),
        options: undo.options(),
    })
}
