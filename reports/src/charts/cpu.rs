//! CPU time of a message, by process and mode.

use super::kinds::stacked::{self, Stacked};
use crate::cells::{Cell, Grid};
use crate::measures;
use crate::plot::Figure;
use crate::schema::Run;

const CHART: Stacked = Stacked {
    name: "cpu",
    title: "CPU time per message",
    caption: "CPU time of both processes over the message phases, by the messages sent in them. The generator speaks \
              the protocol too: its share is the cost of a client. Geometric means over trials. Lower is better.",
    label: "CPU time per message, µs",
    shades: &[
        ("server, user", 1.0),
        ("server, kernel", 0.6),
        ("generator", 0.28),
    ],
    heights,
    tick: None,
};

pub(crate) fn figure(grid: &Grid<'_>) -> Option<Figure> {
    stacked::figure(grid, &CHART)
}

fn heights(cell: &Cell<'_>) -> Option<Vec<f64>> {
    let mean_us = |measure: fn(&Run) -> Option<f64>| {
        cell.estimate(measure).map(|estimate| estimate.value / 1e3)
    };
    let server = [
        mean_us(measures::server_user_ns),
        mean_us(measures::server_system_ns),
    ];
    let generator = mean_us(measures::loadgen_cpu_ns);
    server[0].or(generator)?;
    let all = [server[0], server[1], generator];
    Some(all.into_iter().map(Option::unwrap_or_default).collect())
}
