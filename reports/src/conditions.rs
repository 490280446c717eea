//! What may differ between runs of one protocol besides the number of accounts: where it does, the label says so, and
//! runs under different conditions are never mixed.

use std::collections::{BTreeMap, BTreeSet};

use crate::numbers;
use crate::schema::{FLOOR, Run, workload};

/// A condition of a run: its field's value, in words for a label.
struct Field {
    words: fn(&Run) -> String,
    /// Whether the reference is subject to it: it has no store and no texts.
    binds_reference: bool,
}

/// All conditions.
const FIELDS: [Field; 8] = [
    Field {
        words: |run| run.store.clone(),
        binds_reference: false,
    },
    Field {
        words: |run| format!("{} in flight", run.in_flight),
        binds_reference: true,
    },
    Field {
        words: |run| {
            run.message_bytes
                .map_or("own texts".to_owned(), |bytes| format!("{bytes} B"))
        },
        binds_reference: false,
    },
    Field {
        words: rate_words,
        binds_reference: true,
    },
    Field {
        words: |run| run.delivery.clone().unwrap_or_else(|| "push".to_owned()),
        binds_reference: false,
    },
    Field {
        words: |run| {
            let shared = |connections| match connections {
                1 => "1 connection".to_owned(),
                several => format!("{several} connections"),
            };
            run.connections.map_or("own connections".to_owned(), shared)
        },
        binds_reference: false,
    },
    Field {
        words: |run| {
            let conditions = run.conditions.as_ref();
            let compression = conditions.and_then(|conditions| conditions.compression.clone());
            compression.unwrap_or_else(|| "uncompressed".to_owned())
        },
        binds_reference: false,
    },
    Field {
        words: |run| run.link.clone().unwrap_or_else(|| "no link".to_owned()),
        binds_reference: true,
    },
];

/// What is not said of the many cells of a factorial run, beside which a few have something otherwise.
const USUAL: [&str; 3] = ["memory", "own connections", "uncompressed"];

/// The offered load, exactly: rates of one ramp may lie close together.
pub(crate) fn rate_words(run: &Run) -> String {
    run.rate_hz.map_or_else(
        || "closed loop".to_owned(),
        |rate_hz| format!("{}/s", numbers::decimals(rate_hz, 0)),
    )
}

/// Which conditions differ within each workload.
#[derive(Debug)]
pub(crate) struct Conditions {
    /// Indices into `FIELDS`, by workload.
    varying: BTreeMap<String, Vec<usize>>,
    /// The labels of each protocol within a workload, in the order in which they ran.
    labels: BTreeMap<(String, String), Vec<String>>,
}

impl Conditions {
    /// Finds out what differs.
    pub(crate) fn of(runs: &[Run]) -> Self {
        let workloads: BTreeSet<&str> = runs.iter().map(|run| run.workload.as_str()).collect();
        let mut conditions = Self {
            varying: workloads
                .into_iter()
                .map(|workload| (workload.to_owned(), varying(runs, workload)))
                .collect(),
            labels: BTreeMap::new(),
        };
        for run in runs {
            let label = conditions.label(run);
            let key = (run.workload.clone(), run.protocol.clone());
            let labels = conditions.labels.entry(key).or_default();
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        conditions
    }

    /// The protocol's name, with the conditions that differ within the workload.
    pub(crate) fn label(&self, run: &Run) -> String {
        let words = self.words(run);
        if words.is_empty() {
            run.protocol.clone()
        } else {
            format!("{} · {words}", run.protocol)
        }
    }

    /// The conditions that differ within the workload.
    pub(crate) fn words(&self, run: &Run) -> String {
        self.fields(run)
            .filter(|field| field.binds_reference || run.protocol != FLOOR)
            .map(|field| (field.words)(run))
            .filter(|words| run.workload != workload::FACTORIAL || !USUAL.contains(&words.as_str()))
            .collect::<Vec<_>>()
            .join(" · ")
    }

    /// Which of its protocol's labels a run has, from 0.
    pub(crate) fn index(&self, run: &Run) -> usize {
        let key = (run.workload.clone(), run.protocol.clone());
        let label = self.label(run);
        self.labels
            .get(&key)
            .and_then(|labels| labels.iter().position(|other| *other == label))
            .unwrap_or(0)
    }

    /// The varying conditions that a reference is subject to, as one string to compare.
    pub(crate) fn shared_with_reference(&self, run: &Run) -> String {
        self.fields(run)
            .filter(|field| field.binds_reference)
            .map(|field| (field.words)(run))
            .collect::<Vec<_>>()
            .join(" · ")
    }

    fn fields(&self, run: &Run) -> impl Iterator<Item = &'static Field> {
        let varying = self.varying.get(&run.workload);
        varying.into_iter().flatten().map(|at| &FIELDS[*at])
    }
}

