//! Draws a figure on a canvas: title, legend, axes, bars, lines, each in a place of its own.

use plotters::backend::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::canvas::{Boldness, Canvas, CanvasError, Lettering, Paint, Point};
use super::figure::{Bar, Figure, Key, LegendItem, LegendRow, Line, Stroke, Weight};
use crate::palette::{Colour, Style};

/// The width of every figure, in design pixels.
pub(crate) const WIDTH: f64 = 560.0;
/// The height of every figure, in design pixels.
pub(crate) const HEIGHT: f64 = 380.0;

/// The colour of text and axes; a page replaces it by its own text colour.
pub(crate) const INK: Colour = Colour(0x1F, 0x23, 0x28);

const TITLE: Lettering = lettering(16.0, Boldness::Bold, HPos::Left);
const LABEL: Lettering = lettering(13.0, Boldness::Regular, HPos::Left);
const LABEL_CENTRE: Lettering = lettering(13.0, Boldness::Regular, HPos::Center);
const LABEL_RIGHT: Lettering = lettering(13.0, Boldness::Regular, HPos::Right);

const EDGE: f64 = 12.0;
const TITLE_Y: f64 = 18.0;
const LEGEND_Y: f64 = 46.0;
const LEGEND_ROW: f64 = 20.0;
const LEGEND_KEY: f64 = 26.0;
const LEGEND_GAP: f64 = 18.0;
const MARKER: f64 = 4.5;

const fn lettering(size: f64, bold: Boldness, anchor: HPos) -> Lettering {
    Lettering { size, bold, anchor }
}

const fn ink(opacity: f64) -> Paint {
    Paint {
        colour: INK,
        opacity,
    }
}

const fn paint(style: Style, opacity: f64) -> Paint {
    Paint {
        colour: style.colour,
        opacity,
    }
}

/// Draws the figure. A backend that sets text too high has it lowered by `text_drop_em`.
pub(crate) fn draw<B: DrawingBackend>(
    figure: &Figure,
    backend: &mut B,
    text_drop_em: f64,
) -> Result<(), CanvasError> {
    let mut canvas = Canvas::new(backend, text_drop_em);
    canvas.text(&figure.title, (EDGE, TITLE_Y), TITLE, ink(1.0))?;
    let legend_end = draw_legend(&mut canvas, &figure.legend)?;
    let plot = Plot::new(&canvas, figure, legend_end)?;
    plot.draw_axes(&mut canvas)?;
    for bar in &figure.bars {
        plot.draw_bar(&mut canvas, bar)?;
    }
    for line in &figure.lines {
        plot.draw_line(&mut canvas, line)?;
    }
    Ok(())
}

/// Draws the legend above the plot, breaking its rows where they are too long; returns where it ends.
fn draw_legend<B: DrawingBackend>(
    canvas: &mut Canvas<'_, B>,
    rows: &[LegendRow],
) -> Result<f64, CanvasError> {
    let mut y = LEGEND_Y;
    for row in rows.iter().filter(|row| !row.is_empty()) {
        let mut x = EDGE;
        for item in row {
            let width = LEGEND_KEY + canvas.text_width(&item.label, LABEL)?;
            if x > EDGE && x + width > WIDTH - EDGE {
                x = EDGE;
                y += LEGEND_ROW;
            }
            draw_legend_item(canvas, item, (x, y))?;
            x += width + LEGEND_GAP;
        }
        y += LEGEND_ROW;
    }
    Ok(y)
}

fn draw_legend_item<B: DrawingBackend>(
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
    canvas.text(&item.label, (x + LEGEND_KEY, y), LABEL, ink(1.0))
}

/// Width and opacity of a line.
fn strength(weight: Weight) -> (f64, f64) {
    match weight {
        Weight::Full => (2.0, 1.0),
        Weight::Faint => (1.25, 0.55),
    }
}

