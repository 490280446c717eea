//! Drawing, whatever is drawn: a figure is plain data, one generic painter draws it, two files come of it.

mod axis;
mod canvas;
mod figure;
mod legend;
mod look;
mod painter;
mod render;

pub(crate) use axis::{Axis, time_unit};
pub(crate) use figure::{Bar, Figure, Key, LegendItem, Line, Segment, Stroke, Weight, Whisker};
pub use render::DrawError;
pub(crate) use render::{Rendered, render};
