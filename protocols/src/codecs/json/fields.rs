//! The fields that objects can have, before it is known which of them an operation needs.
//!
//! All fields of one direction stand in one struct, so that an object is read in one pass whatever the order of its
//! fields, without keeping anything but what they say.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use server_core::Text;

/// What a request can say.
#[derive(Deserialize)]
pub(super) struct RequestFields<'a> {
    #[serde(borrow)]
    pub(super) op: Option<Characters<'a>>,
    pub(super) to: Option<Characters<'a>>,
    pub(super) text: Option<Characters<'a>>,
    pub(super) client_id: Option<Binary<16>>,
    pub(super) peer: Option<Characters<'a>>,
    pub(super) limit: Option<u32>,
    pub(super) up_to: Option<u64>,
    pub(super) before: Option<u64>,
    pub(super) ids: Option<Vec<u64>>,
    pub(super) version: Option<u32>,
    pub(super) name: Option<Characters<'a>>,
    pub(super) salt: Option<Binary<16>>,
    pub(super) iterations: Option<u32>,
    pub(super) stored_key: Option<Binary<32>>,
    pub(super) server_key: Option<Binary<32>>,
    pub(super) client_nonce: Option<Binary<18>>,
    pub(super) login_id: Option<u64>,
    pub(super) proof: Option<Binary<32>>,
    pub(super) token: Option<Binary<16>>,
    pub(super) pattern: Option<Characters<'a>>,
    pub(super) after: Option<Characters<'a>>,
}

/// What a reply, a refusal or an event can say.
#[derive(Deserialize)]
pub(super) struct FromServerFields<'a> {
    #[serde(borrow)]
    pub(super) reply: Option<Characters<'a>>,
    pub(super) error: Option<Characters<'a>>,
    pub(super) event: Option<Characters<'a>>,
    pub(super) id: Option<u64>,
    pub(super) delivered: Option<bool>,
    pub(super) message: Option<MessageField<'a>>,
    pub(super) messages: Option<Vec<Object<MessageFields<'a>>>>,
    pub(super) counts: Option<Vec<Object<CountFields<'a>>>>,
    pub(super) ids: Option<Vec<u64>>,
    pub(super) detail: Option<u64>,
    pub(super) unread: Option<u64>,
    pub(super) missed: Option<u64>,
    pub(super) name: Option<Characters<'a>>,
    pub(super) names: Option<Vec<Characters<'a>>>,
    pub(super) more: Option<bool>,
    pub(super) version: Option<u32>,
    pub(super) text_max_chars: Option<u32>,
    pub(super) page_max: Option<u32>,
    pub(super) undo_grace_ms: Option<u64>,
    pub(super) login_id: Option<u64>,
    pub(super) salt: Option<Binary<16>>,
    pub(super) iterations: Option<u32>,
    pub(super) server_nonce: Option<Binary<18>>,
    pub(super) server_signature: Option<Binary<32>>,
    pub(super) token: Option<Binary<16>>,
}

/// One message.
#[derive(Deserialize)]
pub(super) struct MessageFields<'a> {
    pub(super) id: u64,
    #[serde(borrow)]
    pub(super) from: Characters<'a>,
    pub(super) to: Characters<'a>,
    pub(super) text: Characters<'a>,
    pub(super) sent_at_ms: u64,
    pub(super) read: bool,
}

/// How many messages of one peer wait.
#[derive(Deserialize)]
pub(super) struct CountFields<'a> {
    #[serde(borrow)]
    pub(super) peer: Characters<'a>,
    pub(super) count: u64,
}

/// `message` is the sentence of a refusal, and the message of an event.
pub(super) enum MessageField<'a> {
    Sentence,
    Message(MessageFields<'a>),
}

/// A string; borrowed from the line unless it has escapes.
pub(super) struct Characters<'a>(pub(super) Cow<'a, str>);

/// Binary of one length, in base64.
pub(super) struct Binary<const N: usize>(pub(super) [u8; N]);

/// A struct that is written as an object, never as a list of its fields.
pub(super) struct Object<T>(pub(super) T);

impl<'a> From<Characters<'a>> for Text<'a> {
    fn from(characters: Characters<'a>) -> Self {
        match characters.0 {
            Cow::Borrowed(text) => Self::Borrowed(text),
            Cow::Owned(text) => Self::Owned(text),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Characters<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = Characters<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Characters(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Characters(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Expected)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Binary<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Expected<const N: usize>;
        impl<const N: usize> Visitor<'_> for Expected<N> {
            type Value = Binary<N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{N} bytes in base64")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                let mut space = [0; 48];
                let bytes = match BASE64_STANDARD.decode_slice(text, &mut space) {
                    Ok(length) => &space[..length],
                    Err(_) => &[],
                };
                bytes
                    .try_into()
                    .map(Binary)
                    .map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Expected)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Expected<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Expected<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }
        deserializer.deserialize_map(Expected(PhantomData))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for MessageField<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = MessageField<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a message or a sentence")
            }

            fn visit_str<E: Error>(self, _sentence: &str) -> Result<Self::Value, E> {
                Ok(MessageField::Sentence)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                MessageFields::deserialize(MapAccessDeserializer::new(map))
                    .map(MessageField::Message)
            }
        }
        deserializer.deserialize_any(Expected)
    }
}
