//! Numbers in as few bytes as they need.

/// The longest varint, in bytes: 64 bits, 7 in each byte.
const VARINT_MAX_BYTES: usize = 10;

/// Appends a number, 7 bits a byte, lowest first; the top bit says that more follow (LEB128).
pub(in crate::codecs) fn write_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(low_byte(value) | 0x80);
        value >>= 7;
    }
    out.push(low_byte(value));
}

/// Reads a varint from the start of `input`: its value and its length in bytes; `None` if it goes on behind the input.
///
/// # Errors
/// It has more than 64 bits, or could be shorter.
pub(in crate::codecs) fn read_varint(input: &[u8]) -> Result<Option<(u64, usize)>, &'static str> {
    let mut value = 0;
    for (i, &byte) in input.iter().take(VARINT_MAX_BYTES).enumerate() {
        let bits = u64::from(byte & 0x7f);
        if i + 1 == VARINT_MAX_BYTES && byte > 1 {
            return Err("a number has more than 64 bits");
        }
        value |= bits << (7 * i);
        if byte & 0x80 == 0 {
            return if byte == 0 && i > 0 {
                Err("a number is longer than it needs to be")
            } else {
                Ok(Some((value, i + 1)))
            };
        }
    }
    Ok(None)
}

/// Appends a number that ends its frame: its bytes, lowest first, without leading zeros; none at all for 0.
pub(super) fn write_last(out: &mut Vec<u8>, value: u64) {
    let length = 8 - value.leading_zeros() as usize / 8;
    out.extend_from_slice(&value.to_le_bytes()[..length]);
}

/// Reads a number that fills `bytes`.
///
/// # Errors
/// It has more than 64 bits, or could be shorter.
pub(super) fn read_last(bytes: &[u8]) -> Result<u64, &'static str> {
    if bytes.last() == Some(&0) {
        return Err("a number is longer than it needs to be");
    }
    let mut value = [0; 8];
    value
        .get_mut(..bytes.len())
        .ok_or("a number has more than 64 bits")?
        .copy_from_slice(bytes);
    Ok(u64::from_le_bytes(value))
}

/// How far `to` lies from `from`, with the sign in the lowest bit, so that short ways either way are small numbers.
pub(super) const fn difference(from: u64, to: u64) -> u64 {
    let way = to.wrapping_sub(from).cast_signed();
    ((way << 1) ^ (way >> 63)).cast_unsigned()
}

/// Where the difference leads: the other way round of [`difference`].
pub(super) const fn apply_difference(from: u64, difference: u64) -> u64 {
    from.wrapping_add((difference >> 1) ^ (difference & 1).wrapping_neg())
}

/// The lowest 8 bits.
pub(super) const fn low_byte(value: u64) -> u8 {
    value.to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_varint(value: u64, bytes: &[u8]) {
        let mut out = Vec::new();
        write_varint(&mut out, value);
        assert_eq!(out, bytes);
        assert_eq!(read_varint(bytes), Ok(Some((value, bytes.len()))));
        for cut in 0..bytes.len() {
            assert_eq!(read_varint(&bytes[..cut]), Ok(None));
        }
    }

    #[test]
    fn varints() {
        check_varint(0, &[0]);
        check_varint(127, &[0x7f]);
        check_varint(128, &[0x80, 1]);
        check_varint(300, &[0xac, 2]);
        check_varint(
            u64::MAX,
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
        );
    }

    #[test]
    fn varints_that_are_too_long_are_refused() {
        for bytes in [
            &[0x80, 0][..],
            &[0xff, 0x80, 0],
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2],
        ] {
            assert!(read_varint(bytes).is_err(), "{bytes:x?}");
        }
        assert!(read_varint(&[0xff; 10]).is_err());
    }

    #[track_caller]
    fn check_last(value: u64, bytes: &[u8]) {
        let mut out = Vec::new();
        write_last(&mut out, value);
        assert_eq!(out, bytes);
        assert_eq!(read_last(bytes), Ok(value));
    }

    #[test]
    fn last_numbers() {
        check_last(0, &[]);
        check_last(255, &[0xff]);
        check_last(256, &[0, 1]);
        check_last(u64::MAX, &[0xff; 8]);
        assert!(read_last(&[0]).is_err());
        assert!(read_last(&[1, 0]).is_err());
        assert!(read_last(&[1; 9]).is_err());
    }

    #[test]
    fn differences() {
        for (from, to, expected) in [
            (7, 7, 0),
            (7, 6, 1),
            (7, 8, 2),
            (0, u64::MAX, 1),
            (u64::MAX, 0, 2),
            (0, 1 << 63, u64::MAX),
            (0, (1 << 63) - 1, u64::MAX - 1),
        ] {
            assert_eq!(difference(from, to), expected, "{from} {to}");
            assert_eq!(apply_difference(from, expected), to);
        }
    }
}
