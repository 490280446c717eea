//! What is said: a conversation of one client that asks for everything that can be asked, and hears everything that can
//! be told. Names, texts, nonces and salts are fixed; what depends on answers is taken from them.

use anyhow::{Context as _, ensure};
use server_core::limits::PROTOCOL_VERSION;
use server_core::message::{ClientId, LoginId, MessageId, Nonce, Token};
use server_core::{ErrorCode, Event, FromServer, Refusal, Reply, Request, Text};

use super::WrongAnswer;
use super::world::{CLIENT, PEER, World, keys, log_in_finish, log_in_start};

/// One step.
pub(crate) struct Step {
    /// What its metrics are named after.
    pub(crate) name: &'static str,
    /// What happens.
    pub(crate) action: Action,
    /// How many events the client hears.
    pub(crate) events: usize,
}

/// What happens in a step.
pub(crate) enum Action {
    /// The client asks. Without what the request needs from earlier answers, the step is left out.
    Ask {
        /// What it asks.
        request: fn(&Known) -> Option<Request<'static>>,
        /// How it is answered.
        answered: Answered,
    },
    /// Something happens at the core that no stream carries.
    Elsewhere(fn(&mut World, &mut Known) -> anyhow::Result<()>),
}

/// How a request is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answered {
    /// It is carried out.
    CarriedOut,
    /// It is refused, for this reason.
    Refused(ErrorCode),
}

/// What the client has learned.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) challenge: Option<(LoginId, Nonce)>,
    pub(crate) key: Option<Token>,
    token: Option<Token>,
    sent: Vec<MessageId>,
    received: Vec<MessageId>,
    peer_sent: Option<MessageId>,
}

/// The conversation.
pub(crate) static SCRIPT: &[Step] = &[
    ask("hello", |_| {
        Some(Request::Hello {
            version: PROTOCOL_VERSION,
        })
    }),
    ask("create_account", |_| Some(creation(CLIENT))),
    ask("create_account_again", |_| Some(creation(PEER))),
    ask("log_in_start", |_| Some(log_in_start(CLIENT))),
    ask("log_in_finish", |known| {
        let (login_id, server_nonce) = known.challenge?;
        Some(log_in_finish(CLIENT, login_id, &server_nonce))
    }),
    ask("send_first", |_| Some(send(PEER, "Message 1", None))),
    ask("send", |_| Some(send(PEER, "Message 2", None))),
    ask("send_client_id", |_| {
        Some(send(PEER, "Message 3", Some(CLIENT_ID)))
    }),
    ask("send_repeated", |_| {
        Some(send(PEER, "Message 3", Some(CLIENT_ID)))
    }),
    ask("send_to_oneself", |_| Some(send(CLIENT, "Message 4", None))).hears_one(),
    elsewhere("peer_log_in", |world, _| world.peer_enters()),
    ask("send_online", |_| Some(send(PEER, "Message 5", None))),
    elsewhere("receive_first", receive).hears_one(),
    elsewhere("receive", receive).hears_one(),
    ask("unread", |_| Some(Request::Unread)),
    ask("read", |_| {
        Some(Request::Read {
            peer: None,
            limit: 2,
        })
    }),
    ask("read_of_peer", |_| {
        Some(Request::Read {
            peer: Some(Text::Borrowed(PEER)),
            limit: 1,
        })
    }),
    elsewhere("receive_again", receive).hears_one(),
    ask("mark_read", |known| {
        Some(Request::MarkRead {
            peer: Text::Borrowed(PEER),
            up_to: *known.received.last()?,
        })
    }),
    ask("history", |_| Some(history(None))),
    ask("history_before", |known| {
        Some(history(Some(*known.sent.last()?)))
    }),
    ask("list_accounts", |_| Some(listing("", None))),
    ask("list_accounts_after", |_| {
        Some(listing("user*", Some(CLIENT)))
    }),
    ask("delete_messages", |known| {
        Some(Request::DeleteMessages {
            ids: known.sent.get(..2)?.to_vec(),
        })
    }),
    ask("undo", |known| {
        Some(Request::Undo {
            ids: known.sent.get(..2)?.to_vec(),
        })
    }),
    elsewhere("peer_deletes_messages", |world, known| {
        let ids = vec![known.peer_sent.context("the peer has sent nothing")?];
        world.peer_asks(&Request::DeleteMessages { ids }).map(drop)
    })
    .hears_one(),
    elsewhere("peer_undoes", |world, known| {
        let ids = vec![known.peer_sent.context("the peer has sent nothing")?];
        world.peer_asks(&Request::Undo { ids }).map(drop)
    })
    .hears_one(),
    ask("ping", |_| Some(Request::Ping)),
    ask("send_refused", |_| Some(send("nobody", "Message 6", None)))
        .refused(ErrorCode::NoSuchAccount),
    ask("read_refused", |_| {
        Some(Request::Read {
            peer: None,
            limit: 5,
        })
    })
    .refused(ErrorCode::NotEnoughUnread),
    elsewhere("lagged", |world, _| {
        world.tell(&Event::Lagged { missed: 3 });
        Ok(())
    })
    .hears_one(),
    elsewhere("peer_deletes_account", |world, _| {
        world.peer_asks(&Request::DeleteAccount).map(drop)
    })
    .hears_one(),
    ask("log_out", |_| Some(Request::LogOut)),
    ask("not_logged_in", |_| Some(Request::Unread)).refused(ErrorCode::NotLoggedIn),
    elsewhere("client_elsewhere", |world, known| {
        known.token = Some(world.client_was_elsewhere()?);
        Ok(())
    }),
    ask("resume", |known| {
        Some(Request::Resume {
            token: known.token?,
        })
    }),
    elsewhere("server_closing", |world, _| {
        world.chat.announce_closing();
        Ok(())
    })
    .hears_one(),
    ask("delete_account", |_| Some(Request::DeleteAccount)),
];

