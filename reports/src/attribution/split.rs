//! A quantity, split into its components.

use super::quantity::{Quantity, SPLIT};
use super::rounds::Rounds;
use super::{IN_MEMORY, SOCKET, figure};
use crate::schema::{Component, SplitQuantity};
use crate::statistics::factorial::{Effect, Table};
use crate::statistics::interval;

/// All quantities that every cell has.
pub(super) fn quantities(rounds: &Rounds<'_>) -> Vec<SplitQuantity> {
    SPLIT
        .iter()
        .filter_map(|quantity| {
            let model = Model::of(rounds, quantity)?;
            Some(SplitQuantity {
                quantity: quantity.name.to_owned(),
                rounds: super::count(model.tables.len()),
                components: model.components(),
            })
        })
        .collect()
}

/// A quantity over complete rounds.
struct Model<'r, 'a> {
    rounds: &'r Rounds<'a>,
    tables: Vec<Table>,
    /// What each codec takes alone in each round.
    alone: Option<Vec<Vec<f64>>>,
    /// The place of the transport in memory.
    memory: Option<usize>,
    /// The place of the transport that others are compared with.
    socket: usize,
}

impl<'r, 'a> Model<'r, 'a> {
    fn of(rounds: &'r Rounds<'a>, quantity: &Quantity) -> Option<Self> {
        let tables = rounds.tables(quantity);
        // A codec's own time is of the same rounds, or it is left out.
        let alone = rounds
            .alone(quantity)
            .filter(|alone| alone.len() == tables.len());
        let memory = rounds.transport(IN_MEMORY);
        let socket = rounds
            .transport(SOCKET)
            .or_else(|| (0..rounds.factors.transports.len()).find(|place| Some(*place) != memory))
            .or(memory)?;
        (!tables.is_empty()).then_some(Self {
            rounds,
            tables,
            alone,
            memory,
            socket,
        })
    }

    fn components(&self) -> Vec<Component> {
        let all = [
            self.core(),
            self.encoding(),
            self.encoding_alone(),
            self.transport(),
            self.framing(),
            self.interaction(),
        ];
        all.into_iter().flatten().collect()
    }

    /// An effect over rounds, each of which has a table and a number.
    fn effect(&self, of: impl Fn(usize, &Table) -> f64) -> Option<Effect> {
        Effect::measured(&self.each(of))
    }

    fn each(&self, of: impl Fn(usize, &Table) -> f64) -> Vec<f64> {
        let tables = self.tables.iter().enumerate();
        tables.map(|(round, table)| of(round, table)).collect()
    }

    /// What encoding is counted from in a round: what codecs take alone on average, or by how much the first codec is
    /// below the average of all, so that nothing is added to the start, which is the first codec's.
    fn encoding_base(&self, round: usize, table: &Table) -> f64 {
        match &self.alone {
            Some(alone) => interval::mean(&alone[round]),
            None => -table.row_effect(0),
        }
    }

    fn core(&self) -> Vec<Component> {
        let base = self.memory.unwrap_or(self.socket);
        let factors = self.rounds.factors;
        let first = format!("{}+{}", factors.codecs[0], factors.transports[base]);
        let (part, of) = match (&self.alone, self.memory) {
            (None, _) => ("start", Some(first)),
            (Some(_), Some(_)) => ("core", None),
            (Some(_), None) => ("core_and_transport", None),
        };
        let core =
            |round: usize, table: &Table| table.column(base) - self.encoding_base(round, table);
        self.effect(core)
            .map(|effect| component(part, of, effect))
            .into_iter()
            .collect()
    }

    fn encoding(&self) -> Vec<Component> {
        let encoding = |round: usize, table: &Table, codec: usize| {
            self.encoding_base(round, table) + table.row_effect(codec)
        };
        if self.alone.is_some() {
            return self.by_codec("encoding", encoding);
        }
        // The first one is in the start.
        let all = self.by_codec("encoding_over_first", encoding);
        all.into_iter().skip(1).collect()
    }

    fn encoding_alone(&self) -> Vec<Component> {
        let Some(alone) = &self.alone else {
            return Vec::new();
        };
        self.by_codec("encoding_alone", |round, _, codec| alone[round][codec])
    }

    fn by_codec(&self, part: &str, of: impl Fn(usize, &Table, usize) -> f64) -> Vec<Component> {
        let codecs = self.rounds.factors.codecs.iter().enumerate();
        codecs
            .filter_map(|(place, codec)| {
                let effect = self.effect(|round, table| of(round, table, place))?;
                Some(component(part, Some(codec.clone()), effect))
            })
            .collect()
    }

    fn transport(&self) -> Vec<Component> {
        let Some(memory) = self.memory.filter(|memory| *memory != self.socket) else {
            return Vec::new();
        };
        let name = self.rounds.factors.transports[self.socket].clone();
        self.effect(|_, table| table.column(self.socket) - table.column(memory))
            .map(|effect| component("transport", Some(name), effect))
            .into_iter()
            .collect()
    }

    fn framing(&self) -> Vec<Component> {
        let transports = self.rounds.factors.transports.iter().enumerate();
        transports
            .filter(|(place, _)| Some(*place) != self.memory && *place != self.socket)
            .filter_map(|(place, name)| {
                let effect =
                    self.effect(|_, table| table.column(place) - table.column(self.socket))?;
                Some(component("framing", Some(name.clone()), effect))
            })
            .collect()
    }

    /// What is not additive, cell by cell; intervals of all cells hold together.
    fn interaction(&self) -> Vec<Component> {
        let factors = self.rounds.factors;
        let cells = super::count(factors.codecs.len() * factors.transports.len());
        let mut components = Vec::new();
        for (row, codec) in factors.codecs.iter().enumerate() {
            for (column, transport) in factors.transports.iter().enumerate() {
                let values = self.each(|_, table| table.interaction(row, column));
                components.extend(Effect::among(cells, &values).map(|effect| {
                    component("interaction", Some(format!("{codec}+{transport}")), effect)
                }));
            }
        }
        components
    }
}

fn component(part: &str, of: Option<String>, effect: Effect) -> Component {
    Component {
        part: part.to_owned(),
        of,
        effect: figure(effect),
    }
}
