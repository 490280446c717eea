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
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use server_core::Text;

macro_rules! field_set {
    ($(#[$doc:meta])* $name:ident<$a:lifetime> { $($field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Default)]
        pub(super) struct $name<$a> {
            $(pub(super) $field: Option<$type>,)*
        }

        impl<$a> FieldSet<$a> for $name<$a> {
            fn take_in<A: MapAccess<$a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
                match name {
                    $(stringify!($field) => put(&mut self.$field, stringify!($field), map),)*
                    _ => map.next_value::<IgnoredAny>().map(drop),
                }
            }
        }
    };
}

field_set! {
    /// What a request can say.
    RequestFields<'a> {
        op: Characters<'a>,
        to: Characters<'a>,
        text: Characters<'a>,
        client_id: Binary<16>,
        peer: Characters<'a>,
        limit: u32,
        up_to: u64,
        before: u64,
        ids: Vec<u64>,
        version: u32,
        name: Characters<'a>,
        salt: Binary<16>,
        iterations: u32,
        stored_key: Binary<32>,
        server_key: Binary<32>,
        client_nonce: Binary<18>,
        login_id: u64,
        proof: Binary<32>,
        token: Binary<16>,
        pattern: Characters<'a>,
        after: Characters<'a>,
    }
}

field_set! {
    /// What a reply, a refusal or an event can say.
    FromServerFields<'a> {
        reply: Characters<'a>,
        error: Characters<'a>,
        event: Characters<'a>,
        id: u64,
        delivered: bool,
        message: MessageField<'a>,
        messages: Vec<Object<MessageFields<'a>>>,
        counts: Vec<Object<CountFields<'a>>>,
        ids: Vec<u64>,
        detail: u64,
        unread: u64,
        missed: u64,
        name: Characters<'a>,
        names: Vec<Characters<'a>>,
        more: bool,
        version: u32,
        text_max_chars: u32,
        page_max: u32,
        undo_grace_ms: u64,
        login_id: u64,
        salt: Binary<16>,
        iterations: u32,
        server_nonce: Binary<18>,
        server_signature: Binary<32>,
        token: Binary<16>,
    }
}

/// Fields that are filled where they lie, because moving all of them for each object would take as long as reading it.
pub(super) trait FieldSet<'de>: Default {
    /// Takes in the value of the field of this name, or passes over it if there is no such field.
    fn take_in<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error>;
}

/// Takes in a value, unless there is one already.
fn put<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    field: &mut Option<T>,
    name: &'static str,
    map: &mut A,
) -> Result<(), A::Error> {
    if field.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *field = map.next_value()?;
    Ok(())
}

/// Reads an object into its fields.
pub(super) struct Fill<'f, F>(pub(super) &'f mut F);

impl<'de, F: FieldSet<'de>> DeserializeSeed<'de> for Fill<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, F: FieldSet<'de>> Visitor<'de> for Fill<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Characters<'de>>()? {
            self.0.take_in(&name.0, &mut map)?;
        }
        Ok(())
    }
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
