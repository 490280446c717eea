//! What the first message of fresh connections takes, byte by byte.
//!
//! Formats that remember (custom's table of names, HPACK's of headers) say more in the first message than in later
//! ones, and a phase of many messages does not show it. So when all phases are over and nothing is measured any more,
//! two connections are opened as the workload's own were, and one message goes from one to the other. Each has a count
//! of its own bytes, which tells request, reply and event apart exactly.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use protocols::client::Caller;
use protocols::counted::{ByteCount, Traffic};
use server_core::{Event, Reply, Request, Text};

use super::connecting::Door;
use crate::control::FirstMessage;
use crate::delivery::Delivery;
use crate::worker::{Secrets, Surroundings, Worker};
use crate::workloads::MessageKey;

/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Creates the first two accounts of a workload that is over once more, sends one message, and deletes them. What goes
/// wrong is a wrong answer. Nothing over a simulated link: there it would take the same bytes and much more time; and
/// nothing where messages are asked for, which come with no event.
pub(super) async fn measure(
    door: &Door<'_>,
    around: &Surroundings<'_>,
    workers: &[Worker],
) -> Option<FirstMessage> {
    let is_pushed = around.delivery == Delivery::Push;
    let (None, true, [sender, recipient, ..]) = (door.order.link, is_pushed, workers) else {
        return None;
    };
    let ends = [sender, recipient].map(Worker::secrets);
    let wrong = match tokio::time::timeout(PATIENCE, between(door, around, &ends)).await {
        Ok(Ok(first_message)) => return Some(first_message),
        Ok(Err(error)) => format!("{error:#}"),
        Err(_) => "nothing was answered".to_owned(),
    };
    let oracle = &mut around.shared.borrow_mut().oracle;
    oracle.wrong(|| format!("the first message of fresh connections: {wrong}"));
    None
}

async fn between(
    door: &Door<'_>,
    around: &Surroundings<'_>,
    [sender, recipient]: &[Secrets; 2],
) -> anyhow::Result<FirstMessage> {
    let names = [0, 1].map(|account| around.names.name(account));
    let mut sender = End::open(door, names[0], sender).await?;
    let mut recipient = End::open(door, names[1], recipient).await?;
    let key = MessageKey {
        from: 0,
        to: 1,
        nth: 0,
        accounts: door.order.accounts,
    };
    let mut text = String::new();
    around.workload.text(&key, &mut text);
    let before = [&sender, &recipient].map(End::bytes);
    exchange(&mut sender.caller, &mut recipient.caller, names, &text).await?;
    let [sent, delivered] = [&sender, &recipient].map(End::bytes);
    for end in [sender, recipient] {
        end.close().await?;
    }
    Ok(FirstMessage {
        request_bytes: sent.sent - before[0].sent,
        reply_bytes: sent.received - before[0].received,
        // Both directions: what the recipient's transport says of it is part of what it costs.
        event_bytes: delivered.received + delivered.sent - before[1].received - before[1].sent,
    })
}

/// Sends a message, and waits until it has come.
async fn exchange(
    sender: &mut Caller,
    recipient: &mut Caller,
    names: [&str; 2],
    text: &str,
) -> anyhow::Result<()> {
    let request = Request::Send {
        to: Text::Borrowed(names[1]),
        text: Text::Borrowed(text),
        client_id: None,
    };
    match sender.call(&request).await?? {
        Reply::Send {
            delivered: true, ..
        } => {}
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
        caller.create_account(name, &secrets.keys).await?;
        let keys = secrets.keys.clone();
        caller
            .log_in_with(name, secrets.client_nonce, |_| keys)
            .await
            .context("it cannot log in")?;
        Ok(Self { caller, traffic })
    }

    fn bytes(&self) -> ByteCount {
        self.traffic.bytes()
    }

    async fn close(mut self) -> anyhow::Result<()> {
        self.caller.call(&Request::DeleteAccount).await??;
        Ok(())
    }
}
