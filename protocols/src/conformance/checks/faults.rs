//! The faults that the notebook's authors met, so that they do not come back.

use futures_util::future::try_join_all;
use server_core::ErrorCode;
use server_core::chat::Pushed;
use server_core::message::Operation;

use crate::conformance::check::{Check, Checked, checks};
use crate::conformance::expect::{hold, same, texts};
use crate::conformance::requests::{read, send};
use crate::conformance::stage::Stage;
use crate::conformance::user::User;

/// How many connections are open at once.
const CONNECTIONS: usize = 64;

/// How many requests are sent at once.
const PIPELINED: usize = 200;

/// How many bytes of text a page may have here, so that it fits a frame whatever the server's longest text is.
const PAGE_MAX_BYTES: usize = 2 * 1024 * 1024;

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    large_page: "read a whole page of the longest texts at once" => "every text whole (large messages crashed the server)";
    silent_listener: "wait for a message without asking anything" => "it comes live (a blocking receive stopped live messages)";
    deleted_from_inbox: "delete a message that waits" => "it is in nobody's inbox (it stayed in the recipient's)";
    view_more: "read 1 of 5, then 2 more" => "2, not all (view more showed everything)";
    no_old_ids: "delete and create an account again" => "no old message id is left (they stayed behind)";
    shared_store: "eight connections ask the store at once, over and over" => "every answer is right (a shared SQLite connection failed)";
    many_connections: "open 64 connections at once" => "each is answered (descriptors ran out)";
    live_while_unread: "a message comes live while others wait" => "what waits keeps its order and number";
};

async fn large_page(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = (stage.user("alice").await?, stage.created("bob").await?);
    let alphabet = stage.kit.capabilities().texts.alphabet;
    let character = if alphabet.has('😀') { '😀' } else { 'x' };
    let text = stage.kit.longest_text(character);
    let count = (stage.kit.limits.page_max as usize)
        .min(PAGE_MAX_BYTES / text.len())
        .max(1);
    let to = bob.name();
    let requests = vec![send(&to, &text); count];
    for some in requests.chunks(PIPELINED) {
        for answer in alice.ask_all(some).await? {
            same(
                "the answer to send",
                Ok(()),
                answer.map(drop).map_err(|refusal| refusal.code),
            )?;
        }
    }
    let entry = bob.log_in().await?;
    if bob.says(Operation::Unread) {
        entry.holds(count as u64)?;
    }
    let messages = bob.read(u32::try_from(count).unwrap_or(u32::MAX)).await?;
    same("how many were read", count, messages.len())?;
    hold(
        "every text whole",
        || messages.iter().all(|message| message.text == text.as_str()),
        &messages,
    )?;
    if !alice.says(Operation::History) {
        return Ok(());
    }
    same(
        "how many are in the sender's history",
        count,
        alice.history(&to).await?.len(),
    )
}

async fn silent_listener(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let name = bob.name();
    let (heard, sent) = tokio::join!(bob.message(), alice.send(&name, "wake up"));
    let (sent, heard) = (sent?, heard?);
    hold("the message to come live", || sent.is(&heard), &heard)
}

async fn deleted_from_inbox(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let sent = alice.send(&bob.name(), "oops").await?;
    alice.delete(&[sent.id]).await?;
    bob.has_unread(&alice.name(), 0).await?;
    bob.refused(&read(1), ErrorCode::NotEnoughUnread).await?;
    same(
        "the recipient's history",
        Vec::<String>::new(),
        texts(&bob.history(&alice.name()).await?),
    )
}

async fn view_more(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = (stage.user("alice").await?, stage.created("bob").await?);
    for text in ["1", "2", "3", "4", "5"] {
        alice.send(&bob.name(), text).await?;
    }
    bob.log_in().await?;
    bob.can_read_in_parts()?;
    same(
        "the first",
        vec!["1".to_owned()],
        texts(&bob.read(1).await?),
    )?;
    same(
        "the next two",
        vec!["2".to_owned(), "3".to_owned()],
        texts(&bob.read(2).await?),
    )?;
    bob.has_unread(&alice.name(), 2).await
}

async fn no_old_ids(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let old = [
        alice.send(&bob.name(), "1").await?.id,
        bob.send(&alice.name(), "2").await?.id,
    ];
    bob.delete_account().await?;
    bob.create().await?;
    bob.log_in().await?;
    same(
        "what the old ids apply to",
        Vec::new(),
        bob.delete(&old).await?,
    )?;
    same(
        "what they apply to for the peer",
        Vec::new(),
        alice.delete(&old).await?,
    )?;
    let new = alice.send(&bob.name(), "3").await?.id;
    hold(
        "an id that was never used",
        || old.iter().all(|&id| id < new),
        &new,
    )?;
    same(
        "the conversation",
        vec!["3".to_owned()],
        texts(&bob.history(&alice.name()).await?),
    )
}

async fn shared_store(stage: &mut Stage) -> Checked {
    let mut users = Vec::new();
    for label in ["u0", "u1", "u2", "u3", "u4", "u5", "u6", "u7"] {
        users.push(stage.user(label).await?);
    }
    try_join_all(users.iter_mut().map(keeps_notes))
        .await
        .map(drop)
}

/// Writes to itself and looks at it, over and over.
async fn keeps_notes(user: &mut User) -> Checked {
    let name = user.name();
    for note in 0..10_u32 {
        user.send(&name, &note.to_string()).await?;
        user.message().await?;
        user.has_unread_of_live(&name, 1).await?;
        user.reads_live(&name, &[&note.to_string()]).await?;
        if !user.says(Operation::History) {
            continue;
        }
        same(
            "how many notes there are",
            note as usize + 1,
            user.history(&name).await?.len(),
        )?;
    }
    Ok(())
}

async fn many_connections(stage: &mut Stage) -> Checked {
    let guest = stage.guest("guest").await?;
    let mut crowd = stage.crowd(&guest.account, CONNECTIONS).await?;
    let answers = try_join_all(crowd.iter_mut().map(async |user| user.is_answered().await)).await?;
    same("how many were answered", CONNECTIONS, answers.len())
}

async fn live_while_unread(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = (stage.user("alice").await?, stage.created("bob").await?);
    for text in ["1", "2", "3"] {
        alice.send(&bob.name(), text).await?;
    }
    bob.log_in().await?;
    same(
        "the first",
        vec!["1".to_owned()],
        texts(&bob.read(1).await?),
    )?;
    alice.send(&bob.name(), "live").await?;
    same(
        "the text that came live",
        "live",
        bob.message().await?.text.as_str(),
    )?;
    bob.can_read_in_parts()?;
    let is_read = bob.capabilities.habits.pushed == Pushed::IsRead;
    bob.has_unread(&alice.name(), if is_read { 2 } else { 3 })
        .await?;
    same(
        "the next two",
        vec!["2".to_owned(), "3".to_owned()],
        texts(&bob.read(2).await?),
    )?;
    bob.reads_live(&alice.name(), &["live"]).await
}
