//! Acknowledgement latency against the number of accounts.

use super::kinds::by_accounts::{self, ByAccounts, Curve, Quantity};
use crate::cells::{Grid, Kind};
use crate::plot::Figure;

const CHART: ByAccounts = ByAccounts {
    name: "latency_ack_by_accounts",
    title: "Acknowledgement latency against accounts",
    caption: "From the moment a send was due until its reply. Medians over trials of each trial's \
              own percentile; whiskers reach from the smallest to the largest trial. Lower is better.",
    quantity: Quantity::Time("latency"),
    curves: &[
        Curve {
            label: "99th percentile",
            value: |cell| cell.latency_spread(Kind::Ack, |summary| summary.p99_ns),
        },
        Curve {
            label: "median",
            value: |cell| cell.latency_spread(Kind::Ack, |summary| summary.p50_ns),
        },
    ],
};

pub(crate) fn figure(grid: &Grid<'_>) -> Option<Figure> {
    by_accounts::figure(grid, &CHART)
}
