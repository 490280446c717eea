//! Who is logged in, for how long, and by which token: with a clock that the tests move.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use server_core::chat::Parts;
use server_core::environment::{Fixed, FixedStart};
use server_core::fanout::{Fanout, Telling};
use server_core::limits::{LOGIN_TIMEOUT_MS, Options};
use server_core::message::{MessageId, Nonce, Token};
use server_core::scram::{ClientKeys, Exchange, Hashing};
use server_core::store::memory::MemoryStore;
use server_core::{Chat, Connection, ErrorCode, Event, Refusal, Reply, Request};

struct House {
    chat: Arc<Chat>,
    clock: Arc<Fixed>,
    keys: ClientKeys,
}

impl House {
    fn new() -> Self {
        Self::with(Options::default())
    }

    fn with(options: Options) -> Self {
        Self::telling(Telling::default(), options)
    }

    fn telling(telling: Telling, options: Options) -> Self {
        let fanout = Arc::new(Fanout::new(telling));
        let clock = Arc::new(Fixed::new(FixedStart::default()));
        let store = Arc::new(MemoryStore::new(Arc::clone(&fanout) as _));
        let environment = Arc::clone(&clock) as _;
        let house = Self {
            chat: Chat::new(Parts {
                store,
                fanout,
                environment,
                options,
            }),
            clock,
            keys: ClientKeys::derive(
                "secret",
                Hashing {
                    salt: [1; 16],
                    iterations: 4096,
                },
            ),
        };
        for name in ["ann", "bob"] {
            let create = Request::CreateAccount {
                name: name.into(),
                verifier: house.keys.verifier(),
            };
            assert_eq!(
                ask(&house.chat.connection(), &create),
                Ok(Reply::CreateAccount)
            );
        }
        house
    }

    fn challenge(&self, connection: &Connection, name: &str) -> Request<'static> {
        let client_nonce = Nonce([9; 18]);
        let start = Request::LogInStart {
            name: name.to_owned().into(),
            client_nonce,
        };
        let Ok(Reply::LogInStart {
            login_id,
            server_nonce,
            ..
        }) = ask(connection, &start)
        else {
            panic!("no challenge for {name}");
        };
        let exchange = Exchange {
            name,
            client_nonce: &client_nonce,
            server_nonce: &server_nonce,
        };
        Request::LogInFinish {
            login_id,
            proof: self.keys.prove(&exchange).client_proof,
        }
    }

    fn log_in(&self, connection: &Connection, name: &str) -> Result<Token, Refusal> {
        let finish = self.challenge(connection, name);
        ask(connection, &finish).map(|reply| match reply {
            Reply::LogInFinish { token, .. } => token,
            other => panic!("{other:?}"),
        })
    }

    fn call(&self, token: Token) -> Connection {
        self.chat.call(Some(token)).expect("the token is good")
    }

    fn log_in_over_calls(&self, name: &str) -> Result<Token, Refusal> {
        let call = self.chat.call(None).expect("no token is needed");
        let finish = self.challenge(&call, name);
        match ask(&self.chat.call(None).expect("calls are apart"), &finish)? {
            Reply::LogInFinish { token, .. } => Ok(token),
            other => panic!("{other:?}"),
        }
    }
}

fn ask(connection: &Connection, request: &Request<'_>) -> Result<Reply<'static>, Refusal> {
    connection.apply(request).block()
}

fn send(connection: &Connection, to: &str) -> Result<Reply<'static>, Refusal> {
    ask(
        connection,
        &Request::Send {
            to: to.to_owned().into(),
            text: "hello".into(),
            client_id: None,
        },
    )
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, Refusal>, code: ErrorCode) {
    assert_eq!(result.expect_err("must be refused").code, code);
}

#[test]
fn a_server_that_tells_only_when_asked_pushes_nothing() {
    let house = House::telling(Telling::WhenAsked, Options::default());
    let (ann, bob) = (house.chat.connection(), house.chat.connection());
    house.log_in(&ann, "ann").unwrap();
    house.log_in(&bob, "bob").unwrap();
    let sent = send(&ann, "bob").unwrap();
    assert!(matches!(
        sent,
        Reply::Send {
            delivered: false,
            ..
        }
    ));
    let mut context = Context::from_waker(Waker::noop());
    assert!(bob.outbox().poll_pop(&mut context).is_pending());
    let read = ask(
        &bob,
        &Request::Read {
            peer: None,
            limit: 1,
        },
    );
    assert!(matches!(read, Ok(Reply::Read { messages }) if &*messages[0].text == "hello"));
    house.chat.announce_closing();
    assert_eq!(
        bob.outbox().poll_pop(&mut context),
        Poll::Ready(Some(Event::ServerClosing))
    );
}

#[test]
fn one_session_an_account_and_a_cut_connection_logs_out() {
    let house = House::new();
    let (first, second) = (house.chat.connection(), house.chat.connection());
    house.log_in(&first, "ann").unwrap();
    refused(house.log_in(&second, "ann"), ErrorCode::AlreadyLoggedIn);
    refused(
        ask(
            &first,
            &Request::LogInStart {
                name: "bob".into(),
                client_nonce: Nonce([0; 18]),
            },
        ),
        ErrorCode::AlreadyLoggedIn,
    );
    drop(first);
    house.log_in(&second, "ann").unwrap();
}

