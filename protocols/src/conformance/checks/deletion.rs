//! Deleting messages for both parties.

use server_core::ErrorCode;
use server_core::limits::IDS_MAX;
use server_core::message::{Event, MessageId};

use crate::conformance::check::{Check, Checked, Stop, checks};
use crate::conformance::expect::{same, shown, texts};
use crate::conformance::requests::{delete, read};
use crate::conformance::stage::Stage;
use crate::conformance::user::User;

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    sender_deletes: "the sender deletes a message" => "gone for both";
    recipient_deletes: "the recipient deletes a message" => "gone for both";
    stranger_deletes: "somebody else deletes a message" => "it applies to none, and the message stays";
    batch: "delete several messages of both parties at once" => "gone for both, the others stay";
    order_of_ids: "delete messages, one of them named twice" => "the ids in the order asked, each once";
    unknown_ids: "delete messages that never were" => "it applies to none";
    deleted_twice: "delete a message twice" => "the second time it applies to none";
    no_ids: "delete no messages" => "it applies to none";
    most_ids: "name as many messages as are allowed" => "success";
    too_many_ids: "name one message more than is allowed" => "error: too many ids, with the limit";
    other_party_is_told: "delete two messages while the other party is online" => "one event names both";
    nobody_else_is_told: "delete a message" => "no event for the one who did it, none for others";
    each_party_is_told_its_own: "delete messages of two conversations at once" => "each other party is told its own";
    unread_is_not_counted: "delete an unread message" => "it is neither counted nor read";
};

async fn sender_deletes(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let id = alice.send(&bob.name(), "a mistake").await?.id;
    same(
        "the ids that it applied to",
        vec![id],
        alice.delete(&[id]).await?,
    )?;
    is_gone(&mut alice, &mut bob).await
}

async fn recipient_deletes(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let id = alice.send(&bob.name(), "unwelcome").await?.id;
    same(
        "the ids that it applied to",
        vec![id],
        bob.delete(&[id]).await?,
    )?;
    is_gone(&mut alice, &mut bob).await
}

/// Nothing of a conversation is left for either party.
async fn is_gone(alice: &mut User, bob: &mut User) -> Checked {
    same(
        "the sender's history",
        Vec::<String>::new(),
        texts(&alice.history(&bob.name()).await?),
    )?;
    same(
        "the recipient's history",
        Vec::<String>::new(),
        texts(&bob.history(&alice.name()).await?),
    )?;
    bob.has_unread(&alice.name(), 0).await
}

async fn stranger_deletes(stage: &mut Stage) -> Checked {
    let (mut alice, bob) = stage.two().await?;
    let mut carol = stage.user("carol").await?;
    let id = alice.send(&bob.name(), "none of your business").await?.id;
    same(
        "the ids that it applied to",
        Vec::new(),
        carol.delete(&[id]).await?,
    )?;
    same(
        "how many are left",
        1,
        alice.history(&bob.name()).await?.len(),
    )
}

async fn batch(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let first = alice.send(&bob.name(), "1").await?.id;
    alice.send(&bob.name(), "2").await?;
    let third = bob.send(&alice.name(), "3").await?.id;
    let fourth = alice.send(&bob.name(), "4").await?.id;
    let ids = vec![first, third, fourth];
    same(
        "the ids that it applied to",
        ids.clone(),
        bob.delete(&ids).await?,
    )?;
    same(
        "what is left",
        vec!["2".to_owned()],
        texts(&alice.history(&bob.name()).await?),
    )?;
    same(
        "what is left for the other",
        vec!["2".to_owned()],
        texts(&bob.history(&alice.name()).await?),
    )
}

async fn order_of_ids(stage: &mut Stage) -> Checked {
    let (mut alice, bob) = stage.two().await?;
    let first = alice.send(&bob.name(), "1").await?.id;
    let second = alice.send(&bob.name(), "2").await?.id;
    same(
        "the ids that it applied to",
        vec![second, first],
        alice.delete(&[second, first, second]).await?,
    )
}

