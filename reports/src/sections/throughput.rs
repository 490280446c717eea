//! Throughput and elapsed time against the number of accounts.

use super::Source;
use crate::document::Section;

pub(super) fn section(source: &Source<'_, '_>) -> Option<Section> {
    Some(Section {
        id: "throughput",
        title: "Throughput and elapsed time".to_owned(),
        blocks: vec![source.charts(&["throughput", "elapsed"])?],
    })
}
