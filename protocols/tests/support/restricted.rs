//! What is left of anything that can be said once it is put into the words of a format that says less.

use protocols::capabilities::{Capabilities, Charset, OtherEvents, Part};
use server_core::chat::{Accounts, Patterns, Waiting};
use server_core::limits::PAGE_MAX;
use server_core::message::{Message, MessageId, Token};
use server_core::{Event, FromServer, Refusal, Reply, Request, Text};

/// The nearest request that the format can say, if it has any of this kind.
pub(crate) fn request(
    capabilities: &Capabilities,
    request: &Request<'static>,
) -> Option<Request<'static>> {
    if capabilities.has_passwords() {
        return Some(request.clone());
    }
    let name = |name: &Text<'static>| fit(&capabilities.names, name);
    let request = match request {
        Request::CreateAccount { name: new, .. } => Request::SignUp { name: name(new) },
        Request::LogInStart {
            name: known,
            client_nonce,
        } => {
            let key = client_nonce.0.first_chunk().copied().map(Token);
            Request::Enter {
                name: name(known),
                key: key.filter(|_| capabilities.habits.accounts == Accounts::Keys),
            }
        }
        Request::ListAccounts { pattern, limit, .. } => Request::ListAccounts {
            pattern: match capabilities.habits.patterns {
                Patterns::Wildcards => name(pattern),
                Patterns::RegularExpressions => pattern.clone(),
            },
            after: None,
            limit: if capabilities.has(Part::ListLimit) {
                limit % 256
            } else {
                PAGE_MAX
            },
        },
        Request::Send { to, text, .. } => Request::Send {
            to: name(to),
            text: fit(&capabilities.texts, text),
            client_id: None,
        },
        Request::Read { limit, .. } => Request::Read {
            peer: None,
            limit: if capabilities.has(Part::ReadLimit) {
                *limit
            } else {
                PAGE_MAX
            },
        },
        other => other.clone(),
    };
    capabilities.says(request.operation()).then_some(request)
}

/// The nearest thing that a server can say in the format, if it has any of this kind.
pub(crate) fn from_server(
    capabilities: &Capabilities,
    said: &FromServer<'static>,
) -> Option<FromServer<'static>> {
    if capabilities.has_passwords() {
        return Some(said.clone());
    }
    match said {
        FromServer::Reply(said) => reply(capabilities, said).map(FromServer::Reply),
        FromServer::Refused(refusal) => capabilities.tells(refusal.code).then(|| {
            FromServer::Refused(Refusal {
                detail: if capabilities.has(Part::RefusalDetails) {
                    refusal.detail
                } else {
                    0
                },
                ..*refusal
            })
        }),
        FromServer::Event(Event::MessageReceived(one)) => {
            let event = Event::MessageReceived(message(capabilities, one));
            Some(FromServer::Event(event))
        }
        FromServer::Event(other) => (capabilities.other_events == OtherEvents::Told)
            .then(|| FromServer::Event(other.clone())),
    }
}

fn reply(capabilities: &Capabilities, reply: &Reply<'static>) -> Option<Reply<'static>> {
    let habits = capabilities.habits;
    let messages = |all: &[Message<'static>]| {
        let all = all.iter().map(|one| message(capabilities, one));
        all.collect::<Vec<_>>()
    };
    let reply = match reply {
        Reply::LogInStart { salt, .. } => Reply::SignUp {
            key: (habits.accounts == Accounts::Keys).then_some(Token(*salt)),
        },
        Reply::LogInFinish { unread, .. } => Reply::Enter {
            unread: (habits.accounts == Accounts::Keys).then_some(unread % (1 << 32)),
            messages: Vec::new(),
        },
        Reply::Read { messages: all } if habits.waiting == Waiting::HandedOver => Reply::Enter {
            unread: None,
            messages: messages(all),
        },
        Reply::Read { messages: all } => Reply::Read {
            messages: messages(all),
        },
        Reply::ListAccounts { names, more } => Reply::ListAccounts {
            names: names
                .iter()
                .map(|name| fit(&capabilities.names, name))
                .collect(),
            more: *more && capabilities.has(Part::ListPages),
        },
        Reply::Send { id, delivered } => Reply::Send {
            id: if capabilities.has(Part::MessageIds) {
                *id
            } else {
                MessageId(0)
            },
            delivered: *delivered && capabilities.has(Part::Delivered),
        },
        other => other.clone(),
    };
    capabilities.says(reply.operation()).then_some(reply)
}

/// A message to whom nobody is logged in at a client that has said nothing.
fn message(capabilities: &Capabilities, message: &Message<'static>) -> Message<'static> {
    Message {
        id: MessageId(0),
        from: fit(&capabilities.names, &message.from),
        to: "".into(),
        text: fit(&capabilities.texts, &message.text),
        sent_at_ms: 0,
        read: true,
    }
}

/// As much of a string as the charset has; never nothing.
fn fit(charset: &Charset, string: &str) -> Text<'static> {
    let fitting = string.chars().filter(|&one| charset.alphabet.has(one));
    let mut fitting: String = fitting.take(charset.chars_max).collect();
    if fitting.is_empty() {
        fitting.push('a');
    }
    Text::Owned(fitting)
}
