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

/// Request, reply and event of one message.
fn parts(cells: &[&Cell<'_>]) -> Option<Table> {
    let rows: Vec<Vec<Entry>> = cells
        .iter()
        .filter(|cell| cell.valid.iter().any(|run| run.bytes_per_message.is_some()))
        .map(|cell| {
            let part = |part: fn(&crate::schema::BytesPerMessage) -> f64| {
                let counted = cell.counted(|run| run.bytes_per_message.as_ref().map(part));
                entries::shown(counted, |bytes| numbers::decimals(bytes, 1)).entry()
            };
            vec![
                entries::protocol(cell),
                part(|bytes| bytes.request),
                part(|bytes| bytes.reply),
                part(|bytes| bytes.event),
                part(|bytes| bytes.request + bytes.reply + bytes.event),
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| Table {
        caption: format!(
            "Mean stream bytes of one message with {} accounts, in rounds after the first",
            cells.first().map_or(0, |cell| cell.accounts)
        ),
        columns: vec![
            Column::words("protocol"),
            Column::numbers("request"),
            Column::numbers("reply"),
            Column::numbers("event"),
            Column::numbers("together"),
        ],
        rows,
        notes: Vec::new(),
    })
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
             message, not in total."
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
