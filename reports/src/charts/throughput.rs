//! Messages a second while messages were sent.

use super::kinds::by_accounts::{self, ByAccounts, Curve, Quantity};
use crate::cells::Grid;
use crate::measures;
use crate::plot::Figure;

const CHART: ByAccounts = ByAccounts {
    name: "throughput",
    title: "Throughput",
    caption: "Messages of all rounds by the time of the message phases. Points are geometric means over \
              trials, whiskers their 95 % intervals. Higher is better.",
    quantity: Quantity::Divided("messages per second", 1.0),
    curves: &[Curve {
        label: "",
        value: |cell| cell.estimate(measures::throughput_hz),
    }],
};

pub(crate) fn figure(grid: &Grid<'_>) -> Option<Figure> {
    by_accounts::figure(grid, &CHART)
}
