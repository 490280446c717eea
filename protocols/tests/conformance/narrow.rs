//! Formats that cannot say everything, with no bytes in between: requests are applied to the core by the habits of a
//! format, and what it leaves out is left out on the way.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll};

use protocols::capabilities::{Alphabet, Capabilities, Charset, EVERYTHING, OtherEvents, Part};
use protocols::client::{Client, ClientError, Incoming, MessageBytes, Ticket};
use protocols::codec::{CodecFactory, NotExpressible};
use protocols::conformance::{self, Door, Summary, Target};
use protocols::transport::{BoxFuture, TransportError};
use server_core::chat::{Accounts, Habits, Listing, Pushed, Reading, SignUp, Waiting};
use server_core::limits::PAGE_MAX;
use server_core::message::{Event, Message, MessageId, Operation};
use server_core::store::memory::MemoryStore;
use server_core::{Chat, Connection, ErrorCode, FromServer, Refusal, Reply, Request};

use super::server::{Undo, core};

/// No passwords, no numbers, and what waits comes with the log-in.
static HANDED_OVER: Capabilities = Capabilities {
    operations: &[
        Operation::SignUp,
        Operation::Enter,
        Operation::ListAccounts,
        Operation::Send,
        Operation::LogOut,
        Operation::DeleteAccount,
    ],
    other_events: OtherEvents::LeftOut,
    refusals: &[
        ErrorCode::AccountExists,
        ErrorCode::NoSuchAccount,
        ErrorCode::AlreadyLoggedIn,
    ],
    leaves_out: &[
        Part::MessageIds,
        Part::SentAt,
        Part::ReadMarks,
        Part::ListLimit,
        Part::ListPages,
        Part::RefusalDetails,
    ],
    habits: Habits {
        accounts: Accounts::Open,
        waiting: Waiting::HandedOver,
        pushed: Pushed::IsRead,
        listing: Listing::Anyone,
        ..Habits::OURS
    },
    names: Charset {
        chars_max: 50,
        alphabet: Alphabet::LettersAndDigits,
    },
    texts: Charset {
        chars_max: 256,
        alphabet: Alphabet::AsciiWithoutSeparators,
    },
    ..EVERYTHING
};

/// Signing up logs in, and what waits is taken all at once.
static TAKEN_AT_ONCE: Capabilities = Capabilities {
    operations: &[
        Operation::SignUp,
        Operation::Enter,
        Operation::ListAccounts,
        Operation::Send,
        Operation::Read,
        Operation::LogOut,
        Operation::DeleteAccount,
    ],
    leaves_out: &[
        Part::MessageIds,
        Part::SentAt,
        Part::ReadMarks,
        Part::Delivered,
        Part::ReadLimit,
        Part::ListPages,
        Part::RefusalDetails,
    ],
    habits: Habits {
        accounts: Accounts::Open,
        sign_up: SignUp::Enters,
        pushed: Pushed::IsRead,
        reading: Reading::AsManyAsWait,
        listing: Listing::Anyone,
        ..Habits::OURS
    },
    names: EVERYTHING.names,
    texts: EVERYTHING.texts,
    ..HANDED_OVER
};

/// Accounts have keys, and messages wait until they are read, one by one.
static WITH_KEYS: Capabilities = Capabilities {
    operations: TAKEN_AT_ONCE.operations,
    refusals: ErrorCode::ALL,
    leaves_out: &[],
    habits: Habits {
        accounts: Accounts::Keys,
        ..Habits::OURS
    },
    ..TAKEN_AT_ONCE
};

async fn run(capabilities: &'static Capabilities, only: Option<&str>) -> Summary {
    let chat = core(Undo::Off.options(), |changes| {
        Arc::new(MemoryStore::new(changes))
    });
    let door = Narrow { chat, capabilities };
    let target = Target::through(vec![Arc::new(door)]);
    conformance::run(&target, only, &mut |_| {}).await.unwrap()
}

/// Nothing fails, and so many checks pass at least.
#[track_caller]
fn check(summary: &Summary, passed: usize) {
    let failed: Vec<_> = summary.failed().map(ToString::to_string).collect();
    assert!(failed.is_empty(), "{summary}\n{}", failed.join("\n"));
    assert!(summary.passed() >= passed, "{summary}");
}

