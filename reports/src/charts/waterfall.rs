//! Which step of the way from one protocol to another takes how much time.

use super::kinds::waterfall::{self, Steps};
use crate::cells::Grid;
use crate::plot::Figure;

const CHART: Steps = Steps {
    name: "waterfall",
    title: "time of a message",
    quantity: "time_ns",
    label: "time per message, µs",
};

pub(crate) fn figure(grid: &Grid<'_>) -> Option<Figure> {
    waterfall::figure(grid, &CHART)
}
