//! Bytes, and what each of them is.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// Bytes, and what each of them is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labelled {
    /// The bytes, as a socket carried them.
    pub bytes: Vec<u8>,
    /// What they are, in their order: each begins where the one before ends, the first at 0, and the last ends with the
    /// bytes.
    pub spans: Vec<Span>,
}

/// Bytes that are one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where they are.
    pub range: Range<usize>,
    /// What they are for.
    pub layer: Layer,
    /// What they are, in the words of the format's specification.
    pub label: Cow<'static, str>,
    /// What they say, where that is not to be seen from the bytes; empty otherwise.
    pub value: String,
}

impl Labelled {
    /// Puts others behind them.
    pub fn append(&mut self, others: Self) {
        let start = self.bytes.len();
        self.bytes.extend(others.bytes);
        self.spans.extend(others.spans.into_iter().map(|span| Span {
            range: start + span.range.start..start + span.range.end,
            ..span
        }));
    }

    /// How many bytes each layer has, without layers that have none.
    #[must_use]
    pub fn sums(&self) -> BTreeMap<Layer, usize> {
        let mut sums = BTreeMap::new();
        for span in &self.spans {
            *sums.entry(span.layer).or_default() += span.range.len();
        }
        sums
    }
}

macro_rules! layers {
    ($($variant:ident $name:literal $description:literal,)*) => {
        /// What bytes are for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Layer {
            $(#[doc = concat!("`", $name, "`: ", $description, ".")] $variant,)*
        }

        impl Layer {
            /// All of them, from what a user means to what lies furthest from it.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name, in data and tables.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What belongs to it, in a few words.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $description,)* }
            }
        }
    };
}

layers! {
    Payload "payload" "texts and names that a user means",
    Value "values" "what the service needs besides: ids, times, limits, keys",
    Tag "tags" "which message or field comes, by a number or a type",
    Name "names" "names of messages and fields, written out",
    Length "lengths" "how long something is, or how many there are",
    Syntax "syntax" "quotes, braces, commas, escapes",
    Framing "framing" "where a message begins and ends",
    WebSocket "websocket" "headers and masks of WebSocket frames",
    Http1 "http1_headers" "start lines and headers of HTTP/1.1",
    Http2Frames "http2_frames" "headers of HTTP/2 frames, and frames that carry no message",
    Http2Headers "http2_headers" "headers and trailers of HTTP/2, compressed",
    Tls "tls" "headers of TLS records, and what proves them genuine",
    Quic "quic" "what of QUIC's packets is readable",
    Encrypted "encrypted" "ciphertext that is not opened here",
    NotUnderstood "not_understood" "bytes that fit no specification",
}
