//! Reads the body of a frame from its start; nothing is taken that is not there.

use super::number::{read_last, read_varint};

/// What is left of a body.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(body: &'a [u8]) -> Self {
        Self { left: body }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// How much is left, in bytes.
    pub(super) const fn remaining(&self) -> usize {
        self.left.len()
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Result<u8, &'static str> {
        self.array().map(|[byte]| byte)
    }

    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], &'static str> {
        let (array, left) = self.left.split_first_chunk().ok_or(TOO_SHORT)?;
        self.left = left;
        Ok(*array)
    }

    /// A varint.
    pub(super) fn varint(&mut self) -> Result<u64, &'static str> {
        let (value, length) = read_varint(self.left)?.ok_or(TOO_SHORT)?;
        self.left = &self.left[length..];
        Ok(value)
    }

    /// A varint of at most 32 bits.
    pub(super) fn varint_u32(&mut self) -> Result<u32, &'static str> {
        u32::try_from(self.varint()?).map_err(|_| "a number has more than 32 bits")
    }

    /// The next `length` bytes as UTF-8.
    pub(super) fn text(&mut self, length: u64) -> Result<&'a str, &'static str> {
        let length = usize::try_from(length).map_err(|_| TOO_SHORT)?;
        let (text, left) = self.left.split_at_checked(length).ok_or(TOO_SHORT)?;
        self.left = left;
        utf8(text)
    }

    /// All that is left, as UTF-8.
    pub(super) fn last_text(&mut self) -> Result<&'a str, &'static str> {
        utf8(std::mem::take(&mut self.left))
    }

    /// All that is left, as a number.
    pub(super) fn last_number(&mut self) -> Result<u64, &'static str> {
        read_last(std::mem::take(&mut self.left))
    }
}

const TOO_SHORT: &str = "the frame ends too early";

fn utf8(bytes: &[u8]) -> Result<&str, &'static str> {
    std::str::from_utf8(bytes).map_err(|_| "a text is not UTF-8")
}
