//! Response time against offered load, with the knee.

use crate::cells::Grid;
use crate::plot::{Axis, Figure, Key, LegendItem, Line, Stroke, Weight, Whisker, time_unit};
use crate::ramp::{self, Load, Ramp};

/// The curves of each protocol: a name, a quantile, and how it is drawn.
const CURVES: [(&str, f64, Stroke, Weight); 2] = [
    ("99th percentile", 0.99, Stroke::Solid, Weight::Full),
    ("median", 0.5, Stroke::Dashed, Weight::Faint),
];

const CAPTION: &str = "From the moment a send was due until its reply, so that waiting is charged. Points are \
                       percentiles of all trials of one offered load together. The vertical line marks the knee: the \
                       highest load that all trials sustained, with all below it. Beyond it points carry no marker, \
                       because more was offered than was carried, and they end where too much was never answered for a \
                       percentile to be known. Lower and further right is better.";

pub(crate) fn figure(grid: &Grid<'_>) -> Option<Figure> {
    let workload = grid
        .workloads()
        .into_iter()
        .find(|workload| !ramp::ramps(grid, workload).is_empty())?;
    let mut ramps = ramp::ramps(grid, workload);
    let accounts = ramps.iter().map(|ramp| ramp.accounts).max();
    ramps.retain(|ramp| Some(ramp.accounts) == accounts);
    let rates: Vec<f64> = ramps
        .iter()
        .flat_map(|ramp| ramp.loads.iter().map(|load| load.rate_hz))
        .collect();
    let values: Vec<f64> = ramps
        .iter()
        .flat_map(|ramp| &ramp.loads)
        .flat_map(|load| CURVES.map(|(_, quantile, ..)| load.percentile_ns(quantile)))
        .flatten()
        .collect();
    if values.is_empty() {
        return None;
    }
    let unit = time_unit(&values);
    let (lowest, highest) = bounds(&values);
    let y = Axis::logarithmic(
        &format!("response time, {}", unit.symbol()),
        lowest / unit.ns(),
        highest / unit.ns(),
    );
    let (from, to) = bounds(&rates);
    Some(Figure {
        name: "latency_by_load",
        title: "Response time against offered load".to_owned(),
        caption: CAPTION.to_owned(),
        x: Axis::logarithmic("offered load, messages/s", from, to),
        legend: legend(&ramps),
        lines: ramps
            .iter()
            .flat_map(|ramp| lines(ramp, unit.ns(), &y))
            .collect(),
        y,
        bars: Vec::new(),
    })
}

fn bounds(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    (low, values.iter().copied().fold(0.0, f64::max))
}

fn legend(ramps: &[Ramp<'_, '_>]) -> Vec<Vec<LegendItem>> {
    let protocols = ramps.iter().map(|ramp| LegendItem {
        key: Key::Line(ramp.loads[0].cell.style),
        label: ramp.label.clone(),
    });
    let curves = CURVES.map(|(label, _, stroke, weight)| LegendItem {
        key: Key::Stroke(stroke, weight),
        label: label.to_owned(),
    });
    vec![protocols.collect(), curves.to_vec()]
}

fn lines(ramp: &Ramp<'_, '_>, divisor: f64, y: &Axis) -> Vec<Line> {
    let knee_hz = ramp.knee().map(|knee| knee.rate_hz);
    let line = |(_, quantile, stroke, weight): (&str, f64, Stroke, Weight)| {
        let point = |load: &Load<'_, '_>| {
            let value_ns = load.percentile_ns(quantile)?;
            Some((load.rate_hz, value_ns / divisor))
        };
        let points: Vec<(f64, f64)> = ramp.loads.iter().filter_map(point).collect();
        let is_carried = |rate_hz: f64| knee_hz.is_some_and(|knee_hz| rate_hz <= knee_hz);
        let at_knee = points.iter().filter(|(x, _)| Some(*x) == knee_hz);
        let drop_line = |&(x, to): &(f64, f64)| Whisker {
            x,
            from: y.clamp(0.0),
            to,
        };
        Line {
            style: ramp.loads[0].cell.style,
            stroke,
            weight,
            marked: points
                .iter()
                .copied()
                .filter(|(x, _)| is_carried(*x))
                .collect(),
            whiskers: at_knee
                .filter(|_| weight == Weight::Full)
                .map(drop_line)
                .collect(),
            points,
        }
    };
    CURVES.map(line).into()
}
