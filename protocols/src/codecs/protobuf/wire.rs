//! The wire format of protocol buffers (protobuf.dev, "Encoding"): a message is a run of fields, each a key and a value.

use server_core::Text;
use server_core::limits::PAGE_MAX;

/// What is wrong with a message.
#[derive(Debug)]
pub(super) struct Wrong(pub(super) &'static str);

const VARINT: u32 = 0;
const FIXED_64: u32 = 1;
const LENGTH_DELIMITED: u32 = 2;
const FIXED_32: u32 = 5;

/// Appends the fields of a message. As proto3 wants it, what has its default value is left out, unless the field is
/// `optional` and there.
pub(super) struct Writer<'o>(pub(super) &'o mut Vec<u8>);

impl Writer<'_> {
    /// A `uint32`, `uint64` or `bool`.
    pub(super) fn number(&mut self, field: u32, value: impl Into<u64>) {
        let value = value.into();
        self.optional_number(field, (value != 0).then_some(value));
    }

    /// An `optional uint64`.
    pub(super) fn optional_number(&mut self, field: u32, value: Option<u64>) {
        if let Some(value) = value {
            self.key(field, VARINT);
            self.varint(value);
        }
    }

    /// A `fixed64`.
    pub(super) fn fixed(&mut self, field: u32, value: u64) {
        if value != 0 {
            self.key(field, FIXED_64);
            self.0.extend_from_slice(&value.to_le_bytes());
        }
    }

    /// A `string` or `bytes`.
    pub(super) fn bytes(&mut self, field: u32, value: &(impl AsRef<[u8]> + ?Sized)) {
        let value = value.as_ref();
        self.optional_bytes(field, (!value.is_empty()).then_some(value));
    }

    /// An `optional string` or `bytes`, or one of a `repeated string`.
    pub(super) fn optional_bytes(&mut self, field: u32, value: Option<&[u8]>) {
        if let Some(value) = value {
            self.key(field, LENGTH_DELIMITED);
            self.varint(value.len() as u64);
            self.0.extend_from_slice(value);
        }
    }

    /// A message within the message.
    pub(super) fn message(&mut self, field: u32, write: impl FnOnce(&mut Writer<'_>)) {
        self.key(field, LENGTH_DELIMITED);
        let start = self.0.len();
        // Most messages are short enough for a length of one byte; the others are moved to make room.
        self.0.push(0);
        write(&mut Writer(self.0));
        let length = self.0.len() - start - 1;
        if let Ok(short @ 0..0x80) = u8::try_from(length) {
            self.0[start] = short;
        } else {
            let mut prefix = Vec::with_capacity(5);
            Writer(&mut prefix).varint(length as u64);
            self.0.splice(start..=start, prefix);
        }
    }

    /// A `repeated uint64`, packed.
    pub(super) fn packed(&mut self, field: u32, values: impl ExactSizeIterator<Item = u64>) {
        if values.len() > 0 {
            self.message(field, |writer| {
                for value in values {
                    writer.varint(value);
                }
            });
        }
    }

    fn key(&mut self, field: u32, wire_type: u32) {
        self.varint(u64::from(field << 3 | wire_type));
    }

    #[expect(clippy::cast_possible_truncation, reason = "seven bits at a time")]
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

/// The value of a field, borrowed from the message.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Fixed32,
    Bytes(&'a [u8]),
}

/// The fields of a message, in the order of its bytes.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Value<'a>), Wrong>;

    fn next(&mut self) -> Option<Self::Item> {
        (!self.0.is_empty()).then(|| self.field())
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Result<(u32, Value<'a>), Wrong> {
        let key =
            u32::try_from(self.varint()?).map_err(|_| Wrong("a field's number is too large"))?;
        let value = match key & 7 {
            VARINT => Value::Varint(self.varint()?),
            FIXED_64 => Value::Fixed64(u64::from_le_bytes(*self.take_array()?)),
            LENGTH_DELIMITED => {
                let length = self.varint()?;
                Value::Bytes(self.take(usize::try_from(length).map_err(|_| CUT)?)?)
            }
            FIXED_32 => {
                self.take(4)?;
                Value::Fixed32
            }
            _ => return Err(Wrong("proto3 has no groups")),
        };
        match key >> 3 {
            0 => Err(Wrong("no field has the number 0")),
            number => Ok((number, value)),
        }
    }

    fn varint(&mut self) -> Result<u64, Wrong> {
        let mut value = 0;
        for (at, &byte) in self.0.iter().enumerate().take(10) {
            if at == 9 && byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << (7 * at);
            if byte < 0x80 {
                self.0 = &self.0[at + 1..];
                return Ok(value);
            }
        }
        Err(Wrong("a number is cut off or longer than 64 bits"))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Wrong> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(CUT)?;
        self.0 = rest;
        Ok(taken)
    }

    fn take_array<const N: usize>(&mut self) -> Result<&'a [u8; N], Wrong> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(CUT)?;
        self.0 = rest;
        Ok(taken)
    }
}

const CUT: Wrong = Wrong("the message ends within a field");
const WRONG_TYPE: Wrong = Wrong("a field has another type");

