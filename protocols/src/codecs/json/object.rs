//! Writes JSON objects straight into a buffer.

use base64::prelude::{BASE64_STANDARD, Engine as _};

/// The longest binary field in base64, in characters: 32 bytes.
const BASE64_MAX_CHARS: usize = 44;

/// An object that is being written. It begins with a `{`; [`Object::end`] writes the `}`.
pub(super) struct Object<'o> {
    out: &'o mut Vec<u8>,
}

impl<'o> Object<'o> {
    pub(super) fn begin(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out }
    }

    pub(super) fn end(self) {
        self.out.push(b'}');
    }

    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        write_text(self.out, value);
    }

    /// A text that is known to need no escaping.
    pub(super) fn word(&mut self, key: &str, value: &'static str) {
        self.key(key);
        self.out.push(b'"');
        self.out.extend_from_slice(value.as_bytes());
        self.out.push(b'"');
    }

    pub(super) fn number(&mut self, key: &str, value: u64) {
        self.key(key);
        write_number(self.out, value);
    }

    pub(super) fn flag(&mut self, key: &str, value: bool) {
        self.key(key);
        self.out
            .extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// At most 32 bytes, in base64.
    pub(super) fn binary(&mut self, key: &str, value: &[u8]) {
        self.key(key);
        let mut characters = [0; BASE64_MAX_CHARS];
        let length = BASE64_STANDARD.encode_slice(value, &mut characters);
        let length = length.expect("no binary field is longer than 32 bytes");
        self.out.push(b'"');
        self.out.extend_from_slice(&characters[..length]);
        self.out.push(b'"');
    }

    pub(super) fn object(&mut self, key: &str, write: impl FnOnce(&mut Object<'_>)) {
        self.key(key);
        write_object(self.out, write);
    }

    pub(super) fn list<T>(
        &mut self,
        key: &str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Vec<u8>, T),
    ) {
        self.key(key);
        self.out.push(b'[');
        for (i, item) in items.into_iter().enumerate() {
            if i > 0 {
                self.out.push(b',');
            }
            write(self.out, item);
        }
        self.out.push(b']');
    }

    fn key(&mut self, key: &str) {
        if self.out.last() != Some(&b'{') {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
    }
}

pub(super) fn write_object(out: &mut Vec<u8>, write: impl FnOnce(&mut Object<'_>)) {
    let mut object = Object::begin(out);
    write(&mut object);
    object.end();
}

pub(super) fn write_text(out: &mut Vec<u8>, value: &str) {
    serde_json::to_writer(out, value).expect("a string is always JSON, and a buffer takes it");
}

pub(super) fn write_number(out: &mut Vec<u8>, value: u64) {
    serde_json::to_writer(out, &value).expect("a number is always JSON, and a buffer takes it");
}
