//! Lines against the number of accounts: a point for all trials together, with its 95 % interval.

use crate::cells::{self, Cell, Grid};
use crate::distance;
use crate::plot::{Axis, Figure, Key, LegendItem, Line, Stroke, Weight, Whisker, time_unit};
use crate::statistics::interval::Estimate;

/// What to draw.
pub(crate) struct ByAccounts {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) caption: &'static str,
    pub(crate) quantity: Quantity,
    /// One or two curves for each protocol.
    pub(crate) curves: &'static [Curve],
}

/// What the values are, which says how their axis is labelled.
pub(crate) enum Quantity {
    /// Nanoseconds: the axis takes the unit that suits them.
    Time(&'static str),
    /// Values that the axis shows divided by a number; the label names the unit.
    Divided(&'static str, f64),
}

/// One line of each protocol.
pub(crate) struct Curve {
    /// What tells it from the protocol's other line; empty where there is only one.
    pub(crate) label: &'static str,
    pub(crate) value: fn(&Cell<'_>) -> Option<Estimate>,
}

/// Whiskers end at this multiple of the largest value of a chart, and at this part of the smallest.
const REACH_MAX: f64 = 1.5;

/// How a protocol's lines differ from each other.
const LOOKS: [(Stroke, Weight); 2] = [
    (Stroke::Solid, Weight::Full),
    (Stroke::Dashed, Weight::Faint),
];

/// The figure, unless nothing was measured.
pub(crate) fn figure(grid: &Grid<'_>, spec: &ByAccounts) -> Option<Figure> {
    let cells = distance::nearby(grid.main());
    let values: Vec<f64> = cells
        .iter()
        .flat_map(|cell| spec.curves.iter().filter_map(|curve| (curve.value)(cell)))
        .map(|estimate| estimate.value)
        .collect();
    if values.is_empty() {
        return None;
    }
    let reach = Reach::of(&values);
    let values: Vec<f64> = cells
        .iter()
        .flat_map(|cell| spec.curves.iter().filter_map(|curve| (curve.value)(cell)))
        .flat_map(|estimate| reach.ends(&estimate))
        .collect();
    let (label, divisor) = match spec.quantity {
        Quantity::Time(label) => {
            let unit = time_unit(&values);
            (format!("{label}, {}", unit.symbol()), unit.ns())
        }
        Quantity::Divided(label, divisor) => (label.to_owned(), divisor),
    };
    let scaled: Vec<f64> = values.iter().map(|value| value / divisor).collect();
    let series: Vec<&Cell<'_>> = cells::series(&cells)
        .into_iter()
        .filter(|first| has_line(&cells, &first.label, spec))
        .collect();
    Some(Figure {
        name: spec.name,
        title: spec.title.to_owned(),
        caption: distance::caption(grid, spec.caption),
        x: Axis::accounts(&cells::account_numbers(&cells)),
        y: Axis::for_values(&label, &scaled),
        legend: legend(&series, spec),
        lines: lines(&cells, &series, spec, Scaled { divisor, reach }),
        bars: Vec::new(),
    })
}

fn has_line(cells: &[&Cell<'_>], label: &str, spec: &ByAccounts) -> bool {
    let mut own = cells.iter().filter(|cell| cell.label == label);
    own.any(|cell| {
        spec.curves
            .iter()
            .any(|curve| (curve.value)(cell).is_some())
    })
}

fn legend(series: &[&Cell<'_>], spec: &ByAccounts) -> Vec<Vec<LegendItem>> {
    let protocols = series.iter().map(|cell| LegendItem {
        key: Key::Line(cell.style),
        label: cell.label.clone(),
    });
    let curves = spec
        .curves
        .iter()
        .zip(LOOKS)
        .filter(|(curve, _)| !curve.label.is_empty())
        .map(|(curve, (stroke, weight))| LegendItem {
            key: Key::Stroke(stroke, weight),
            label: curve.label.to_owned(),
        });
    vec![protocols.collect(), curves.collect()]
}

/// How values become places on the axis.
#[derive(Clone, Copy)]
struct Scaled {
    divisor: f64,
    reach: Reach,
}

/// How far whiskers are drawn: two or three trials have intervals that would leave no room for anything else.
#[derive(Clone, Copy)]
struct Reach {
    low: f64,
    high: f64,
}

impl Reach {
    fn of(values: &[f64]) -> Self {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(0.0, f64::max);
        Self {
            low: low / REACH_MAX,
            high: high * REACH_MAX,
        }
    }

    /// The ends of a whisker; the value itself where there is none.
    fn ends(self, estimate: &Estimate) -> [f64; 2] {
        let interval = estimate.interval();
        interval.map_or([estimate.value; 2], |interval| {
            [interval.low.max(self.low), interval.high.min(self.high)]
        })
    }
}

fn lines(
    cells: &[&Cell<'_>],
    series: &[&Cell<'_>],
    spec: &ByAccounts,
    Scaled { divisor, reach }: Scaled,
) -> Vec<Line> {
    let mut lines = Vec::new();
    for first in series {
        for (curve, (stroke, weight)) in spec.curves.iter().zip(LOOKS) {
            let estimates: Vec<(f64, Estimate)> = cells
                .iter()
                .filter(|cell| cell.label == first.label)
                .filter_map(|cell| Some((f64::from(cell.accounts), (curve.value)(cell)?)))
                .collect();
            let points: Vec<(f64, f64)> = estimates
                .iter()
                .map(|(x, estimate)| (*x, estimate.value / divisor))
                .collect();
            lines.push(Line {
                style: first.style,
                stroke,
                weight,
                marked: points.clone(),
                points,
                whiskers: estimates
                    .iter()
                    .filter(|(_, estimate)| estimate.interval().is_some())
                    .map(|(x, estimate)| {
                        let [from, to] = reach.ends(estimate).map(|end| end / divisor);
                        Whisker { x: *x, from, to }
                    })
                    .collect(),
            });
        }
    }
    lines
}
