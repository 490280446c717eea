//! Lines against the simulated link, the nearest first: a point for all trials together, with its 95 % interval.

use super::by_accounts::Quantity;
use crate::cells::{Cell, Grid};
use crate::distance::{self, Stretch};
use crate::plot::{Axis, Figure, Key, LegendItem, Line, Stroke, Weight, Whisker, time_unit};
use crate::statistics::interval::Estimate;

/// What to draw.
pub(crate) struct ByDistance {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) caption: &'static str,
    pub(crate) quantity: Quantity,
    pub(crate) value: fn(&Cell<'_>) -> Option<Estimate>,
}

/// The figure, unless there was one link alone.
pub(crate) fn figure(grid: &Grid<'_>, spec: &ByDistance) -> Option<Figure> {
    let stretches = distance::stretches(grid);
    let estimates = stretches
        .iter()
        .flat_map(|stretch| &stretch.cells)
        .filter_map(|cell| (spec.value)(cell));
    let values: Vec<f64> = estimates.map(|estimate| estimate.value).collect();
    if values.is_empty() {
        return None;
    }
    let (label, divisor) = match spec.quantity {
        Quantity::Time(label) => {
            let unit = time_unit(&values);
            (format!("{label}, {}", unit.symbol()), unit.ns())
        }
        Quantity::Divided(label, divisor) => (label.to_owned(), divisor),
    };
    let scaled: Vec<f64> = values.iter().map(|value| value / divisor).collect();
    let y = Axis::for_values(&label, &scaled);
    let series = series(&stretches, spec);
    let ticks: Vec<String> = stretches.iter().map(Stretch::tick).collect();
    Some(Figure {
        name: spec.name,
        title: spec.title.to_owned(),
        caption: spec.caption.to_owned(),
        x: Axis::groups("simulated link, round trip", &ticks),
        legend: vec![series.iter().map(legend).collect()],
        lines: series
            .iter()
            .map(|series| line(series, divisor, &y))
            .collect(),
        y,
        bars: Vec::new(),
    })
}

/// A protocol, and its values by the place of the link.
struct Series<'g, 'a> {
    name: String,
    first: &'g Cell<'a>,
    points: Vec<(f64, Estimate)>,
}

fn series<'g, 'a>(stretches: &[Stretch<'g, 'a>], spec: &ByDistance) -> Vec<Series<'g, 'a>> {
    let mut all: Vec<Series<'g, 'a>> = Vec::new();
    let mut place = 0.0;
    for stretch in stretches {
        for &cell in &stretch.cells {
            let Some(estimate) = (spec.value)(cell) else {
                continue;
            };
            let name = distance::name(cell);
            match all.iter_mut().find(|series| series.name == name) {
                Some(series) => series.points.push((place, estimate)),
                None => all.push(Series {
                    name,
                    first: cell,
                    points: vec![(place, estimate)],
                }),
            }
        }
        place += 1.0;
    }
    all
}

fn legend(series: &Series<'_, '_>) -> LegendItem {
    LegendItem {
        key: Key::Line(series.first.style),
        label: series.name.clone(),
    }
}

/// Whiskers end where the axis does: two or three trials have intervals that would leave no room for anything else.
fn line(series: &Series<'_, '_>, divisor: f64, y: &Axis) -> Line {
    let points: Vec<(f64, f64)> = series
        .points
        .iter()
        .map(|(x, estimate)| (*x, estimate.value / divisor))
        .collect();
    let whisker = |(x, estimate): &(f64, Estimate)| {
        let interval = estimate.interval()?;
        Some(Whisker {
            x: *x,
            from: y.clamp(interval.low / divisor),
            to: y.clamp(interval.high / divisor),
        })
    };
    Line {
        style: series.first.style,
        stroke: Stroke::Solid,
        weight: Weight::Full,
        marked: points.clone(),
        points,
        whiskers: series.points.iter().filter_map(whisker).collect(),
    }
}
