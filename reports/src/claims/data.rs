//! What claims are held against: runs of cells, paired by rounds of trials.

use std::collections::BTreeMap;

use crate::attribution;
use crate::schema::{Results, Run, workload};
use crate::statistics::ratio::{Origin, Pair, PairedRatio};

use super::Expected;
use super::found::Found;

/// One divided by another.
pub(super) const RATIO: &str = "ratio";
/// A part of a whole, 0 to 1.
pub(super) const SHARE: &str = "share";
/// Bytes of one message.
pub(super) const BYTES: &str = "bytes";

/// A quantity of a run.
pub(super) type Measure = fn(&Run) -> Option<f64>;

/// A round of trials: the file that it is from, and its number there.
pub(super) type Round = (u32, u32);

/// A quantity in each round that has it.
pub(super) type ByRound = BTreeMap<Round, f64>;

/// Which runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) codec: &'static str,
    pub(super) transport: &'static str,
    pub(super) workload: &'static str,
    /// None for the store of the whole run.
    pub(super) store: Option<&'static str>,
    pub(super) connections: Connections,
    pub(super) compression: Option<&'static str>,
}

/// How accounts are connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Connections {
    /// Each by its own.
    Own,
    /// Several by one.
    Shared,
}

impl Cell {
    /// A cell of the factorial run itself.
    pub(super) const fn of(codec: &'static str, transport: &'static str) -> Self {
        Self {
            codec,
            transport,
            workload: workload::FACTORIAL,
            store: None,
            connections: Connections::Own,
            compression: None,
        }
    }

    /// The same pair with the notebook's Table 1.
    pub(super) const fn efficiency(self) -> Self {
        Self {
            workload: workload::EFFICIENCY,
            ..self
        }
    }

    /// With another store.
    pub(super) const fn stored(self, store: &'static str) -> Self {
        Self {
            store: Some(store),
            ..self
        }
    }

    /// With accounts that share connections.
    pub(super) const fn shared(self) -> Self {
        Self {
            connections: Connections::Shared,
            ..self
        }
    }

    /// With messages that are compressed.
    pub(super) const fn compressed(self) -> Self {
        Self {
            compression: Some("gzip"),
            ..self
        }
    }

    fn has(self, run: &Run, results: &Results) -> bool {
        let compression = run
            .conditions
            .as_ref()
            .and_then(|conditions| conditions.compression.as_deref());
        run.valid
            && run.control_of.is_none()
            && run.codec == self.codec
            && run.transport == self.transport
            && run.workload == self.workload
            && run.store == self.store.unwrap_or(&results.config.store)
            && run.connections.is_some() == (self.connections == Connections::Shared)
            && compression == self.compression
            && attribution::is_alike(run, results)
    }

    /// `protobuf+grpc with gzip`, for those who look for what is missing.
    fn name(self) -> String {
        let mut name = format!("{}+{}", self.codec, self.transport);
        if self.workload != workload::FACTORIAL {
            name = format!("{name} in {}", self.workload);
        }
        if let Some(store) = self.store {
            name = format!("{name} with {store}");
        }
        if self.connections == Connections::Shared {
            name += " with shared connections";
        }
        if let Some(compression) = self.compression {
            name = format!("{name} with {compression}");
        }
        name
    }
}

/// Results, by cell.
pub(super) struct Data<'a> {
    results: &'a Results,
}

impl<'a> Data<'a> {
    pub(super) const fn of(results: &'a Results) -> Self {
        Self { results }
    }

    /// A quantity of a cell in each round.
    pub(super) fn by_round(&self, cell: Cell, measure: Measure) -> ByRound {
        let runs = self.results.runs.iter();
        runs.filter(|run| cell.has(run, self.results))
            .filter_map(|run| Some(((run.origin, run.trial), measure(run)?)))
            .collect()
    }

    fn has(&self, cell: Cell) -> bool {
        let mut runs = self.results.runs.iter();
        runs.any(|run| cell.has(run, self.results))
    }
}

/// A figure that a claim is held against.
pub(super) struct Figure {
    /// What it is.
    pub(super) words: &'static str,
    pub(super) unit: &'static str,
    pub(super) source: Source,
    pub(super) origin: Origin,
    /// None for a figure that only stands beside.
    pub(super) expected: Option<Expected>,
    pub(super) role: Role,
}

/// What a figure is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// What the claim says: it decides.
    Claim,
    /// Why it should be so: it says of itself whether it holds, and decides nothing.
    Reason,
}

/// What a figure is made from.
pub(super) enum Source {
    /// A quantity of the first cell by that of the second.
    Ratio(Measure, [Cell; 2]),
    /// A quantity of one cell.
    Amount(Measure, Cell),
    /// Something of several cells.
    Made(fn(&Data<'_>) -> ByRound, &'static [Cell]),
}

impl Figure {
    /// The same as a reason.
    pub(super) const fn for_a_reason(mut self) -> Self {
        self.role = Role::Reason;
        self
    }

    /// Over rounds; none where no round has all that it is made from.
    pub(super) fn found(&self, data: &Data<'_>) -> Option<Found> {
        match self.source {
            Source::Ratio(measure, [first, second]) => {
                let (first, second) = (
                    data.by_round(first, measure),
                    data.by_round(second, measure),
                );
                let pair = |(round, first): (&Round, &f64)| {
                    let (first, second) = (*first, *second.get(round)?);
                    Some(Pair { first, second })
                };
                let pairs: Vec<Pair> = first.iter().filter_map(pair).collect();
                PairedRatio::of(&pairs, self.origin).map(Found::from)
            }
            Source::Amount(measure, cell) => {
                Found::amount(&data.by_round(cell, measure), self.origin)
            }
            Source::Made(make, _) => Found::amount(&make(data), self.origin),
        }
    }

    /// Why there is no figure.
    pub(super) fn missing(&self, data: &Data<'_>) -> String {
        let cells: &[Cell] = match &self.source {
            Source::Ratio(_, cells) => cells,
            Source::Amount(_, cell) => std::slice::from_ref(cell),
            Source::Made(_, cells) => cells,
        };
        let missing: Vec<String> = cells
            .iter()
            .filter(|cell| !data.has(**cell))
            .map(|cell| cell.name())
            .collect();
        if missing.is_empty() {
            "cannot be told: no round has a valid run of all that it takes".to_owned()
        } else {
            format!("cannot be told: it takes {}", missing.join(" and "))
        }
    }
}
