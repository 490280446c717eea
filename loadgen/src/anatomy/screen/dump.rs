//! The bytes of a message, a line or more for each span: offset, hexadecimal, text, layer, label.

use std::collections::BTreeMap;

use reports::anatomy::{Message, Span};

use super::Screen;

/// How many lines of a message are shown at its beginning and at its end, if it has more than both.
const HEAD_LINES: usize = 40;
const TAIL_LINES: usize = 8;

/// How many lines of one span are shown.
const SPAN_LINES: usize = 4;

/// How wide the name of a layer is, in characters.
const LAYER_WIDTH: usize = 14;

/// A line, and which of the message it shows.
struct Line<'m> {
    text: String,
    bytes: usize,
    layer: &'m str,
}

/// The lines of a message.
pub(super) fn lines(message: &Message, screen: Screen) -> Vec<String> {
    let bytes = bytes_of(&message.hex);
    let all: Vec<Line<'_>> = message
        .spans
        .iter()
        .flat_map(|span| of_span(span, &bytes, screen))
        .collect();
    if all.len() <= HEAD_LINES + TAIL_LINES + 1 {
        return all.into_iter().map(|line| line.text).collect();
    }
    let (head, rest) = all.split_at(HEAD_LINES);
    let (middle, tail) = rest.split_at(rest.len() - TAIL_LINES);
    let shown = |lines: &[Line<'_>]| {
        lines
            .iter()
            .map(|line| line.text.clone())
            .collect::<Vec<_>>()
    };
    [
        shown(head),
        vec![left_out(middle, screen.width)],
        shown(tail),
    ]
    .concat()
}

/// What stands in place of lines that are left out.
fn left_out(lines: &[Line<'_>], width: usize) -> String {
    let mut sums: BTreeMap<&str, usize> = BTreeMap::new();
    for line in lines {
        *sums.entry(line.layer).or_default() += line.bytes;
    }
    let bytes: usize = sums.values().sum();
    let sums: Vec<String> = sums
        .iter()
        .filter(|(_, bytes)| **bytes > 0)
        .map(|(layer, bytes)| format!("{layer} {bytes}"))
        .collect();
    let count = lines.len();
    let text = format!(
        "       … {count} more lines, {bytes} bytes: {} …",
        sums.join(", ")
    );
    cut(&text, width)
}

fn of_span<'m>(span: &'m Span, message: &[u8], screen: Screen) -> Vec<Line<'m>> {
    let per_line = bytes_per_line(screen.width);
    let start = usize::try_from(span.offset_bytes).unwrap_or(usize::MAX);
    let length = usize::try_from(span.length_bytes).unwrap_or(usize::MAX);
    let end = start.saturating_add(length).min(message.len());
    let bytes = message.get(start..end).unwrap_or_default();
    let mut lines = Vec::new();
    for (index, row) in bytes.chunks(per_line).enumerate() {
        let offset = start + index * per_line;
        if index + 1 == SPAN_LINES && bytes.len() > SPAN_LINES * per_line {
            let left = end - offset;
            lines.push(Line {
                text: format!("{offset:>5}  … {left} more bytes"),
                bytes: left,
                layer: &span.layer,
            });
            break;
        }
        let label = if index == 0 {
            label(span)
        } else {
            String::new()
        };
        lines.push(Line {
            text: row_text(row, offset, (span, &label), screen),
            bytes: row.len(),
            layer: &span.layer,
        });
    }
    lines
}

fn label(span: &Span) -> String {
    if span.value.is_empty() {
        span.label.clone()
    } else {
        format!("{}: {}", span.label, span.value)
    }
}

