//! How many bytes `custom` may take, measured on what the workloads say.

use protocols::codec::{Codec, CodecFactory, Framing, Setup};
use protocols::codecs::custom::Custom;
use server_core::limits::PROTOCOL_VERSION;
use server_core::message::{LoginId, Message, MessageId, Nonce, Token, Verifier};
use server_core::{Event, FromServer, Reply, Request, Text};

/// When the workloads run, in milliseconds since 1970-01-01 UTC.
const NOW_MS: u64 = 1_790_000_000_000;

/// One connection, with what crossed it in each direction.
struct Connection {
    client: Box<dyn Codec>,
    server: Box<dyn Codec>,
    requests: usize,
    replies: usize,
}

impl Connection {
    /// A connection whose handshake is done; it is not counted.
    fn open() -> Self {
        let setup = Setup {
            framing: Framing::Codec,
            frame_max_bytes: 1 << 20,
        };
        let open = || Custom.open(setup);
        let mut connection = Self {
            client: open(),
            server: open(),
            requests: 0,
            replies: 0,
        };
        connection.request(&Request::Hello {
            version: PROTOCOL_VERSION,
        });
        connection.reply(Reply::Hello {
            version: PROTOCOL_VERSION,
            text_max_chars: 256,
            page_max: 1000,
            undo_grace_ms: 0,
        });
        Self {
            requests: 0,
            replies: 0,
            ..connection
        }
    }

    /// Sends a request; gives the bytes of its frame.
    fn request(&mut self, request: &Request<'_>) -> usize {
        let mut frame = Vec::new();
        self.client
            .encode_request(request, &mut frame)
            .expect("custom can say it");
        let decoded = self
            .server
            .decode_request(&frame)
            .expect("it is right")
            .expect("it is whole");
        assert_eq!(
            (&decoded.value, decoded.frame_bytes),
            (request, frame.len())
        );
        self.requests += frame.len();
        frame.len()
    }

    /// Sends a reply; gives the bytes of its frame.
    fn reply(&mut self, reply: Reply<'_>) -> usize {
        self.hear(&FromServer::Reply(reply))
    }

    fn hear(&mut self, message: &FromServer<'_>) -> usize {
        let mut frame = Vec::new();
        self.server
            .encode_reply(message, &mut frame)
            .expect("custom can say it");
        let decoded = self
            .client
            .decode_reply(&frame)
            .expect("it is right")
            .expect("it is whole");
        assert_eq!(
            (&decoded.value, decoded.frame_bytes),
            (message, frame.len())
        );
        self.replies += frame.len();
        frame.len()
    }

    fn create(&mut self, name: &str) {
        let verifier = Verifier {
            salt: [1; 16],
            iterations: 4096,
            stored_key: [2; 32],
            server_key: [3; 32],
        };
        self.request(&Request::CreateAccount {
            name: name.into(),
            verifier,
        });
        self.reply(Reply::CreateAccount);
    }

    fn log_in(&mut self, name: &str, unread: u64) {
        self.request(&Request::LogInStart {
            name: name.into(),
            client_nonce: Nonce([4; 18]),
        });
        let login_id = LoginId(1);
        self.reply(Reply::LogInStart {
            login_id,
            salt: [1; 16],
            iterations: 4096,
            server_nonce: Nonce([5; 18]),
        });
        self.request(&Request::LogInFinish {
            login_id,
            proof: [6; 32],
        });
        self.reply(Reply::LogInFinish {
            server_signature: [7; 32],
            token: Token([8; 16]),
            unread,
        });
    }

    fn send(&mut self, to: &str, text: &str, id: u64) {
        self.request(&Request::Send {
            to: to.into(),
            text: text.into(),
            client_id: None,
        });
        self.reply(Reply::Send {
            id: MessageId(id),
            delivered: false,
        });
    }

    fn delete(&mut self) {
        self.request(&Request::DeleteAccount);
        self.reply(Reply::DeleteAccount);
    }
}

/// The workload `efficiency` as it is defined, with a connection for each account, after earlier use of the server: ids
/// are not small, and 40 ms pass between messages.
#[test]
fn efficiency() {
    let (mut first, mut second) = (Connection::open(), Connection::open());
    first.create("user01");
    second.create("user02");
    first.log_in("user01", 0);
    let message = |i: u64| Message {
        id: MessageId(100_000 + 3 * i),
        from: "user01".into(),
        to: "user02".into(),
        text: Text::Owned(format!("Message {i}")),
        sent_at_ms: NOW_MS + 40 * i,
        read: true,
    };
    let messages: Vec<_> = (1..=20).map(message).collect();
    for message in &messages {
        first.send("user02", &message.text, message.id.0);
    }
    second.log_in("user02", 20);
    second.request(&Request::Read {
        peer: None,
        limit: 20,
    });
    second.reply(Reply::Read { messages });
    first.delete();
    second.delete();
    let requests = first.requests + second.requests;
    let replies = first.replies + second.replies;
    println!("efficiency: {requests} bytes of requests, {replies} bytes of replies");
    assert!(requests <= 620, "{requests}");
    assert!(replies <= 560, "{replies}");
}

/// The workload `scaling` as one of 40 accounts sees it from the second round on: what it sends and hears lies among
/// the messages of all others, about 40 ids and a few milliseconds apart.
#[test]
fn scaling() {
    let mut connection = Connection::open();
    let names: Vec<_> = (2..=40).map(|number| format!("user{number:02}")).collect();
    let mut bytes = [0; 3];
    let mut id = 5_000;
    for round in 0..4 {
        for (i, name) in (0_u64..).zip(&names) {
            let sent = connection.request(&Request::Send {
                to: name.as_str().into(),
                text: "hello".into(),
                client_id: None,
            });
            id += 11 + i % 37;
            let answered = connection.reply(Reply::Send {
                id: MessageId(id),
                delivered: true,
            });
            id += 13 + i * 5 % 31;
            let message = Message {
                id: MessageId(id),
                from: name.as_str().into(),
                to: "user01".into(),
                text: "hello".into(),
                sent_at_ms: NOW_MS + 117 * round + 3 * i,
                read: false,
            };
            let told = connection.hear(&FromServer::Event(Event::MessageReceived(message)));
            if round > 0 {
                bytes = [bytes[0] + sent, bytes[1] + answered, bytes[2] + told];
            }
        }
    }
    let messages = 3 * names.len();
    println!("scaling: {bytes:?} bytes of requests, replies and events for {messages} messages");
    assert!(
        bytes[0] <= 7 * messages,
        "requests: {} bytes for {messages}",
        bytes[0]
    );
    assert!(
        bytes[1] <= 2 * messages,
        "replies: {} bytes for {messages}",
        bytes[1]
    );
    assert!(
        bytes[2] <= 9 * messages,
        "events: {} bytes for {messages}",
        bytes[2]
    );
}
