//! Which step of the way from one protocol to another takes how much of the server's CPU time.

use super::kinds::waterfall::{self, Steps};
use crate::cells::Grid;
use crate::plot::Figure;

const CHART: Steps = Steps {
    name: "waterfall_cpu",
    title: "server CPU of a message",
    quantity: "server_cpu_ns",
    label: "server CPU per message, µs",
};

pub(crate) fn figure(grid: &Grid<'_>) -> Option<Figure> {
    waterfall::figure(grid, &CHART)
}
