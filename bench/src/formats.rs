//! The codecs of the registry, each in the forms that it has: frames in order, and calls that travel apart.

use protocols::codec::{CallCodec, Codec, CodecFactory, Framing, NotExpressible, Setup};
use protocols::registry::complete_codecs;
use server_core::limits::{FRAME_MAX_BYTES, PROTOCOL_VERSION};
use server_core::message::Operation;
use server_core::{FromServer, Request};

use crate::samples::Said;

const SETUP: Setup = Setup {
    framing: Framing::Codec,
    frame_max_bytes: FRAME_MAX_BYTES,
};

/// A codec in one of its forms.
#[derive(Clone, Copy)]
pub struct Format {
    factory: &'static dyn CodecFactory,
    form: Form,
}

#[derive(Clone, Copy)]
enum Form {
    /// Frames in order, with whatever the format remembers from one to the next.
    Frames,
    /// Bodies of calls, without memory; the transport says which operation a body belongs to.
    Calls(&'static dyn CallCodec),
}

/// Every form of every codec that can say the whole vocabulary: those with frames first, then those for calls.
#[must_use]
pub fn formats() -> Vec<Format> {
    let framed = complete_codecs().map(|factory| Format {
        factory,
        form: Form::Frames,
    });
    let calls = complete_codecs().filter_map(|factory| {
        let form = Form::Calls(factory.calls().ok()?);
        Some(Format { factory, form })
    });
    framed.chain(calls).collect()
}

impl Format {
    /// The codec's name; with `-calls` behind it in the form for calls.
    #[must_use]
    pub fn name(&self) -> String {
        let suffix = match self.form {
            Form::Frames => "",
            Form::Calls(_) => "-calls",
        };
        format!("{}{suffix}", self.factory.name())
    }

    /// Whether this is a form of that codec.
    #[must_use]
    pub fn is_of(&self, codec: &dyn CodecFactory) -> bool {
        self.factory.name() == codec.name()
    }

    /// Whether the format has a way to say it.
    #[must_use]
    pub fn can_say(&self, said: &Said) -> bool {
        let [client, server] = self.connection();
        let mut from = match said {
            Said::Request(_) => client,
            Said::FromServer(_) => server,
        };
        from.encode(said, &mut Vec::new()).is_ok()
    }

    /// Both ends of a connection on which hello was said: the client's, the server's.
    ///
    /// # Panics
    /// If one end does not understand the other's hello.
    #[must_use]
    pub fn connection(&self) -> [End; 2] {
        let Form::Frames = self.form else {
            return [(); 2].map(|()| self.end());
        };
        let [mut client, mut server] = [(); 2].map(|()| self.end());
        let hello = Said::Request(Request::Hello {
            version: PROTOCOL_VERSION,
        });
        let mut frame = Vec::new();
        if client.encode(&hello, &mut frame).is_ok() {
            server.expect(&hello, &frame);
        }
        [client, server]
    }

    fn end(&self) -> End {
        match self.form {
            Form::Frames => End::Frames(self.factory.open(SETUP)),
            Form::Calls(codec) => End::Calls(codec),
        }
    }
}

/// One end of a connection, or of calls.
pub enum End {
    /// A codec with its memory.
    Frames(Box<dyn Codec>),
    /// A codec without.
    Calls(&'static dyn CallCodec),
}

impl End {
    /// Appends what is said to `out`.
    ///
    /// # Errors
    /// [`NotExpressible`] if the format cannot say it; calls leave refusals to their transport.
    pub fn encode(&mut self, said: &Said, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
        match (self, said) {
            (Self::Frames(codec), Said::Request(request)) => {
                codec.encode_request(request, out).map(drop)
            }
            (Self::Frames(codec), Said::FromServer(message)) => {
                codec.encode_reply(message, out).map(drop)
            }
            (Self::Calls(codec), Said::Request(request)) => codec.encode_request(request, out),
            (Self::Calls(codec), Said::FromServer(FromServer::Reply(reply))) => {
                codec.encode_reply(reply, out)
            }
            (Self::Calls(codec), Said::FromServer(FromServer::Event(event))) => {
                codec.encode_event(event, out)
            }
            (Self::Calls(_), Said::FromServer(FromServer::Refused(_))) => Err(NotExpressible {
                reason: "refusals of calls travel in the transport's own way",
            }),
        }
    }

