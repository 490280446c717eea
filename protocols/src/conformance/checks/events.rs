//! What a client is told unasked: to whom, when, in which order.

use server_core::Event;
use server_core::chat::{Pushed, Waiting};
use server_core::message::{Operation, Request};

use crate::capabilities::Part;
use crate::conformance::check::{Check, Checked, Stop, checks};
use crate::conformance::expect::{same, texts};
use crate::conformance::requests::list;
use crate::conformance::saying;
use crate::conformance::stage::Stage;
use crate::conformance::user::User;

/// How many messages one sender sends in a row.
const MANY: usize = 100;

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    online: "send to somebody online" => "an event goes out, and the reply says so";
    offline: "send to somebody offline" => "no event goes out, and the reply says so";
    only_new: "log in while a message waits" => "no event tells of what waited";
    not_the_sender: "send to somebody else" => "the sender is not told";
    not_others: "send to somebody" => "nobody else is told";
    still_unread: "hear of a message" => "it is still unread";
    in_order: "send a hundred messages in a row" => "they come live in that order";
    two_senders: "two send fifty messages each at once" => "each sender's come in order, none twice";
    to_oneself: "send ten messages to oneself in a row" => "they come live in that order";
    while_reading: "read what waits while messages come in" => "what waited is read first, and every event comes";
    among_replies: "ask and ask again while messages come in" => "every reply and every event comes";
    none_after_log_out: "log out on a connection that stays open" => "no event until the next log-in";
    next_session: "log out, somebody else logs in on the same connection" => "events of the new session alone";
    chat: "two talk in turn" => "each hears the other at once";
};

async fn online(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let sent = alice.send(&bob.name(), "hello").await?;
    sent.is_told()?;
    bob.hears(&sent).await
}

async fn offline(stage: &mut Stage) -> Checked {
    let (mut alice, bob) = (stage.user("alice").await?, stage.created("bob").await?);
    alice.send(&bob.name(), "hello").await?.is_kept()
}

async fn only_new(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = (stage.user("alice").await?, stage.created("bob").await?);
    alice.send(&bob.name(), "before").await?;
    bob.logs_in_to(1).await?;
    bob.heard_nothing_else(&mut alice).await
}

async fn not_the_sender(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    alice.send(&bob.name(), "hello").await?;
    alice.heard_nothing_else(&mut bob).await
}

async fn not_others(stage: &mut Stage) -> Checked {
    let (mut alice, bob) = stage.two().await?;
    let mut carol = stage.user("carol").await?;
    alice.send(&bob.name(), "hello").await?;
    carol.heard_nothing_else(&mut alice).await
}

async fn still_unread(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    alice.send(&bob.name(), "hello").await?;
    if bob.capabilities.habits.pushed == Pushed::IsRead {
        return Err(Stop::skipped("what is told in this format is read by that"));
    }
    same(
        "whether it was read, as the event says",
        false,
        bob.message().await?.read,
    )?;
    bob.has_unread(&alice.name(), 1).await?;
    bob.reads_live(&alice.name(), &["hello"]).await
}

/// Sends numbers from 0 in a row, waiting for each reply.
async fn count_to(user: &mut User, to: &str, count: usize) -> Checked {
    for number in 0..count {
        user.send(to, &number.to_string()).await?;
    }
    Ok(())
}

/// Hears numbers from 0 in a row.
async fn hears_count_to(user: &mut User, count: usize) -> Checked {
    for number in 0..count {
        same(
            "the next text",
            number.to_string(),
            user.message().await?.text.to_string(),
        )?;
    }
    Ok(())
}

async fn in_order(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let name = bob.name();
    let (sent, heard) = tokio::join!(
        count_to(&mut alice, &name, MANY),
        hears_count_to(&mut bob, MANY)
    );
    sent.and(heard)
}

async fn two_senders(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let mut carol = stage.user("carol").await?;
    let name = bob.name();
    let (of_alice, of_carol) = tokio::join!(
        count_to(&mut alice, &name, MANY / 2),
        count_to(&mut carol, &name, MANY / 2)
    );
    of_alice.and(of_carol)?;
    let (mut next_of_alice, mut next_of_carol) = (0, 0);
    for _ in 0..MANY {
        let message = bob.message().await?;
        let next = if message.from == alice.account.name.as_str() {
            &mut next_of_alice
        } else {
            &mut next_of_carol
        };
        same(
            "the next text of a sender",
            usize::to_string(next),
            message.text.to_string(),
        )?;
        *next += 1;
    }
    same(
        "how many came of each",
        (MANY / 2, MANY / 2),
        (next_of_alice, next_of_carol),
    )
}

async fn to_oneself(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    let name = alice.name();
    count_to(&mut alice, &name, 10).await?;
    hears_count_to(&mut alice, 10).await?;
    alice.has_unread_of_live(&name, 10).await
}

async fn while_reading(stage: &mut Stage) -> Checked {
    let capabilities = stage.kit.capabilities();
    if capabilities.habits.waiting == Waiting::Waits {
        saying::has(capabilities, Part::ReadLimit)?;
    }
    let (mut alice, mut bob) = (stage.user("alice").await?, stage.created("bob").await?);
    for text in ["first", "second", "third"] {
        alice.send(&bob.name(), text).await?;
    }
    bob.log_in().await?;
    let (name, from) = (bob.name(), alice.name());
    let reading = async {
        for expected in ["first", "second", "third"] {
            same(
                "the message",
                vec![expected.to_owned()],
                texts(&bob.read(1).await?),
            )?;
        }
        hears_count_to(&mut bob, 20).await
    };
    let (sent, read) = tokio::join!(count_to(&mut alice, &name, 20), reading);
    sent.and(read)?;
    bob.has_unread_of_live(&from, 20).await
}

async fn among_replies(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let name = bob.name();
    let question = if bob.says(Operation::Unread) {
        Request::Unread
    } else {
        list(&name, 10)
    };
    let asking = async {
        for _ in 0..20 {
            bob.done(&question).await?;
        }
        hears_count_to(&mut bob, 20).await
    };
    let (sent, heard) = tokio::join!(count_to(&mut alice, &name, 20), asking);
    sent.and(heard)
}

async fn none_after_log_out(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    bob.log_out().await?;
    let sent = alice.send(&bob.name(), "not live").await?;
    sent.is_kept()?;
    bob.log_in().await?;
    bob.heard_nothing_else(&mut alice).await
}

async fn next_session(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let carol = stage.create_more(&mut alice, &["carol"]).await?.remove(0);
    bob.log_out().await?;
    let entry = bob.try_log_in_as(&*stage.account(&carol)?).await?;
    same(
        "the log-in",
        Ok(()),
        entry.map(drop).map_err(|refusal| refusal.code),
    )?;
    alice.send(&bob.name(), "for bob").await?;
    let sent = alice.send(&carol, "for carol").await?;
    match bob.event().await? {
        Event::MessageReceived(message) if sent.is(&message) => {}
        other => {
            return Err(Stop::failed(format!(
                "expected the message for carol, but the event was {other:?}"
            )));
        }
    }
    bob.log_out().await
}

async fn chat(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    for turn in 0..10 {
        let sent = alice.send(&bob.name(), &format!("ping {turn}")).await?;
        bob.hears(&sent).await?;
        let sent = bob.send(&alice.name(), &format!("pong {turn}")).await?;
        alice.hears(&sent).await?;
    }
    Ok(())
}
