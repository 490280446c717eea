//! Looking back in a conversation, and what a message looks like wherever it is seen.

use server_core::ErrorCode;
use server_core::message::{MessageId, Operation};

use crate::capabilities::Part;
use crate::conformance::check::{Check, Checked, checks};
use crate::conformance::expect::{hold, same, texts};
use crate::conformance::requests::{history, history_before, read};
use crate::conformance::saying;
use crate::conformance::stage::Stage;
use crate::conformance::user::User;

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    ids_grow: "send several messages" => "their ids grow";
    same_everywhere: "send a message" => "the event, the reading and both histories tell the same of it";
    history_newest_first: "look back in a conversation" => "both parties' messages, newest first";
    history_pages: "look back by twos" => "pages that join without gap or overlap";
    history_marks_nothing: "look back" => "nothing is marked as read";
    history_limits: "look back 0 and one more than a page has" => "error: limit not allowed";
    history_unknown: "look back with nobody" => "error: account doesn't exist";
    history_of_strangers: "look back with somebody who never wrote" => "empty";
    nobody_else_sees: "look back as somebody else" => "nothing of that conversation";
};

async fn ids_grow(stage: &mut Stage) -> Checked {
    saying::has(stage.kit.capabilities(), Part::MessageIds)?;
    let (mut alice, mut bob) = stage.two().await?;
    let mut last = MessageId(0);
    for _ in 0..3 {
        let there = alice.send(&bob.name(), "there").await?.id;
        let back = bob.send(&alice.name(), "and back").await?.id;
        hold(
            "growing ids",
            || last < there && there < back,
            &(last, there, back),
        )?;
        last = back;
    }
    Ok(())
}

async fn same_everywhere(stage: &mut Stage) -> Checked {
    saying::says(stage.kit.capabilities(), Operation::History)?;
    let (mut alice, mut bob) = stage.two().await?;
    let sent = alice.send(&bob.name(), "the same").await?;
    let told = bob.message().await?;
    same("the id of the event", sent.id, told.id)?;
    same("the sender", alice.name(), told.from.to_string())?;
    same("the recipient", bob.name(), told.to.to_string())?;
    same("whether it was read", false, told.read)?;
    hold(
        "a time of sending",
        || told.sent_at_ms > 0,
        &told.sent_at_ms,
    )?;
    same(
        "the sender's history",
        vec![told.clone()],
        alice.history(&bob.name()).await?,
    )?;
    same(
        "the recipient's history",
        vec![told.clone()],
        bob.history(&alice.name()).await?,
    )?;
    let taken = bob.read(1).await?;
    same(
        "the message that was read, and when it was sent",
        told.sent_at_ms,
        taken[0].sent_at_ms,
    )?;
    let read = taken
        .into_iter()
        .map(|message| (message.id, message.text, message.from, message.to))
        .collect();
    same(
        "the message that was read",
        vec![(told.id, told.text, told.from, told.to)],
        read,
    )
}

async fn waiting(stage: &mut Stage, waiting: &[&str]) -> Checked<(User, User)> {
    let (mut alice, mut bob) = (stage.user("alice").await?, stage.created("bob").await?);
    for text in waiting {
        alice.send(&bob.name(), text).await?;
    }
    bob.log_in().await?;
    Ok((alice, bob))
}

async fn conversation(stage: &mut Stage) -> Checked<(User, User)> {
    let (mut alice, mut bob) = stage.two().await?;
    alice.send(&bob.name(), "1").await?;
    bob.send(&alice.name(), "2").await?;
    alice.send(&bob.name(), "3").await?;
    bob.send(&alice.name(), "4").await?;
    alice.send(&bob.name(), "5").await?;
    Ok((alice, bob))
}

async fn history_newest_first(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = conversation(stage).await?;
    for (one, other) in [(&mut alice, bob.name()), (&mut bob, stage.name("alice"))] {
        same(
            "the conversation",
            "54321".to_owned(),
            texts(&one.history(&other).await?).concat(),
        )?;
    }
    Ok(())
}

async fn history_pages(stage: &mut Stage) -> Checked {
    let (mut alice, bob) = conversation(stage).await?;
    let (name, mut before, mut pages) = (bob.name(), None, Vec::new());
    // One page more than there are, which must be empty.
    for _ in 0..4 {
        let request = match before {
            Some(before) => history_before(&name, before, 2),
            None => history(&name, 2),
        };
        let page = alice.messages(&request).await?;
        before = page.last().map(|message| message.id).or(before);
        pages.push(texts(&page).concat());
    }
    let expected = ["54", "32", "1", ""].map(str::to_owned).to_vec();
    same("the pages", expected, pages)
}

async fn history_marks_nothing(stage: &mut Stage) -> Checked {
    let (alice, mut bob) = waiting(stage, &["1", "2"]).await?;
    let history = bob.history(&alice.name()).await?;
    hold(
        "nothing to be marked as read",
        || history.iter().all(|message| !message.read),
        &history,
    )?;
    bob.has_unread(&alice.name(), 2).await
}

async fn history_limits(stage: &mut Stage) -> Checked {
    let (mut alice, bob) = stage.two().await?;
    for limit in [0, stage.kit.limits.page_max + 1, u32::MAX] {
        alice
            .refused(&history(&bob.name(), limit), ErrorCode::LimitNotAllowed)
            .await?;
    }
    Ok(())
}

async fn history_unknown(stage: &mut Stage) -> Checked {
    let (mut alice, nobody) = (stage.user("alice").await?, stage.name("nobody"));
    alice
        .refused(&history(&nobody, 1), ErrorCode::NoSuchAccount)
        .await
        .map(drop)
}

async fn history_of_strangers(stage: &mut Stage) -> Checked {
    let (mut alice, bob) = stage.two().await?;
    same(
        "the conversation",
        Vec::<String>::new(),
        texts(&alice.history(&bob.name()).await?),
    )
}

async fn nobody_else_sees(stage: &mut Stage) -> Checked {
    let (alice, bob) = conversation(stage).await?;
    let mut carol = stage.user("carol").await?;
    for name in [alice.name(), bob.name()] {
        same(
            "the conversation",
            Vec::<String>::new(),
            texts(&carol.history(&name).await?),
        )?;
    }
    carol
        .refused(&read(1), ErrorCode::NotEnoughUnread)
        .await
        .map(drop)
}