/// The rectangle in which data are drawn.
struct Plot<'f> {
    figure: &'f Figure,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl<'f> Plot<'f> {
    fn new<B: DrawingBackend>(
        canvas: &Canvas<'_, B>,
        figure: &'f Figure,
        legend_end: f64,
    ) -> Result<Self, CanvasError> {
        let mut widest: f64 = 0.0;
        for tick in &figure.y.ticks {
            widest = widest.max(canvas.text_width(&tick.label, LABEL)?);
        }
        Ok(Self {
            figure,
            left: EDGE + widest + 8.0,
            right: WIDTH - EDGE - 8.0,
            // The label of y stands above its axis, where it can be read without turning one's head.
            top: legend_end + 24.0,
            bottom: HEIGHT - 50.0,
        })
    }

    fn x(&self, value: f64) -> f64 {
        self.left + self.figure.x.position(value) * (self.right - self.left)
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom - self.figure.y.position(value) * (self.bottom - self.top)
    }

    fn at(&self, (x, y): (f64, f64)) -> Point {
        (self.x(x), self.y(y))
    }

    fn draw_axes<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) -> Result<(), CanvasError> {
        let (x, y) = (&self.figure.x, &self.figure.y);
        canvas.text(&y.label, (EDGE, self.top - 16.0), LABEL, ink(0.85))?;
        for tick in &y.ticks {
            let at = self.y(tick.at);
            let line = [(self.left, at), (self.right, at)];
            canvas.path(&line, Stroke::Solid, 0.75, ink(0.18))?;
            canvas.text(&tick.label, (self.left - 7.0, at), LABEL_RIGHT, ink(0.85))?;
        }
        self.draw_x_ticks(canvas)?;
        let base = [(self.left, self.bottom), (self.right, self.bottom)];
        canvas.path(&base, Stroke::Solid, 1.0, ink(0.75))?;
        let middle = f64::midpoint(self.left, self.right);
        canvas.text(&x.label, (middle, HEIGHT - 14.0), LABEL_CENTRE, ink(0.85))
    }

    /// Labels below the axis, but for those that would touch the one before or leave the picture.
    fn draw_x_ticks<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<'_, B>,
    ) -> Result<(), CanvasError> {
        let mut taken_to = 0.0;
        for tick in &self.figure.x.ticks {
            let at = self.x(tick.at);
            let half = canvas.text_width(&tick.label, LABEL)? / 2.0;
            let centre = at.min(WIDTH - 2.0 - half).max(half + 2.0);
            let mark = [(at, self.bottom), (at, self.bottom + 4.0)];
            canvas.path(&mark, Stroke::Solid, 1.0, ink(0.75))?;
            if centre - half > taken_to {
                let below = (centre, self.bottom + 16.0);
                canvas.text(&tick.label, below, LABEL_CENTRE, ink(0.85))?;
                taken_to = centre + half + 6.0;
            }
        }
        Ok(())
    }

    fn draw_line<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<'_, B>,
        line: &Line,
    ) -> Result<(), CanvasError> {
        let (width, opacity) = strength(line.weight);
        let colour = paint(line.style, opacity);
        for whisker in &line.whiskers {
            let ends = [
                self.at((whisker.x, whisker.from)),
                self.at((whisker.x, whisker.to)),
            ];
            canvas.path(&ends, Stroke::Solid, 1.25, colour)?;
            for (x, y) in ends {
                let cap = [(x - 4.0, y), (x + 4.0, y)];
                canvas.path(&cap, Stroke::Solid, 1.25, colour)?;
            }
        }
        let points: Vec<Point> = line.points.iter().map(|point| self.at(*point)).collect();
        canvas.path(&points, line.stroke, width, colour)?;
        for point in &line.marked {
            canvas.marker(line.style.marker, self.at(*point), MARKER, colour)?;
        }
        Ok(())
    }

    fn draw_bar<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<'_, B>,
        bar: &Bar,
    ) -> Result<(), CanvasError> {
        let (from, to) = (self.x(bar.x_from), self.x(bar.x_to));
        for segment in &bar.segments {
            let colour = Paint {
                colour: segment.colour,
                opacity: segment.opacity,
            };
            let (lower, upper) = (self.y(segment.from), self.y(segment.to));
            canvas.rectangle((from, lower), (to, upper), colour)?;
        }
        if let Some(tick) = bar.tick {
            let across = [(from - 3.0, self.y(tick)), (to + 3.0, self.y(tick))];
            canvas.path(&across, Stroke::Solid, 2.0, ink(1.0))?;
        }
        let above = bar.tick.unwrap_or(0.0).max(bar.top());
        let middle = f64::midpoint(from, to);
        let top = (middle, self.y(above) - 9.0);
        canvas.marker(bar.style.marker, top, MARKER, paint(bar.style, 1.0))
    }
}
