//! Bytes that may be anything, for tests by property.

use proptest::collection::vec;
use proptest::prelude::*;

/// Bytes as they may come from anyone: arbitrary, and with some of the structure that formats have.
pub(crate) fn garbage() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        vec(any::<u8>(), 0..40),
        vec(
            prop::sample::select(b"{}[]\":,\\\nopsendevtrply0123456789-.eE ".to_vec()),
            0..40
        ),
        (any::<u8>(), vec(0..4_u8, 0..30)).prop_map(|(head, body)| [&[head][..], &body].concat()),
        Just(b"{\"op\":\"send\",\"to\":\"a\",\"text\":".to_vec()),
        Just(vec![0xff; 12]),
    ];
    vec(pieces, 0..8).prop_map(|pieces| pieces.concat())
}
