//! Time of the whole workload, as the notebook took it.

use super::kinds::by_accounts::{self, ByAccounts, Curve, Quantity};
use crate::cells::Grid;
use crate::measures;
use crate::plot::Figure;

const CHART: ByAccounts = ByAccounts {
    name: "elapsed",
    title: "Elapsed time of the whole workload",
    caption: "Connecting, creating the accounts, logging in, one message from each account to every other, deleting the \
              accounts; further rounds are left out. Points are geometric means over trials, whiskers their \
              95 % intervals. Lower is better.",
    quantity: Quantity::Time("elapsed time"),
    curves: &[Curve {
        label: "",
        value: |cell| cell.estimate(measures::elapsed_ns),
    }],
};

pub(crate) fn figure(grid: &Grid<'_>) -> Option<Figure> {
    by_accounts::figure(grid, &CHART)
}
