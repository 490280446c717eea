//! Draws a figure on a canvas: title, legend, axes, bars, lines, each in a place of its own.

use plotters::backend::DrawingBackend;

use super::canvas::{Canvas, CanvasError, Paint, Point, text_width};
use super::figure::{Bar, Figure, Line, Stroke};
use super::legend::Legend;
use super::look::{
    EDGE, LABEL, LABEL_CENTRE, LABEL_RIGHT, MARKER, TITLE, WIDTH, ink, paint, strength,
};

/// The height of a figure whose legend leaves room enough, in design pixels.
const HEIGHT: f64 = 380.0;
const TITLE_Y: f64 = 18.0;
/// The label of y stands above its axis, where it can be read without turning one's head.
const ABOVE_PLOT: f64 = 24.0;
const BELOW_PLOT: f64 = 50.0;
const PLOT_LEAST: f64 = 200.0;

/// A figure whose parts have their places.
pub(crate) struct Layout<'f> {
    figure: &'f Figure,
    legend: Legend<'f>,
    /// Its height, in design pixels.
    pub(crate) height: f64,
}

impl<'f> Layout<'f> {
    /// Makes room for everything: a long legend makes the figure higher, not the plot flatter.
    pub(crate) fn of(figure: &'f Figure) -> Result<Self, CanvasError> {
        let legend = Legend::place(&figure.legend)?;
        let height = (legend.end + ABOVE_PLOT + PLOT_LEAST + BELOW_PLOT).max(HEIGHT);
        Ok(Self {
            figure,
            legend,
            height,
        })
    }

    /// Draws the figure. A backend that sets text too high has it lowered by `text_drop_em`.
    pub(crate) fn draw<B: DrawingBackend>(
        &self,
        backend: &mut B,
        text_drop_em: f64,
    ) -> Result<(), CanvasError> {
        let mut canvas = Canvas::new(backend, text_drop_em);
        canvas.text(&self.figure.title, (EDGE, TITLE_Y), TITLE, ink(1.0))?;
        self.legend.draw(&mut canvas)?;
        let plot = Plot::within(self)?;
        plot.draw_axes(&mut canvas)?;
        for bar in &self.figure.bars {
            plot.draw_bar(&mut canvas, bar)?;
        }
        for line in &self.figure.lines {
            plot.draw_line(&mut canvas, line)?;
        }
        Ok(())
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
    fn within(layout: &Layout<'f>) -> Result<Self, CanvasError> {
        let mut widest: f64 = 0.0;
        for tick in &layout.figure.y.ticks {
            widest = widest.max(text_width(&tick.label, LABEL)?);
        }
        Ok(Self {
            figure: layout.figure,
            left: EDGE + widest + 8.0,
            right: WIDTH - EDGE - 8.0,
            top: layout.legend.end + ABOVE_PLOT,
            bottom: layout.height - BELOW_PLOT,
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
        let below = self.bottom + 36.0;
        canvas.text(&x.label, (middle, below), LABEL_CENTRE, ink(0.85))
    }

    /// Labels below the axis, but for those that would touch the one before or leave the picture.
    fn draw_x_ticks<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<'_, B>,
    ) -> Result<(), CanvasError> {
        let mut taken_to = 0.0;
        for tick in &self.figure.x.ticks {
            let at = self.x(tick.at);
            let half = text_width(&tick.label, LABEL)? / 2.0;
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
            let across = [(from, self.y(tick)), (to, self.y(tick))];
            canvas.path(&across, Stroke::Solid, 2.0, ink(1.0))?;
        }
        let above = bar.tick.unwrap_or(0.0).max(bar.top());
        let middle = f64::midpoint(from, to);
        let top = (middle, self.y(above) - 9.0);
        // Neighbours' markers should not touch where bars are narrow.
        let radius = MARKER.min((to - from) * 0.55);
        canvas.marker(bar.style.marker, top, radius, paint(bar.style, 1.0))
    }
}
