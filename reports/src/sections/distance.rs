//! Over which link which protocol is ahead, and where they change places.

use super::Source;
use crate::cells::{Cell, Grid, Kind};
use crate::comparisons::ahead;
use crate::comparisons::contest::{Contest, Match};
use crate::comparisons::control::Control;
use crate::comparisons::metrics::{METRICS, Metric};
use crate::comparisons::words::Said;
use crate::distance::{self, Stretch, rtt_words};
use crate::document::{Block, Column, Entry, Section, Table};
use crate::entries;
use crate::measures;
use crate::numbers::{self, NONE};

/// A relay that is late by more than this part of a round trip is named: one in so many.
const LATE_SHARE: u64 = 10;

/// By what it is said who is ahead, the time of the whole workload first: it holds every round trip.
const METRIC_TITLES: [&str; 2] = ["elapsed", "ack p50"];

pub(super) fn section(source: &Source<'_, '_>) -> Option<Section> {
    let stretches = distance::stretches(source.grid);
    let first = stretches.first()?.cells.first()?;
    let contests = contests(source.grid, &stretches);
    let mut blocks = vec![Block::Text(format!(
        "Workload {} with {} accounts, over each simulated link, the nearest first. What a link does, METHODOLOGY.md \
         says; what was sent again on it is in no byte that is counted here.",
        first.workload,
        numbers::count(u64::from(first.accounts)),
    ))];
    blocks.extend(source.charts(&["distance_ack", "distance_elapsed"]));
    blocks.push(Block::Table(table(&stretches, &contests)));
    blocks.extend(late(&stretches).map(Block::Warning));
    blocks.extend(metrics().map(|metric| Block::Text(crossings(&stretches, &contests, metric))));
    Some(Section {
        id: "distance",
        title: "Over which distance".to_owned(),
        blocks,
    })
}

fn metrics() -> impl Iterator<Item = &'static Metric> {
    METRIC_TITLES
        .into_iter()
        .filter_map(|title| METRICS.iter().find(|metric| metric.title == title))
}

/// What competed over each link; nothing where there was no rival.
type Contests<'g, 'a> = Vec<Option<Contest<'g, 'a>>>;

fn contests<'g, 'a>(grid: &Grid<'a>, stretches: &[Stretch<'g, 'a>]) -> Contests<'g, 'a> {
    let control = Control::of(grid);
    let among = |stretch: &Stretch<'g, 'a>| {
        Contest::among(&stretch.cells, control.as_ref())
            .into_iter()
            .next()
    };
    stretches.iter().map(among).collect()
}

fn table(stretches: &[Stretch<'_, '_>], contests: &Contests<'_, '_>) -> Table {
    let mut rows = Vec::new();
    for (stretch, contest) in stretches.iter().zip(contests) {
        for (place, cell) in stretch.cells.iter().enumerate() {
            let mut row = match place {
                0 => vec![Entry::new(&stretch.link), Entry::new(rtt(stretch))],
                _ => vec![Entry::new(""), Entry::new("")],
            };
            row.extend(figures(cell));
            row.extend(metrics().map(|metric| {
                let ahead = contest
                    .as_ref()
                    .and_then(|contest| ahead::standing(contest, metric).ahead);
                Entry::new(match (place, contest) {
                    (0, Some(_)) => ahead.unwrap_or_else(|| "not shown".to_owned()),
                    _ => String::new(),
                })
            }));
            rows.push(row);
        }
    }
    let mut columns = vec![
        Column::words("link"),
        Column::numbers("round trip"),
        Column::words("protocol"),
        Column::numbers("elapsed, ms"),
        Column::numbers("ack p50, ms"),
        Column::numbers("messages/s"),
        Column::numbers("link late by, p99, µs"),
    ];
    columns.extend(metrics().map(|metric| Column::words(metric.title).under("ahead by")));
    Table {
        caption: "By distance".to_owned(),
        columns,
        rows,
        notes: vec![
            "Ahead is who was shown to be better than every other protocol over that link: each comparison needs its \
             99 % interval without 1 in it, and at least 8 rounds of trials."
                .to_owned(),
            "Late is how much later than they should have bytes left the simulated link, one way: 99 % of them by no \
             more than this, in the worst trial. It is in every latency of that row."
                .to_owned(),
        ],
    }
}

/// Where the relay's own delay is too much of the distance, what was measured is the machine.
fn late(stretches: &[Stretch<'_, '_>]) -> Option<String> {
    let too_late = |stretch: &&Stretch<'_, '_>| {
        let lags_ns = stretch.cells.iter().filter_map(|cell| lag_ns(cell));
        lags_ns
            .max()
            .is_some_and(|lag_ns| lag_ns > stretch.rtt_ns / LATE_SHARE)
    };
    let links: Vec<&str> = stretches
        .iter()
        .filter(too_late)
        .map(|stretch| stretch.link.as_str())
        .collect();
    (!links.is_empty()).then(|| {
        format!(
            "The simulated link was late by more than a tenth of its round trip, one way, in at least one trial over \
             {}: something else used the processors, or the distance is too short for a relay. Tails over it say \
             little.",
            links.join(", ")
        )
    })
}

