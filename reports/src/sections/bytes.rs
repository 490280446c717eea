//! Where the bytes go: by layer, by part of a message, by phase.

use super::Source;
use crate::cells::Cell;
use crate::document::{Block, Column, Entry, Section, Table};
use crate::entries;
use crate::measures::Layer;
use crate::numbers;
use crate::schema::{ByteCounts, ByteLayers, Run, phase};

pub(super) fn section(source: &Source<'_, '_>) -> Option<Section> {
    let cells = source.grid.main_at_largest();
    let mut blocks: Vec<Block> = source.charts(&["bytes"]).into_iter().collect();
    blocks.extend(
        [parts(&cells), phases(&cells)]
            .into_iter()
            .flatten()
            .map(Block::Table),
    );
    (!blocks.is_empty()).then(|| Section {
        id: "bytes",
        title: "Where the bytes go".to_owned(),
        blocks,
    })
}

/// Request, reply and event of one message: of the first one, and of those in later rounds.
fn parts(cells: &[&Cell<'_>]) -> Option<Table> {
    let groups: Vec<Part> = PARTS
        .into_iter()
        .filter(|part| cells.iter().any(|cell| part.has_data(cell)))
        .collect();
    let mut columns = vec![Column::words("protocol")];
    for group in &groups {
        let titles = ["request", "reply", "event", "together"];
        columns.extend(titles.map(|title| Column::numbers(title).under(group.title)));
    }
    let rows: Vec<Vec<Entry>> = cells
        .iter()
        .filter(|cell| groups.iter().any(|group| group.has_data(cell)))
        .map(|cell| {
            let entries = groups.iter().flat_map(|group| group.entries(cell));
            std::iter::once(entries::protocol(cell))
                .chain(entries)
                .collect()
        })
        .collect();
    (!rows.is_empty()).then(|| Table {
        caption: format!(
            "Stream bytes of one message with {} accounts",
            cells.first().map_or(0, |cell| cell.accounts)
        ),
        columns,
        rows,
        notes: groups.iter().map(|group| group.note.to_owned()).collect(),
    })
}

/// Messages that are told apart, and the bytes of request, reply and event of one of them.
struct Part {
    title: &'static str,
    note: &'static str,
    decimals: usize,
    bytes: fn(&Run) -> Option<[f64; 3]>,
}

const PARTS: [Part; 2] = [
    Part {
        title: "first message",
        note: "The first message is that between two connections on which there was none before, and is counted \
               exactly. What makes later ones differ is what a protocol remembers of a connection: names that have \
               crossed once, headers of HTTP/2, numbers that are told as differences.",
        decimals: 0,
        bytes: |run| {
            let first = run.bytes_first_message?;
            Some([first.request, first.reply, first.event].map(numbers::to_f64))
        },
    },
    Part {
        title: "rounds after the first",
        note: "Those of the rounds after the first are means.",
        decimals: 1,
        bytes: |run| {
            let steady = run.bytes_per_message?;
            Some([steady.request, steady.reply, steady.event])
        },
    },
];

impl Part {
    fn has_data(&self, cell: &Cell<'_>) -> bool {
        cell.valid.iter().any(|run| (self.bytes)(run).is_some())
    }

    fn entries(&self, cell: &Cell<'_>) -> [Entry; 4] {
        let entry = |of: &dyn Fn([f64; 3]) -> f64| {
            let counted = cell.counted(|run| (self.bytes)(run).map(of));
            let show = |bytes| numbers::decimals(bytes, self.decimals);
            entries::shown(counted, show).entry()
        };
        [
            entry(&|parts| parts[0]),
            entry(&|parts| parts[1]),
            entry(&|parts| parts[2]),
            entry(&|parts| parts.iter().sum()),
        ]
    }
}

/// Bytes of each phase, each direction, each layer.
fn phases(cells: &[&Cell<'_>]) -> Option<Table> {
    let mut rows = Vec::new();
    for phase in phase::ALL {
        for cell in cells {
            rows.extend(phase_row(cell, phase));
        }
    }
    let mut columns = vec![Column::words("phase"), Column::words("protocol")];
    for direction in ["sent by the clients", "received by the clients"] {
        columns.extend(Layer::ALL.map(|layer| Column::numbers(layer.name()).under(direction)));
    }
    (!rows.is_empty()).then(|| Table {
        caption: format!(
            "Bytes of each phase with {} accounts, geometric means over trials",
            cells.first().map_or(0, |cell| cell.accounts)
        ),
        columns,
        rows,
        notes: vec![
            "Each layer holds the one before: payload is the text and the names that a user means, message what the \
             codec makes of them, stream what goes through the socket, wire that with TCP and IP headers and \
             acknowledgements."
                .to_owned(),
            "message_rest holds all rounds after the first, as many as fitted into the time: compare its bytes by \
             message, not in total. For these rounds accounts are created anew, and deleted."
                .to_owned(),
        ],
    })
}

fn phase_row(cell: &Cell<'_>, phase: &str) -> Option<Vec<Entry>> {
    let counts = |run: &Run| run.bytes_by_phase.get(phase).copied();
    cell.valid.iter().find_map(|run| counts(run))?;
    let entry = |direction: fn(&ByteCounts) -> &ByteLayers, layer: Layer| {
        let counted = cell.counted(|run| {
            let counts = counts(run)?;
            layer.of(direction(&counts)).map(numbers::to_f64)
        });
        Entry::new(entries::value(counted, |bytes| numbers::decimals(bytes, 0)))
    };
    let mut row = vec![Entry::new(phase), entries::protocol(cell)];
    row.extend(Layer::ALL.map(|layer| entry(|counts| &counts.sent, layer)));
    row.extend(Layer::ALL.map(|layer| entry(|counts| &counts.received, layer)));
    Some(row)
}
