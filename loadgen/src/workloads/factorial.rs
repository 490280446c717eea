//! `factorial`: what scaling says, over every pair of some codecs and some transports, so that reports can tell which part
//! of a difference is whose.

use super::scaling::Scaling;
use super::{Fate, MessageKey, Part, Phase, Step, Workload};

/// The workload: scaling under another name, so that nobody mistakes its components for a ranking.
pub struct Factorial;

impl Workload for Factorial {
    fn name(&self) -> &'static str {
        reports::schema::workload::FACTORIAL
    }

    fn description(&self) -> &'static str {
        "scaling over every pair of some codecs and transports: which part of a difference is whose"
    }

    fn fixed_accounts(&self) -> Option<u32> {
        None
    }

    fn phases(&self) -> &[Phase] {
        Scaling.phases()
    }

    fn steps(&self, part: &Part<'_>) -> Box<dyn Iterator<Item = Step>> {
        Scaling.steps(part)
    }

    fn deliveries(&self, part: &Part<'_>) -> u64 {
        Scaling.deliveries(part)
    }

    fn text(&self, key: &MessageKey, out: &mut String) {
        Scaling.text(key, out);
    }

    fn text_bytes(&self) -> Option<u32> {
        Scaling.text_bytes()
    }

    fn place(&self, key: &MessageKey) -> u64 {
        Scaling.place(key)
    }

    fn fate(&self, key: &MessageKey) -> Fate {
        Scaling.fate(key)
    }
}
