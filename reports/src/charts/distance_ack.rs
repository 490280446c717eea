//! Acknowledgement latency against the simulated link.

use super::kinds::by_accounts::Quantity;
use super::kinds::by_distance::{self, ByDistance};
use crate::cells::{Grid, Kind};
use crate::plot::Figure;

const CHART: ByDistance = ByDistance {
    name: "distance_ack",
    title: "Median acknowledgement latency over each link",
    caption: "From the moment a send was due until its reply, at the largest number of accounts; the median of each \
              trial, with its 95 % interval over trials, as far as the axis reaches. Where lines meet, distance is all \
              that is left of a message's time. Lower is better.",
    quantity: Quantity::Time("latency"),
    value: |cell| cell.latency_estimate(Kind::Ack, |summary| summary.p50_ns),
};

pub(crate) fn figure(grid: &Grid<'_>) -> Option<Figure> {
    by_distance::figure(grid, &CHART)
}