fn rtt(stretch: &Stretch<'_, '_>) -> String {
    if stretch.rtt_ns == 0 {
        NONE.to_owned()
    } else {
        rtt_words(stretch.rtt_ns)
    }
}

fn figures(cell: &Cell<'_>) -> [Entry; 5] {
    let ms = |ns: f64| numbers::measured(ns / 1e6);
    let ack = cell.latency_estimate(Kind::Ack, |summary| summary.p50_ns);
    [
        Entry::protocol(&distance::name(cell), cell.style),
        entries::shown(cell.estimate(measures::elapsed_ns), ms).entry(),
        entries::shown(ack, ms).entry(),
        entries::shown(cell.estimate(measures::throughput_hz), numbers::measured).entry(),
        Entry::new(lag_us(cell)),
    ]
}

/// The worst of its trials.
fn lag_ns(cell: &Cell<'_>) -> Option<u64> {
    let reports = cell.valid.iter().filter_map(|run| run.link_report);
    reports.map(|report| report.lag_p99_ns).max()
}

fn lag_us(cell: &Cell<'_>) -> String {
    lag_ns(cell).map_or(NONE.to_owned(), |ns| {
        numbers::measured(numbers::to_f64(ns) / 1e3)
    })
}

/// Which pairs change places from one link to another, as far as both differences may be said.
fn crossings(
    stretches: &[Stretch<'_, '_>],
    contests: &Contests<'_, '_>,
    metric: &'static Metric,
) -> String {
    let mut said: Vec<Lead> = Vec::new();
    let mut crossings = Vec::new();
    for (stretch, contest) in stretches.iter().zip(contests) {
        for fight in contest.iter().flat_map(|contest| &contest.matches) {
            let Some(lead) = Lead::of(fight, metric, stretch) else {
                continue;
            };
            match said.iter_mut().find(|before| before.names == lead.names) {
                Some(before) if before.leader != lead.leader => {
                    crossings.push(format!(
                        "{} is ahead of {} over {}, and behind it over {}",
                        before.leader, lead.leader, before.tick, lead.tick
                    ));
                    *before = lead;
                }
                Some(before) => *before = lead,
                None => said.push(lead),
            }
        }
    }
    if crossings.is_empty() {
        format!(
            "By {}, no two protocols were shown to change places between these links.",
            metric.title
        )
    } else {
        format!("By {}: {}.", metric.title, crossings.join("; "))
    }
}

/// Who of two is ahead over a link.
struct Lead {
    names: String,
    leader: String,
    tick: String,
}

impl Lead {
    /// Nothing where it may not be said.
    fn of(fight: &Match<'_, '_>, metric: &Metric, stretch: &Stretch<'_, '_>) -> Option<Self> {
        let leader = match fight.by(metric)?.said {
            Said::Better(_) => fight.first.protocol,
            Said::Worse(_) => fight.second.protocol,
            Said::NoDifferenceShown | Said::TooFewTrials | Said::Withheld => return None,
        };
        Some(Self {
            names: fight.names(),
            leader: leader.to_owned(),
            tick: stretch.tick(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distance::tests::{results, run};

    /// What is said of `custom` and `json`, whose elapsed times are these over links of 1 and 80 ms, in 8 trials.
    fn said(near: [u64; 2], far: [u64; 2]) -> String {
        let mut runs = Vec::new();
        for (rtt_ms, times) in [(1, near), (80, far)] {
            for trial in 1..=8 {
                for (protocol, time) in ["custom", "json"].into_iter().zip(times) {
                    // A little noise, alike for both.
                    let elapsed_ns = time + u64::from(trial % 3);
                    runs.push(run(protocol, rtt_ms, (trial, elapsed_ns)));
                }
            }
        }
        let results = results(runs);
        let grid = Grid::new(&results).expect("there are no histograms");
        let stretches = distance::stretches(&grid);
        let contests = contests(&grid, &stretches);
        crossings(
            &stretches,
            &contests,
            metrics().next().expect("there is one"),
        )
    }

    #[test]
    fn who_falls_behind_with_distance_is_named() {
        assert_eq!(
            said([100, 200], [300, 200]),
            "By elapsed: custom is ahead of json over rtt=1ms, 1 ms, and behind it over rtt=80ms, 80 ms."
        );
    }

    #[test]
    fn who_stays_ahead_crosses_nobody() {
        let words = said([100, 200], [1_000, 2_000]);
        assert!(words.contains("no two protocols"), "{words}");
    }
}
