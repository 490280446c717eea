//! What the processes cost: CPU time and memory.

use super::Source;
use crate::document::Section;

pub(super) fn section(source: &Source<'_, '_>) -> Option<Section> {
    Some(Section {
        id: "cost",
        title: "CPU and memory".to_owned(),
        blocks: vec![source.charts(&["cpu", "memory"])?],
    })
}
