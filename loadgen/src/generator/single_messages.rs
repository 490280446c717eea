//! What single messages take, byte by byte.
//!
//! Formats that remember (custom's table of names, HPACK's of headers) say more in the first message than in later
//! ones, and a stream does not say where a reply ends and an event begins: a phase of many messages shows neither. So
//! when all phases are over and nothing is measured any more, two connections are opened as the workload's own were, and
//! a few messages go from one to the other. Each connection has a count of its own bytes, which tells request, reply and
//! event apart exactly.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use protocols::capabilities::{Capabilities, Part};
use protocols::client::{Caller, MessageBytes};
use protocols::counted::{ByteCount, Traffic};
use reports::schema::workload::IDLE;
use server_core::chat::SignUp;
use server_core::{Event, Reply, Request, Text};

use super::connecting::Door;
use crate::control::{SingleMessage, SingleMessages};
use crate::delivery::Delivery;
use crate::worker::{Secrets, Surroundings, Worker};
use crate::workloads::MessageKey;

/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many messages go before the later one: what a protocol remembers it then knows.
const BEFORE_LATER: u32 = 2;

/// Creates the first two accounts of a workload that is over once more, sends messages, and deletes them. What goes
/// wrong is a wrong answer. Nothing over a simulated link: there it would take the same bytes and much more time; and
/// nothing where messages are asked for, which come with no event, or where nobody says anything.
pub(super) async fn measure(
    door: &Door<'_>,
    around: &Surroundings<'_>,
    workers: &[Worker],
) -> Option<SingleMessages> {
    let is_pushed = around.delivery == Delivery::Push;
    let (None, true, [sender, recipient, ..]) = (door.order.link, is_pushed, workers) else {
        return None;
    };
    if around.workload.name() == IDLE {
        return None;
    }
    let ends = [sender, recipient].map(Worker::secrets);
    let wrong = match tokio::time::timeout(PATIENCE, between(door, around, &ends)).await {
        Ok(Ok(single_messages)) => return Some(single_messages),
        Ok(Err(error)) => format!("{error:#}"),
        Err(_) => "nothing was answered".to_owned(),
    };
    let oracle = &mut around.shared.borrow_mut().oracle;
    oracle.wrong(|| format!("a message between fresh connections: {wrong}"));
    None
}

async fn between(
    door: &Door<'_>,
    around: &Surroundings<'_>,
    [sender, recipient]: &[Secrets; 2],
) -> anyhow::Result<SingleMessages> {
    let names = [0, 1].map(|account| around.names.name(account));
    let sender = End::open(door, names[0], sender).await?;
    let recipient = End::open(door, names[1], recipient).await?;
    let mut ends = [sender, recipient];
    let first = one(&mut ends, (door, around), 0).await?;
    let mut later = first;
    for nth in 1..=BEFORE_LATER {
        later = one(&mut ends, (door, around), nth).await?;
    }
    for end in ends {
        end.close().await?;
    }
    Ok(SingleMessages { first, later })
}

/// What one message takes.
async fn one(
    [sender, recipient]: &mut [End; 2],
    (door, around): (&Door<'_>, &Surroundings<'_>),
    nth: u32,
) -> anyhow::Result<SingleMessage> {
    let key = MessageKey {
        from: 0,
        to: 1,
        nth,
        accounts: door.order.accounts,
    };
    let mut text = String::new();
    around.workload.text(&key, &mut text);
    let names = [0, 1].map(|account| around.names.name(account));
    let before = [&*sender, &*recipient].map(End::counted);
    let capabilities = around.capabilities;
    exchange([sender, recipient], names, &text, capabilities).await?;
    let after = [&*sender, &*recipient].map(End::counted);
    let [(sent, replied), (delivered, pushed)] = [0, 1].map(|end| since(before[end], after[end]));
    Ok(SingleMessage {
        request_bytes: sent.sent,
        reply_bytes: sent.received,
        // Both directions: what the recipient's transport says of it is part of what it costs.
        event_bytes: delivered.received + delivered.sent,
        reply_message_bytes: replied.replies,
        event_message_bytes: pushed.events,
    })
}

/// What an end has counted: bytes of its stream, and what its codec made and read.
type Counted = (ByteCount, MessageBytes);

fn since((stream, messages): Counted, (stream_now, messages_now): Counted) -> Counted {
    let stream = ByteCount {
        sent: stream_now.sent - stream.sent,
        received: stream_now.received - stream.received,
    };
    let messages = MessageBytes {
        requests: messages_now.requests - messages.requests,
        replies: messages_now.replies - messages.replies,
        events: messages_now.events - messages.events,
    };
    (stream, messages)
}

/// Sends a message, and waits until it has come.
async fn exchange(
    [sender, recipient]: [&mut End; 2],
    names: [&str; 2],
    text: &str,
    capabilities: &Capabilities,
) -> anyhow::Result<()> {
    let (sender, recipient) = (&mut sender.caller, &mut recipient.caller);
    let request = Request::Send {
        to: Text::Borrowed(names[1]),
        text: Text::Borrowed(text),
        client_id: None,
    };
    match sender.call(&request).await?? {
        Reply::Send { delivered, .. } if delivered || !capabilities.has(Part::Delivered) => {}
        other => anyhow::bail!("it was answered with {other:?}"),
    }
    match recipient.next_event().await? {
        Event::MessageReceived(message) if *message.text == *text && *message.from == *names[0] => {
            Ok(())
        }
        other => anyhow::bail!("{other:?} came in its place"),
    }
}

/// One connection, logged in.
struct End {
    caller: Caller,
    traffic: Arc<Traffic>,
}

impl End {
    async fn open(door: &Door<'_>, name: &str, secrets: &Secrets) -> anyhow::Result<Self> {
        let traffic = Arc::<Traffic>::default();
        let door = Door {
            traffic: &traffic,
            ..*door
        };
        let mut caller = door.open_apart().await?;
        let (keys, client_nonce) = match secrets {
            Secrets::Password { keys, client_nonce } => ((**keys).clone(), *client_nonce),
            Secrets::Key(_) => {
                let key = caller.sign_up(name).await?;
                let habits = door.pair.codec.capabilities().habits;
                if habits.sign_up == SignUp::StaysOut {
                    caller.enter(name, key).await.context("it cannot log in")?;
                }
                return Ok(Self { caller, traffic });
            }
        };
        caller.create_account(name, &keys).await?;
        caller
            .log_in_with(name, client_nonce, |_| keys)
            .await
            .context("it cannot log in")?;
        Ok(Self { caller, traffic })
    }

    fn counted(&self) -> Counted {
        (self.traffic.bytes(), self.caller.client().message_bytes())
    }

    async fn close(mut self) -> anyhow::Result<()> {
        self.caller.call(&Request::DeleteAccount).await??;
        Ok(())
    }
}
