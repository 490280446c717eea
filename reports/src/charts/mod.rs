//! The charts: one file each, and one line each in [`CHARTS`].

mod bytes;
mod cpu;
mod distance_ack;
mod distance_elapsed;
mod elapsed;
mod kinds;
mod latency_ack;
mod latency_ack_by_accounts;
mod latency_by_load;
mod latency_delivery;
mod latency_delivery_by_accounts;
mod memory;
mod throughput;
mod waterfall;
mod waterfall_bytes;
mod waterfall_cpu;

use crate::cells::Grid;
use crate::plot::{self, DrawError, Figure, Rendered};

/// All charts, in the order in which a report shows them. A chart whose data are missing is left out.
const CHARTS: [fn(&Grid<'_>) -> Option<Figure>; 15] = [
    throughput::figure,
    elapsed::figure,
    latency_ack::figure,
    latency_delivery::figure,
    latency_ack_by_accounts::figure,
    latency_delivery_by_accounts::figure,
    latency_by_load::figure,
    bytes::figure,
    cpu::figure,
    memory::figure,
    distance_ack::figure,
    distance_elapsed::figure,
    waterfall::figure,
    waterfall_cpu::figure,
    waterfall_bytes::figure,
];

/// Draws all charts for which there are data.
pub(crate) fn render(grid: &Grid<'_>) -> Result<Vec<Rendered>, DrawError> {
    CHARTS
        .iter()
        .filter_map(|figure| figure(grid))
        .map(plot::render)
        .collect()
}
