//! Acknowledgement latency by percentile.

use super::kinds::percentiles::{self, Percentiles};
use crate::cells::{Grid, Kind};
use crate::plot::Figure;

const CHART: Percentiles = Percentiles {
    name: "latency_ack",
    subject: "Acknowledgement latency",
    caption: "From the moment a send was due until its reply. All trials in one \
              histogram: percentiles are never averaged. The axis spreads out what is rare. Lower is better.",
    kind: Kind::Ack,
};

pub(crate) fn figure(grid: &Grid<'_>) -> Option<Figure> {
    percentiles::figure(grid, &CHART)
}
