//! The notebook's Tables 1 to 3, its figures beside ours.

mod table_1;
mod table_2;
mod table_3;

use super::Source;
use crate::cells::{Cell, Grid};
use crate::document::{Block, Section, Table};

/// All tables.
const TABLES: [fn(&Grid<'_>) -> Option<Table>; 3] =
    [table_1::table, table_2::table, table_3::table];

pub(super) fn section(source: &Source<'_, '_>) -> Option<Section> {
    let tables: Vec<Table> = TABLES
        .iter()
        .filter_map(|table| table(source.grid))
        .collect();
    if tables.is_empty() {
        return None;
    }
    let mut blocks = vec![Block::Text(
        "What the notebook wrote down, what was measured here (geometric means over trials), and the factor between them: \
         × 2 means that ours is twice the notebook's, ÷ 2 that it is half. The notebook ran once, in Python, on a \
         machine that it does not name; its bytes are those of encoded messages, without framing, HTTP/2 or TCP, so \
         ours are compared at the layer “message”, and the stream stands beside."
            .to_owned(),
    )];
    blocks.extend(tables.into_iter().map(Block::Table));
    Some(Section {
        id: "notebook",
        title: "The notebook, replayed".to_owned(),
        blocks,
    })
}

/// The cells that can stand beside a row of the notebook; more than one where conditions differ.
fn counterparts<'g, 'a>(
    grid: &'g Grid<'a>,
    workload: &str,
    (protocol, accounts): (&str, Option<u32>),
) -> Vec<&'g Cell<'a>> {
    grid.of_workload(workload)
        .filter(|cell| cell.protocol == protocol)
        .filter(|cell| accounts.is_none_or(|accounts| accounts == cell.accounts))
        .collect()
}