const CLIENT_ID: ClientId = ClientId([
    0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe, 0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe,
]);

impl Known {
    /// Takes what a later step needs from what the server said, which has to be what the script says.
    ///
    /// # Errors
    /// If it is not.
    pub(crate) fn learn(&mut self, step: &Step, said: &FromServer<'_>) -> anyhow::Result<()> {
        match (said, &step.action) {
            (FromServer::Event(event), _) => {
                if let Event::MessageReceived(message) = event {
                    self.received.push(message.id);
                }
                Ok(())
            }
            (FromServer::Reply(reply), Action::Ask { answered, .. }) => {
                ensure!(
                    *answered == Answered::CarriedOut,
                    WrongAnswer(format!(
                        "step {}: was carried out, and should have been refused: {reply:?}",
                        step.name
                    ))
                );
                self.learn_reply(reply);
                Ok(())
            }
            (FromServer::Refused(refusal), Action::Ask { answered, .. }) => {
                check_refusal(step, *answered, refusal)
            }
            (_, Action::Elsewhere(_)) => {
                let words = format!("step {}: an answer to no question: {said:?}", step.name);
                Err(WrongAnswer(words).into())
            }
        }
    }

    fn learn_reply(&mut self, reply: &Reply<'_>) {
        match reply {
            Reply::LogInStart {
                login_id,
                server_nonce,
                ..
            } => self.challenge = Some((*login_id, *server_nonce)),
            Reply::LogInFinish { token, .. } => self.token = Some(*token),
            Reply::Send { id, .. } => self.sent.push(*id),
            Reply::SignUp { key } => self.key = *key,
            _ => {}
        }
    }
}

fn check_refusal(step: &Step, answered: Answered, refusal: &Refusal) -> anyhow::Result<()> {
    ensure!(
        answered == Answered::Refused(refusal.code),
        WrongAnswer(format!("step {}: refused: {refusal}", step.name))
    );
    Ok(())
}

pub(crate) const fn ask(
    name: &'static str,
    request: fn(&Known) -> Option<Request<'static>>,
) -> Step {
    Step {
        name,
        action: Action::Ask {
            request,
            answered: Answered::CarriedOut,
        },
        events: 0,
    }
}

pub(crate) const fn elsewhere(
    name: &'static str,
    happens: fn(&mut World, &mut Known) -> anyhow::Result<()>,
) -> Step {
    Step {
        name,
        action: Action::Elsewhere(happens),
        events: 0,
    }
}

impl Step {
    pub(crate) const fn hears_one(mut self) -> Self {
        self.events = 1;
        self
    }

    const fn refused(mut self, code: ErrorCode) -> Self {
        if let Action::Ask { answered, .. } = &mut self.action {
            *answered = Answered::Refused(code);
        }
        self
    }
}

/// The peer sends a message to the client.
fn receive(world: &mut World, known: &mut Known) -> anyhow::Result<()> {
    let reply = world.peer_asks(&send(CLIENT, "Answer 1", None))?;
    if let Reply::Send { id, .. } = reply {
        known.peer_sent = Some(id);
    }
    Ok(())
}

pub(crate) fn creation(name: &'static str) -> Request<'static> {
    Request::CreateAccount {
        name: Text::Borrowed(name),
        verifier: keys().verifier(),
    }
}

pub(crate) const fn send(
    to: &'static str,
    text: &'static str,
    client_id: Option<ClientId>,
) -> Request<'static> {
    Request::Send {
        to: Text::Borrowed(to),
        text: Text::Borrowed(text),
        client_id,
    }
}

const fn history(before: Option<MessageId>) -> Request<'static> {
    Request::History {
        peer: Text::Borrowed(PEER),
        before,
        limit: 20,
    }
}

const fn listing(pattern: &'static str, after: Option<&'static str>) -> Request<'static> {
    Request::ListAccounts {
        pattern: Text::Borrowed(pattern),
        after: match after {
            Some(name) => Some(Text::Borrowed(name)),
            None => None,
        },
        limit: 20,
    }
}
