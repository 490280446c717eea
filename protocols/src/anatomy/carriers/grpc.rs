//! gRPC over HTTP/2 (grpc.io, "gRPC over HTTP2").

use std::collections::BTreeMap;

use server_core::message::Operation;

use super::hpack::Header;
use super::http2::Rider;
use crate::anatomy::Speaker;
use crate::anatomy::formats::{Format, Speech};
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader};

/// The calls of a connection.
pub(super) struct Grpc {
    format: Box<dyn Format>,
    methods: BTreeMap<u32, Method>,
}

/// What a call is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    /// One request, one reply.
    Call(Operation),
    /// Events, until somebody ends it.
    Events,
    /// A connection of its own: frames in both directions.
    Conversation,
}

impl Grpc {
    pub(super) fn new(format: Box<dyn Format>) -> Self {
        Self {
            format,
            methods: BTreeMap::new(),
        }
    }
}

impl Rider for Grpc {
    fn headers(&mut self, stream: u32, headers: &[Header]) {
        let path = headers.iter().find(|header| header.name == ":path");
        if let Some(path) = path {
            self.methods.insert(stream, Method::of(&path.value));
        }
    }

    fn data(
        &mut self,
        stream: u32,
        speaker: Speaker,
        reader: &mut Reader<'_>,
    ) -> Result<(), Misfit> {
        let method = *self.methods.get(&stream).ok_or(Misfit)?;
        while !reader.is_at_end() {
            let &[0, a, b, c, d, ..] = reader.rest() else {
                return Err(Misfit);
            };
            let length = u32::from_be_bytes([a, b, c, d]);
            let note = Note::new(Layer::Framing, "gRPC: uncompressed, length of the message");
            reader.mark(5, note.says(length))?;
            let length = usize::try_from(length).map_err(|_| Misfit)?;
            reader.section(length, |reader| match method.speech(speaker) {
                Some(speech) => self.format.message(speech, reader),
                None => Ok(()),
            })?;
        }
        Ok(())
    }
}

impl Method {
    /// What a path names.
    fn of(path: &str) -> Self {
        match path.rsplit('/').next() {
            Some("Subscribe") => Self::Events,
            Some(name) => operation(name).map_or(Self::Conversation, Self::Call),
            None => Self::Conversation,
        }
    }

    /// What a message of it can be; `None`: it has nothing to say.
    const fn speech(self, speaker: Speaker) -> Option<Speech> {
        match (self, speaker) {
            (Self::Call(operation), Speaker::Client) => Some(Speech::Request(operation)),
            (Self::Call(operation), Speaker::Server) => Some(Speech::Reply(operation)),
            (Self::Events, Speaker::Client) => None,
            (Self::Events, Speaker::Server) => Some(Speech::Event),
            (Self::Conversation, _) => Some(Speech::Frame(speaker)),
        }
    }
}

/// The operation whose method has this name: `log_in_start` is `LogInStart`.
fn operation(method: &str) -> Option<Operation> {
    let mut all = Operation::ALL.iter().copied();
    all.find(|operation| {
        let words = operation.name().split('_');
        let words = words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]);
        words.collect::<String>() == method
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_known_by_their_paths() {
        assert!(Method::of("/chat.v1.Chat/LogInStart") == Method::Call(Operation::LogInStart));
        assert!(Method::of("/chat.v1.Chat/Subscribe") == Method::Events);
        assert!(Method::of("/chat.v1.Chat/Converse") == Method::Conversation);
    }
}
