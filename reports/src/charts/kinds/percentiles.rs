//! Latency by percentile, as `HdrHistogram` draws it: the further right, the rarer. All valid trials in one histogram.

use hdrhistogram::Histogram;

use crate::cells::{Cell, Grid, Kind};
use crate::distance;
use crate::latency::SAMPLES_BEYOND_LEAST;
use crate::numbers::to_f64;
use crate::plot::{Axis, Figure, Key, LegendItem, Line, Stroke, Weight, time_unit};

/// What to draw.
pub(crate) struct Percentiles {
    pub(crate) name: &'static str,
    /// What the latency is, to begin the title with.
    pub(crate) subject: &'static str,
    pub(crate) caption: &'static str,
    pub(crate) kind: Kind,
}

/// Points of a curve in each doubling of 1 / (1 - quantile).
const POINTS_PER_DOUBLING: f64 = 6.0;

/// The figure at the largest number of accounts, unless nothing was measured.
pub(crate) fn figure(grid: &Grid<'_>, spec: &Percentiles) -> Option<Figure> {
    let cells = distance::nearby(grid.main_at_largest());
    let curves: Vec<(&Cell<'_>, Vec<(f64, f64)>)> = cells
        .iter()
        .filter_map(|cell| {
            let histogram = cell.histogram(spec.kind)?;
            (!histogram.is_empty()).then(|| (*cell, curve(histogram)))
        })
        .collect();
    let values: Vec<f64> = all_points(&curves).map(|point| point.1).collect();
    let samples = all_points(&curves).map(|point| point.0).fold(0.0, f64::max);
    let accounts = cells.first()?.accounts;
    if values.is_empty() {
        return None;
    }
    let unit = time_unit(&values);
    let min = values
        .iter()
        .copied()
        .fold(f64::INFINITY, f64::min)
        .max(1.0);
    let max = values.iter().copied().fold(min * 1.5, f64::max);
    Some(Figure {
        name: spec.name,
        title: format!("{} by percentile, {accounts} accounts", spec.subject),
        caption: distance::caption(grid, spec.caption),
        x: Axis::percentiles(samples),
        y: Axis::logarithmic(
            &format!("latency, {}", unit.symbol()),
            min / unit.ns(),
            max / unit.ns(),
        ),
        legend: legend(&curves),
        lines: curves
            .iter()
            .flat_map(|(cell, points)| lines(cell, points, unit.ns()))
            .collect(),
        bars: Vec::new(),
    })
}

fn all_points<'c>(
    curves: &'c [(&Cell<'_>, Vec<(f64, f64)>)],
) -> impl Iterator<Item = &'c (f64, f64)> {
    curves.iter().flat_map(|(_, points)| points)
}

/// 1 / (1 - quantile) and nanoseconds, from the median to the largest sample.
fn curve(histogram: &Histogram<u64>) -> Vec<(f64, f64)> {
    let samples = to_f64(histogram.len());
    let mut points = Vec::new();
    let mut exponent = POINTS_PER_DOUBLING;
    loop {
        let x = f64::exp2(exponent / POINTS_PER_DOUBLING);
        // Beyond that there are single samples, and the largest ends the curve.
        if x * 2.0 > samples {
            break;
        }
        let value_ns = histogram.value_at_quantile(1.0 - 1.0 / x);
        points.push((x, to_f64(value_ns)));
        exponent += 1.0;
    }
    points.push((samples, to_f64(histogram.max())));
    points
}

/// The part of a curve that enough samples carry, and the rest.
fn lines(cell: &Cell<'_>, points: &[(f64, f64)], unit_ns: f64) -> [Line; 2] {
    let samples = points.last().map_or(0.0, |point| point.0);
    let certain_to = samples / SAMPLES_BEYOND_LEAST;
    let split = points.partition_point(|point| point.0 <= certain_to);
    let line = |part: &[(f64, f64)], stroke, weight| Line {
        style: cell.style,
        stroke,
        weight,
        points: part.iter().map(|(x, ns)| (*x, ns / unit_ns)).collect(),
        marked: Vec::new(),
        whiskers: Vec::new(),
    };
    let mut certain = line(&points[..split], Stroke::Solid, Weight::Full);
    // A marker at each labelled percentile tells lines apart without colour.
    certain.marked = [2.0, 10.0, 1e2, 1e3, 1e4, 1e5, 1e6]
        .into_iter()
        .filter_map(|x| points[..split].iter().find(|point| point.0 >= x))
        .map(|(x, ns)| (*x, ns / unit_ns))
        .collect();
    let rest = line(
        &points[split.saturating_sub(1)..],
        Stroke::Dashed,
        Weight::Faint,
    );
    [certain, rest]
}

fn legend(curves: &[(&Cell<'_>, Vec<(f64, f64)>)]) -> Vec<Vec<LegendItem>> {
    let protocols = curves.iter().map(|(cell, _)| LegendItem {
        key: Key::Line(cell.style),
        label: cell.label.clone(),
    });
    let uncertain = LegendItem {
        key: Key::Stroke(Stroke::Dashed, Weight::Faint),
        label: "fewer than 100 samples beyond".to_owned(),
    };
    vec![protocols.collect(), vec![uncertain]]
}
