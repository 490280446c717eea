//! Taking unread messages, counting them, marking them.

use server_core::ErrorCode;
use server_core::message::{MessageId, Operation};

use crate::capabilities::Part;
use crate::conformance::check::{Check, Checked, checks};
use crate::conformance::expect::{same, texts};
use crate::conformance::requests::{mark_read, read, read_from};
use crate::conformance::saying;
use crate::conformance::stage::Stage;
use crate::conformance::user::User;

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    read_zero: "read 0 messages" => "error: limit not allowed, with the longest page";
    read_past: "read more than a page has" => "error: limit not allowed";
    read_most: "read as many as a page has, with fewer there" => "error: not enough unread, with how many there are";
    read_too_many: "read one more than there are" => "error, and nothing is marked as read";
    read_in_parts: "read 2, then 1" => "the oldest first, each once";
    read_of_peer: "read from one peer" => "only that peer's, the others wait on";
    read_of_all: "read from all peers" => "the oldest of all";
    read_unknown_peer: "read from nobody" => "error: account doesn't exist";
    counts_by_peer: "count unread messages of two peers" => "both, in the order of their names";
    mark_some: "mark the first two of three as read" => "one waits";
    mark_nothing_else: "mark one peer's messages as read" => "the other peer's wait on";
    mark_unknown: "mark messages of nobody as read" => "error: account doesn't exist";
    sender_sees_read: "read a message" => "the sender sees that it was read";
    own_messages_are_not_unread: "send a message" => "it is not unread to its sender";
};

async fn waiting(stage: &mut Stage, waiting: &[&str]) -> Checked<(User, User)> {
    says_how_many(stage)?;
    let (mut alice, mut bob) = (stage.user("alice").await?, stage.created("bob").await?);
    for text in waiting {
        alice.send(&bob.name(), text).await?;
    }
    bob.log_in().await?;
    Ok((alice, bob))
}

async fn read_zero(stage: &mut Stage) -> Checked {
    let (_alice, mut bob) = waiting(stage, &["1"]).await?;
    let most = bob.refused(&read(0), ErrorCode::LimitNotAllowed).await?;
    bob.detail(
        "the limit that the refusal names",
        u64::from(stage.kit.limits.page_max),
        most,
    )
}

async fn read_past(stage: &mut Stage) -> Checked {
    let (_alice, mut bob) = waiting(stage, &["1"]).await?;
    for limit in [stage.kit.limits.page_max + 1, u32::MAX] {
        bob.refused(&read(limit), ErrorCode::LimitNotAllowed)
            .await?;
    }
    Ok(())
}

async fn read_most(stage: &mut Stage) -> Checked {
    let (_alice, mut bob) = waiting(stage, &["1", "2"]).await?;
    let waiting = bob
        .refused(&read(stage.kit.limits.page_max), ErrorCode::NotEnoughUnread)
        .await?;
    bob.detail("how many wait, as the refusal says", 2, waiting)
}

async fn read_too_many(stage: &mut Stage) -> Checked {
    let (alice, mut bob) = waiting(stage, &["1", "2"]).await?;
    bob.refused(&read(3), ErrorCode::NotEnoughUnread).await?;
    let of_peer = bob
        .refused(&read_from(&alice.name(), 3), ErrorCode::NotEnoughUnread)
        .await?;
    bob.detail("how many wait, as the refusal says", 2, of_peer)?;
    bob.has_unread(&alice.name(), 2).await
}

async fn read_in_parts(stage: &mut Stage) -> Checked {
    let (alice, mut bob) = waiting(stage, &["1", "2", "3"]).await?;
    same(
        "the first two",
        vec!["1".to_owned(), "2".to_owned()],
        texts(&bob.read(2).await?),
    )?;
    same(
        "the third",
        vec!["3".to_owned()],
        texts(&bob.read(1).await?),
    )?;
    bob.refused(&read(1), ErrorCode::NotEnoughUnread).await?;
    bob.has_unread(&alice.name(), 0).await
}

