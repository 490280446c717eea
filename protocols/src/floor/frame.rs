//! The frames of `floor`: 8 bytes each, numbers little-endian.
//!
//! | bytes | what |
//! |---|---|
//! | 0 | kind: 1 hello, 2 message, 3 acknowledgement, 4 delivery |
//! | 1 | 0 |
//! | 2, 3 | account: one's own (hello), the recipient's (message), the sender's (delivery), as sent (acknowledgement) |
//! | 4 to 7 | number of the message, of the sender's choosing |

/// The length of every frame, in bytes.
pub(super) const FRAME_BYTES: usize = 8;

/// One frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    pub(super) account: u16,
    pub(super) number: u32,
}

/// What a frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// To the server: this connection is the account's. The server sends it back.
    Hello = 1,
    /// To the server: pass this on.
    Message = 2,
    /// To the sender: it was passed on.
    Acknowledged = 3,
    /// To the recipient: here it is.
    Delivery = 4,
}

impl Frame {
    pub(super) const fn to_bytes(self) -> [u8; FRAME_BYTES] {
        let [account_low, account_high] = self.account.to_le_bytes();
        let [n0, n1, n2, n3] = self.number.to_le_bytes();
        [
            self.kind as u8,
            0,
            account_low,
            account_high,
            n0,
            n1,
            n2,
            n3,
        ]
    }

    /// `None` if there is no such kind.
    pub(super) const fn from_bytes(bytes: [u8; FRAME_BYTES]) -> Option<Self> {
        let [kind, _, account_low, account_high, n0, n1, n2, n3] = bytes;
        let kind = match kind {
            1 => Kind::Hello,
            2 => Kind::Message,
            3 => Kind::Acknowledged,
            4 => Kind::Delivery,
            _ => return None,
        };
        let account = u16::from_le_bytes([account_low, account_high]);
        let number = u32::from_le_bytes([n0, n1, n2, n3]);
        Some(Self {
            kind,
            account,
            number,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_as_they_were() {
        for kind in [
            Kind::Hello,
            Kind::Message,
            Kind::Acknowledged,
            Kind::Delivery,
        ] {
            let frame = Frame {
                kind,
                account: 0x1234,
                number: 0x89ab_cdef,
            };
            assert_eq!(Frame::from_bytes(frame.to_bytes()), Some(frame));
        }
    }

    #[test]
    fn the_layout_is_as_written_down() {
        let frame = Frame {
            kind: Kind::Delivery,
            account: 0x1234,
            number: 0x89ab_cdef,
        };
        assert_eq!(frame.to_bytes(), [4, 0, 0x34, 0x12, 0xef, 0xcd, 0xab, 0x89]);
    }

    #[test]
    fn other_kinds_are_no_frames() {
        for kind in [0, 5, 255] {
            assert_eq!(Frame::from_bytes([kind, 0, 0, 0, 0, 0, 0, 0]), None);
        }
    }
}
