//! What was found of the codecs, beside one another: a row for each message, a column for each codec.

use crate::cases::{Case, CodecCase, Direction};
use crate::figures::Figures;
use crate::grid::{Cell, Grid, Row};

/// One kind of figure.
pub struct Quantity<'a> {
    /// What to call it: two figures, of encoding and of decoding.
    pub name: &'static str,
    /// By the names of cases.
    pub figures: &'a Figures,
}

/// Stands for a message that the format cannot say, and for a figure that was not taken.
const NOTHING: &str = "–";

/// Orders figures by message and codec. A cell has a line for the bytes, and one for each quantity of which there are
/// figures; the last row is the sum over the messages that every codec can say.
#[must_use]
pub fn table(cases: &[&Case], quantities: &[Quantity<'_>]) -> Grid {
    let quantities: Vec<_> = quantities
        .iter()
        .filter(|quantity| !quantity.figures.is_empty())
        .collect();
    let mut names = vec!["bytes".to_owned()];
    names.extend(quantities.iter().map(|quantity| quantity.name.to_owned()));
    let columns = in_order(cases, |of| &of.format);
    let rows = in_order(cases, |of| &of.message)
        .into_iter()
        .map(|message| {
            let cells = columns.iter().map(|format| {
                let pick = |of: &CodecCase| of.message == message && of.format == *format;
                cell(&sums(cases, &quantities, pick))
            });
            Row {
                cells: cells.collect(),
                heads: vec![vec![message], names.clone()],
            }
        });
    let mut rows: Vec<_> = rows.collect();
    let shared = shared(cases, columns.len());
    if shared.len() > 1 {
        rows.push(Row {
            heads: vec![
                vec![format!("{} that all can say", shared.len())],
                names.clone(),
            ],
            cells: columns
                .iter()
                .map(|format| {
                    let pick =
                        |of: &CodecCase| of.format == *format && shared.contains(&of.message);
                    cell(&sums(cases, &quantities, pick))
                })
                .collect(),
        });
    }
    Grid {
        corner: vec!["message".to_owned(), "encode / decode".to_owned()],
        columns,
        rows,
    }
}

/// What a cell shows: bytes, then pairs; `None` where a figure is missing.
struct Sums {
    bytes: Option<u64>,
    pairs: Vec<[Option<f64>; 2]>,
}

fn sums(cases: &[&Case], quantities: &[&Quantity<'_>], pick: impl Fn(&CodecCase) -> bool) -> Sums {
    let picked: Vec<_> = cases
        .iter()
        .filter_map(|case| Some((case, case.of.as_ref()?)))
        .filter(|(_, of)| pick(of))
        .collect();
    // Each message is there once for each direction that was selected.
    let first = picked.first().map(|(_, of)| of.direction);
    let bytes = picked
        .iter()
        .filter(|(_, of)| Some(of.direction) == first)
        .map(|(_, of)| of.bytes);
    let sum = |quantity: &Quantity<'_>, direction| {
        let mut of_direction = picked
            .iter()
            .filter(|(_, of)| of.direction == direction)
            .map(|(case, _)| quantity.figures.get(&case.id).copied())
            .peekable();
        of_direction.peek()?;
        of_direction.sum()
    };
    Sums {
        bytes: first.map(|_| bytes.sum()),
        pairs: quantities
            .iter()
            .map(|quantity| Direction::ALL.map(|direction| sum(quantity, direction)))
            .collect(),
    }
}

fn cell(sums: &Sums) -> Cell {
    let Some(bytes) = sums.bytes else {
        return vec![NOTHING.to_owned()];
    };
    let pairs = sums.pairs.iter().map(|pair| pair.map(shown).join(" / "));
    std::iter::once(bytes.to_string()).chain(pairs).collect()
}

/// Three digits are enough where there is a fraction; counts are whole.
fn shown(figure: Option<f64>) -> String {
    let Some(figure) = figure else {
        return NOTHING.to_owned();
    };
    let decimals = match figure {
        _ if figure.fract() == 0.0 || figure >= 100.0 => 0,
        _ if figure >= 10.0 => 1,
        _ => 2,
    };
    format!("{figure:.decimals$}")
}

/// The messages that are there for every one of so many codecs.
fn shared(cases: &[&Case], codecs: usize) -> Vec<String> {
    let mut messages = in_order(cases, |of| &of.message);
    messages.retain(|message| {
        let of_message: Vec<_> = cases
            .iter()
            .copied()
            .filter(|case| case.of.as_ref().is_some_and(|of| of.message == *message))
            .collect();
        in_order(&of_message, |of| &of.format).len() == codecs
    });
    messages
}

/// Each name once, in the order in which the cases bring them.
fn in_order(cases: &[&Case], name: impl Fn(&CodecCase) -> &String) -> Vec<String> {
    let mut names = Vec::new();
    for of in cases.iter().filter_map(|case| case.of.as_ref()) {
        if !names.contains(name(of)) {
            names.push(name(of).clone());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(format: &str, message: &str, direction: Direction, bytes: u64) -> Case {
        Case::of_nothing(CodecCase {
            format: format.to_owned(),
            message: message.to_owned(),
            direction,
            bytes,
        })
    }

    fn cases() -> Vec<Case> {
        let sizes = [
            ("custom", "request/ping", 1),
            ("custom", "request/send", 9),
            ("custom", "refusal/busy", 2),
            ("json-calls", "request/ping", 15),
            ("json-calls", "request/send", 46),
        ];
        sizes
            .into_iter()
            .flat_map(|(format, message, bytes)| {
                Direction::ALL.map(|direction| case(format, message, direction, bytes))
            })
            .collect()
    }

    #[test]
    fn figures_stand_with_their_message_and_codec() {
        let cases = cases();
        let figures: Figures = cases
            .iter()
            .zip(1_u32..)
            .map(|(case, number)| (case.id.clone(), f64::from(number)))
            .collect();
        let mut times = figures.clone();
        times.remove("codec/custom/decode/request/ping");
        for figure in times.values_mut() {
            *figure *= 10.04;
        }
        let none = Figures::new();
        let quantities = [
            ("ns", &times),
            ("instructions", &figures),
            ("allocations", &none),
        ];
        let quantities = quantities.map(|(name, figures)| Quantity { name, figures });
        let cases: Vec<_> = cases.iter().collect();
        insta::assert_snapshot!(table(&cases, &quantities).to_markdown());
    }

    #[test]
    fn a_filter_for_one_direction_leaves_the_other_out() {
        let cases = cases();
        let decoding: Vec<_> = cases
            .iter()
            .filter(|case| case.id.contains("/decode/request/ping"))
            .collect();
        let figures = decoding.iter().map(|case| (case.id.clone(), 2.5)).collect();
        let quantity = Quantity {
            name: "ns",
            figures: &figures,
        };
        insta::assert_snapshot!(table(&decoding, &[quantity]).to_markdown());
    }
}
