//! What the fields are made of.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use server_core::Text;

/// A text that was read, borrowed where the library lends it.
pub(in crate::codecs) struct Words<'a>(Text<'a>);

impl<'a> From<Words<'a>> for Text<'a> {
    fn from(words: Words<'a>) -> Self {
        words.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Words<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = Words<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Words(Text::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Words(Text::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Expected)
    }
}

/// Binary of one length.
pub(in crate::codecs) struct Bytes<const N: usize>(pub(super) [u8; N]);

impl<const N: usize> Serialize for Bytes<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Bytes<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Expected<const N: usize>;
        impl<const N: usize> Visitor<'_> for Expected<N> {
            type Value = Bytes<N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{N} bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                let wrong_length = |_| E::invalid_length(bytes.len(), &self);
                bytes.try_into().map(Bytes).map_err(wrong_length)
            }
        }
        deserializer.deserialize_bytes(Expected)
    }
}

/// What stands in the place of an optional field that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::codecs) enum Absence {
    /// The format's word for nothing: it tells fields by their place.
    Written,
    /// Nothing at all: it tells fields by their names.
    LeftOut,
}

/// A field that may not be there.
pub(in crate::codecs) struct Optional<T> {
    value: Option<T>,
    absence: Absence,
}

impl<T> Optional<T> {
    pub(super) const fn new(value: Option<T>, absence: Absence) -> Self {
        Self { value, absence }
    }

    /// What a field is that was not read.
    pub(super) const fn nothing() -> Self {
        Self::new(None, Absence::LeftOut)
    }

    pub(super) fn get(self) -> Option<T> {
        self.value
    }

    pub(super) fn is_left_out(&self) -> bool {
        self.value.is_none() && self.absence == Absence::LeftOut
    }
}

impl<T: Serialize> Serialize for Optional<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Optional<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|value| Self::new(value, Absence::LeftOut))
    }
}

/// A list. It takes memory for what has come, never for what a length says, and at most `MAX` elements.
pub(in crate::codecs) struct List<T, const MAX: usize>(pub(super) Vec<T>);

impl<T, const MAX: usize> List<T, MAX> {
    pub(super) fn of<V>(values: &[V], element: impl Fn(&V) -> T) -> Self {
        Self(values.iter().map(element).collect())
    }

    pub(super) fn map<V>(self, element: impl Fn(T) -> V) -> Vec<V> {
        self.0.into_iter().map(element).collect()
    }
}

impl<T: Serialize, const MAX: usize> Serialize for List<T, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for List<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Expected<T, const MAX: usize>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for Expected<T, MAX> {
            type Value = List<T, MAX>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a list of at most {MAX}")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(element) = list.next_element()? {
                    if all.len() == MAX {
                        return Err(A::Error::invalid_length(MAX + 1, &self));
                    }
                    all.push(element);
                }
                Ok(List(all))
            }
        }
        deserializer.deserialize_seq(Expected(PhantomData))
    }
}