fn varying(runs: &[Run], workload: &str) -> Vec<usize> {
    (0..FIELDS.len())
        .filter(|at| {
            let field = &FIELDS[*at];
            let values: BTreeSet<String> = runs
                .iter()
                .filter(|run| run.workload == workload)
                .filter(|run| field.binds_reference || run.protocol != FLOOR)
                .map(|run| (field.words)(run))
                .collect();
            values.len() > 1
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(protocol: &str, store: &str) -> Run {
        Run {
            protocol: protocol.to_owned(),
            workload: "scaling".to_owned(),
            store: store.to_owned(),
            ..Run::default()
        }
    }

    #[test]
    fn the_reference_has_no_texts_whose_size_could_differ() {
        let custom = Run {
            message_bytes: Some(5),
            ..run("custom", "memory")
        };
        let conditions = Conditions::of(&[custom.clone(), run("floor", "none")]);
        assert_eq!(conditions.label(&custom), "custom");
        assert_eq!(conditions.label(&run("floor", "none")), "floor");
    }

    #[test]
    fn a_label_is_the_protocol_while_nothing_differs() {
        let runs = [
            run("custom", "memory"),
            run("json", "memory"),
            run("floor", "none"),
        ];
        let conditions = Conditions::of(&runs);
        assert_eq!(conditions.label(&runs[0]), "custom");
        assert_eq!(conditions.label(&runs[2]), "floor");
    }

    #[test]
    fn what_connections_are_shared_by_compressed_and_asked_over_is_kept_apart() {
        let shared = Run {
            connections: Some(2),
            ..run("grpc", "memory")
        };
        let compressed = Run {
            conditions: Some(crate::schema::Conditions {
                compression: Some("gzip".to_owned()),
                ..crate::schema::Conditions::default()
            }),
            ..run("grpc", "memory")
        };
        let polled = Run {
            delivery: Some("poll:2s".to_owned()),
            ..run("grpc", "memory")
        };
        let plain = run("grpc", "memory");
        for (other, words) in [
            (shared, ["2 connections", "own connections"]),
            (compressed, ["gzip", "uncompressed"]),
            (polled, ["poll:2s", "push"]),
        ] {
            let conditions = Conditions::of(&[other.clone(), plain.clone()]);
            let labels = [&other, &plain].map(|run| conditions.label(run));
            assert_eq!(labels, words.map(|words| format!("grpc · {words}")));
        }
    }

    #[test]
    fn a_label_says_what_differs() {
        let runs = [
            run("custom", "memory"),
            run("custom", "sqlite"),
            run("floor", "none"),
        ];
        let conditions = Conditions::of(&runs);
        assert_eq!(conditions.label(&runs[0]), "custom · memory");
        assert_eq!(conditions.label(&runs[1]), "custom · sqlite");
        assert_eq!(conditions.index(&runs[1]), 1);
        assert_eq!(conditions.label(&runs[2]), "floor");
        assert_eq!(
            conditions.shared_with_reference(&runs[1]),
            conditions.shared_with_reference(&runs[2])
        );
    }
}
