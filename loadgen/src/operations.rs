//! How long each kind of operation took, for workloads that mix several.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

use crate::recorder;
use crate::workloads::Step;

/// Response times by kind of operation. Nothing is kept of a workload that has one kind alone.
#[derive(Default)]
pub struct Operations {
    kinds: Vec<(&'static str, Histogram<u64>)>,
}

impl Operations {
    /// Keeps all kinds that a mix may have, each as large as it gets, so that recording allocates nothing.
    #[must_use]
    pub fn of_mix() -> Self {
        let names = [
            "send", "read", "history", "list", "delete", "unread", "ping",
        ];
        Self {
            kinds: names
                .into_iter()
                .map(|name| (name, recorder::histogram()))
                .collect(),
        }
    }

    /// An operation was answered as it should, so many nanoseconds after it was due.
    pub fn answered(&mut self, step: &Step, response_ns: u64) {
        let name = match step {
            Step::Send { .. } => "send",
            Step::ReadFrom { .. } => "read",
            Step::History { .. } => "history",
            Step::List { .. } => "list",
            Step::DeleteMessage { .. } => "delete",
            Step::Unread => "unread",
            _ => "ping",
        };
        if let Some((_, histogram)) = self.kinds.iter_mut().find(|(kind, _)| *kind == name) {
            histogram.saturating_record(response_ns);
        }
    }

    /// The kinds that occurred, each as `HdrHistogram` V2, compressed, in base64.
    #[must_use]
    pub fn recorded(&self) -> BTreeMap<String, String> {
        let recorded = self.kinds.iter().filter_map(|(name, histogram)| {
            Some(((*name).to_owned(), recorder::encode(histogram)?))
        });
        recorded.collect()
    }
}
