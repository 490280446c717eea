//! Sending again what may have been sent already: a retry is safe.

use server_core::message::ClientId;
use server_core::store::Sent;

use crate::capabilities::Part;
use crate::conformance::account::Account;
use crate::conformance::check::{Check, Checked, Stop, checks};
use crate::conformance::expect::{hold, same, texts};
use crate::conformance::kit::Kit;
use crate::conformance::requests::send_as;
use crate::conformance::stage::Stage;
use crate::conformance::user::User;
use crate::conformance::{asking, saying};

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    first_reply_again: "send twice under one client id" => "the first reply again, and one message";
    no_second_event: "send twice under one client id" => "one event";
    offline_reply_again: "send twice, the recipient logs in between" => "the first reply again: no event went out";
    first_text_stays: "send another text under the same client id" => "the first text stays";
    without_one: "send the same text twice without a client id" => "two messages";
    other_account: "send under another account's client id" => "a message of its own";
    other_ids: "send one text under two client ids" => "two messages";
    kept_after_deletion: "send, delete, send again under one client id" => "the first reply again, and no message";
    kept_after_account_deletion: "send, the recipient deletes the account, send again" => "the first reply again";
    kept_over_log_ins: "send, log out, log in, send again under one client id" => "the first reply again";
    kept_over_a_cut: "send, lose the connection, resume, send again" => "the first reply again, and one message";
    new_account_forgets: "send, create the account anew, send under the same client id" => "a message of its own";
    many_at_once: "send twenty times at once under one client id" => "twenty times one reply, and one message";
};

impl User {
    async fn send_as(&mut self, client_id: ClientId, to: &Account, text: &str) -> Checked<Sent> {
        self.sent(&send_as(client_id, &to.name, text)).await
    }
}

async fn first_reply_again(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let id = Kit::client_id();
    let first = alice.send_as(id, &bob.account, "once").await?;
    same(
        "the second reply",
        first,
        alice.send_as(id, &bob.account, "once").await?,
    )?;
    same("whether an event went out", true, first.delivered)?;
    bob.has_unread(&alice.name(), 1).await
}

async fn no_second_event(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let id = Kit::client_id();
    let first = alice.send_as(id, &bob.account, "once").await?;
    alice.send_as(id, &bob.account, "once").await?;
    same(
        "the message that came live",
        first.id,
        bob.message().await?.id,
    )?;
    bob.heard_nothing_else(&mut alice).await
}

async fn offline_reply_again(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = (stage.user("alice").await?, stage.created("bob").await?);
    let id = Kit::client_id();
    let first = alice.send_as(id, &bob.account, "once").await?;
    same("whether an event went out", false, first.delivered)?;
    bob.log_in().await?;
    same(
        "the second reply",
        first,
        alice.send_as(id, &bob.account, "once").await?,
    )?;
    bob.heard_nothing_else(&mut alice).await
}

async fn first_text_stays(stage: &mut Stage) -> Checked {
    let (mut alice, bob) = stage.two().await?;
    let id = Kit::client_id();
    let first = alice.send_as(id, &bob.account, "the first").await?;
    same(
        "the second reply",
        first,
        alice.send_as(id, &bob.account, "another").await?,
    )?;
    same(
        "the conversation",
        vec!["the first".to_owned()],
        texts(&alice.history(&bob.name()).await?),
    )
}

async fn without_one(stage: &mut Stage) -> Checked {
    saying::has(stage.kit.capabilities(), Part::MessageIds)?;
    let (mut alice, mut bob) = stage.two().await?;
    let first = alice.send(&bob.name(), "twice").await?.id;
    let second = alice.send(&bob.name(), "twice").await?.id;
    hold("another id than before", || first != second, &second)?;
    bob.has_unread(&alice.name(), 2).await
}

async fn other_account(stage: &mut Stage) -> Checked {
    let (mut alice, bob) = stage.two().await?;
    let mut carol = stage.user("carol").await?;
    let id = Kit::client_id();
    let first = alice.send_as(id, &bob.account, "of alice").await?;
    let other = carol.send_as(id, &bob.account, "of carol").await?;
    hold(
        "another id than the first",
        || first.id != other.id,
        &other.id,
    )?;
    same(
        "the conversation",
        vec!["of carol".to_owned()],
        texts(&carol.history(&bob.name()).await?),
    )
}

async fn other_ids(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    alice
        .send_as(Kit::client_id(), &bob.account, "twice")
        .await?;
    alice
        .send_as(Kit::client_id(), &bob.account, "twice")
        .await?;
    bob.has_unread(&alice.name(), 2).await
}

async fn kept_after_deletion(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let id = Kit::client_id();
    let first = alice.send_as(id, &bob.account, "once").await?;
    bob.delete(&[first.id]).await?;
    same(
        "the second reply",
        first,
        alice.send_as(id, &bob.account, "once").await?,
    )?;
    same(
        "the conversation",
        Vec::<String>::new(),
        texts(&alice.history(&bob.name()).await?),
    )?;
    bob.has_unread(&alice.name(), 0).await
}

async fn kept_after_account_deletion(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let id = Kit::client_id();
    let first = alice.send_as(id, &bob.account, "once").await?;
    bob.delete_account().await?;
    bob.create().await?;
    same(
        "the second reply",
        first,
        alice.send_as(id, &bob.account, "once").await?,
    )?;
    bob.logs_in_to(0).await
}

async fn kept_over_log_ins(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let id = Kit::client_id();
    let first = alice.send_as(id, &bob.account, "once").await?;
    alice.log_out().await?;
    alice.log_in().await?;
    same(
        "the second reply",
        first,
        alice.send_as(id, &bob.account, "once").await?,
    )?;
    bob.has_unread(&alice.name(), 1).await
}

async fn kept_over_a_cut(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let id = Kit::client_id();
    let first = alice.send_as(id, &bob.account, "once").await?;
    let mut alice = alice.reconnect().await?;
    alice.resume().await?;
    same(
        "the second reply",
        first,
        alice.send_as(id, &bob.account, "once").await?,
    )?;
    bob.has_unread(&alice.name(), 1).await
}

async fn new_account_forgets(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let id = Kit::client_id();
    let first = alice.send_as(id, &bob.account, "of the old one").await?;
    alice.delete_account().await?;
    alice.create().await?;
    alice.log_in().await?;
    let second = alice.send_as(id, &bob.account, "of the new one").await?;
    hold(
        "another id than the old account's",
        || first.id != second.id,
        &second.id,
    )?;
    bob.has_unread(&alice.name(), 1).await?;
    same(
        "what waits",
        vec!["of the new one".to_owned()],
        texts(&bob.read(1).await?),
    )
}

async fn many_at_once(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let (id, to) = (Kit::client_id(), bob.name());
    let answers = alice.ask_all(&vec![send_as(id, &to, "once"); 20]).await?;
    let mut replies = Vec::new();
    for answer in answers {
        let reply = answer.map_err(|refusal| {
            Stop::failed(format!("expected a reply, but it was refused: {refusal}"))
        })?;
        replies.push(asking::sent(reply)?);
    }
    let first = replies[0];
    hold(
        "twenty times one reply",
        || replies.iter().all(|&sent| sent == first),
        &replies,
    )?;
    bob.has_unread(&alice.name(), 1).await
}
