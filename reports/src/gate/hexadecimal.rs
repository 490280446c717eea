//! Bytes as text: two digits each.

/// The bytes; none where it is not hexadecimal of whole bytes.
pub(crate) fn decode(hex: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok();
    rest.is_empty().then(|| pairs.iter().map(byte).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_bytes_are_hexadecimal() {
        assert_eq!(decode("00fFa1"), Some(vec![0x00, 0xff, 0xa1]));
        assert_eq!(decode(""), Some(Vec::new()));
        for wrong in ["0", "0g", "+1", " 1", "é"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }
}
