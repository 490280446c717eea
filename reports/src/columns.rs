//! The columns of the overview of a workload, as the terminal and the page show it: one row for each number of
//! accounts and protocol, over valid trials.

use crate::cells::{Cell, Grid, Kind};
use crate::entries::{self, Shown};
use crate::measures;
use crate::numbers::{self, NONE};
use crate::statistics::interval::Estimate;

/// A column: its title, its unit, and how to get its entry.
pub(crate) struct Column {
    pub(crate) title: &'static str,
    pub(crate) unit: &'static str,
    /// Columns of the highest number are the first to go where there is no room.
    pub(crate) dispensable: u8,
    pub(crate) value: fn(&Grid<'_>, &Cell<'_>) -> Shown,
}

/// All columns but accounts and protocol, from left to right.
pub(crate) const COLUMNS: [Column; 14] = [
    Column {
        title: "elapsed",
        unit: "ms",
        dispensable: 3,
        value: |_, cell| {
            let elapsed = cell.estimate(measures::elapsed_ns);
            entries::shown(elapsed, |ns| numbers::measured(ns / 1e6))
        },
    },
    Column {
        title: "messages",
        unit: "/s",
        dispensable: 0,
        value: |_, cell| entries::shown(cell.estimate(measures::throughput_hz), numbers::measured),
    },
    Column {
        title: "of floor",
        unit: "",
        dispensable: 5,
        value: |grid, cell| {
            let share = grid.share_of_floor(cell);
            Shown::plain(share.map_or(NONE.to_owned(), numbers::percent))
        },
    },
    Column {
        title: "ack p50",
        unit: "µs",
        dispensable: 2,
        value: |_, cell| {
            entries::percentile_us_shown(cell, Kind::Ack, (0.5, |latency| latency.p50_ns))
        },
    },
    Column {
        title: "ack p99",
        unit: "µs",
        dispensable: 0,
        value: |_, cell| {
            entries::percentile_us_shown(cell, Kind::Ack, (0.99, |latency| latency.p99_ns))
        },
    },
    Column {
        title: "ack max",
        unit: "µs",
        dispensable: 6,
        value: |_, cell| {
            let all = cell.histogram(Kind::Ack);
            let largest_ns = all.map(|all| numbers::to_f64(all.max()));
            Shown::plain(largest_ns.map_or(NONE.to_owned(), |ns| numbers::measured(ns / 1e3)))
        },
    },
    Column {
        title: "delivery p99",
        unit: "µs",
        dispensable: 4,
        value: |_, cell| {
            entries::percentile_us_shown(cell, Kind::Delivery, (0.99, |latency| latency.p99_ns))
        },
    },
    Column {
        title: "sent",
        unit: "B/message",
        dispensable: 0,
        value: |_, cell| per_message(cell.counted(measures::sent_per_message_bytes)),
    },
    Column {
        title: "received",
        unit: "B/message",
        dispensable: 0,
        value: |_, cell| per_message(cell.counted(measures::received_per_message_bytes)),
    },
    Column {
        title: "server CPU",
        unit: "µs/message",
        dispensable: 1,
        value: |_, cell| {
            let cpu = cell.estimate(measures::server_cpu_ns);
            entries::shown(cpu, |ns| numbers::measured(ns / 1e3))
        },
    },
    Column {
        title: "server RSS",
        unit: "MiB",
        dispensable: 7,
        value: |_, cell| {
            let memory = cell.estimate(measures::server_rss_bytes);
            entries::shown(memory, |bytes| numbers::measured(bytes / 1_048_576.0))
        },
    },
    Column {
        title: "server allocations",
        unit: "/message",
        dispensable: 8,
        value: |_, cell| {
            let allocations = cell.estimate(measures::server_allocations);
            entries::shown(allocations, |count| numbers::decimals(count, 1))
        },
    },
    Column {
        title: "server idle",
        unit: "KiB/connection",
        dispensable: 0,
        value: |_, cell| per_connection(cell.estimate(measures::server_idle_bytes)),
    },
    Column {
        title: "generator idle",
        unit: "KiB/connection",
        dispensable: 0,
        value: |_, cell| per_connection(cell.estimate(measures::loadgen_idle_bytes)),
    },
];

impl Column {
    /// Whether any cell has an entry: a column without is left out.
    pub(crate) fn has_data(&self, grid: &Grid<'_>, cells: &[&Cell<'_>]) -> bool {
        cells
            .iter()
            .any(|cell| (self.value)(grid, cell).text != NONE)
    }

    /// Title and unit on one line.
    pub(crate) fn heading(&self) -> String {
        match self.unit {
            "" => self.title.to_owned(),
            unit if unit.starts_with('/') => format!("{}{unit}", self.title),
            unit => format!("{}, {unit}", self.title),
        }
    }
}

/// Bytes are counted, not estimated: one decimal of a mean is known.
fn per_message(counted: Option<Estimate>) -> Shown {
    entries::shown(counted, |bytes| numbers::decimals(bytes, 1))
}

/// Memory is had in pages, so that thousands of connections tell a decimal of a kibibyte.
fn per_connection(estimate: Option<Estimate>) -> Shown {
    entries::shown(estimate, |bytes| numbers::decimals(bytes / 1024.0, 1))
}

/// What a workload does, in a few words.
pub(crate) fn workload_words(workload: &str) -> &'static str {
    match workload {
        crate::schema::workload::EFFICIENCY => "two accounts, 20 messages, read at once",
        crate::schema::workload::SCALING => "each of k accounts sends to every other",
        crate::schema::workload::FACTORIAL => "scaling over every pair of codecs and transports",
        crate::schema::workload::IDLE => "k accounts log in and say nothing",
        crate::schema::workload::JOURNAL => "one pass over all operations, and 100 registrations",
        _ => "",
    }
}
