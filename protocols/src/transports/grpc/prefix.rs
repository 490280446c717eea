//! The messages of a body: each behind a prefix of a byte that says whether it is compressed, and its length in four,
//! big-endian ("gRPC over HTTP/2", Requests, Length-Prefixed-Message).

use bytes::{Buf as _, Bytes, BytesMut};

/// How long the prefix is.
pub(super) const PREFIX_BYTES: usize = 5;

/// Appends a message; `write` appends its body.
///
/// # Errors
/// Whatever `write` says; nothing was appended then.
pub(super) fn append<E>(
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let start = out.len();
    out.extend_from_slice(&[0; PREFIX_BYTES]);
    if let Err(error) = write(out) {
        out.truncate(start);
        return Err(error);
    }
    let length =
        u32::try_from(out.len() - start - PREFIX_BYTES).expect("a message is far below 4 GiB");
    out[start + 1..start + PREFIX_BYTES].copy_from_slice(&length.to_be_bytes());
    Ok(())
}

/// Why a body is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WrongBody {
    /// A message is compressed; we offer no compression.
    Compressed,
    /// A message is longer than allowed.
    TooLong,
}

/// Finds the messages in the chunks of a body. A message that comes in one chunk is not copied.
pub(super) struct Messages {
    chunk: Bytes,
    /// What came before, when the last message was not whole.
    partial: BytesMut,
    message_max_bytes: usize,
}

impl Messages {
    pub(super) fn new(message_max_bytes: usize) -> Self {
        Self {
            chunk: Bytes::new(),
            partial: BytesMut::new(),
            message_max_bytes,
        }
    }

    /// Adds the next chunk.
    pub(super) fn push(&mut self, chunk: Bytes) {
        if self.is_empty() {
            self.chunk = chunk;
        } else {
            self.partial.extend_from_slice(&self.chunk);
            self.partial.extend_from_slice(&chunk);
            self.chunk.clear();
        }
    }

    /// Takes the next message, if it is whole.
    ///
    /// # Errors
    /// [`WrongBody::Compressed`], [`WrongBody::TooLong`]: as soon as the prefix says so, before the rest is kept.
    pub(super) fn next(&mut self) -> Result<Option<Bytes>, WrongBody> {
        let there: &[u8] = if self.partial.is_empty() {
            &self.chunk
        } else {
            &self.partial
        };
        let Some((&[compressed, ref length @ ..], body)) =
            there.split_first_chunk::<PREFIX_BYTES>()
        else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*length) as usize;
        if compressed != 0 {
            return Err(WrongBody::Compressed);
        }
        if length > self.message_max_bytes {
            return Err(WrongBody::TooLong);
        }
        if body.len() < length {
            return Ok(None);
        }
        Ok(Some(self.take(length)))
    }

    /// Whether nothing is left over.
    pub(super) fn is_empty(&self) -> bool {
        self.chunk.is_empty() && self.partial.is_empty()
    }

    fn take(&mut self, length: usize) -> Bytes {
        if self.partial.is_empty() {
            self.chunk.advance(PREFIX_BYTES);
            self.chunk.split_to(length)
        } else {
            self.partial.advance(PREFIX_BYTES);
            self.partial.split_to(length).freeze()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(messages: &[&[u8]]) -> Vec<u8> {
        let mut out = Vec::new();
        for message in messages {
            append(&mut out, |out| -> Result<(), ()> {
                out.extend_from_slice(message);
                Ok(())
            })
            .unwrap();
        }
        out
    }

    #[test]
    fn messages_are_found_however_the_body_is_cut() {
        let sent: [&[u8]; 4] = [b"one", b"", &[7; 300], b"four"];
        let body = body(&sent);
        for size in 1..=body.len() {
            let mut messages = Messages::new(300);
            let mut found = Vec::new();
            for chunk in body.chunks(size) {
                messages.push(Bytes::copy_from_slice(chunk));
                while let Some(message) = messages.next().unwrap() {
                    found.push(message);
                }
            }
            assert_eq!(found, sent, "chunks of {size}");
            assert!(messages.is_empty());
        }
    }

    #[track_caller]
    fn check_refused(body: &'static [u8], wrong: WrongBody) {
        let mut messages = Messages::new(10);
        messages.push(Bytes::from_static(body));
        assert_eq!(messages.next(), Err(wrong));
    }

    #[test]
    fn a_prefix_is_refused_before_its_body_is_there() {
        check_refused(&[0, 0, 0, 0, 11], WrongBody::TooLong);
        check_refused(&[0, 255, 255, 255, 255], WrongBody::TooLong);
        check_refused(&[1, 0, 0, 0, 1], WrongBody::Compressed);
    }
}
