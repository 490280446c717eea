//! Heads of HTTP/1.1's requests and responses (RFC 9112, sections 2.1 to 5).

use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader};

/// What a head says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// The request line or the status line.
    pub(super) start: String,
    /// How long the body is, if the head says so.
    pub(super) content_length: Option<usize>,
    /// Whether the body comes in chunks.
    pub(super) is_chunked: bool,
}

impl Head {
    /// Marks a head, a line each.
    ///
    /// # Errors
    /// [`Misfit`] if its end is not there.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Misfit> {
        let start = line(reader, |start| {
            let label = if start.starts_with("HTTP/") {
                "status line"
            } else {
                "request line"
            };
            label.to_owned()
        })?;
        let mut head = Self {
            start,
            ..Self::default()
        };
        loop {
            let header = line(reader, |header| match header.split_once(':') {
                Some((name, _)) => format!("header {}", name.to_ascii_lowercase()),
                None => "end of the headers".to_owned(),
            })?;
            let Some((name, value)) = header.split_once(':') else {
                return if header.is_empty() {
                    Ok(head)
                } else {
                    Err(Misfit)
                };
            };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => head.content_length = value.trim().parse().ok(),
                "transfer-encoding" => head.is_chunked = value.trim() == "chunked",
                _ => {}
            }
        }
    }
}

/// Marks a line with its end; gives what stands in front of that.
fn line(reader: &mut Reader<'_>, label: impl FnOnce(&str) -> String) -> Result<String, Misfit> {
    let rest = reader.rest();
    let length = rest.windows(2).position(|pair| pair == b"\r\n");
    let text = std::str::from_utf8(&rest[..length.ok_or(Misfit)?]).map_err(|_| Misfit)?;
    reader.mark(text.len() + 2, Note::new(Layer::Http1, label(text)))?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_has_a_span_for_each_line() {
        let mut reader =
            Reader::new(b"POST /v1/send HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\nbody");
        let head = Head::read(&mut reader).unwrap();
        assert_eq!(head.start, "POST /v1/send HTTP/1.1");
        assert_eq!((head.content_length, head.is_chunked), (Some(12), false));
        assert_eq!(reader.rest(), b"body");
        let labelled = reader.finish();
        let labels: Vec<&str> = labelled.spans.iter().map(|span| &*span.label).collect();
        let expected = [
            "request line",
            "header host",
            "header content-length",
            "end of the headers",
            "bytes that fit no specification",
        ];
        assert_eq!(labels, expected);
    }

    #[test]
    fn a_head_without_an_end_is_none() {
        assert_eq!(
            Head::read(&mut Reader::new(b"GET / HTTP/1.1\r\nHost: a\r\n")),
            Err(Misfit)
        );
        assert_eq!(
            Head::read(&mut Reader::new(b"GET / HTTP/1.1\r\nHost\r\n\r\n")),
            Err(Misfit)
        );
    }
}
