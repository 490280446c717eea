//! Time of the whole workload against the simulated link.

use super::kinds::by_accounts::Quantity;
use super::kinds::by_distance::{self, ByDistance};
use crate::cells::Grid;
use crate::measures;
use crate::plot::Figure;

const CHART: ByDistance = ByDistance {
    name: "distance_elapsed",
    title: "Time of the whole workload over each link",
    caption: "Connecting, creating, logging in, one round of messages, deleting, at the largest number of accounts, \
              with its 95 % interval over trials, as far as the axis reaches. A protocol that needs more round trips \
              falls behind with distance, one that needs more bytes with a lower rate. Lower is better.",
    quantity: Quantity::Time("time"),
    value: |cell| cell.estimate(measures::elapsed_ns),
};

pub(crate) fn figure(grid: &Grid<'_>) -> Option<Figure> {
    by_distance::figure(grid, &CHART)
}
