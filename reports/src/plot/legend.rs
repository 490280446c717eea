//! The legend of a figure: above the plot, never over data, in as many rows as it takes.

use plotters::backend::DrawingBackend;

use super::canvas::{Canvas, CanvasError, Point, text_width};
use super::figure::{Key, LegendItem, LegendRow, Stroke};
use super::look::{EDGE, LABEL, MARKER, WIDTH, ink, paint, strength};

const FIRST_ROW: f64 = 46.0;
const ROW: f64 = 20.0;
const KEY: f64 = 26.0;
const GAP: f64 = 18.0;

/// A legend whose entries have their places.
pub(crate) struct Legend<'f> {
    items: Vec<(&'f LegendItem, Point)>,
    /// Where the next thing below may stand.
    pub(crate) end: f64,
}

impl<'f> Legend<'f> {
    /// Places the entries, and breaks rows where they are too long.
    pub(crate) fn place(rows: &'f [LegendRow]) -> Result<Self, CanvasError> {
        let mut items = Vec::new();
        let mut y = FIRST_ROW;
        for row in rows.iter().filter(|row| !row.is_empty()) {
            let mut x = EDGE;
            for item in row {
                let width = KEY + text_width(&item.label, LABEL)?;
                if x > EDGE && x + width > WIDTH - EDGE {
                    x = EDGE;
                    y += ROW;
                }
                items.push((item, (x, y)));
                x += width + GAP;
            }
            y += ROW;
        }
        Ok(Self { items, end: y })
    }

    /// Draws it.
    pub(crate) fn draw<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<'_, B>,
    ) -> Result<(), CanvasError> {
        for (item, at) in &self.items {
            draw_item(canvas, item, *at)?;
        }
        Ok(())
    }
}

fn draw_item<B: DrawingBackend>(
    canvas: &mut Canvas<'_, B>,
    item: &LegendItem,
    (x, y): Point,
) -> Result<(), CanvasError> {
    let middle = (x + 10.0, y);
    let line = [(x, y), (x + 20.0, y)];
    match item.key {
        Key::Line(style) => {
            canvas.path(&line, Stroke::Solid, 2.0, paint(style, 1.0))?;
            canvas.marker(style.marker, middle, MARKER, paint(style, 1.0))?;
        }
        Key::Patch(style) => {
            canvas.marker(style.marker, middle, MARKER + 1.5, paint(style, 1.0))?;
        }
        Key::Shade(opacity) => {
            canvas.rectangle((x + 2.0, y - 6.0), (x + 18.0, y + 6.0), ink(opacity))?;
        }
        Key::Stroke(stroke, weight) => {
            let (width, opacity) = strength(weight);
            canvas.path(&line, stroke, width, ink(opacity))?;
        }
        Key::Tick => canvas.path(&line, Stroke::Solid, 2.0, ink(1.0))?,
    }
    canvas.text(&item.label, (x + KEY, y), LABEL, ink(1.0))
}
