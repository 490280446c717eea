//! Taking deletions back within the grace period.

use server_core::ErrorCode;
use server_core::limits::IDS_MAX;
use server_core::message::{Event, MessageId, Operation};

use crate::conformance::check::{Check, Checked, Stop, checks};
use crate::conformance::expect::{same, shown, texts};
use crate::conformance::requests::undo;
use crate::conformance::saying;
use crate::conformance::stage::Stage;
use crate::conformance::user::User;

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    refused_when_off: "undo where deletions are final" => "error: undo is off, and the message stays deleted";
    comes_back: "undo a deletion" => "the message is back for both, in its place";
    by_recipient: "undo the recipient's own deletion of a message" => "the message is back for both";
    not_by_other: "undo the other party's deletion" => "it applies to none";
    not_by_stranger: "undo the deletion of others' message" => "it applies to none";
    other_party_is_told: "undo a deletion of two messages" => "one event names both to the other party";
    keeps_unread: "undo the deletion of an unread message" => "it waits again";
    keeps_read: "undo the deletion of a message that was read" => "it does not wait";
    twice: "undo a deletion twice" => "the second time it applies to none";
    never_deleted: "undo where nothing was deleted" => "it applies to none";
    order_of_ids: "undo a batch, one id named twice" => "the ids in the order asked, each once";
    deleted_again: "delete, undo, delete, undo" => "the message is back";
    too_many_ids: "name one message more than is allowed" => "error: too many ids, with the limit";
    not_after_account: "undo after the peer's account was deleted" => "it applies to none";
};

/// Two online, where deletions can be undone, and one message of these texts after the other from the first.
async fn undoing(stage: &mut Stage, messages: &[&str]) -> Checked<(User, User, Vec<MessageId>)> {
    saying::says(stage.kit.capabilities(), Operation::Undo)?;
    if stage.kit.limits.undo_grace_ms == 0 {
        return Err(Stop::skipped("deletions are final on this server"));
    }
    let (mut alice, mut bob) = stage.two().await?;
    let mut ids = Vec::new();
    for text in messages {
        ids.push(alice.send(&bob.name(), text).await?.id);
        bob.message().await?;
    }
    Ok((alice, bob, ids))
}

/// What both parties see of their conversation, newest first.
async fn both_see(alice: &mut User, bob: &mut User, expected: &str) -> Checked {
    same(
        "the sender's history",
        expected.to_owned(),
        texts(&alice.history(&bob.name()).await?).concat(),
    )?;
    same(
        "the recipient's history",
        expected.to_owned(),
        texts(&bob.history(&alice.name()).await?).concat(),
    )
}

async fn refused_when_off(stage: &mut Stage) -> Checked {
    saying::says(stage.kit.capabilities(), Operation::Undo)?;
    if stage.kit.limits.undo_grace_ms > 0 {
        return Err(Stop::skipped("deletions can be undone on this server"));
    }
    let (mut alice, bob) = stage.two().await?;
    let id = alice.send(&bob.name(), "1").await?.id;
    alice.delete(&[id]).await?;
    alice.refused(&undo(&[id]), ErrorCode::UndoOff).await?;
    same(
        "the conversation",
        Vec::<String>::new(),
        texts(&alice.history(&bob.name()).await?),
    )
}

async fn comes_back(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob, ids) = undoing(stage, &["1", "2", "3"]).await?;
    alice.delete(&ids[1..2]).await?;
    both_see(&mut alice, &mut bob, "31").await?;
    same(
        "the ids that it applied to",
        ids[1..2].to_vec(),
        alice.undo(&ids[1..2]).await?,
    )?;
    both_see(&mut alice, &mut bob, "321").await
}

async fn by_recipient(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob, ids) = undoing(stage, &["1"]).await?;
    bob.delete(&ids).await?;
    both_see(&mut alice, &mut bob, "").await?;
    same(
        "the ids that it applied to",
        ids.clone(),
        bob.undo(&ids).await?,
    )?;
    both_see(&mut alice, &mut bob, "1").await
}

async fn not_by_other(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob, ids) = undoing(stage, &["1"]).await?;
    alice.delete(&ids).await?;
    same(
        "the ids that it applied to",
        Vec::new(),
        bob.undo(&ids).await?,
    )?;
    both_see(&mut alice, &mut bob, "").await
}