#[test]
fn a_token_takes_a_cut_session_up_again_within_the_grace_period() {
    let house = House::new();
    let cut = house.chat.connection();
    let token = house.log_in(&cut, "ann").unwrap();
    drop(cut);
    house.clock.advance(Options::default().session_grace_ms - 1);
    let again = house.chat.connection();
    assert_eq!(
        ask(&again, &Request::Resume { token }),
        Ok(Reply::Resume { unread: 0 })
    );
    assert!(send(&again, "bob").is_ok());
    drop(again);
    house.clock.advance(Options::default().session_grace_ms);
    refused(
        ask(&house.chat.connection(), &Request::Resume { token }),
        ErrorCode::SessionEnded,
    );
}

#[test]
fn a_password_takes_the_place_of_a_cut_session_and_its_token_ends() {
    let house = House::new();
    let cut = house.chat.connection();
    let token = house.log_in(&cut, "ann").unwrap();
    drop(cut);
    let new = house.chat.connection();
    house.log_in(&new, "ann").unwrap();
    refused(
        ask(&house.chat.connection(), &Request::Resume { token }),
        ErrorCode::SessionEnded,
    );
    assert!(send(&new, "bob").is_ok());
}

#[test]
fn resuming_takes_a_session_from_the_connection_that_holds_it() {
    let house = House::new();
    let (old, new) = (house.chat.connection(), house.chat.connection());
    let token = house.log_in(&old, "ann").unwrap();
    ask(&new, &Request::Resume { token }).unwrap();
    refused(send(&old, "bob"), ErrorCode::NotLoggedIn);
    let bob = house.chat.connection();
    house.log_in(&bob, "bob").unwrap();
    assert!(matches!(
        send(&bob, "ann"),
        Ok(Reply::Send {
            delivered: true,
            ..
        })
    ));
    assert!(
        old.outbox().pop().is_none(),
        "events go to the new connection"
    );
    assert!(matches!(
        new.outbox().pop(),
        Some(Event::MessageReceived(_))
    ));
    drop(old);
    assert!(
        matches!(
            send(&bob, "ann"),
            Ok(Reply::Send {
                delivered: true,
                ..
            })
        ),
        "the old one's end changes nothing"
    );
}

#[test]
fn logging_out_ends_the_token_and_forgets_what_was_queued() {
    let house = House::new();
    let (ann, bob) = (house.chat.connection(), house.chat.connection());
    let token = house.log_in(&ann, "ann").unwrap();
    house.log_in(&bob, "bob").unwrap();
    send(&bob, "ann").unwrap();
    assert_eq!(ask(&ann, &Request::LogOut), Ok(Reply::LogOut));
    assert!(
        ann.outbox().pop().is_none(),
        "the next user of this connection must not see it"
    );
    refused(
        ask(&ann, &Request::Resume { token }),
        ErrorCode::SessionEnded,
    );
    refused(ask(&ann, &Request::LogOut), ErrorCode::NotLoggedIn);
    assert!(matches!(
        send(&bob, "ann"),
        Ok(Reply::Send {
            delivered: false,
            ..
        })
    ));
    house.log_in(&ann, "ann").unwrap();
}

#[test]
fn a_session_over_calls_lives_for_the_grace_period_after_its_last_call() {
    let house = House::new();
    let grace_ms = Options::default().session_grace_ms;
    let token = house.log_in_over_calls("ann").unwrap();
    for _ in 0..3 {
        house.clock.advance(grace_ms - 1);
        assert!(send(&house.call(token), "bob").is_ok());
    }
    refused(house.log_in_over_calls("ann"), ErrorCode::AlreadyLoggedIn);
    house.clock.advance(grace_ms);
    refused(
        house.chat.call(Some(token)).map(|_| ()),
        ErrorCode::SessionEnded,
    );
    house.log_in_over_calls("ann").unwrap();
}

#[test]
fn an_open_event_stream_keeps_a_session_over_calls_alive() {
    let house = House::new();
    let token = house.log_in_over_calls("ann").unwrap();
    let stream = house.chat.subscribe(token).unwrap();
    house
        .clock
        .advance(10 * Options::default().session_grace_ms);
    house.chat.sweep().block().unwrap();
    let bob = house.chat.connection();
    house.log_in(&bob, "bob").unwrap();
    assert!(matches!(
        send(&bob, "ann"),
        Ok(Reply::Send {
            delivered: true,
            ..
        })
    ));
    let mut context = Context::from_waker(Waker::noop());
    assert!(matches!(
        stream.poll_event(&mut context),
        Poll::Ready(Some(Event::MessageReceived(_)))
    ));
    drop(stream);
    assert!(matches!(
        send(&bob, "ann"),
        Ok(Reply::Send {
            delivered: false,
            ..
        })
    ));
}

