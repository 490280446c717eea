//! A thin layer over a plotters backend: design pixels in, one colour type, dashes and markers.

use plotters::backend::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    BLACK, Color as _, FontDesc, FontFamily, FontStyle, RGBAColor, RGBColor, ShapeStyle, TextStyle,
};

use super::figure::Stroke;
use crate::palette::{Colour, Marker};

/// Backends draw at this multiple of the design's pixels: their coordinates are whole numbers.
pub(crate) const SCALE: i32 = 4;

/// A point in design pixels, y downwards.
pub(crate) type Point = (f64, f64);

/// Why something could not be drawn.
pub(crate) type CanvasError = String;

/// A colour and how opaque it is, 0 to 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    pub(crate) colour: Colour,
    pub(crate) opacity: f64,
}

/// Size, weight and place of a text.
#[derive(Clone, Copy)]
pub(crate) struct Lettering {
    pub(crate) size: f64,
    pub(crate) bold: Boldness,
    pub(crate) anchor: HPos,
}

/// The weight of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Boldness {
    Regular,
    Bold,
}

/// A surface to draw on.
pub(crate) struct Canvas<'b, B: DrawingBackend> {
    backend: &'b mut B,
    text_drop_em: f64,
}

impl<'b, B: DrawingBackend> Canvas<'b, B> {
    pub(crate) fn new(backend: &'b mut B, text_drop_em: f64) -> Self {
        Self {
            backend,
            text_drop_em,
        }
    }

    /// A text, its middle line at `at`.
    pub(crate) fn text(
        &mut self,
        text: &str,
        at: Point,
        lettering: Lettering,
        paint: Paint,
    ) -> Result<(), CanvasError> {
        let style = text_style(lettering, rgba(paint));
        let at = (at.0, at.1 + self.text_drop_em * lettering.size);
        self.backend
            .draw_text(text, &style, device(at))
            .map_err(|error| error.to_string())
    }

    /// A line through points.
    pub(crate) fn path(
        &mut self,
        points: &[Point],
        stroke: Stroke,
        width: f64,
        paint: Paint,
    ) -> Result<(), CanvasError> {
        let style = ShapeStyle {
            color: rgba(paint),
            filled: false,
            stroke_width: u32::try_from(device_length(width)).unwrap_or(1).max(1),
        };
        let pieces = match stroke {
            Stroke::Solid => vec![points.to_vec()],
            Stroke::Dashed => dashes(points),
        };
        for piece in pieces {
            let mut piece: Vec<(i32, i32)> = piece.into_iter().map(device).collect();
            // A point that repeats has no direction, and would be drawn as a spike.
            piece.dedup();
            if piece.len() > 1 {
                self.backend
                    .draw_path(piece, &style)
                    .map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }

    /// A filled rectangle between two corners.
    pub(crate) fn rectangle(
        &mut self,
        from: Point,
        to: Point,
        paint: Paint,
    ) -> Result<(), CanvasError> {
        let ((x0, y0), (x1, y1)) = (device(from), device(to));
        let corners = ((x0.min(x1), y0.min(y1)), (x0.max(x1), y0.max(y1)));
        self.backend
            .draw_rect(corners.0, corners.1, &filled(paint), true)
            .map_err(|error| error.to_string())
    }

    /// A filled marker around a point.
    pub(crate) fn marker(
        &mut self,
        marker: Marker,
        at: Point,
        radius: f64,
        paint: Paint,
    ) -> Result<(), CanvasError> {
        let corners = marker.corners();
        let style = filled(paint);
        if corners.is_empty() {
            let radius = u32::try_from(device_length(radius)).unwrap_or(1);
            return self
                .backend
                .draw_circle(device(at), radius, &style, true)
                .map_err(|error| error.to_string());
        }
        let polygon: Vec<(i32, i32)> = corners
            .iter()
            .map(|(x, y)| device((at.0 + x * radius, at.1 + y * radius)))
            .collect();
        self.backend
            .fill_polygon(polygon, &style)
            .map_err(|error| error.to_string())
    }
}

/// The width of a text in the built-in font.
pub(crate) fn text_width(text: &str, lettering: Lettering) -> Result<f64, CanvasError> {
    let style = text_style(lettering, BLACK.to_rgba());
    let (width, _) = style
        .font
        .box_size(text)
        .map_err(|error| error.to_string())?;
    Ok(f64::from(width) / f64::from(SCALE))
}

fn filled(paint: Paint) -> ShapeStyle {
    ShapeStyle {
        color: rgba(paint),
        filled: true,
        stroke_width: 0,
    }
}

fn rgba(paint: Paint) -> RGBAColor {
    let Colour(red, green, blue) = paint.colour;
    RGBColor(red, green, blue).mix(paint.opacity)
}

fn text_style(lettering: Lettering, color: RGBAColor) -> TextStyle<'static> {
    let style = match lettering.bold {
        Boldness::Regular => FontStyle::Normal,
        Boldness::Bold => FontStyle::Bold,
    };
    // plotters takes the height of a line, and an em is that by 1.24.
    let height = lettering.size * 1.24 * f64::from(SCALE);
    TextStyle {
        font: FontDesc::new(FontFamily::SansSerif, height, style),
        color: color.to_backend_color(),
        pos: Pos::new(lettering.anchor, VPos::Center),
    }
}

fn device((x, y): Point) -> (i32, i32) {
    (device_length(x), device_length(y))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a figure is some thousand device pixels wide; the cast saturates"
)]
fn device_length(length: f64) -> i32 {
    (length * f64::from(SCALE)).round() as i32
}

/// Cuts a line into dashes.
fn dashes(points: &[Point]) -> Vec<Vec<Point>> {
    const DASH: f64 = 6.0;
    const GAP: f64 = 4.0;
    let mut pieces = Vec::new();
    let mut current: Vec<Point> = points.first().copied().into_iter().collect();
    let (mut drawing, mut left) = (true, DASH);
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        let mut length = (to.0 - from.0).hypot(to.1 - from.1);
        while length > left {
            let share = left / length;
            from = (
                from.0 + (to.0 - from.0) * share,
                from.1 + (to.1 - from.1) * share,
            );
            length -= left;
            if drawing {
                current.push(from);
                pieces.push(std::mem::take(&mut current));
            } else {
                current = vec![from];
            }
            drawing = !drawing;
            left = if drawing { DASH } else { GAP };
        }
        left -= length;
        if drawing {
            current.push(to);
        }
    }
    if drawing && current.len() > 1 {
        pieces.push(current);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_thirty_pixels_has_three_dashes() {
        let pieces = dashes(&[(0.0, 0.0), (12.0, 0.0), (30.0, 0.0)]);
        assert_eq!(pieces.len(), 3);
        assert_eq!(pieces[1], vec![(10.0, 0.0), (12.0, 0.0), (16.0, 0.0)]);
    }

    #[test]
    fn a_point_has_no_dashes() {
        assert!(dashes(&[(1.0, 1.0)]).is_empty());
        assert!(dashes(&[]).is_empty());
    }
}
