//! Stacked bars, a group for each number of accounts, a bar for each protocol: geometric means over trials.

use crate::cells::{self, Cell, Grid};
use crate::distance;
use crate::numbers;
use crate::plot::{Axis, Bar, Figure, Key, LegendItem, Segment};

/// What to draw.
pub(crate) struct Stacked {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) caption: &'static str,
    /// The label of the axis of values, with its unit.
    pub(crate) label: &'static str,
    /// From the bottom up: what a segment is, and how opaque.
    pub(crate) shades: &'static [(&'static str, f64)],
    /// The height of each segment of a cell; none where nothing was measured.
    pub(crate) heights: fn(&Cell<'_>) -> Option<Vec<f64>>,
    /// A value to mark on the bar, for comparison.
    pub(crate) tick: Option<BarTick>,
}

/// A value to mark on each bar.
pub(crate) struct BarTick {
    pub(crate) label: &'static str,
    pub(crate) value: fn(&Cell<'_>) -> Option<f64>,
}

/// The share of a group's width that bars take.
const FILLED: f64 = 0.78;

/// The figure, unless nothing was measured.
pub(crate) fn figure(grid: &Grid<'_>, spec: &Stacked) -> Option<Figure> {
    let cells: Vec<&Cell<'_>> = distance::nearby(grid.main())
        .into_iter()
        .filter(|cell| (spec.heights)(cell).is_some())
        .collect();
    if cells.is_empty() {
        return None;
    }
    let accounts = cells::account_numbers(&cells);
    let series = cells::series(&cells);
    let bars: Vec<Bar> = cells
        .iter()
        .filter_map(|cell| bar(cell, spec, &accounts, &series))
        .collect();
    let values: Vec<f64> = bars
        .iter()
        .map(|bar| bar.top().max(bar.tick.unwrap_or(0.0)))
        .collect();
    let max = values.into_iter().fold(0.0, f64::max);
    let groups: Vec<String> = accounts
        .iter()
        .map(|k| numbers::count(u64::from(*k)))
        .collect();
    Some(Figure {
        name: spec.name,
        title: spec.title.to_owned(),
        caption: distance::caption(grid, spec.caption),
        x: Axis::groups("accounts", &groups),
        // Room for the markers on top.
        y: Axis::from_zero(spec.label, max * 1.06),
        legend: legend(&series, spec),
        lines: Vec::new(),
        bars,
    })
}

fn bar(cell: &Cell<'_>, spec: &Stacked, accounts: &[u32], series: &[&Cell<'_>]) -> Option<Bar> {
    let place = |index: usize| f64::from(u32::try_from(index).unwrap_or(u32::MAX));
    let group = place(accounts.iter().position(|k| *k == cell.accounts)?);
    let slot = place(series.iter().position(|first| first.label == cell.label)?);
    // A single protocol should not become a wall.
    let slots = place(series.len()).max(4.0);
    let width = FILLED / slots;
    let begin = group - width * place(series.len()) / 2.0 + width * slot;
    let mut top = 0.0;
    let segments = (spec.heights)(cell)?
        .into_iter()
        .zip(spec.shades)
        .map(|(height, (_, opacity))| {
            let from = top;
            top += height;
            Segment {
                from,
                to: top,
                colour: cell.style.colour,
                opacity: *opacity,
            }
        })
        .collect();
    Some(Bar {
        style: cell.style,
        x_from: begin + width * 0.1,
        x_to: begin + width * 0.9,
        segments,
        tick: spec.tick.as_ref().and_then(|tick| (tick.value)(cell)),
    })
}

fn legend(series: &[&Cell<'_>], spec: &Stacked) -> Vec<Vec<LegendItem>> {
    let protocols = series.iter().map(|cell| LegendItem {
        key: Key::Patch(cell.style),
        label: cell.label.clone(),
    });
    let shades = spec.shades.iter().map(|(label, opacity)| LegendItem {
        key: Key::Shade(*opacity),
        label: (*label).to_owned(),
    });
    let tick = spec.tick.iter().map(|tick| LegendItem {
        key: Key::Tick,
        label: tick.label.to_owned(),
    });
    vec![protocols.collect(), shades.chain(tick).collect()]
}