#[test]
fn a_second_event_stream_ends_the_first() {
    let house = House::new();
    let token = house.log_in_over_calls("ann").unwrap();
    let (first, second) = (
        house.chat.subscribe(token).unwrap(),
        house.chat.subscribe(token).unwrap(),
    );
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(first.poll_event(&mut context), Poll::Ready(None));
    drop(first);
    let bob = house.chat.connection();
    house.log_in(&bob, "bob").unwrap();
    assert!(
        matches!(
            send(&bob, "ann"),
            Ok(Reply::Send {
                delivered: true,
                ..
            })
        ),
        "the second one still stands"
    );
    assert!(second.poll_event(&mut context).is_ready());
    ask(&house.call(token), &Request::LogOut).unwrap();
    assert_eq!(second.poll_event(&mut context), Poll::Ready(None));
}

#[test]
fn a_log_in_takes_its_second_half_once_in_time_and_on_its_own_connection() {
    let house = House::new();
    let connection = house.chat.connection();
    let late = house.challenge(&connection, "ann");
    house.clock.advance(LOGIN_TIMEOUT_MS);
    refused(ask(&connection, &late), ErrorCode::NoSuchLogin);
    let finish = house.challenge(&connection, "ann");
    refused(
        ask(&house.chat.connection(), &finish),
        ErrorCode::NoSuchLogin,
    );
    ask(&connection, &finish).unwrap();
    ask(&connection, &Request::LogOut).unwrap();
    refused(ask(&connection, &finish), ErrorCode::NoSuchLogin);
}

#[test]
fn a_wrong_proof_uses_the_challenge_up() {
    let house = House::new();
    let connection = house.chat.connection();
    let Request::LogInFinish { login_id, proof } = house.challenge(&connection, "ann") else {
        unreachable!()
    };
    let wrong = Request::LogInFinish {
        login_id,
        proof: [0; 32],
    };
    refused(ask(&connection, &wrong), ErrorCode::IncorrectPassword);
    refused(
        ask(&connection, &Request::LogInFinish { login_id, proof }),
        ErrorCode::NoSuchLogin,
    );
}

#[test]
fn a_deleted_account_takes_its_session_and_its_begun_log_ins_with_it() {
    let house = House::new();
    let (ann, other) = (house.chat.connection(), house.chat.connection());
    let begun = house.challenge(&other, "ann");
    let token = house.log_in(&ann, "ann").unwrap();
    ask(&ann, &Request::DeleteAccount).unwrap();
    refused(send(&ann, "bob"), ErrorCode::NotLoggedIn);
    refused(ask(&other, &begun), ErrorCode::NoSuchAccount);
    let create = Request::CreateAccount {
        name: "ann".into(),
        verifier: house.keys.verifier(),
    };
    ask(&ann, &create).unwrap();
    refused(
        ask(&ann, &Request::Resume { token }),
        ErrorCode::SessionEnded,
    );
    refused(
        house.chat.call(Some(token)).map(|_| ()),
        ErrorCode::SessionEnded,
    );
    house.log_in(&ann, "ann").unwrap();
}

#[test]
fn sweeping_forgets_sessions_that_nobody_can_take_up() {
    let house = House::new();
    drop({
        let connection = house.chat.connection();
        house.log_in(&connection, "ann").unwrap();
        connection
    });
    let stays = house.chat.connection();
    house.log_in(&stays, "bob").unwrap();
    assert_eq!(house.chat.session_count(), 2);
    house.clock.advance(Options::default().session_grace_ms);
    house.chat.sweep().block().unwrap();
    assert_eq!(house.chat.session_count(), 1);
    assert!(send(&stays, "ann").is_ok());
}

#[test]
fn undo_is_refused_where_it_is_off_and_bounded_by_the_grace_period_where_it_is_on() {
    let off = House::new();
    let ann = off.chat.connection();
    off.log_in(&ann, "ann").unwrap();
    refused(
        ask(
            &ann,
            &Request::Undo {
                ids: vec![MessageId(1)],
            },
        ),
        ErrorCode::UndoOff,
    );

    let on = House::with(Options {
        undo_grace_ms: 30_000,
        ..Options::default()
    });
    let ann = on.chat.connection();
    on.log_in(&ann, "ann").unwrap();
    let Ok(Reply::Send { id, .. }) = send(&ann, "bob") else {
        panic!("was not sent")
    };
    let (delete, undo) = (
        Request::DeleteMessages { ids: vec![id] },
        Request::Undo { ids: vec![id] },
    );
    assert_eq!(
        ask(&ann, &delete),
        Ok(Reply::DeleteMessages { ids: vec![id] })
    );
    on.clock.advance(29_999);
    assert_eq!(ask(&ann, &undo), Ok(Reply::Undo { ids: vec![id] }));
    ask(&ann, &delete).unwrap();
    on.clock.advance(30_000);
    assert_eq!(ask(&ann, &undo), Ok(Reply::Undo { ids: vec![] }));
}

#[test]
fn another_version_is_refused_with_the_servers_own() {
    let house = House::new();
    let refusal = ask(&house.chat.connection(), &Request::Hello { version: 2 }).unwrap_err();
    assert_eq!(
        (refusal.code, refusal.detail),
        (ErrorCode::UnsupportedVersion, 1)
    );
}
