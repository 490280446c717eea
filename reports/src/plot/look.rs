//! The look that all figures share: measures in design pixels, lettering, the colour of the ink.

use plotters::style::text_anchor::HPos;

use super::canvas::{Boldness, Lettering, Paint};
use super::figure::Weight;
use crate::palette::{Colour, Style};

/// The width of every figure.
pub(crate) const WIDTH: f64 = 560.0;
/// Between the edge of a figure and what stands in it.
pub(crate) const EDGE: f64 = 12.0;
/// The radius of a marker.
pub(crate) const MARKER: f64 = 4.5;

/// The colour of text and axes; a page replaces it by its own text colour.
pub(crate) const INK: Colour = Colour(0x1F, 0x23, 0x28);

pub(crate) const TITLE: Lettering = lettering(16.0, Boldness::Bold, HPos::Left);
pub(crate) const LABEL: Lettering = lettering(13.0, Boldness::Regular, HPos::Left);
pub(crate) const LABEL_CENTRE: Lettering = lettering(13.0, Boldness::Regular, HPos::Center);
pub(crate) const LABEL_RIGHT: Lettering = lettering(13.0, Boldness::Regular, HPos::Right);

const fn lettering(size: f64, bold: Boldness, anchor: HPos) -> Lettering {
    Lettering { size, bold, anchor }
}

/// Ink of some opacity, 0 to 1.
pub(crate) const fn ink(opacity: f64) -> Paint {
    Paint {
        colour: INK,
        opacity,
    }
}

/// A protocol's colour of some opacity, 0 to 1.
pub(crate) const fn paint(style: Style, opacity: f64) -> Paint {
    Paint {
        colour: style.colour,
        opacity,
    }
}

/// Width and opacity of a line.
pub(crate) const fn strength(weight: Weight) -> (f64, f64) {
    match weight {
        Weight::Full => (2.0, 1.0),
        Weight::Faint => (1.5, 0.7),
    }
}