fn row_text(row: &[u8], offset: usize, (span, label): (&Span, &str), screen: Screen) -> String {
    let per_line = bytes_per_line(screen.width);
    let hex: Vec<String> = row.iter().map(|byte| format!("{byte:02x}")).collect();
    let hex = format!("{:hex_width$}", hex.join(" "), hex_width = 3 * per_line - 1);
    let text: String = row.iter().map(|byte| printable(*byte)).collect();
    let text = format!("{text:per_line$}");
    let before = 7 + hex.len() + 2 + per_line + 2 + LAYER_WIDTH + 1;
    let label = cut(label, screen.width.saturating_sub(before));
    let [hex, text] = [hex, text].map(|part| screen.ink.paint(&span.layer, &part));
    let layer = format!("{:LAYER_WIDTH$}", span.layer);
    let layer = screen.ink.paint(&span.layer, &layer);
    let line = format!("{offset:>5}  {hex}  {text}  {layer} {label}");
    line.trim_end().to_owned()
}

/// How many bytes fit beside a label that can be read.
const fn bytes_per_line(width: usize) -> usize {
    match width {
        0..120 => 8,
        120..160 => 12,
        _ => 16,
    }
}

fn printable(byte: u8) -> char {
    match byte {
        b' '..=b'~' => char::from(byte),
        _ => '.',
    }
}

/// As much of a text as fits.
fn cut(text: &str, width: usize) -> String {
    // What a peer says could move the cursor.
    let text: String = text
        .chars()
        .filter(|character| !character.is_control())
        .collect();
    if text.chars().count() <= width {
        return text;
    }
    let kept = text.chars().take(width.saturating_sub(1));
    kept.chain(['…']).collect()
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    };
    hex.as_bytes().chunks(2).map_while(digits).collect()
}

#[cfg(test)]
mod tests {
    use reports::anatomy::Said;

    use super::*;
    use crate::anatomy::Ink;

    fn span(offset_bytes: u64, length_bytes: u64, layer: &str) -> Span {
        Span {
            offset_bytes,
            length_bytes,
            layer: layer.to_owned(),
            label: "label".to_owned(),
            value: "value".to_owned(),
        }
    }

    fn message(hex: &str, spans: Vec<Span>) -> Message {
        Message {
            message: "create".to_owned(),
            said: Said::Request,
            bytes: hex.len() as u64 / 2,
            hex: hex.to_owned(),
            layer_bytes: BTreeMap::new(),
            spans,
        }
    }

    const NARROW: Screen = Screen {
        width: 80,
        ink: Ink::Plain,
    };

    #[test]
    fn each_thing_has_a_line_and_long_ones_have_more() {
        let message = message(
            "0a68656c6c6f20776f726c64",
            vec![span(0, 1, "tags"), span(1, 11, "payload")],
        );
        let expected = [
            "    0  0a                       .         tags           label: value",
            "    1  68 65 6c 6c 6f 20 77 6f  hello wo  payload        label: value",
            "    9  72 6c 64                 rld       payload",
        ];
        assert_eq!(lines(&message, NARROW), expected);
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let spans = (0..100).map(|offset| span(offset, 1, "syntax")).collect();
        let lines = lines(&message(&"20".repeat(100), spans), NARROW);
        assert_eq!(lines.len(), HEAD_LINES + 1 + TAIL_LINES);
        assert!(
            lines[HEAD_LINES].ends_with("… 52 more lines, 52 bytes: syntax 52 …"),
            "{}",
            lines[HEAD_LINES]
        );
    }

    #[test]
    fn no_line_is_too_long() {
        let mut long = span(0, 90, "http2_headers");
        long.label = "word ".repeat(80);
        for width in [80, 100, 120, 160, 200] {
            let screen = Screen { width, ..NARROW };
            for line in lines(&message(&"41".repeat(90), vec![long.clone()]), screen) {
                assert!(line.chars().count() <= width, "{line}");
            }
        }
    }

    #[test]
    fn no_value_can_move_the_cursor() {
        let mut spoken = span(0, 1, "payload");
        spoken.value = "\u{1b}[2J\r\n".to_owned();
        let lines = lines(&message("41", vec![spoken]), NARROW);
        assert!(
            !lines[0].contains('\u{1b}') && !lines[0].contains('\r'),
            "{lines:?}"
        );
    }
}
