//! Ramps: one protocol under several offered loads, and the highest that it sustained.

use hdrhistogram::Histogram;

use crate::cells::{Cell, Grid};
use crate::conditions;
use crate::latency::{self, Quantile};
use crate::numbers;
use crate::schema::Run;

/// One protocol's loads in one workload, among so many accounts, under otherwise the same conditions.
pub(crate) struct Ramp<'g, 'a> {
    /// The protocol's name, with the other conditions that differ.
    pub(crate) label: String,
    pub(crate) accounts: u32,
    /// Ascending.
    pub(crate) loads: Vec<Load<'g, 'a>>,
}

/// One offered load.
pub(crate) struct Load<'g, 'a> {
    pub(crate) rate_hz: f64,
    pub(crate) cell: &'g Cell<'a>,
}

impl<'a> Load<'_, 'a> {
    /// Whether every trial carried it.
    pub(crate) fn is_sustained(&self) -> bool {
        self.cell.invalid.is_empty() && !self.cell.valid.is_empty()
    }

    /// Response times of all trials that count, or that were offered too much and nothing worse; with how many
    /// operations have none.
    pub(crate) fn response(&self) -> Option<(Histogram<u64>, u64)> {
        let runs = self.runs();
        let summaries = || runs.iter().filter_map(|run| run.latency.ack.as_ref());
        let merged = latency::merge(summaries()).ok()??;
        Some((merged, summaries().map(|summary| summary.censored).sum()))
    }

    /// A percentile of [`Load::response`]; none where it is not known.
    pub(crate) fn percentile_ns(&self, quantile: f64) -> Option<f64> {
        let (merged, censored) = self.response()?;
        let quantile = Quantile::of(&merged, censored, quantile);
        quantile
            .is_known
            .then(|| numbers::to_f64(quantile.at_least_ns))
    }

    fn runs(&self) -> Vec<&'a Run> {
        let runs = self.cell.all_runs();
        runs.filter(|run| run.valid || run.saturated).collect()
    }
}

impl<'g, 'a> Ramp<'g, 'a> {
    /// The highest load that was sustained, with all below it.
    pub(crate) fn knee(&self) -> Option<&Load<'g, 'a>> {
        self.loads
            .iter()
            .take_while(|load| load.is_sustained())
            .last()
    }

    /// In half a line.
    fn words(&self) -> String {
        let [lowest, highest] = [self.loads.first(), self.loads.last()]
            .map(|load| rate_words(load.map_or(0.0, |load| load.rate_hz)));
        let found = match self.knee() {
            None => format!("not even {lowest}"),
            Some(knee) if Some(knee.rate_hz) == self.loads.last().map(|load| load.rate_hz) => {
                format!("{highest}, the highest that was offered")
            }
            Some(knee) => rate_words(knee.rate_hz),
        };
        format!("{} {found}", self.label)
    }
}

/// All ramps of a workload: what had at least two offered loads.
pub(crate) fn ramps<'g, 'a>(grid: &'g Grid<'a>, workload: &str) -> Vec<Ramp<'g, 'a>> {
    let mut ramps: Vec<Ramp<'g, 'a>> = Vec::new();
    for cell in grid.of_workload(workload) {
        let run = cell.all_runs().next();
        let Some((run, rate_hz)) = run.and_then(|run| Some((run, run.rate_hz?))) else {
            continue;
        };
        let own = format!(" · {}", conditions::rate_words(run));
        let label = cell.label.replace(&own, "");
        let load = Load { rate_hz, cell };
        let same = |ramp: &&mut Ramp<'_, '_>| ramp.label == label && ramp.accounts == cell.accounts;
        match ramps.iter_mut().find(same) {
            Some(ramp) => ramp.loads.push(load),
            None => ramps.push(Ramp {
                label,
                accounts: cell.accounts,
                loads: vec![load],
            }),
        }
    }
    for ramp in &mut ramps {
        ramp.loads
            .sort_by(|one, other| one.rate_hz.total_cmp(&other.rate_hz));
    }
    ramps.retain(|ramp| ramp.loads.len() > 1);
    ramps
}

/// What ramps of a workload have found, in lines for a terminal; empty if there are none.
pub(crate) fn lines(grid: &Grid<'_>, workload: &str) -> Vec<String> {
    let ramps = ramps(grid, workload);
    if ramps.is_empty() {
        return Vec::new();
    }
    let words: Vec<String> = ramps.iter().map(Ramp::words).collect();
    vec![format!(
        "Sustained in all trials, with all lower rates: {}.",
        words.join("; ")
    )]
}

/// A rate, exactly.
pub(crate) fn rate_words(rate_hz: f64) -> String {
    format!("{}/s", numbers::decimals(rate_hz, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Config, Machine, Results};

    fn run(protocol: &str, rate_hz: f64, valid: bool) -> Run {
        Run {
            protocol: protocol.to_owned(),
            workload: "steady".to_owned(),
            accounts: 4,
            rate_hz: Some(rate_hz),
            valid,
            saturated: !valid,
            ..Run::default()
        }
    }

    #[track_caller]
    fn check(runs: &[(f64, bool)], words: &str) {
        let mut results = Results::new(Machine::default(), Config::default());
        let of_json = runs
            .iter()
            .map(|&(rate_hz, valid)| run("json", rate_hz, valid));
        results.runs = of_json.collect();
        let grid = Grid::new(&results).expect("there are no histograms");
        let lines = lines(&grid, "steady");
        assert_eq!(lines.join("\n"), words);
    }

    #[test]
    fn the_knee_is_the_highest_load_below_which_all_were_sustained() {
        const SUSTAINED: &str = "Sustained in all trials, with all lower rates: json";
        let ramp = [(1_000.0, true), (4_000.0, false), (2_000.0, true)];
        check(&ramp, &format!("{SUSTAINED} 2,000/s."));
        // One trial of several is enough to fail, and what is above a failure does not count.
        let shaky = [(1.0, true), (2.0, true), (2.0, false), (3.0, true)];
        check(&shaky, &format!("{SUSTAINED} 1/s."));
        let never = [(1.0, false), (2.0, true)];
        check(&never, &format!("{SUSTAINED} not even 1/s."));
        let always = [(1.0, true), (12_345.0, true)];
        check(
            &always,
            &format!("{SUSTAINED} 12,345/s, the highest that was offered."),
        );
    }

    #[test]
    fn one_load_is_no_ramp() {
        check(&[(1_000.0, true), (1_000.0, true)], "");
    }
}
