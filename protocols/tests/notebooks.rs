//! The formats of the notebooks against a server: what their authors tried by hand, and the rules that they wrote down.

use std::sync::Arc;
use std::time::Duration;

use protocols::client::{Caller, ClientError};
use protocols::registry::{CODECS, TRANSPORTS};
use protocols::transport::{Carriage, Connect, Encryption, Listen, Transport};
use server_core::chat::Parts;
use server_core::environment::System;
use server_core::fanout::Fanout;
use server_core::limits::{IDLE_MAX_MS, Options, PAGE_MAX};
use server_core::message::{Message, Token};
use server_core::store::memory::MemoryStore;
use server_core::{Chat, ErrorCode, Event, Refusal, Reply, Request};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A server of one format, and how to reach it.
struct House {
    transport: &'static dyn Transport,
    connect: Connect,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl House {
    async fn open(codec: &str, transport: &'static dyn Transport) -> Self {
        let codec = CODECS.iter().find(|one| one.name() == codec).unwrap();
        let fanout = Arc::new(Fanout::default());
        let chat = Chat::new(Parts {
            store: Arc::new(MemoryStore::new(Arc::clone(&fanout) as _)),
            fanout,
            environment: Arc::new(System),
            options: Options::default(),
        });
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let listen = Listen {
            address: transport.anywhere(),
            codec: *codec,
            chat,
            identity: None,
            traffic: Arc::default(),
            stop: stop.clone(),
            tasks: tasks.clone(),
            compression: None,
        };
        let listening = transport.listen(listen).await.unwrap();
        let connect = Connect {
            address: listening.address,
            authority: None,
            codec: *codec,
            traffic: Arc::default(),
            compression: None,
            trust: None,
        };
        Self {
            transport,
            connect,
            stop,
            tasks,
        }
    }

    async fn connect(&self) -> Caller {
        let client = self.transport.connect(self.connect.clone()).await.unwrap();
        Caller::new(client)
    }

    /// A client that is logged in to a new account, in a format where signing up does not do that.
    async fn member(&self, name: &str) -> Caller {
        let mut client = self.connect().await;
        let key = client.sign_up(name).await.unwrap();
        client.enter(name, key).await.unwrap();
        client
    }

    async fn close(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Every transport that carries frames and needs no certificate.
fn transports() -> impl Iterator<Item = &'static dyn Transport> {
    let plain = |transport: &&dyn Transport| {
        transport.carriage() == Carriage::Frames && transport.encryption() == Encryption::None
    };
    TRANSPORTS.iter().copied().filter(plain)
}

fn transport(name: &str) -> &'static dyn Transport {
    let found = TRANSPORTS.iter().find(|one| one.name() == name);
    *found.unwrap()
}

async fn send(client: &mut Caller, to: &str, text: &str) -> Result<bool, ErrorCode> {
    let request = Request::Send {
        to: to.into(),
        text: text.into(),
        client_id: None,
    };
    match client.call(&request).await.unwrap() {
        Ok(Reply::Send { delivered, .. }) => Ok(delivered),
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal.code),
    }
}

async fn list(client: &mut Caller, pattern: &str, limit: u32) -> Result<Vec<String>, ErrorCode> {
    let request = Request::ListAccounts {
        pattern: pattern.into(),
        after: None,
        limit,
    };
    match client.call(&request).await.unwrap() {
        Ok(Reply::ListAccounts { names, .. }) => {
            Ok(names.iter().map(ToString::to_string).collect())
        }
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal.code),
    }
}

async fn read(client: &mut Caller, limit: u32) -> Vec<String> {
    let request = Request::Read { peer: None, limit };
    match client.call(&request).await.unwrap() {
        Ok(Reply::Read { messages }) => texts(&messages),
        other => panic!("{other:?}"),
    }
}

async fn ask(client: &mut Caller, request: Request<'_>) -> Result<Reply<'static>, Refusal> {
    client.call(&request).await.unwrap()
}

async fn refused(client: &mut Caller, request: Request<'_>) -> ErrorCode {
    ask(client, request).await.unwrap_err().code
}

const fn sign_up(name: &str) -> Request<'_> {
    Request::SignUp {
        name: server_core::Text::Borrowed(name),
    }
}

const fn enter(name: &str) -> Request<'_> {
    Request::Enter {
        name: server_core::Text::Borrowed(name),
        key: None,
    }
}

/// The next message that is pushed: from whom, to whom, and what it says.
async fn pushed(client: &mut Caller) -> [String; 3] {
    match client.next_event().await.unwrap() {
        Event::MessageReceived(message) => {
            [message.from, message.to, message.text].map(|text| text.to_string())
        }
        other => panic!("{other:?}"),
    }
}

