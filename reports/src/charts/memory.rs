//! Peak memory of the server and of the generator.

use super::kinds::by_accounts::{self, ByAccounts, Curve, Quantity};
use crate::cells::Grid;
use crate::measures;
use crate::plot::Figure;

const CHART: ByAccounts = ByAccounts {
    name: "memory",
    title: "Peak memory",
    caption: "The largest resident set of each process until the end of the message phases. It grows with the messages \
              that the store keeps, so with throughput too. Points are geometric means over trials, whiskers \
              their 95 % intervals.",
    quantity: Quantity::Divided("resident memory, MiB", 1_048_576.0),
    curves: &[
        Curve {
            label: "server",
            value: |cell| cell.estimate(measures::server_rss_bytes),
        },
        Curve {
            label: "generator",
            value: |cell| cell.estimate(measures::loadgen_rss_bytes),
        },
    ],
};

pub(crate) fn figure(grid: &Grid<'_>) -> Option<Figure> {
    by_accounts::figure(grid, &CHART)
}