/// The last value that a message gives to each of its fields 1 to `N`; fields beyond are ignored, as proto3 wants it.
pub(super) fn slots<const N: usize>(body: &[u8]) -> Result<[Slot<'_>; N], Wrong> {
    let mut slots = [Slot(None); N];
    for field in Fields(body) {
        let (number, value) = field?;
        if let Some(slot) = slots.get_mut(number as usize - 1) {
            slot.0 = Some(value);
        }
    }
    Ok(slots)
}

/// A field that occurs at most once, if it did.
#[derive(Clone, Copy)]
pub(super) struct Slot<'a>(pub(super) Option<Value<'a>>);

impl<'a> Slot<'a> {
    /// A `uint64`.
    pub(super) fn number(self) -> Result<u64, Wrong> {
        Ok(self.optional_number()?.unwrap_or(0))
    }

    /// An `optional uint64`.
    pub(super) fn optional_number(self) -> Result<Option<u64>, Wrong> {
        match self.0 {
            None => Ok(None),
            Some(Value::Varint(number)) => Ok(Some(number)),
            Some(_) => Err(WRONG_TYPE),
        }
    }

    /// A `uint32`. A larger number is refused rather than cut, so that it cannot become an allowed one.
    pub(super) fn number_32(self) -> Result<u32, Wrong> {
        u32::try_from(self.number()?).map_err(|_| Wrong("a number is longer than 32 bits"))
    }

    /// A `bool`.
    pub(super) fn flag(self) -> Result<bool, Wrong> {
        Ok(self.number()? != 0)
    }

    /// A `fixed64`.
    pub(super) fn fixed(self) -> Result<u64, Wrong> {
        match self.0 {
            None => Ok(0),
            Some(Value::Fixed64(number)) => Ok(number),
            Some(_) => Err(WRONG_TYPE),
        }
    }

    /// A `string`.
    pub(super) fn text(self) -> Result<Text<'a>, Wrong> {
        Ok(self.optional_text()?.unwrap_or(Text::Borrowed("")))
    }

    /// An `optional string`.
    pub(super) fn optional_text(self) -> Result<Option<Text<'a>>, Wrong> {
        self.optional_bytes()?.map(text).transpose()
    }

    /// `bytes` of a fixed length, which must be there.
    pub(super) fn array<const N: usize>(self) -> Result<[u8; N], Wrong> {
        self.optional_array()?
            .ok_or(Wrong("a field of bytes is missing"))
    }

    /// `optional bytes` of a fixed length.
    pub(super) fn optional_array<const N: usize>(self) -> Result<Option<[u8; N]>, Wrong> {
        let wrong_length = |_| Wrong("a field of bytes has the wrong length");
        self.optional_bytes()?
            .map(|bytes| bytes.try_into().map_err(wrong_length))
            .transpose()
    }

    fn optional_bytes(self) -> Result<Option<&'a [u8]>, Wrong> {
        self.0.map(bytes).transpose()
    }
}

/// The bytes of a `string`, `bytes` or message.
pub(super) fn bytes(value: Value<'_>) -> Result<&[u8], Wrong> {
    match value {
        Value::Bytes(bytes) => Ok(bytes),
        _ => Err(WRONG_TYPE),
    }
}

/// A `string`.
pub(super) fn text(bytes: &[u8]) -> Result<Text<'_>, Wrong> {
    str::from_utf8(bytes)
        .map(Text::Borrowed)
        .map_err(|_| Wrong("a string is not UTF-8"))
}

/// All values of field 1, the entries of a page, each made into something by `read`; other fields are ignored.
pub(super) fn repeated<'a, T>(
    body: &'a [u8],
    read: impl Fn(&'a [u8]) -> Result<T, Wrong>,
) -> Result<Vec<T>, Wrong> {
    let mut page = Vec::new();
    for field in Fields(body) {
        if let (1, value) = field? {
            put(&mut page, read(bytes(value)?)?)?;
        }
    }
    Ok(page)
}

/// Puts an entry on a page, as many as a server gives: an empty entry takes two bytes of a frame and many times that of
/// memory, so that the frame's length alone would not bound it.
pub(super) fn put<T>(page: &mut Vec<T>, entry: T) -> Result<(), Wrong> {
    if page.len() == PAGE_MAX as usize {
        return Err(Wrong("the page has too many entries"));
    }
    page.push(entry);
    Ok(())
}

/// All values of a `repeated uint64` in field 1, packed or not: a parser must take both.
pub(super) fn numbers<T>(body: &[u8], make: impl Fn(u64) -> T) -> Result<Vec<T>, Wrong> {
    let mut all = Vec::new();
    for field in Fields(body) {
        match field? {
            (1, Value::Varint(number)) => all.push(make(number)),
            (1, Value::Bytes(packed)) => {
                // Each number takes at least a byte, so that the message's length bounds the memory.
                let mut packed = Fields(packed);
                while !packed.0.is_empty() {
                    all.push(make(packed.varint()?));
                }
            }
            (1, _) => return Err(WRONG_TYPE),
            _ => {}
        }
    }
    Ok(all)
}
