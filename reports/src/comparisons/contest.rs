//! All protocols that ran the same workload with as many accounts under the same conditions, compared in pairs.

use super::control::Control;
use super::metrics::{METRICS, Metric};
use super::pairs::{self, Compared};
use super::words::Said;
use crate::cells::Cell;
use crate::schema::Run;

/// With more protocols than this, each is compared with the first one only: pairs grow with the square.
const ALL_PAIRS_MAX: usize = 4;

/// Protocols that can be compared. References, components and what has no valid run do not take part.
#[derive(Debug)]
pub(crate) struct Contest<'g, 'a> {
    pub(crate) workload: &'a str,
    pub(crate) accounts: u32,
    /// What they have in common, where that differs within the workload.
    pub(crate) conditions: &'g str,
    pub(crate) matches: Vec<Match<'g, 'a>>,
    /// Whether each protocol is compared with the first one only.
    pub(crate) against_first: bool,
}

/// Two protocols.
#[derive(Debug)]
pub(crate) struct Match<'g, 'a> {
    pub(crate) first: &'g Cell<'a>,
    pub(crate) second: &'g Cell<'a>,
    pub(crate) comparisons: Vec<Comparison>,
}

/// Two protocols, by one metric.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) metric: &'static Metric,
    pub(crate) compared: Compared,
    pub(crate) said: Said,
}

impl<'g, 'a> Contest<'g, 'a> {
    /// All contests among some cells, in their order; a cell without a rival is in none.
    pub(crate) fn among(cells: &[&'g Cell<'a>], control: Option<&Control>) -> Vec<Self> {
        let mut groups: Vec<Vec<&'g Cell<'a>>> = Vec::new();
        for cell in cells.iter().filter(|cell| cell.competes()) {
            let group = groups.iter_mut().find(|group| group[0].meets(cell));
            match group {
                Some(group) => group.push(cell),
                None => groups.push(vec![cell]),
            }
        }
        groups
            .into_iter()
            .filter(|group| group.len() > 1)
            .map(|group| Self::of(&group, control))
            .collect()
    }

    fn of(group: &[&'g Cell<'a>], control: Option<&Control>) -> Self {
        let against_first = group.len() > ALL_PAIRS_MAX;
        let mut matches = Vec::new();
        for (place, first) in group.iter().enumerate() {
            if against_first && place > 0 {
                break;
            }
            for second in &group[place + 1..] {
                matches.push(Match::of(first, second, control));
            }
        }
        Self {
            workload: group[0].workload,
            accounts: group[0].accounts,
            conditions: &group[0].conditions,
            matches,
            against_first,
        }
    }

    /// The metrics that any match has.
    pub(crate) fn metrics(&self) -> impl Iterator<Item = &'static Metric> {
        METRICS.iter().filter(|metric| {
            let mut matches = self.matches.iter();
            matches.any(|fight| fight.by(metric).is_some())
        })
    }

    /// How many comparisons there are, each of which has its own chance of being wrong.
    pub(crate) fn comparisons(&self) -> usize {
        self.matches
            .iter()
            .map(|fight| fight.comparisons.len())
            .sum()
    }

    /// The most rounds that were left out of a comparison, because they had not both.
    pub(crate) fn unpaired(&self) -> usize {
        let comparisons = self.matches.iter().flat_map(|fight| &fight.comparisons);
        comparisons
            .map(|comparison| comparison.compared.unpaired)
            .max()
            .unwrap_or(0)
    }
}

impl<'g, 'a> Match<'g, 'a> {
    fn of(first: &'g Cell<'a>, second: &'g Cell<'a>, control: Option<&Control>) -> Self {
        let runs = |cell: &'g Cell<'a>| -> Vec<&'a Run> { cell.all_runs().collect() };
        let (firsts, seconds) = (runs(first), runs(second));
        let comparisons = METRICS
            .iter()
            .filter(|metric| first.has(metric.of) && second.has(metric.of))
            .map(|metric| {
                let compared = pairs::compare(metric, &firsts, &seconds);
                let floor = control.and_then(|control| control.floor(metric));
                Comparison {
                    metric,
                    compared,
                    said: Said::of(metric, &compared, floor),
                }
            })
            .collect();
        Self {
            first,
            second,
            comparisons,
        }
    }

    /// The comparison by a metric.
    pub(crate) fn by(&self, metric: &Metric) -> Option<&Comparison> {
        self.comparisons
            .iter()
            .find(|comparison| comparison.metric.title == metric.title)
    }

    /// Both names, in the order of their ratio.
    pub(crate) fn names(&self) -> String {
        format!("{} : {}", self.first.protocol, self.second.protocol)
    }
}
