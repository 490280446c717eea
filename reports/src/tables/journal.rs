//! What the dev journal measured by hand, as a terminal shows it: three times for each protocol, and the journal's beside them.

use comfy_table::CellAlignment;

use super::{printable, ruled, wrapped};
use crate::cells::{Cell, Grid};
use crate::notebook::{JournalRow, NOTEBOOK};
use crate::numbers::{self, NONE};
use crate::schema::{phase, workload};

/// What is measured: the name of the phase, and the words above its column.
const MEASURED: [(&str, &str); 3] = [
    (phase::START, "start,\nconnect"),
    (phase::PASS, "one\npass"),
    (phase::REGISTER, "100\nregistrations"),
];

/// The table; none where the workload did not run.
pub(super) fn table(grid: &Grid<'_>, width: usize) -> Option<String> {
    let all = grid.of_workload(workload::JOURNAL);
    let cells: Vec<&Cell<'_>> = all.filter(|cell| !cell.is_invalid()).collect();
    if cells.is_empty() {
        return None;
    }
    let titles = std::iter::once("\nprotocol")
        .chain(MEASURED.map(|(_, title)| title))
        .map(str::to_owned);
    let mut rows: Vec<Vec<String>> = cells.iter().map(|cell| row(cell)).collect();
    rows.push(notebooks_row("the journal's sockets", |row| row.sockets_s));
    rows.push(notebooks_row("the journal's gRPC", |row| row.grpc_s));
    let mut alignments = vec![CellAlignment::Left];
    alignments.extend([CellAlignment::Right; 3]);
    let heading = "the dev journal's measurements: ms, medians of valid trials";
    let mut lines = vec![
        heading.to_owned(),
        ruled(titles.collect(), rows, &alignments),
    ];
    lines.extend(notes(&cells).map(|note| wrapped(&printable(&note), width)));
    Some(lines.join("\n") + "\n")
}

fn row(cell: &Cell<'_>) -> Vec<String> {
    let of_phase = |(phase, _): (&str, &str)| {
        let times = cell.valid.iter().filter_map(|run| run.phases_ns.get(phase));
        let median = median(times.map(|ns| numbers::to_f64(*ns)).collect());
        median.map_or(NONE.to_owned(), |ns| numbers::measured(ns / 1e6))
    };
    let times = MEASURED.map(of_phase).into_iter();
    std::iter::once(printable(&cell.label))
        .chain(times)
        .collect()
}

fn notebooks_row(name: &str, figure: fn(&JournalRow) -> f64) -> Vec<String> {
    let of_phase = |(phase, _): (&str, &str)| {
        let mut rows = NOTEBOOK.journal.iter();
        let found = rows.find(|row| row.what == phase);
        found.map_or(NONE.to_owned(), |row| numbers::measured(figure(row) * 1e3))
    };
    let times = MEASURED.map(of_phase).into_iter();
    std::iter::once(name.to_owned()).chain(times).collect()
}

/// What a format could not say, and where nothing of ours was started.
fn notes(cells: &[&Cell<'_>]) -> impl Iterator<Item = String> {
    let left_out = cells.iter().filter_map(|cell| {
        let run = cell.valid.first()?;
        let words = run.left_out.join(", ");
        (!words.is_empty()).then(|| {
            let label = &cell.label;
            format!("{label} cannot say all: left out are {words}.")
        })
    });
    let mut runs = cells.iter().flat_map(|cell| &cell.valid);
    let is_connecting_alone = runs.any(|run| run.server_start_ns.is_none());
    let alone = "The first column is connecting alone where the server ran already.";
    left_out.chain(is_connecting_alone.then(|| alone.to_owned()))
}

/// The middle one, or the mean of the two in the middle; `None` of nothing.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let (upper, lower) = (values.len() / 2, values.len().checked_sub(1)? / 2);
    Some(f64::midpoint(values[lower], values[upper]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::schema::{Config, Machine, Results, Run};

    fn run(trial: u32, start_ns: u64, server_start_ns: Option<u64>) -> Run {
        let phases = [
            ("start", start_ns),
            ("pass", 700_000),
            ("register", 9_000_000),
        ];
        Run {
            protocol: "pipe".to_owned(),
            codec: "pipe".to_owned(),
            transport: "tcp".to_owned(),
            workload: workload::JOURNAL.to_owned(),
            accounts: 101,
            trial,
            valid: true,
            phases_ns: BTreeMap::from(phases.map(|(name, ns)| (name.to_owned(), ns))),
            server_start_ns,
            left_out: vec!["look back".to_owned()],
            ..Run::default()
        }
    }

    fn shown(runs: Vec<Run>) -> Option<String> {
        let mut results = Results::new(Machine::default(), Config::default());
        results.runs = runs;
        table(&Grid::new(&results).expect("there are no histograms"), 80)
    }

    #[test]
    fn medians_stand_above_what_the_journal_measured() {
        let starts = [3_000_000, 90_000_000, 4_000_000];
        let runs = (1..).zip(starts).map(|(trial, ns)| run(trial, ns, Some(1)));
        let table = shown(runs.collect()).expect("it ran");
        let words = |name: &str| {
            let line = table.lines().find(|line| line.starts_with(name));
            let line = line.unwrap_or_else(|| panic!("{name} is in {table}"));
            line[name.len()..]
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(words("pipe "), ["4.00", "0.700", "9.00"]);
        assert_eq!(words("the journal's sockets"), ["2.20", "2.40", "17.5"]);
        assert_eq!(words("the journal's gRPC"), ["18.9", "18.7", "71.2"]);
        assert!(table.contains("left out are look back."), "{table}");
        assert!(!table.contains("connecting alone"), "{table}");
    }

    #[test]
    fn a_server_that_ran_already_is_said_so() {
        let table = shown(vec![run(1, 5_000, None)]).expect("it ran");
        assert!(table.contains("connecting alone"), "{table}");
        assert_eq!(shown(Vec::new()), None);
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(Vec::new()), None);
        assert_eq!(median(vec![2.0, 9.0, 1.0]), Some(2.0));
        assert_eq!(median(vec![1.0, 2.0]), Some(1.5));
    }
}