/// Whether a format can ask for some of what waits.
fn says_how_many(stage: &Stage) -> Checked {
    let capabilities = stage.kit.capabilities();
    saying::says(capabilities, Operation::Read)?;
    saying::has(capabilities, Part::ReadLimit)
}

async fn two_senders(stage: &mut Stage) -> Checked<[User; 3]> {
    let (mut alice, mut bob) = (stage.user("alice").await?, stage.created("bob").await?);
    let mut carol = stage.user("carol").await?;
    for turn in ["1", "2"] {
        alice.send(&bob.name(), &format!("a{turn}")).await?;
        carol.send(&bob.name(), &format!("c{turn}")).await?;
    }
    bob.log_in().await?;
    Ok([alice, bob, carol])
}

async fn read_of_peer(stage: &mut Stage) -> Checked {
    let [alice, mut bob, carol] = two_senders(stage).await?;
    let of_carol = bob.read_from(&carol.name(), 2).await?;
    same(
        "the messages",
        vec!["c1".to_owned(), "c2".to_owned()],
        texts(&of_carol),
    )?;
    bob.has_unread(&alice.name(), 2).await
}

async fn read_of_all(stage: &mut Stage) -> Checked {
    let [_alice, mut bob, _carol] = two_senders(stage).await?;
    let oldest = bob.read(3).await?;
    same(
        "the messages",
        vec!["a1".to_owned(), "c1".to_owned(), "a2".to_owned()],
        texts(&oldest),
    )
}

async fn read_unknown_peer(stage: &mut Stage) -> Checked {
    says_how_many(stage)?;
    let (mut alice, nobody) = (stage.user("alice").await?, stage.name("nobody"));
    alice
        .refused(&read_from(&nobody, 1), ErrorCode::NoSuchAccount)
        .await
        .map(drop)
}

async fn counts_by_peer(stage: &mut Stage) -> Checked {
    saying::says(stage.kit.capabilities(), Operation::Unread)?;
    let [mut alice, mut bob, carol] = two_senders(stage).await?;
    alice.send(&bob.name(), "a3").await?;
    same(
        "what waits",
        vec![(alice.name(), 3), (carol.name(), 2)],
        bob.unread().await?,
    )
}

async fn mark_some(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = waiting(stage, &["1", "2", "3"]).await?;
    let newest_first = alice.history(&bob.name()).await?;
    bob.mark_read(&alice.name(), newest_first[1].id).await?;
    bob.has_unread(&alice.name(), 1).await?;
    same(
        "what waits",
        vec!["3".to_owned()],
        texts(&bob.read(1).await?),
    )
}

async fn mark_nothing_else(stage: &mut Stage) -> Checked {
    let [alice, mut bob, carol] = two_senders(stage).await?;
    bob.mark_read(&carol.name(), MessageId(u64::from(u32::MAX)))
        .await?;
    bob.has_unread(&alice.name(), 2).await
}

async fn mark_unknown(stage: &mut Stage) -> Checked {
    let (mut alice, nobody) = (stage.user("alice").await?, stage.name("nobody"));
    alice
        .refused(&mark_read(&nobody, MessageId(1)), ErrorCode::NoSuchAccount)
        .await
        .map(drop)
}

async fn sender_sees_read(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = waiting(stage, &["1", "2"]).await?;
    bob.read(1).await?;
    let history = alice.history(&bob.name()).await?;
    let read: Vec<_> = history
        .iter()
        .map(|message| (message.text.as_str(), message.read))
        .collect();
    same("what was read", vec![("2", false), ("1", true)], read)
}

async fn own_messages_are_not_unread(stage: &mut Stage) -> Checked {
    let (mut alice, bob) = waiting(stage, &["1"]).await?;
    alice.has_unread(&bob.name(), 0).await?;
    alice
        .refused(&read(1), ErrorCode::NotEnoughUnread)
        .await
        .map(drop)
}