async fn unknown_ids(stage: &mut Stage) -> Checked {
    let (mut alice, bob) = stage.two().await?;
    let known = alice.send(&bob.name(), "1").await?.id;
    let unknown = [MessageId(0), MessageId(1 << 40), MessageId(u64::MAX)];
    same(
        "the ids that it applied to",
        Vec::new(),
        alice.delete(&unknown).await?,
    )?;
    let mixed = [unknown[2], known, unknown[1]];
    same(
        "the ids that it applied to",
        vec![known],
        alice.delete(&mixed).await?,
    )
}

async fn deleted_twice(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let id = alice.send(&bob.name(), "1").await?.id;
    same(
        "the ids that it applied to",
        vec![id],
        alice.delete(&[id]).await?,
    )?;
    same(
        "the ids of the second time",
        Vec::new(),
        alice.delete(&[id]).await?,
    )?;
    same(
        "the ids of the other party's time",
        Vec::new(),
        bob.delete(&[id]).await?,
    )
}

async fn no_ids(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    same(
        "the ids that it applied to",
        Vec::new(),
        alice.delete(&[]).await?,
    )
}

async fn most_ids(stage: &mut Stage) -> Checked {
    let (mut alice, bob) = stage.two().await?;
    let id = alice.send(&bob.name(), "1").await?.id;
    let mut ids = vec![MessageId(u64::MAX); IDS_MAX];
    ids[IDS_MAX - 1] = id;
    same(
        "the ids that it applied to",
        vec![id],
        alice.delete(&ids).await?,
    )
}

async fn too_many_ids(stage: &mut Stage) -> Checked {
    let (mut alice, bob) = stage.two().await?;
    let id = alice.send(&bob.name(), "1").await?.id;
    let most = alice
        .refused(&delete(&vec![id; IDS_MAX + 1]), ErrorCode::TooManyIds)
        .await?;
    alice.detail("the limit that the refusal names", IDS_MAX as u64, most)?;
    same(
        "how many are left",
        1,
        alice.history(&bob.name()).await?.len(),
    )
}

async fn other_party_is_told(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let first = alice.send(&bob.name(), "1").await?.id;
    let second = alice.send(&bob.name(), "2").await?.id;
    bob.message().await?;
    bob.message().await?;
    alice.delete(&[first, second]).await?;
    hears_deletion(&mut bob, &[first, second]).await?;
    bob.heard_nothing_else(&mut alice).await
}

async fn hears_deletion(user: &mut User, expected: &[MessageId]) -> Checked {
    match user.event().await? {
        Event::MessagesDeleted { ids } => same("the ids of the event", expected, &*ids),
        other => Err(Stop::failed(format!(
            "expected deleted messages, but the event was {}",
            shown(&other)
        ))),
    }
}

async fn nobody_else_is_told(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let mut carol = stage.user("carol").await?;
    let id = alice.send(&bob.name(), "1").await?.id;
    alice.delete(&[id]).await?;
    alice.heard_nothing_else(&mut bob).await?;
    carol.heard_nothing_else(&mut alice).await
}

async fn each_party_is_told_its_own(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let mut carol = stage.user("carol").await?;
    let to_bob = alice.send(&bob.name(), "1").await?.id;
    let of_carol = carol.send(&alice.name(), "2").await?.id;
    bob.message().await?;
    same(
        "the ids that it applied to",
        vec![of_carol, to_bob],
        alice.delete(&[of_carol, to_bob]).await?,
    )?;
    hears_deletion(&mut bob, &[to_bob]).await?;
    hears_deletion(&mut carol, &[of_carol]).await?;
    bob.heard_nothing_else(&mut alice).await?;
    carol.heard_nothing_else(&mut alice).await
}

async fn unread_is_not_counted(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = (stage.user("alice").await?, stage.created("bob").await?);
    let first = alice.send(&bob.name(), "1").await?.id;
    alice.send(&bob.name(), "2").await?;
    alice.delete(&[first]).await?;
    bob.logs_in_to(1).await?;
    same(
        "how many can be read",
        1,
        bob.refused(&read(2), ErrorCode::NotEnoughUnread).await?,
    )?;
    same(
        "what waits",
        vec!["2".to_owned()],
        texts(&bob.read(1).await?),
    )
}
