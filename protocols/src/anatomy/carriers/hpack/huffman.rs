//! The code of HPACK's compressed strings (RFC 7541, appendix B).

use std::sync::LazyLock;

use crate::anatomy::reader::Misfit;

/// How many bits stand for each byte. The code is canonical: codes of one length follow one another in the order of their
/// bytes, and shorter ones come before longer ones; so lengths are all that there is to say.
#[rustfmt::skip]
const LENGTHS_BITS: [u8; 256] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
     6, 10, 10, 12, 13,  6,  8, 11, 10, 10,  8, 11,  8,  6,  6,  6,
     5,  5,  5,  6,  6,  6,  6,  6,  6,  6,  7,  8, 15,  6, 12, 10,
    13,  6,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,
     7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8, 13, 19, 13, 14,  6,
    15,  5,  6,  5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5,
     6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7, 15, 11, 14, 13, 28,
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
];

/// The longest code, in bits.
const LENGTH_MAX_BITS: u8 = 30;

/// The codes of one length.
#[derive(Clone, Default)]
struct Codes {
    /// The first one.
    first: u32,
    /// What it and its successors stand for.
    bytes: Vec<u8>,
}

/// Codes by their length in bits.
static CODES: LazyLock<Vec<Codes>> = LazyLock::new(|| {
    let mut next = 0;
    let mut codes = vec![Codes::default()];
    for length in 1..=LENGTH_MAX_BITS {
        next *= 2;
        let first = next;
        let of_length = |byte: &u8| LENGTHS_BITS[usize::from(*byte)] == length;
        let bytes: Vec<u8> = (0..=u8::MAX).filter(of_length).collect();
        next += u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        codes.push(Codes { first, bytes });
    }
    codes
});

/// Decodes a string.
///
/// # Errors
/// [`Misfit`] if it has a code that is none, or ends otherwise than with fewer than 8 bits that are set.
pub(super) fn decode(compressed: &[u8]) -> Result<Vec<u8>, Misfit> {
    let mut decoded = Vec::new();
    let (mut code, mut length) = (0_u32, 0_usize);
    for bit in compressed
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1))
    {
        code = code << 1 | u32::from(bit);
        length += 1;
        let codes = CODES.get(length).ok_or(Misfit)?;
        let place = code
            .checked_sub(codes.first)
            .and_then(|place| usize::try_from(place).ok());
        if let Some(&byte) = place.and_then(|place| codes.bytes.get(place)) {
            decoded.push(byte);
            (code, length) = (0, 0);
        }
    }
    let padding = (1 << length) - 1;
    if length < 8 && code == padding {
        Ok(decoded)
    } else {
        Err(Misfit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes of the RFC's table, from its beginning, its middle and its end.
    #[test]
    fn codes_are_those_of_the_table() {
        for (byte, code, length) in [
            (b'0', 0x0, 5),
            (b't', 0x9, 5),
            (b' ', 0x14, 6),
            (b':', 0x5c, 7),
            (b'X', 0xfc, 8),
            (b'!', 0x3f8, 10),
            (0x00, 0x1ff8, 13),
            (b'\\', 0x7fff0, 19),
            (0xff, 0x03ff_ffee, 26),
            (0x16, 0x3fff_fffe, 30),
        ] {
            let codes = &CODES[length];
            let place = usize::try_from(code - codes.first).unwrap();
            assert_eq!(codes.bytes[place], byte, "{code:x}");
        }
    }

    #[test]
    fn strings_end_with_few_bits_that_are_set() {
        assert_eq!(decode(&[0b0000_0111]), Ok(b"0".to_vec()));
        assert_eq!(decode(&[0b0000_0110]), Err(Misfit));
        assert_eq!(decode(&[0b0000_0111, 0xff]), Err(Misfit));
        assert_eq!(decode(&[0xff; 4]), Err(Misfit));
    }
}
