//! What an operation in a paced phase is: what is staged for it, and how its answer is judged.

use protocols::capabilities::{Capabilities, Part};
use protocols::client::{Client, ClientError, Ticket};
use server_core::{FromServer, Reply, Request, Text};

use super::Surroundings;
use crate::payload;
use crate::workloads::{Recipient, Step};

/// What an answer is worth.
#[derive(Debug)]
pub(super) enum Judgement {
    /// It is what was asked for.
    Right,
    /// It is an answer, with something wrong about it, in words.
    Flawed(String),
    /// It is a refusal, or the answer to something else; in words.
    Failed(String),
}

/// Stages the request of a step. `text` is scratch space.
pub(super) fn stage(
    step: &Step,
    around: Surroundings<'_>,
    text: &mut String,
    client: &mut dyn Client,
) -> Result<Ticket, ClientError> {
    let request = match step {
        Step::Send { key, .. } => {
            text.clear();
            around.workload.text(key, text);
            Request::Send {
                to: Text::Borrowed(around.names.name(key.to)),
                text: Text::Borrowed(text),
                client_id: None,
            }
        }
        Step::ReadFrom { from, count, .. } => Request::Read {
            peer: Some(Text::Borrowed(around.names.name(*from))),
            limit: *count,
        },
        Step::History { peer, limit } => Request::History {
            peer: Text::Borrowed(around.names.name(*peer)),
            before: None,
            limit: *limit,
        },
        Step::List { after, limit } => Request::ListAccounts {
            pattern: Text::Owned(around.names.pattern()),
            after: after.map(|after| Text::Borrowed(around.names.name(after))),
            limit: *limit,
        },
        Step::DeleteMessage { key } => Request::DeleteMessages {
            ids: around.shared.borrow().model.id(key).into_iter().collect(),
        },
        Step::Unread => Request::Unread,
        Step::Ping => Request::Ping,
        other => unreachable!("{other:?} has no place in a paced phase"),
    };
    let ticket = client.stage(&request)?;
    around.shared.borrow_mut().layers.payload_sent_bytes += payload::of_request(&request);
    Ok(ticket)
}

/// Holds an answer against its step, as far as that can be done without knowing what the server holds.
pub(super) fn judge(
    step: &Step,
    answer: &FromServer<'_>,
    capabilities: &Capabilities,
) -> Judgement {
    match (step, answer) {
        (Step::Send { recipient, .. }, FromServer::Reply(Reply::Send { delivered, .. })) => {
            let is_said = capabilities.has(Part::Delivered);
            if !is_said || *delivered == (*recipient == Recipient::Online) {
                Judgement::Right
            } else {
                Judgement::Flawed(format!("a message's reply says delivered: {delivered}"))
            }
        }
        (Step::Send { .. }, other) => {
            Judgement::Failed(format!("a message was answered with {other:?}"))
        }
        (_, FromServer::Reply(_)) => Judgement::Right,
        (step, other) => Judgement::Failed(format!("{step:?} was answered with {other:?}")),
    }
}