async fn not_by_stranger(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob, ids) = undoing(stage, &["1"]).await?;
    let mut carol = stage.user("carol").await?;
    alice.delete(&ids).await?;
    same(
        "the ids that it applied to",
        Vec::new(),
        carol.undo(&ids).await?,
    )?;
    both_see(&mut alice, &mut bob, "").await
}

async fn other_party_is_told(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob, ids) = undoing(stage, &["1", "2"]).await?;
    alice.delete(&ids).await?;
    bob.event().await?;
    alice.undo(&ids).await?;
    match bob.event().await? {
        Event::MessagesRestored { ids: told } => same("the ids of the event", &*ids, &*told)?,
        other => {
            return Err(Stop::failed(format!(
                "expected restored messages, but the event was {}",
                shown(&other)
            )));
        }
    }
    bob.heard_nothing_else(&mut alice).await?;
    alice.heard_nothing_else(&mut bob).await
}

async fn keeps_unread(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob, ids) = undoing(stage, &["1", "2"]).await?;
    alice.delete(&ids[..1]).await?;
    bob.has_unread(&alice.name(), 1).await?;
    alice.undo(&ids[..1]).await?;
    bob.has_unread(&alice.name(), 2).await?;
    same(
        "the messages",
        vec!["1".to_owned(), "2".to_owned()],
        texts(&bob.read(2).await?),
    )
}

async fn keeps_read(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob, ids) = undoing(stage, &["1"]).await?;
    bob.read(1).await?;
    alice.delete(&ids).await?;
    alice.undo(&ids).await?;
    bob.has_unread(&alice.name(), 0).await?;
    let read: Vec<_> = alice
        .history(&bob.name())
        .await?
        .iter()
        .map(|message| message.read)
        .collect();
    same("whether it was read", vec![true], read)
}

async fn twice(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob, ids) = undoing(stage, &["1"]).await?;
    alice.delete(&ids).await?;
    alice.undo(&ids).await?;
    same(
        "the ids of the second time",
        Vec::new(),
        alice.undo(&ids).await?,
    )?;
    both_see(&mut alice, &mut bob, "1").await
}

async fn never_deleted(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob, mut ids) = undoing(stage, &["1"]).await?;
    ids.push(MessageId(u64::MAX));
    same(
        "the ids that it applied to",
        Vec::new(),
        alice.undo(&ids).await?,
    )?;
    both_see(&mut alice, &mut bob, "1").await
}

async fn order_of_ids(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob, ids) = undoing(stage, &["1", "2", "3"]).await?;
    alice.delete(&ids).await?;
    let asked = [ids[2], ids[0], ids[2]];
    same(
        "the ids that it applied to",
        vec![ids[2], ids[0]],
        alice.undo(&asked).await?,
    )?;
    both_see(&mut alice, &mut bob, "31").await
}

async fn deleted_again(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob, ids) = undoing(stage, &["1"]).await?;
    for _ in 0..2 {
        same(
            "the ids that were deleted",
            ids.clone(),
            alice.delete(&ids).await?,
        )?;
        both_see(&mut alice, &mut bob, "").await?;
        same(
            "the ids that came back",
            ids.clone(),
            alice.undo(&ids).await?,
        )?;
    }
    both_see(&mut alice, &mut bob, "1").await
}

async fn too_many_ids(stage: &mut Stage) -> Checked {
    let (mut alice, _bob, ids) = undoing(stage, &["1"]).await?;
    alice.delete(&ids).await?;
    let most = alice
        .refused(&undo(&vec![ids[0]; IDS_MAX + 1]), ErrorCode::TooManyIds)
        .await?;
    alice.detail("the limit that the refusal names", IDS_MAX as u64, most)?;
    let mut asked = vec![MessageId(u64::MAX); IDS_MAX];
    asked[0] = ids[0];
    same("the ids that it applied to", ids, alice.undo(&asked).await?)
}

async fn not_after_account(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob, ids) = undoing(stage, &["1"]).await?;
    alice.delete(&ids).await?;
    bob.delete_account().await?;
    bob.create().await?;
    same(
        "the ids that it applied to",
        Vec::new(),
        alice.undo(&ids).await?,
    )?;
    bob.log_in().await?;
    both_see(&mut alice, &mut bob, "").await
}
