//! How many bytes `protobuf` may take at the layer `message`, for the efficiency workload: no more than the notebook's
//! gRPC received, and fewer than it sent (2220 and 1088, notebook A, Table 1).

use protocols::codec::CodecFactory as _;
use protocols::codecs::protobuf::Protobuf;
use server_core::message::{LoginId, Message, MessageId, Nonce, Token, Verifier};
use server_core::{Reply, Request, Text};

/// What both directions may take, in bytes.
const SENT_MAX_BYTES: usize = 900;
const RECEIVED_MAX_BYTES: usize = 1088;

/// When the workload runs, in milliseconds since 1970-01-01 UTC.
const NOW_MS: u64 = 1_790_000_000_000;

const NAMES: [&str; 2] = ["user01", "user02"];

fn text(number: u64) -> Text<'static> {
    format!("Message {number}").into()
}

/// Creating and logging in, for each account; then sending, reading, deleting.
fn requests() -> Vec<Request<'static>> {
    let verifier = Verifier {
        salt: [1; 16],
        iterations: 4096,
        stored_key: [2; 32],
        server_key: [3; 32],
    };
    let mut all = Vec::new();
    for name in NAMES {
        all.push(Request::CreateAccount {
            name: name.into(),
            verifier,
        });
        all.push(Request::LogInStart {
            name: name.into(),
            client_nonce: Nonce([4; 18]),
        });
        all.push(Request::LogInFinish {
            login_id: LoginId(u64::MAX),
            proof: [5; 32],
        });
        all.push(Request::DeleteAccount);
    }
    all.extend((1..=20).map(|number| Request::Send {
        to: NAMES[1].into(),
        text: text(number),
        client_id: None,
    }));
    all.push(Request::Read {
        peer: Some(NAMES[0].into()),
        limit: 20,
    });
    all
}

fn replies() -> Vec<Reply<'static>> {
    let mut all = Vec::new();
    for unread in [0, 20] {
        all.push(Reply::CreateAccount);
        all.push(Reply::LogInStart {
            login_id: LoginId(u64::MAX),
            salt: [1; 16],
            iterations: 4096,
            server_nonce: Nonce([6; 18]),
        });
        all.push(Reply::LogInFinish {
            server_signature: [7; 32],
            token: Token([8; 16]),
            unread,
        });
        all.push(Reply::DeleteAccount);
    }
    all.extend((1..=20).map(|number| Reply::Send {
        id: MessageId(number),
        delivered: false,
    }));
    let messages = (1..=20).map(|number| Message {
        id: MessageId(number),
        from: NAMES[0].into(),
        to: NAMES[1].into(),
        text: text(number),
        sent_at_ms: NOW_MS + number,
        read: true,
    });
    all.push(Reply::Read {
        messages: messages.collect(),
    });
    all
}

#[test]
fn efficiency() {
    let codec = Protobuf.calls().expect("protobuf carries calls");
    let (mut sent, mut received) = (Vec::new(), Vec::new());
    for request in requests() {
        codec
            .encode_request(&request, &mut sent)
            .expect("protobuf can say it");
    }
    for reply in replies() {
        codec
            .encode_reply(&reply, &mut received)
            .expect("protobuf can say it");
    }
    println!(
        "protobuf: {} bytes sent, {} received",
        sent.len(),
        received.len()
    );
    assert!(sent.len() <= SENT_MAX_BYTES, "{} bytes sent", sent.len());
    assert!(
        received.len() <= RECEIVED_MAX_BYTES,
        "{} bytes received",
        received.len()
    );
}
