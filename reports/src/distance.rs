//! Cells by the simulated link that lay before their server, the nearest link first.

use crate::cells::{Cell, Grid};
use crate::numbers;

/// What is said where no link was simulated.
const NO_LINK: &str = "no link";

/// Everything that ran over one link.
#[derive(Debug)]
pub(crate) struct Stretch<'g, 'a> {
    /// The link's name, or [`NO_LINK`].
    pub(crate) link: String,
    /// There and back; 0 where no link is simulated.
    pub(crate) rtt_ns: u64,
    pub(crate) cells: Vec<&'g Cell<'a>>,
}

impl Stretch<'_, '_> {
    /// The link with its distance, for an axis: `wan, 80 ms`.
    pub(crate) fn tick(&self) -> String {
        if self.rtt_ns == 0 {
            self.link.clone()
        } else {
            format!("{}, {}", self.link, rtt_words(self.rtt_ns))
        }
    }
}

/// The main workload at its largest number of accounts, by link; nothing unless there were several.
pub(crate) fn stretches<'g, 'a>(grid: &'g Grid<'a>) -> Vec<Stretch<'g, 'a>> {
    let mut stretches: Vec<Stretch<'g, 'a>> = Vec::new();
    for cell in grid.main_at_largest() {
        let (link, rtt_ns) = link(cell);
        match stretches.iter_mut().find(|stretch| stretch.link == link) {
            Some(stretch) => stretch.cells.push(cell),
            None => stretches.push(Stretch {
                link,
                rtt_ns,
                cells: vec![cell],
            }),
        }
    }
    // The sort is stable: links of one distance stay in the order in which they ran.
    stretches.sort_by_key(|stretch| stretch.rtt_ns);
    if stretches.len() < 2 {
        stretches.clear();
    }
    stretches
}

/// Those cells that ran over the nearest link: what a figure shows that is not about distance, because bytes and times
/// of different links do not belong beside each other there.
pub(crate) fn nearby<'g, 'a>(cells: Vec<&'g Cell<'a>>) -> Vec<&'g Cell<'a>> {
    let nearest = cells
        .iter()
        .map(|cell| link(cell))
        .min_by_key(|link| link.1);
    cells
        .into_iter()
        .filter(|cell| Some(link(cell)) == nearest)
        .collect()
}

/// `, over the simulated link wan`, where all cells ran over one: no label names what does not differ.
pub(crate) fn over_one(cells: &[&Cell<'_>]) -> String {
    let mut links = cells.iter().map(|cell| link(cell));
    match links.next() {
        Some(first) if first.0 != NO_LINK && links.all(|other| other == first) => {
            format!(", over the simulated link {}", first.0)
        }
        _ => String::new(),
    }
}

/// A figure's caption, and that it shows the nearest link alone where there are several.
pub(crate) fn caption(grid: &Grid<'_>, caption: &str) -> String {
    match stretches(grid).first() {
        None => caption.to_owned(),
        Some(nearest) => format!(
            "{caption} Shown: {}; all links are under “Over which distance”.",
            nearest.tick()
        ),
    }
}

/// What a cell is called apart from its link.
pub(crate) fn name(cell: &Cell<'_>) -> String {
    let (link, _) = link(cell);
    cell.label.replace(&format!(" · {link}"), "")
}

/// A round trip in its own unit.
pub(crate) fn rtt_words(rtt_ns: u64) -> String {
    let micros = numbers::to_f64(rtt_ns) / 1e3;
    if micros < 1e3 {
        format!("{} µs", numbers::decimals(micros, 0))
    } else {
        let ms = numbers::decimals(micros / 1e3, 1);
        format!("{} ms", ms.trim_end_matches(".0"))
    }
}

/// All runs of a cell have the same one.
fn link(cell: &Cell<'_>) -> (String, u64) {
    let run = cell.all_runs().next();
    let link = run.and_then(|run| run.link.clone());
    let report = run.and_then(|run| run.link_report);
    (
        link.unwrap_or_else(|| NO_LINK.to_owned()),
        report.map_or(0, |report| report.rtt_ns),
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::schema::{Config, LinkReport, Machine, Results, Run};

    /// A run over a link of so many milliseconds, none for 0.
    pub(crate) fn run(protocol: &str, rtt_ms: u64, (trial, elapsed_ns): (u32, u64)) -> Run {
        Run {
            protocol: protocol.to_owned(),
            workload: "scaling".to_owned(),
            accounts: 4,
            trial,
            valid: true,
            elapsed_ns,
            link: (rtt_ms > 0).then(|| format!("rtt={rtt_ms}ms")),
            link_report: (rtt_ms > 0).then(|| LinkReport {
                rtt_ns: rtt_ms * 1_000_000,
                ..LinkReport::default()
            }),
            ..Run::default()
        }
    }

    pub(crate) fn results(runs: Vec<Run>) -> Results {
        let mut results = Results::new(Machine::default(), Config::default());
        results.runs = runs;
        results
    }

    #[test]
    fn links_stand_in_the_order_of_their_distance() {
        let runs = [80, 0, 5].map(|rtt_ms| run("json", rtt_ms, (1, 10)));
        let results = results(runs.to_vec());
        let grid = Grid::new(&results).expect("there are no histograms");
        let stretches = stretches(&grid);
        let ticks: Vec<String> = stretches.iter().map(Stretch::tick).collect();
        assert_eq!(ticks, ["no link", "rtt=5ms, 5 ms", "rtt=80ms, 80 ms"]);
        let names: Vec<String> = stretches.iter().map(|at| name(at.cells[0])).collect();
        assert_eq!(names, ["json", "json", "json"]);
    }

    #[test]
    fn figures_that_are_not_about_distance_show_the_nearest_link_and_say_so() {
        let runs = [80, 0, 5].map(|rtt_ms| run("json", rtt_ms, (1, 10)));
        let results = results(runs.to_vec());
        let grid = Grid::new(&results).expect("there are no histograms");
        let labels: Vec<&str> = nearby(grid.main())
            .into_iter()
            .map(|cell| cell.label.as_str())
            .collect();
        assert_eq!(labels, ["json · no link"]);
        assert!(caption(&grid, "").contains("Shown: no link"));
        assert_eq!(over_one(&grid.main()), "", "labels say it");
    }

    #[test]
    fn one_link_is_no_comparison_of_distances() {
        let results = results(vec![run("json", 5, (1, 10)), run("custom", 5, (1, 10))]);
        let grid = Grid::new(&results).expect("there are no histograms");
        assert!(stretches(&grid).is_empty());
        assert_eq!(over_one(&grid.main()), ", over the simulated link rtt=5ms");
    }
}
