//! The format of bodies: what the header `content-type` says of it, and how its events stand in an event stream.

use http::HeaderValue;

use crate::codec::{CallCodec, CodecFactory};
use crate::transport::TransportError;

/// The format of a front end or a client.
#[derive(Clone)]
pub(super) struct Format {
    pub(super) codec: &'static dyn CallCodec,
    pub(super) content_type: HeaderValue,
    pub(super) events: EventData,
}

/// How the body of an event stands in an event stream, which carries lines of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventData {
    /// As it is: it is text without line breaks.
    Plain,
    /// In base64 (RFC 4648, section 4).
    Base64,
}

impl Format {
    /// # Errors
    /// [`TransportError::Pair`] if the codec has no form for calls.
    pub(super) fn of(codec: &'static dyn CodecFactory) -> Result<Self, TransportError> {
        let pair = |why| TransportError::Pair {
            codec: codec.name(),
            transport: "http",
            why,
        };
        let calls = codec.calls().map_err(|no_calls| pair(no_calls.why))?;
        let content_type = HeaderValue::try_from(media_type(codec.name()))
            .map_err(|_| pair("its name is no media type"))?;
        Ok(Self {
            codec: calls,
            content_type,
            events: match codec.name() {
                "json" => EventData::Plain,
                _ => EventData::Base64,
            },
        })
    }

    /// Whether it is this one that a `content-type` names. Parameters, `charset` for instance, change nothing.
    pub(super) fn is(&self, content_type: &HeaderValue) -> bool {
        let said = content_type.as_bytes();
        let end = memchr::memchr(b';', said).unwrap_or(said.len());
        said[..end]
            .trim_ascii()
            .eq_ignore_ascii_case(self.content_type.as_bytes())
    }

    /// Whether it is JSON, which the OpenAPI document describes.
    pub(super) fn is_json(&self) -> bool {
        self.events == EventData::Plain
    }
}

/// The media type of a codec: the one that others use where there is one, else one that is set aside for private use
/// (RFC 6838, section 3.4).
fn media_type(codec: &str) -> String {
    match codec {
        "json" => "application/json".to_owned(),
        "protobuf" => "application/x-protobuf".to_owned(),
        "msgpack" => "application/msgpack".to_owned(),
        "cbor" => "application/cbor".to_owned(),
        own => format!("application/x.{own}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codecs::json::Json;

    #[test]
    fn parameters_of_a_media_type_change_nothing() {
        let format = Format::of(&Json).unwrap();
        for (said, is) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/json ;x", true),
            ("application/jso", false),
            ("application/jsonp", false),
            ("text/plain; application/json", false),
            ("", false),
        ] {
            assert_eq!(format.is(&HeaderValue::from_static(said)), is, "{said:?}");
        }
    }

    /// The table of `proto/http.md` is what other languages are written by.
    #[test]
    fn the_media_types_on_the_page_are_true() {
        let page = include_str!("../../../../proto/http.md");
        for codec in crate::registry::CODECS {
            let row = format!("| `{}` | `{}` |", codec.name(), media_type(codec.name()));
            assert!(
                codec.calls().is_err() || page.contains(&row),
                "proto/http.md has no row {row}"
            );
        }
    }
}