#[tokio::test]
async fn the_suite_holds_for_what_little_formats_can_say() {
    check(&run(&HANDED_OVER, None).await, 60);
    check(&run(&TAKEN_AT_ONCE, None).await, 60);
    check(&run(&WITH_KEYS, None).await, 60);
}

#[tokio::test]
async fn what_is_skipped_names_what_is_missing() {
    let summary = run(&HANDED_OVER, None).await;
    let words: Vec<String> = summary.skipped().map(ToString::to_string).collect();
    for missing in [
        "this format does not say history",
        "this format does not say ping",
        "this format does not say how many unread messages are wanted",
        "accounts of this format have no passwords",
        "names of this format do not have '.'",
        "texts of this format do not have",
    ] {
        assert!(
            words.iter().any(|line| line.contains(missing)),
            "{missing}: {words:#?}"
        );
    }
}

/// The suite notices a server that does not keep to the habits which a format declares.
#[tokio::test(start_paused = true)]
async fn habits_that_are_not_kept_are_noticed() {
    static FALSELY_HANDED_OVER: Capabilities = Capabilities {
        habits: Habits {
            waiting: Waiting::HandedOver,
            ..TAKEN_AT_ONCE.habits
        },
        ..TAKEN_AT_ONCE
    };
    static FALSELY_READ: Capabilities = Capabilities {
        habits: Habits {
            pushed: Pushed::StaysUnread,
            ..HANDED_OVER.habits
        },
        ..HANDED_OVER
    };
    for (declared, kept, only) in [
        (&FALSELY_HANDED_OVER, TAKEN_AT_ONCE.habits, "handed over"),
        (&FALSELY_READ, HANDED_OVER.habits, "events "),
    ] {
        let chat = core(Undo::Off.options(), |changes| {
            Arc::new(MemoryStore::new(changes))
        });
        let door = Other {
            inner: Narrow {
                chat,
                capabilities: declared,
            },
            kept,
        };
        let target = Target::through(vec![Arc::new(door)]);
        let summary = conformance::run(&target, Some(only), &mut |_| {}).await;
        let summary = summary.unwrap();
        assert!(summary.failed().count() > 0, "{only}: {summary}");
    }
}

/// The way straight into a core for what a format can say.
struct Narrow {
    chat: Arc<Chat>,
    capabilities: &'static Capabilities,
}

/// The same, where the server has other habits than the format declares.
struct Other {
    inner: Narrow,
    kept: Habits,
}

impl Narrow {
    fn client(&self, habits: Habits) -> Box<dyn Client> {
        Box::new(NarrowClient {
            connection: self.chat.connection_with(habits),
            capabilities: self.capabilities,
            answers: VecDeque::new(),
            next: 0,
        })
    }
}

impl Door for Narrow {
    fn protocol(&self) -> &'static str {
        "narrow"
    }

    fn codec(&self) -> Option<&'static dyn CodecFactory> {
        None
    }

    fn capabilities(&self) -> &'static Capabilities {
        self.capabilities
    }

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Client>, TransportError>> {
        let client = self.client(self.capabilities.habits);
        Box::pin(async move { Ok(client) })
    }
}

impl Door for Other {
    fn protocol(&self) -> &'static str {
        "other"
    }

    fn codec(&self) -> Option<&'static dyn CodecFactory> {
        None
    }

    fn capabilities(&self) -> &'static Capabilities {
        self.inner.capabilities
    }

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Client>, TransportError>> {
        let client = self.inner.client(self.kept);
        Box::pin(async move { Ok(client) })
    }
}