    /// Decodes one message, and drops it; says whether the bytes were right.
    pub fn decode(&mut self, kind: Kind, input: &[u8]) -> bool {
        match (self, kind) {
            (Self::Frames(codec), Kind::Request(_)) => codec.decode_request(input).is_ok(),
            (Self::Frames(codec), _) => codec.decode_reply(input).is_ok(),
            (Self::Calls(codec), Kind::Request(operation)) => {
                codec.decode_request(operation, input).is_ok()
            }
            (Self::Calls(codec), Kind::Reply(operation)) => {
                codec.decode_reply(operation, input).is_ok()
            }
            (Self::Calls(codec), Kind::Event) => codec.decode_event(input).is_ok(),
            (Self::Calls(_), Kind::Refusal) => false,
        }
    }

    /// Decodes a request of that operation, and hands it on.
    ///
    /// # Panics
    /// If the bytes are not right.
    pub fn with_request<T>(
        &mut self,
        operation: Operation,
        input: &[u8],
        answer: impl FnOnce(&Request<'_>) -> T,
    ) -> T {
        match self {
            Self::Frames(codec) => {
                let decoded = codec.decode_request(input).ok().flatten();
                answer(&decoded.expect("a frame was encoded").value)
            }
            Self::Calls(codec) => {
                let request = codec.decode_request(operation, input);
                answer(&request.expect("a body was encoded"))
            }
        }
    }

    /// Decodes one message.
    ///
    /// # Panics
    /// If it is another one than was said: then figures about the codec would be about something else.
    pub fn expect(&mut self, said: &Said, input: &[u8]) {
        let right = match (self, said) {
            (Self::Frames(codec), Said::Request(request)) => {
                let decoded = codec.decode_request(input).ok().flatten();
                decoded.is_some_and(|decoded| decoded.value == *request)
            }
            (Self::Frames(codec), Said::FromServer(message)) => {
                let decoded = codec.decode_reply(input).ok().flatten();
                decoded.is_some_and(|decoded| decoded.value == *message)
            }
            (Self::Calls(codec), Said::Request(request)) => {
                codec.decode_request(request.operation(), input).as_ref() == Ok(request)
            }
            (Self::Calls(codec), Said::FromServer(FromServer::Reply(reply))) => {
                codec.decode_reply(reply.operation(), input).as_ref() == Ok(reply)
            }
            (Self::Calls(codec), Said::FromServer(FromServer::Event(event))) => {
                codec.decode_event(input).as_ref() == Ok(event)
            }
            (Self::Calls(_), Said::FromServer(FromServer::Refused(_))) => false,
        };
        assert!(right, "what was said came out as something else: {said:?}");
    }
}

/// What a decoder is told to expect: calls know it from their transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A request of this operation.
    Request(Operation),
    /// A reply of this operation.
    Reply(Operation),
    /// An event.
    Event,
    /// A refusal.
    Refusal,
}

impl From<&Said> for Kind {
    fn from(said: &Said) -> Self {
        match said {
            Said::Request(request) => Self::Request(request.operation()),
            Said::FromServer(FromServer::Reply(reply)) => Self::Reply(reply.operation()),
            Said::FromServer(FromServer::Event(_)) => Self::Event,
            Said::FromServer(FromServer::Refused(_)) => Self::Refusal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_codec_of_the_registry_is_left_out() {
        let names: Vec<_> = formats().iter().map(Format::name).collect();
        for factory in complete_codecs() {
            let name = factory.name();
            let forms = [name.to_owned(), format!("{name}-calls")];
            assert!(names.iter().any(|listed| forms.contains(listed)), "{name}");
        }
    }

    #[test]
    #[should_panic(expected = "came out as something else")]
    fn another_message_is_noticed() {
        let [mut client, mut server] = formats()[0].connection();
        let mut frame = Vec::new();
        client
            .encode(&Said::Request(Request::Unread), &mut frame)
            .unwrap();
        server.expect(&Said::Request(Request::Ping), &frame);
    }
}
