//! What the processes cost: CPU time, memory, and what connections at rest occupy.

use super::Source;
use crate::cells::Cell;
use crate::document::{Block, Column, Entry, Section, Table};
use crate::entries;
use crate::measures;
use crate::numbers;
use crate::schema::{Run, workload};
use crate::statistics::interval::Estimate;

pub(super) fn section(source: &Source<'_, '_>) -> Option<Section> {
    let main: Vec<&Cell<'_>> = source.grid.main();
    let idle: Vec<&Cell<'_>> = source.grid.of_workload(workload::IDLE).collect();
    let blocks: Vec<Block> = source
        .charts(&["cpu", "memory"])
        .into_iter()
        .chain(allocations(&main).map(Block::Table))
        .chain(at_rest(&idle).map(Block::Table))
        .collect();
    (!blocks.is_empty()).then(|| Section {
        id: "cost",
        title: "CPU and memory".to_owned(),
        blocks,
    })
}

/// A measure in a column of a table, and how its numbers are shown.
struct Measure {
    group: &'static str,
    title: &'static str,
    of: fn(&Run) -> Option<f64>,
    show: fn(f64) -> String,
}

/// How often memory was asked for; nothing if no build that ran counts that.
fn allocations(cells: &[&Cell<'_>]) -> Option<Table> {
    let count = |group, of| Measure {
        group,
        title: "allocations",
        of,
        show: |count| numbers::decimals(count, 1),
    };
    let bytes = |group, of| Measure {
        group,
        title: "bytes",
        of,
        show: |bytes| numbers::decimals(bytes, 0),
    };
    let measures = [
        count("server", measures::server_allocations),
        bytes("server", measures::server_allocated_bytes),
        count("generator", measures::loadgen_allocations),
        bytes("generator", measures::loadgen_allocated_bytes),
    ];
    table(
        "Memory that was asked for, for a message; geometric means over trials",
        cells,
        &measures,
    )
}

/// What a connection at rest occupies.
fn at_rest(cells: &[&Cell<'_>]) -> Option<Table> {
    let kibibytes = |title, of| Measure {
        group: "",
        title,
        of,
        show: |bytes| numbers::decimals(bytes / 1024.0, 1),
    };
    let measures = [
        kibibytes("server, KiB", measures::server_idle_bytes),
        kibibytes("generator, KiB", measures::loadgen_idle_bytes),
    ];
    let caption = "Resident memory for each connection that is logged in and at rest; geometric means over trials";
    table(caption, cells, &measures)
}

fn table(caption: &str, cells: &[&Cell<'_>], measures: &[Measure]) -> Option<Table> {
    let mut table = Table {
        caption: caption.to_owned(),
        columns: vec![Column::numbers("accounts"), Column::words("protocol")],
        ..Table::default()
    };
    let columns = measures
        .iter()
        .map(|measure| Column::numbers(measure.title).under(measure.group));
    table.columns.extend(columns);
    for cell in cells {
        let estimates: Vec<Option<Estimate>> = measures
            .iter()
            .map(|measure| cell.estimate(measure.of))
            .collect();
        if estimates.iter().all(Option::is_none) {
            continue;
        }
        let mut row = vec![
            Entry::new(numbers::count(u64::from(cell.accounts))),
            entries::protocol(cell),
        ];
        row.extend(
            measures
                .iter()
                .zip(estimates)
                .map(|(measure, estimate)| entries::shown(estimate, measure.show).entry()),
        );
        table.rows.push(row);
    }
    table.notes = entries::notes(&table, cells);
    (!table.rows.is_empty()).then_some(table)
}