struct NarrowClient {
    connection: Connection,
    capabilities: &'static Capabilities,
    answers: VecDeque<(Ticket, Result<Reply<'static>, Refusal>)>,
    next: u64,
}

impl Client for NarrowClient {
    fn stage(&mut self, request: &Request<'_>) -> Result<Ticket, ClientError> {
        if !self.capabilities.says(request.operation()) {
            let reason = "the format has no code for it";
            return Err(NotExpressible { reason }.into());
        }
        if let Request::Send {
            client_id: Some(_), ..
        } = request
            && !self.capabilities.has(Part::MessageIds)
        {
            let reason = "the format has no place for it";
            return Err(NotExpressible { reason }.into());
        }
        let request = self.narrowed(request);
        let answer = self.connection.apply(&request).block();
        let ticket = Ticket(self.next);
        self.next += 1;
        self.answers.push_back((ticket, answer));
        Ok(ticket)
    }

    fn poll_exchange(
        &mut self,
        context: &mut Context<'_>,
        sink: &mut dyn FnMut(Incoming<'_>),
    ) -> Poll<Result<(), ClientError>> {
        let mut any = false;
        let mut say = |ticket, message| {
            sink(Incoming {
                ticket,
                message,
                message_bytes: 0,
            });
            any = true;
        };
        while let Some((ticket, answer)) = self.answers.pop_front() {
            say(Some(ticket), self.narrow(answer).into());
        }
        while let Poll::Ready(Some(event)) = self.connection.outbox().poll_pop(context) {
            self.connection.tells(&event);
            match event {
                Event::MessageReceived(message) => {
                    let message = self.message(message);
                    say(None, FromServer::Event(Event::MessageReceived(message)));
                }
                other if self.capabilities.other_events == OtherEvents::Told => {
                    say(None, FromServer::Event(other));
                }
                _ => {}
            }
        }
        if any {
            Poll::Ready(Ok(()))
        } else {
            Poll::Pending
        }
    }

    fn message_bytes(&self) -> MessageBytes {
        MessageBytes::default()
    }

    fn stage_raw(&mut self, bytes: &[u8]) -> bool {
        // A connection that ends logs out, as those with a stream of bytes do.
        bytes.is_empty()
    }
}

impl NarrowClient {
    fn narrowed<'r>(&self, request: &Request<'r>) -> Request<'r> {
        match request.clone() {
            Request::Read { .. } if !self.capabilities.has(Part::ReadLimit) => Request::Read {
                peer: None,
                limit: PAGE_MAX,
            },
            Request::ListAccounts { pattern, after, .. }
                if !self.capabilities.has(Part::ListLimit) =>
            {
                Request::ListAccounts {
                    pattern,
                    after,
                    limit: PAGE_MAX,
                }
            }
            request => request,
        }
    }

    fn narrow(&self, answer: Result<Reply<'static>, Refusal>) -> Result<Reply<'static>, Refusal> {
        let has = |part| self.capabilities.has(part);
        match answer {
            Ok(Reply::Send { id, delivered }) => Ok(Reply::Send {
                id: if has(Part::MessageIds) {
                    id
                } else {
                    MessageId(0)
                },
                delivered: delivered && has(Part::Delivered),
            }),
            Ok(Reply::Read { messages }) => Ok(Reply::Read {
                messages: self.messages(messages),
            }),
            Ok(Reply::Enter { unread, messages }) => Ok(Reply::Enter {
                unread: unread.filter(|_| has(Part::RefusalDetails)),
                messages: self.messages(messages),
            }),
            Err(refusal) if !self.capabilities.tells(refusal.code) => Err(ErrorCode::Busy.into()),
            Err(refusal) if !has(Part::RefusalDetails) => Err(refusal.code.into()),
            answer => answer,
        }
    }

    fn messages(&self, messages: Vec<Message<'static>>) -> Vec<Message<'static>> {
        let narrowed = messages.into_iter().map(|message| self.message(message));
        narrowed.collect()
    }

    fn message(&self, message: Message<'static>) -> Message<'static> {
        let has = |part| self.capabilities.has(part);
        let nothing = Message {
            id: MessageId(0),
            sent_at_ms: 0,
            read: true,
            ..message.clone()
        };
        Message {
            id: if has(Part::MessageIds) {
                message.id
            } else {
                nothing.id
            },
            sent_at_ms: if has(Part::SentAt) {
                message.sent_at_ms
            } else {
                nothing.sent_at_ms
            },
            read: if has(Part::ReadMarks) {
                message.read
            } else {
                nothing.read
            },
            ..message
        }
    }
}
