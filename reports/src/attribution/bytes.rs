//! Bytes of a message, split without a model: each layer holds the one before.

use super::figure;
use super::rounds::Rounds;
use crate::measures::{self, Layer};
use crate::schema::{Run, SplitBytes, VaryingBytes};
use crate::statistics::factorial::Effect;

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
    let layer = |layer: Layer| -> Option<Vec<f64>> {
        let runs = runs.iter();
        runs.map(|run| measures::layer_per_message_bytes(run, layer))
            .collect()
    };
    let (payload, message) = (layer(Layer::Payload)?, layer(Layer::Message)?);
    let stream = layer(Layer::Stream)?;
    let mut varying = Vec::new();
    let mut part = |part: &str, values: &[f64]| {
        let effect = Effect::counted(values)?;
        if !effect.is_exact {
            varying.push(VaryingBytes {
                part: part.to_owned(),
                effect: figure(effect),
            });
        }
        Some(effect.value)
    };
    let (of_payload, encoding) = (part("payload", &payload)?, less(&message, &payload));
    let split = SplitBytes {
        codec: runs[0].codec.clone(),
        transport: runs[0].transport.clone(),
        payload: of_payload,
        encoding: part("encoding", &encoding)?,
        framing: part("framing", &less(&stream, &message))?,
        varying: Vec::new(),
    };
    part("stream", &stream)?;
    Some(SplitBytes { varying, ..split })
}

/// What a layer adds to the one in it, round by round.
fn less(layer: &[f64], inner: &[f64]) -> Vec<f64> {
    let both = layer.iter().zip(inner);
    both.map(|(layer, inner)| layer - inner).collect()
}
