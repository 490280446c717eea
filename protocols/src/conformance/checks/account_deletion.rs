//! Deleting accounts with all that they sent and received.

use server_core::ErrorCode;
use server_core::message::{Event, Operation, Request};

use crate::conformance::check::{Check, Checked, Stop, checks};
use crate::conformance::expect::{hold, same, shown, texts};
use crate::conformance::requests::{history, read, send};
use crate::conformance::saying;
use crate::conformance::stage::Stage;
use crate::conformance::user::User;

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    takes_messages: "delete an account" => "what it sent and received is gone, read or unread";
    is_told: "delete an account while a peer is online" => "one event names the account";
    is_told_to_peers_alone: "delete an account" => "those without a conversation are not told";
    ends_session: "delete the account, then ask" => "error: not logged in";
    other_conversations: "delete an account" => "the peer's other conversations stay";
    with_notes: "delete an account that wrote to itself" => "success, and nothing is left";
    new_account_starts_empty: "create a deleted name again" => "nothing of the old account is there";
};

async fn takes_messages(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    alice.send(&bob.name(), "read").await?;
    bob.message().await?;
    bob.reads_live(&alice.name(), &["read"]).await?;
    alice.send(&bob.name(), "unread").await?;
    bob.send(&alice.name(), "received").await?;
    alice.delete_account().await?;
    bob.has_unread(&alice.name(), 0).await?;
    if bob.says(Operation::History) {
        bob.refused(&history(&alice.name(), 1), ErrorCode::NoSuchAccount)
            .await?;
    }
    bob.refused(&send(&alice.name(), "hello?"), ErrorCode::NoSuchAccount)
        .await?;
    bob.log_out().await?;
    bob.logs_in_to(0).await
}

async fn hears_account_deletion(user: &mut User, expected: &str) -> Checked {
    saying::tells_other_events(user.capabilities)?;
    match user.event().await? {
        Event::AccountDeleted { name } => same("the account of the event", expected, name.as_str()),
        other => Err(Stop::failed(format!(
            "expected a deleted account, but the event was {}",
            shown(&other)
        ))),
    }
}

async fn is_told(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let mut carol = stage.user("carol").await?;
    alice.send(&bob.name(), "hello").await?;
    alice.send(&bob.name(), "and again").await?;
    bob.message().await?;
    bob.message().await?;
    alice.delete_account().await?;
    hears_account_deletion(&mut bob, &alice.name()).await?;
    bob.heard_nothing_else(&mut carol).await
}

async fn is_told_to_peers_alone(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let mut carol = stage.user("carol").await?;
    bob.send(&alice.name(), "hello").await?;
    alice.delete_account().await?;
    carol.heard_nothing_else(&mut bob).await?;
    hears_account_deletion(&mut bob, &alice.name()).await
}

async fn ends_session(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    alice.delete_account().await?;
    let requests = [
        Request::Unread,
        Request::LogOut,
        Request::DeleteAccount,
        read(1),
    ];
    for request in alice.sayable(requests)? {
        alice.refused(&request, ErrorCode::NotLoggedIn).await?;
    }
    Ok(())
}

async fn other_conversations(stage: &mut Stage) -> Checked {
    let (mut alice, mut carol) = (stage.user("alice").await?, stage.user("carol").await?);
    let mut bob = stage.created("bob").await?;
    alice.send(&bob.name(), "of alice").await?;
    carol.send(&bob.name(), "of carol").await?;
    alice.delete_account().await?;
    bob.log_in().await?;
    bob.has_unread(&carol.name(), 1).await?;
    same(
        "the messages",
        vec!["of carol".to_owned()],
        texts(&bob.read(1).await?),
    )
}

async fn with_notes(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    let name = alice.name();
    alice.send(&name, "note to self").await?;
    alice.delete_account().await?;
    alice.create().await?;
    alice.logs_in_to(0).await?;
    same(
        "the conversation",
        Vec::<String>::new(),
        texts(&alice.history(&name).await?),
    )
}

async fn new_account_starts_empty(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let old = alice.send(&bob.name(), "before").await?.id;
    let received = bob.send(&alice.name(), "before, too").await?.id;
    alice.delete_account().await?;
    alice.create().await?;
    alice.logs_in_to(0).await?;
    same(
        "the new account's history",
        Vec::<String>::new(),
        texts(&alice.history(&bob.name()).await?),
    )?;
    same(
        "the peer's history",
        Vec::<String>::new(),
        texts(&bob.history(&alice.name()).await?),
    )?;
    same(
        "the old ids",
        Vec::new(),
        alice.delete(&[old, received]).await?,
    )?;
    let new = alice.send(&bob.name(), "after").await?.id;
    hold(
        "an id that was never used",
        || new > old && new > received,
        &new,
    )
}
