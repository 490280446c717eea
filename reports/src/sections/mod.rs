//! The sections of a report: one file each, and one line each in [`SECTIONS`].

mod all_numbers;
mod attribution;
mod between;
mod bytes;
mod claims;
mod conditions;
mod cost;
mod distance;
mod latency;
mod machine;
mod notebook;
mod runs;
mod throughput;
mod verdict;

use crate::cells::Grid;
use crate::document::{Block, Section};

/// What a section is made from.
pub(crate) struct Source<'s, 'a> {
    pub(crate) grid: &'s Grid<'a>,
    /// The names of the charts that could be drawn.
    pub(crate) charts: &'s [&'static str],
}

/// All sections, in the order in which a report shows them. A section whose data are missing is left out.
const SECTIONS: [fn(&Source<'_, '_>) -> Option<Section>; 14] = [
    verdict::section,
    claims::section,
    attribution::section,
    between::section,
    notebook::section,
    throughput::section,
    latency::section,
    bytes::section,
    cost::section,
    distance::section,
    all_numbers::section,
    runs::section,
    conditions::section,
    machine::section,
];

/// All sections for which there are data.
pub(crate) fn all(source: &Source<'_, '_>) -> Vec<Section> {
    SECTIONS
        .iter()
        .filter_map(|section| section(source))
        .collect()
}

impl Source<'_, '_> {
    /// A block of those charts that could be drawn; none when none could.
    fn charts(&self, names: &[&'static str]) -> Option<Block> {
        let names: Vec<&'static str> = names
            .iter()
            .copied()
            .filter(|name| self.charts.contains(name))
            .collect();
        (!names.is_empty()).then_some(Block::Charts(names))
    }
}
