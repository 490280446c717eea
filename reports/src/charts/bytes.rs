//! What a message puts on the wire, by layer.

use super::kinds::stacked::{self, BarTick, Stacked};
use crate::cells::{Cell, Grid};
use crate::measures::{self, Layer};
use crate::plot::Figure;

const CHART: Stacked = Stacked {
    name: "bytes",
    title: "Bytes per message, by layer",
    caption: "Request, reply and event of one message together, both directions, in rounds after the first (in the \
              first where there is no other). Framing includes HTTP/2 and TLS. The tick is the payload: \
              the text and the names that a user means. Where the payload's colour ends below the tick, they were \
              said in fewer bytes than they have. Lower is better.",
    label: "bytes per message",
    shades: &[
        ("payload", 1.0),
        ("encoding", 0.75),
        ("framing", 0.5),
        ("TCP/IP", 0.28),
    ],
    heights,
    tick: Some(BarTick {
        label: "payload in full",
        value: payload,
    }),
};

pub(crate) fn figure(grid: &Grid<'_>) -> Option<Figure> {
    stacked::figure(grid, &CHART)
}

fn layer(cell: &Cell<'_>, layer: Layer) -> Option<f64> {
    let counted = cell.counted(|run| measures::layer_per_message_bytes(run, layer))?;
    Some(counted.value)
}

fn payload(cell: &Cell<'_>) -> Option<f64> {
    layer(cell, Layer::Payload).filter(|bytes| *bytes > 0.0)
}

/// What each layer adds to the one inside it. A layer may also be smaller than the one inside it: names that are sent
/// as numbers, or compression. Then what is inside counts only as far as the outer layer carries it.
fn heights(cell: &Cell<'_>) -> Option<Vec<f64>> {
    let mut outer = layer(cell, Layer::Wire).or_else(|| layer(cell, Layer::Stream))?;
    let mut heights = Vec::new();
    for inner in [Layer::Stream, Layer::Message, Layer::Payload] {
        let inside = layer(cell, inner).unwrap_or(0.0).min(outer);
        heights.push(outer - inside);
        outer = inside;
    }
    heights.push(outer);
    heights.reverse();
    Some(heights)
}
