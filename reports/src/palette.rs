//! How each protocol looks: a colour and a marker, its own in every chart and table.
//!
//! Colours are those of Okabe and Ito, which people with any kind of colour vision can tell apart; shapes say the same
//! a second time, for print without colour.

use std::collections::BTreeMap;

use crate::schema::FLOOR;

/// A colour, red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour(pub(crate) u8, pub(crate) u8, pub(crate) u8);

impl Colour {
    /// As CSS writes it.
    pub(crate) fn css(self) -> String {
        format!("#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }
}

/// The shape of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marker {
    Circle,
    Square,
    TriangleUp,
    Diamond,
    TriangleDown,
    Cross,
}

/// All shapes, in the order in which they are given out.
const MARKERS: [Marker; 6] = [
    Marker::Circle,
    Marker::Square,
    Marker::TriangleUp,
    Marker::Diamond,
    Marker::TriangleDown,
    Marker::Cross,
];

impl Marker {
    /// The corners of the shape around (0, 0), within a circle of radius 1, y downwards; none for the circle itself.
    pub(crate) fn corners(self) -> &'static [(f64, f64)] {
        match self {
            Self::Circle => &[],
            Self::Square => &[(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)],
            Self::TriangleUp => &[(0.0, -1.1), (1.05, 0.8), (-1.05, 0.8)],
            Self::Diamond => &[(0.0, -1.2), (1.0, 0.0), (0.0, 1.2), (-1.0, 0.0)],
            Self::TriangleDown => &[(0.0, 1.1), (1.05, -0.8), (-1.05, -0.8)],
            Self::Cross => &[
                (-0.35, -1.0),
                (0.35, -1.0),
                (0.35, -0.35),
                (1.0, -0.35),
                (1.0, 0.35),
                (0.35, 0.35),
                (0.35, 1.0),
                (-0.35, 1.0),
                (-0.35, 0.35),
                (-1.0, 0.35),
                (-1.0, -0.35),
                (-0.35, -0.35),
            ],
        }
    }
}

/// How a protocol looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) colour: Colour,
    pub(crate) marker: Marker,
}

/// The protocols whose looks are fixed.
const KNOWN: [(&str, Style); 4] = [
    ("custom", style(Colour(0x00, 0x72, 0xB2), Marker::Circle)),
    ("json", style(Colour(0xD5, 0x5E, 0x00), Marker::Square)),
    ("grpc", style(Colour(0x00, 0x9E, 0x73), Marker::TriangleUp)),
    (FLOOR, style(Colour(0x80, 0x80, 0x80), Marker::Diamond)),
];

/// What is left for others.
const OTHERS: [Style; 6] = [
    style(Colour(0xCC, 0x79, 0xA7), Marker::TriangleDown),
    style(Colour(0x56, 0xB4, 0xE9), Marker::Cross),
    style(Colour(0xE6, 0x9F, 0x00), Marker::Diamond),
    style(Colour(0xCC, 0x79, 0xA7), Marker::Square),
    style(Colour(0x56, 0xB4, 0xE9), Marker::Circle),
    style(Colour(0xE6, 0x9F, 0x00), Marker::TriangleUp),
];

const fn style(colour: Colour, marker: Marker) -> Style {
    Style { colour, marker }
}

/// The looks of all protocols of a report, whatever their order.
///
/// A protocol that has no fixed look gets one by its name, or the next that is free, so that the same protocols always
/// look the same.
pub(crate) fn assign<'a>(protocols: impl IntoIterator<Item = &'a str>) -> BTreeMap<&'a str, Style> {
    let mut styles: BTreeMap<&str, Style> = BTreeMap::new();
    let mut taken = [false; OTHERS.len()];
    let names: std::collections::BTreeSet<&str> = protocols.into_iter().collect();
    for name in names {
        let style = KNOWN
            .iter()
            .find_map(|(known, style)| (*known == name).then_some(*style))
            .unwrap_or_else(|| {
                let wanted = hash(name) % OTHERS.len();
                let index = (0..OTHERS.len())
                    .map(|step| (wanted + step) % OTHERS.len())
                    .find(|index| !taken[*index])
                    .unwrap_or(wanted);
                taken[index] = true;
                OTHERS[index]
            });
        styles.insert(name, style);
    }
    styles
}

impl Style {
    /// The look of the same protocol under its `n`th condition: the colour stays, the shape moves on.
    pub(crate) fn under_condition(self, n: usize) -> Self {
        let at = MARKERS
            .iter()
            .position(|marker| *marker == self.marker)
            .unwrap_or(0);
        Self {
            marker: MARKERS[(at + n) % MARKERS.len()],
            ..self
        }
    }
}

/// FNV-1a: the standard library's hashes may change between versions.
fn hash(name: &str) -> usize {
    let mut hash: u32 = 0x811c_9dc5;
    for byte in name.bytes() {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    usize::try_from(hash).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_protocols_keep_their_looks() {
        let alone = assign(["json"]);
        let together = assign(["zebra", "json", "custom+ws"]);
        assert_eq!(alone["json"], together["json"]);
    }

    #[test]
    fn six_strangers_look_different() {
        let names = ["a", "b", "c", "d", "e", "f"];
        let styles = assign(names);
        for (i, one) in names.iter().enumerate() {
            for other in &names[i + 1..] {
                assert_ne!(styles[one], styles[other], "{one} and {other}");
            }
        }
    }

    #[test]
    fn a_seventh_stranger_is_drawn_too() {
        assert_eq!(assign(["a", "b", "c", "d", "e", "f", "g"]).len(), 7);
    }
}