fn texts(messages: &[Message<'_>]) -> Vec<String> {
    let texts = messages.iter().map(|message| message.text.to_string());
    texts.collect()
}

#[tokio::test]
async fn pipe_does_what_b_tried_by_hand() {
    for transport in transports() {
        let house = House::open("pipe", transport).await;
        let [mut ann, mut bob] = [house.connect().await, house.connect().await];
        let silent = ErrorCode::NotExpressible;
        assert_eq!(send(&mut ann, "bob", "too early").await, Err(silent));
        for early in [Request::LogOut, Request::DeleteAccount] {
            assert_eq!(refused(&mut ann, early).await, silent);
        }
        for name in ["ann", "bob"] {
            ann.sign_up(name).await.unwrap();
        }
        assert_eq!(
            refused(&mut bob, sign_up("bob")).await,
            ErrorCode::AccountExists
        );
        assert_eq!(
            refused(&mut bob, enter("eve")).await,
            ErrorCode::NoSuchAccount
        );
        assert!(ann.enter("ann", None).await.unwrap().is_empty());
        assert_eq!(
            refused(&mut bob, enter("ann")).await,
            ErrorCode::AlreadyLoggedIn
        );
        assert_eq!(
            refused(&mut ann, enter("bob")).await,
            ErrorCode::AlreadyLoggedIn
        );
        assert_eq!(
            send(&mut ann, "eve", "hello").await,
            Err(ErrorCode::NoSuchAccount)
        );
        assert_eq!(send(&mut ann, "bob", "1").await, Ok(false));
        assert_eq!(send(&mut ann, "ann", "to myself").await, Ok(true));
        assert_eq!(pushed(&mut ann).await, ["ann", "ann", "to myself"]);

        let handed_over = bob.enter("bob", None).await.unwrap();
        assert_eq!(texts(&handed_over), ["1"]);
        assert_eq!((&*handed_over[0].from, &*handed_over[0].to), ("ann", "bob"));
        assert_eq!(send(&mut ann, "bob", "2").await, Ok(true));
        assert_eq!(pushed(&mut bob).await, ["ann", "bob", "2"]);
        ask(&mut bob, Request::LogOut).await.unwrap();
        assert_eq!(send(&mut ann, "bob", "3").await, Ok(false));
        assert_eq!(texts(&bob.enter("bob", None).await.unwrap()), ["3"]);
        ask(&mut bob, Request::LogOut).await.unwrap();

        // What a sender who deletes itself had sent and nobody has, is gone.
        send(&mut ann, "bob", "4").await.unwrap();
        ask(&mut ann, Request::DeleteAccount).await.unwrap();
        assert_eq!(
            refused(&mut ann, enter("ann")).await,
            ErrorCode::NoSuchAccount
        );
        assert!(bob.enter("bob", None).await.unwrap().is_empty());
        assert_eq!(
            send(&mut bob, "ann", "gone").await,
            Err(ErrorCode::NoSuchAccount)
        );
        house.close().await;
    }
}

#[tokio::test]
async fn pipe_searches_before_anybody_is_logged_in() {
    let house = House::open("pipe", transport("tcp")).await;
    let mut client = house.connect().await;
    for name in ["ann", "anna", "bob"] {
        client.sign_up(name).await.unwrap();
    }
    assert_eq!(
        list(&mut client, "an*", PAGE_MAX).await.unwrap(),
        ["ann", "anna"]
    );
    assert_eq!(
        list(&mut client, "", PAGE_MAX).await.unwrap(),
        ["ann", "anna", "bob"]
    );
    assert_eq!(list(&mut client, "*x*", PAGE_MAX).await, Ok(vec![]));
    house.close().await;
}

#[tokio::test]
async fn pipe_sends_in_nobody_elses_name() {
    let house = House::open("pipe", transport("tcp")).await;
    let (mut ann, mut bob) = (house.member("ann").await, house.member("bob").await);
    for forged in [
        &b"\x04\x00\x0abob|ann|hi"[..],
        b"\x05\x00\x03bob",
        b"\x06\x00\x03bob",
    ] {
        let answer = ann.call_raw(forged).await.unwrap().unwrap();
        assert_eq!(answer.unwrap_err().code, ErrorCode::NotExpressible);
    }
    assert_eq!(send(&mut ann, "bob", "it is me").await, Ok(true));
    assert_eq!(pushed(&mut bob).await, ["ann", "bob", "it is me"]);
    assert_eq!(send(&mut bob, "ann", "and I am here").await, Ok(true));
    house.close().await;
}

#[tokio::test]
async fn pipe_makes_its_checks_before_it_sends() {
    let house = House::open("pipe", transport("tcp")).await;
    let mut ann = house.member("ann").await;
    let longest = "x".repeat(262);
    assert_eq!(send(&mut ann, "ann", &longest).await, Ok(true));
    assert_eq!(pushed(&mut ann).await[2], longest);
    for (to, text) in [
        ("a_b", "hello"),
        ("ann", ""),
        ("ann", "a|b"),
        ("ann", "a\nb"),
        ("ann", "ä"),
        ("ann", &"x".repeat(263)),
        (&"a".repeat(51), "hello"),
    ] {
        let request = Request::Send {
            to: to.into(),
            text: text.into(),
            client_id: None,
        };
        let answer = ann.call(&request).await;
        assert!(
            matches!(answer, Err(ClientError::NotExpressible(_))),
            "{to} {text}"
        );
    }
    // A client that does not check is refused by the server.
    let too_long = format!("ann|ann|{}", "x".repeat(263));
    let frame = [&[4, 1, 15][..], too_long.as_bytes()].concat();
    let answer = ann.call_raw(&frame).await.unwrap().unwrap();
    assert_eq!(answer.unwrap_err().code, ErrorCode::NotExpressible);
    house.close().await;
}

#[tokio::test]
async fn pipe_hands_over_more_than_a_length_can_say() {
    for transport in transports() {
        let house = House::open("pipe", transport).await;
        let mut ann = house.member("ann").await;
        ann.sign_up("bob").await.unwrap();
        let text = |number: usize| format!("{number:0262}");
        for number in 0..600 {
            send(&mut ann, "bob", &text(number)).await.unwrap();
        }
        let mut bob = house.connect().await;
        let handed_over = bob.enter("bob", None).await.unwrap();
        let expected: Vec<_> = (0..600).map(text).collect();
        assert_eq!(texts(&handed_over), expected, "{}", transport.name());
        house.close().await;
    }
}

#[tokio::test]
async fn tag_does_what_c_wrote_down() {
    for transport in transports() {
        let house = House::open("tag", transport).await;
        let [mut ann, mut bob] = [house.connect().await, house.connect().await];
        for early in [Request::LogOut, Request::DeleteAccount] {
            assert_eq!(refused(&mut ann, early).await, ErrorCode::NotLoggedIn);
        }
        assert_eq!(
            send(&mut ann, "ann", "early").await,
            Err(ErrorCode::NotLoggedIn)
        );
        ann.sign_up("ann").await.unwrap();
        assert_eq!(
            refused(&mut bob, sign_up("ann")).await,
            ErrorCode::AccountExists
        );
        assert_eq!(
            refused(&mut ann, sign_up("bob")).await,
            ErrorCode::AlreadyLoggedIn
        );
        assert_eq!(
            refused(&mut bob, enter("ann")).await,
            ErrorCode::AlreadyLoggedIn
        );
        bob.sign_up("bob").await.unwrap();
        let longest = "ä".repeat(280);
        send(&mut ann, "bob", &longest).await.unwrap();
        assert_eq!(pushed(&mut bob).await, ["ann", "bob", &longest]);
        assert!(read(&mut bob, PAGE_MAX).await.is_empty(), "it was pushed");
        // One connection serves several users in turn.
        ask(&mut bob, Request::LogOut).await.unwrap();
        bob.sign_up("cleo").await.unwrap();
        for text in ["1", "2"] {
            send(&mut ann, "bob", text).await.unwrap();
        }
        ask(&mut bob, Request::LogOut).await.unwrap();
        bob.enter("bob", None).await.unwrap();
        assert_eq!(read(&mut bob, PAGE_MAX).await, ["1", "2"]);
        assert_eq!(
            send(&mut ann, "eve", "hello").await,
            Err(ErrorCode::NoSuchAccount)
        );
        ask(&mut bob, Request::DeleteAccount).await.unwrap();
        assert_eq!(
            refused(&mut bob, enter("bob")).await,
            ErrorCode::NoSuchAccount
        );
        house.close().await;
    }
}

#[tokio::test]
async fn tag_lists_by_regular_expression_for_everybody() {
    let house = House::open("tag", transport("tcp")).await;
    let mut client = house.connect().await;
    for name in ["ann", "anna", "bob"] {
        house.connect().await.sign_up(name).await.unwrap();
    }
    assert_eq!(list(&mut client, "^an+$", 255).await.unwrap(), ["ann"]);
    assert_eq!(list(&mut client, "", 2).await.unwrap(), ["ann", "anna"]);
    assert_eq!(
        list(&mut client, "(", 255).await,
        Err(ErrorCode::PatternNotAllowed)
    );
    assert_eq!(
        list(&mut client, "(a*)*(b|o)+$", 255).await.unwrap(),
        ["bob"]
    );
    house.close().await;
}

#[tokio::test]
async fn booth_asks_for_its_key_with_every_action() {
    let house = House::open("booth", transport("tcp")).await;
    let (mut ann, mut eve) = (house.connect().await, house.connect().await);
    let key = ann.sign_up("ann").await.unwrap();
    assert!(key.is_some());
    let wrong = |key| Request::Enter {
        name: "ann".into(),
        key,
    };
    for key in [
        None,
        Some(Token([0; 16])),
        eve.sign_up("eve").await.unwrap(),
    ] {
        assert_eq!(
            refused(&mut eve, wrong(key)).await,
            ErrorCode::IncorrectPassword
        );
    }
    ann.enter("ann", key).await.unwrap();
    let leave = [&[1, 8, 0, 0, 0, 0][..], &[7; 16]].concat();
    let answer = ann.call_raw(&leave).await.unwrap().unwrap();
    assert_eq!(answer, Err(Refusal::new(ErrorCode::IncorrectPassword)));
    assert_eq!(send(&mut ann, "ann", "still here").await, Ok(true));
    assert_eq!(pushed(&mut ann).await, ["ann", "ann", "still here"]);
    assert_eq!(
        send(&mut eve, "ann", "hello").await,
        Err(ErrorCode::NotLoggedIn)
    );
    house.close().await;
}

#[tokio::test]
async fn booth_delivers_reads_lists_and_leaves() {
    for transport in transports() {
        let house = House::open("booth", transport).await;
        let (mut ann, mut bob) = (house.member("ann").await, house.connect().await);
        let key = bob.sign_up("bob").await.unwrap();
        for text in ["1", "grüße, 世界"] {
            assert_eq!(send(&mut ann, "bob", text).await, Ok(false));
        }
        bob.enter("bob", key).await.unwrap();
        let many = Request::Read {
            peer: None,
            limit: 3,
        };
        let refusal = ask(&mut bob, many).await.unwrap_err();
        assert_eq!(refusal, Refusal::with_detail(ErrorCode::NotEnoughUnread, 2));
        assert_eq!(read(&mut bob, 2).await, ["1", "grüße, 世界"]);
        assert_eq!(send(&mut ann, "bob", "3").await, Ok(true));
        assert_eq!(pushed(&mut bob).await, ["ann", "bob", "3"]);
        assert_eq!(list(&mut bob, "?nn", 10).await.unwrap(), ["ann"]);
        ask(&mut bob, Request::LogOut).await.unwrap();
        assert_eq!(list(&mut bob, "*", 10).await, Err(ErrorCode::NotLoggedIn));
        ask(&mut ann, Request::DeleteAccount).await.unwrap();
        house.close().await;
    }
}

#[tokio::test]
async fn booth_of_another_version_is_told_so_and_closed() {
    let house = House::open("booth", transport("tcp")).await;
    let mut client = house.connect().await;
    let answer = client.call_raw(&[2, 8, 0, 0, 0, 0]).await.unwrap().unwrap();
    let refusal = Refusal::with_detail(ErrorCode::UnsupportedVersion, 1);
    assert_eq!(answer, Err(refusal));
    assert!(client.next_event().await.is_err());
    house.close().await;
}

/// The clock moves by itself whenever nothing else is to be done.
#[tokio::test(start_paused = true)]
async fn booth_closes_idle_connections_and_a_client_that_comes_back_hears_it() {
    let house = House::open("booth", transport("mem")).await;
    let (mut ann, mut bob) = (house.member("ann").await, house.connect().await);
    let key = bob.sign_up("bob").await.unwrap();
    bob.enter("bob", key).await.unwrap();
    let almost = Duration::from_millis(IDLE_MAX_MS - 1_000);
    for _ in 0..3 {
        tokio::time::sleep(almost).await;
        // What one sends keeps it, and what is delivered keeps the other.
        assert_eq!(send(&mut ann, "bob", "are you there?").await, Ok(true));
        pushed(&mut bob).await;
    }
    tokio::time::sleep(almost).await;
    read_nothing(&mut bob).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let late = ann.call(&Request::DeleteAccount).await;
    assert!(
        matches!(late, Err(ClientError::Closed { .. } | ClientError::Io(_))),
        "{late:?}"
    );
    assert_eq!(send(&mut bob, "ann", "where are you?").await, Ok(false));
    house.close().await;
}

async fn read_nothing(client: &mut Caller) {
    let request = Request::Read {
        peer: None,
        limit: 1,
    };
    assert_eq!(refused(client, request).await, ErrorCode::NotEnoughUnread);
}

/// Formats without passwords are served no others, and their clients cannot ask for any.
#[tokio::test]
async fn none_of_them_says_more_than_it_has() {
    for codec in ["pipe", "tag", "booth"] {
        let house = House::open(codec, transport("tcp")).await;
        let mut client = house.connect().await;
        for request in [
            Request::Ping,
            Request::Unread,
            Request::Hello { version: 1 },
        ] {
            let answer = client.call(&request).await;
            assert!(
                matches!(answer, Err(ClientError::NotExpressible(_))),
                "{codec}"
            );
        }
        house.close().await;
    }
}
