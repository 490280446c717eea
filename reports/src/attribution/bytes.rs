//! Bytes of a message, split exactly: each layer holds the one before.

use super::rounds::Rounds;
use crate::measures::{self, Layer};
use crate::schema::{Run, SplitBytes};
use crate::statistics::interval::Estimate;

/// For each cell, in the order of the cells.
pub(super) fn split(rounds: &Rounds<'_>) -> Vec<SplitBytes> {
    let Some(first) = rounds.complete.first() else {
        return Vec::new();
    };
    let places = 0..first.len();
    places
        .filter_map(|place| {
            let runs: Vec<&Run> = rounds.complete.iter().map(|round| round[place]).collect();
            of_cell(&runs)
        })
        .collect()
}

fn of_cell(runs: &[&Run]) -> Option<SplitBytes> {
    let layer = |layer: Layer| {
        let values = runs
            .iter()
            .filter_map(|run| measures::layer_per_message_bytes(run, layer));
        Estimate::counted(values).map(|estimate| estimate.value)
    };
    let (payload, message) = (layer(Layer::Payload)?, layer(Layer::Message)?);
    Some(SplitBytes {
        codec: runs[0].codec.clone(),
        transport: runs[0].transport.clone(),
        payload,
        encoding: message - payload,
        framing: layer(Layer::Stream)? - message,
    })
}
