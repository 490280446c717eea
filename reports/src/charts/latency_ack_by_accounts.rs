//! Acknowledgement latency against the number of accounts.

use super::kinds::by_accounts::{self, ByAccounts, Curve, Quantity};
use crate::cells::{Grid, Kind};
use crate::plot::Figure;

const CHART: ByAccounts = ByAccounts {
    name: "latency_ack_by_accounts",
    title: "Acknowledgement latency against accounts",
    caption: "From the moment a send was due until its reply. Points are percentiles of all \
              valid trials together, whiskers the 95 % intervals of the trials' own percentiles. Lower is better.",
    quantity: Quantity::Time("latency"),
    curves: &[
        Curve {
            label: "99th percentile",
            value: |cell| cell.percentile_estimate(Kind::Ack, (0.99, |summary| summary.p99_ns)),
        },
        Curve {
            label: "median",
            value: |cell| cell.percentile_estimate(Kind::Ack, (0.5, |summary| summary.p50_ns)),
        },
    ],
};

pub(crate) fn figure(grid: &Grid<'_>) -> Option<Figure> {
    by_accounts::figure(grid, &CHART)
}
