//! What the codec writes are the messages of `proto/chat.proto`: what prost makes of that file reads and writes the
//! same bytes.

#[path = "support/vocabulary.rs"]
mod vocabulary;

use proptest::prelude::*;
use prost::Message as _;
use protocols::codec::{CallCodec, CodecFactory as _, Framing, Setup};
use protocols::codecs::protobuf::{Protobuf, v1};
use server_core::message::Operation;
use server_core::{Event, FromServer, Reply, Request};
use vocabulary::{from_server, request};

fn codec() -> &'static dyn CallCodec {
    Protobuf.calls().expect("protobuf carries calls")
}

/// Reads `body` as the message of chat.proto that it should be, and writes it again. prost drops what the message does
/// not have, and writes fields in order, so that only the right fields of the right types come back as they were.
fn again<M: prost::Message + Default>(body: &[u8]) -> Option<Vec<u8>> {
    Some(M::decode(body).ok()?.encode_to_vec())
}

macro_rules! again {
    ($operation:expr, $body:expr, $($name:ident: $message:ident,)*) => {
        match $operation {
            $(Operation::$name => again::<v1::$message>($body),)*
            Operation::SignUp | Operation::Enter => None,
        }
    };
}

fn request_again(operation: Operation, body: &[u8]) -> Option<Vec<u8>> {
    again!(operation, body,
        Hello: HelloRequest, CreateAccount: CreateAccountRequest, LogInStart: LogInStartRequest,
        LogInFinish: LogInFinishRequest, Resume: ResumeRequest, LogOut: LogOutRequest,
        DeleteAccount: DeleteAccountRequest, Ping: PingRequest, ListAccounts: ListAccountsRequest,
        Send: SendRequest, Unread: UnreadRequest, Read: ReadRequest, MarkRead: MarkReadRequest,
        History: HistoryRequest, DeleteMessages: DeleteMessagesRequest, Undo: UndoRequest,
    )
}

fn reply_again(operation: Operation, body: &[u8]) -> Option<Vec<u8>> {
    again!(operation, body,
        Hello: HelloReply, CreateAccount: CreateAccountReply, LogInStart: LogInStartReply,
        LogInFinish: LogInFinishReply, Resume: ResumeReply, LogOut: LogOutReply,
        DeleteAccount: DeleteAccountReply, Ping: PingReply, ListAccounts: ListAccountsReply,
        Send: SendReply, Unread: UnreadReply, Read: ReadReply, MarkRead: MarkReadReply,
        History: HistoryReply, DeleteMessages: DeleteMessagesReply, Undo: UndoReply,
    )
}

fn request_body(request: &Request<'_>) -> Vec<u8> {
    let mut body = vec![0xee];
    codec()
        .encode_request(request, &mut body)
        .expect("protobuf can say it");
    assert_eq!(body.remove(0), 0xee, "what was there is left alone");
    body
}

fn reply_body(reply: &Reply<'_>) -> Vec<u8> {
    let mut body = Vec::new();
    codec()
        .encode_reply(reply, &mut body)
        .expect("protobuf can say it");
    body
}

fn event_body(event: &Event<'_>) -> Vec<u8> {
    let mut body = Vec::new();
    codec()
        .encode_event(event, &mut body)
        .expect("protobuf can say it");
    body
}

/// Checks that what a server says comes back, and that prost reads and writes the same.
fn check(said: &FromServer<'_>) {
    let body = match said {
        FromServer::Reply(reply) => {
            let body = reply_body(reply);
            assert_eq!(
                codec().decode_reply(reply.operation(), &body).as_ref(),
                Ok(reply)
            );
            assert_eq!(reply_again(reply.operation(), &body).as_ref(), Some(&body));
            body
        }
        FromServer::Event(event) => {
            let body = event_body(event);
            assert_eq!(codec().decode_event(&body).as_ref(), Ok(event));
            assert_eq!(again::<v1::Event>(&body).as_ref(), Some(&body));
            body
        }
        FromServer::Refused(_) => return,
    };
    for cut in 0..body.len() {
        let _ = codec().decode_event(&body[..cut]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn frames_come_back(request in request(), said in from_server()) {
        let setup = Setup { framing: Framing::Codec, frame_max_bytes: 1 << 20 };
        let mut codec = Protobuf.open(setup);
        let mut frame = Vec::new();
        codec.encode_request(&request, &mut frame).expect("it can be said");
        let read = v1::ClientFrame::decode_length_delimited(frame.as_slice());
        prop_assert_eq!(read.map(|frame| frame.encode_length_delimited_to_vec()), Ok(frame));
        let mut frame = Vec::new();
        codec.encode_reply(&said, &mut frame).expect("it can be said");
        let read = v1::ServerFrame::decode_length_delimited(frame.as_slice());
        prop_assert_eq!(read.map(|frame| frame.encode_length_delimited_to_vec()), Ok(frame));
    }

    #[test]
    fn any_request_comes_back(request in request()) {
        let body = request_body(&request);
        prop_assert_eq!(codec().decode_request(request.operation(), &body), Ok(request.clone()));
        prop_assert_eq!(request_again(request.operation(), &body), Some(body));
    }

    #[test]
    fn whatever_a_server_says_comes_back(said in from_server()) {
        check(&said);
    }

    #[test]
    fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..200)) {
        for &operation in Operation::WITH_PASSWORDS {
            // What both of us read means the same to both; we check lengths, it checks fields that are overridden.
            let request = codec().decode_request(operation, &body).ok();
            if let (Some(request), Some(theirs)) = (request, request_again(operation, &body)) {
                prop_assert_eq!(theirs, request_body(&request));
            }
            let reply = codec().decode_reply(operation, &body).ok();
            if let (Some(reply), Some(theirs)) = (reply, reply_again(operation, &body)) {
                prop_assert_eq!(theirs, reply_body(&reply));
            }
        }
        let _ = codec().decode_event(&body);
    }

    #[test]
    fn a_damaged_body_is_read_or_refused(
        request in request(), at in any::<prop::sample::Index>(), flip in 1..=255u8,
    ) {
        let mut body = request_body(&request);
        if !body.is_empty() {
            let at = at.index(body.len());
            body[at] ^= flip;
            let _ = codec().decode_request(request.operation(), &body);
            let _ = codec().decode_request(request.operation(), &body[..at]);
        }
    }
}
