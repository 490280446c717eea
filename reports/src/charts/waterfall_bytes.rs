//! Which step of the way from one protocol to another takes how many bytes.

use super::kinds::waterfall::{self, Steps};
use crate::cells::Grid;
use crate::plot::Figure;

const CHART: Steps = Steps {
    name: "waterfall_bytes",
    title: "bytes of a message",
    quantity: "stream_bytes",
    label: "bytes per message",
};

pub(crate) fn figure(grid: &Grid<'_>) -> Option<Figure> {
    waterfall::figure(grid, &CHART)
}
