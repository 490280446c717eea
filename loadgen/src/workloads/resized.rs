//! A workload with texts of another size.

use super::{Fate, MessageKey, Part, Phase, Step, Workload};
use crate::texts;

/// Another workload, whose texts all have the same size.
pub struct Resized {
    /// The workload whose texts are replaced.
    pub inner: &'static dyn Workload,
    /// In bytes, all of them ASCII; at least [`texts::DIGITS`], so that texts differ.
    pub text_bytes: u32,
}

impl Workload for Resized {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn description(&self) -> &'static str {
        self.inner.description()
    }

    fn fixed_accounts(&self) -> Option<u32> {
        self.inner.fixed_accounts()
    }

    fn phases(&self) -> &[Phase] {
        self.inner.phases()
    }

    fn steps(&self, part: &Part<'_>) -> Box<dyn Iterator<Item = Step>> {
        self.inner.steps(part)
    }

    fn deliveries(&self, part: &Part<'_>) -> u64 {
        self.inner.deliveries(part)
    }

    fn text(&self, key: &MessageKey, out: &mut String) {
        let number = u64::from(key.from) + u64::from(key.accounts) * self.place(key);
        texts::push_numbered(number, self.text_bytes, out);
    }

    fn text_bytes(&self) -> Option<u32> {
        Some(self.text_bytes)
    }

    fn place(&self, key: &MessageKey) -> u64 {
        self.inner.place(key)
    }

    fn fate(&self, key: &MessageKey) -> Fate {
        self.inner.fate(key)
    }
}
