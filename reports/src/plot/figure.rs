//! A figure as data: what to draw, in the units of its axes, and nothing about how.

use crate::palette::{Colour, Style};
use crate::plot::Axis;

/// A chart, ready to be drawn.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    /// The stem of its files' names.
    pub(crate) name: &'static str,
    /// What it shows, above it.
    pub(crate) title: String,
    /// How to read it, below it; part of the page, not of the picture.
    pub(crate) caption: String,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) legend: Vec<LegendRow>,
    pub(crate) lines: Vec<Line>,
    pub(crate) bars: Vec<Bar>,
}

/// Entries of a legend that belong together, and begin a row.
pub(crate) type LegendRow = Vec<LegendItem>;

/// An entry of a legend.
#[derive(Debug, Clone)]
pub(crate) struct LegendItem {
    pub(crate) key: Key,
    pub(crate) label: String,
}

/// What stands before an entry of a legend.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Key {
    /// A protocol's line and marker.
    Line(Style),
    /// A protocol's marker on a patch of its colour.
    Patch(Style),
    /// A patch in the colour of the text, this opaque (0 to 1).
    Shade(f64),
    /// A line in the colour of the text.
    Stroke(Stroke, Weight),
    /// The tick across a bar.
    Tick,
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stroke {
    Solid,
    Dashed,
}

/// How strongly a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Full,
    /// For what is known less well.
    Faint,
}

/// A line through points, with whiskers.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) style: Style,
    pub(crate) stroke: Stroke,
    pub(crate) weight: Weight,
    /// x and y.
    pub(crate) points: Vec<(f64, f64)>,
    /// Points that carry the marker.
    pub(crate) marked: Vec<(f64, f64)>,
    pub(crate) whiskers: Vec<Whisker>,
}

/// The interval of a point.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whisker {
    pub(crate) x: f64,
    pub(crate) from: f64,
    pub(crate) to: f64,
}

/// A bar of stacked segments, with its protocol's marker on top.
#[derive(Debug, Clone)]
pub(crate) struct Bar {
    pub(crate) style: Style,
    pub(crate) x_from: f64,
    pub(crate) x_to: f64,
    pub(crate) segments: Vec<Segment>,
    /// A tick across the bar, for comparison.
    pub(crate) tick: Option<f64>,
}

impl Bar {
    /// Where its segments end.
    pub(crate) fn top(&self) -> f64 {
        self.segments.iter().map(|s| s.to).fold(0.0, f64::max)
    }
}

/// A part of a bar.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) colour: Colour,
    /// 0 to 1.
    pub(crate) opacity: f64,
}
