//! The dev journal's tests by hand.

use server_core::ErrorCode;
use server_core::chat::{Listing, Pushed, SignUp};
use server_core::message::{MessageId, Operation, Reply, Request};

use crate::conformance::check::{Check, Checked, Stop, checks};
use crate::conformance::expect::{same, texts};
use crate::conformance::requests::{delete, history, list, mark_read, read, send, undo};
use crate::conformance::saying;
use crate::conformance::stage::Stage;
use crate::transport::Carriage;

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    send_logged_out: "send while not logged in" => "error: not logged in, and nothing waits";
    log_out_logged_out: "log out while not logged in" => "error: not logged in";
    delete_account_logged_out: "delete the account while not logged in" => "error: not logged in, and it is still there";
    list_logged_out: "list accounts while not logged in" => "error: not logged in";
    unread_logged_out: "count unread messages while not logged in" => "error: not logged in";
    read_logged_out: "read while not logged in" => "error: not logged in";
    mark_logged_out: "mark as read while not logged in" => "error: not logged in";
    history_logged_out: "look at a conversation while not logged in" => "error: not logged in";
    delete_logged_out: "delete a message while not logged in" => "error: not logged in, and it is still there";
    undo_logged_out: "undo a deletion while not logged in" => "error: not logged in";
    register_logged_in: "register while logged in" => "success, and the session is the same";
    registering_does_not_log_in: "register, then ask" => "error: not logged in";
    log_in_logged_in: "log in while logged in" => "error: already logged in";
    other_log_in_logged_in: "log in as somebody else while logged in" => "error: already logged in";
    name_exists: "register a name that exists" => "error: account already exists, and the password is the old one";
    unknown_name: "log in under an unknown name" => "error: account doesn't exist";
    logged_in_name: "log in under a name that is logged in elsewhere" => "error: already logged in";
    delete_then_log_in: "delete the account, then log in" => "error: account doesn't exist";
    message_to_oneself: "send to oneself" => "it comes live, and waits";
    sender_deletes_account: "a message waits, its sender deletes the account" => "nothing waits";
    out_in_send: "log out, back in, send" => "success";
    talk_then_log_out: "two talk, one logs out" => "further messages wait";
    cut_client: "cut a client off (^C)" => "it comes back to what waits, with a new log-in or its token";
    separators: "send text with | and newlines" => "exactly that text";
};

async fn send_logged_out(stage: &mut Stage) -> Checked {
    let (mut alice, mut guest) = (stage.user("alice").await?, stage.created("guest").await?);
    guest
        .refused(&send(&alice.name(), "hello"), ErrorCode::NotLoggedIn)
        .await?;
    alice.has_unread(&guest.name(), 0).await
}

async fn log_out_logged_out(stage: &mut Stage) -> Checked {
    needs_session(stage, &Request::LogOut).await
}

async fn delete_account_logged_out(stage: &mut Stage) -> Checked {
    let mut guest = stage.created("guest").await?;
    guest
        .refused(&Request::DeleteAccount, ErrorCode::NotLoggedIn)
        .await?;
    guest.log_in().await.map(drop)
}

async fn list_logged_out(stage: &mut Stage) -> Checked {
    if stage.kit.capabilities().habits.listing == Listing::Anyone {
        return Err(Stop::skipped(
            "who is not logged in may list accounts in this format",
        ));
    }
    needs_session(stage, &list("*", 10)).await
}

async fn unread_logged_out(stage: &mut Stage) -> Checked {
    needs_session(stage, &Request::Unread).await
}

async fn read_logged_out(stage: &mut Stage) -> Checked {
    needs_session(stage, &read(1)).await
}

async fn mark_logged_out(stage: &mut Stage) -> Checked {
    let name = stage.name("guest");
    needs_session(stage, &mark_read(&name, MessageId(1))).await
}

async fn history_logged_out(stage: &mut Stage) -> Checked {
    let name = stage.name("guest");
    needs_session(stage, &history(&name, 1)).await
}

async fn delete_logged_out(stage: &mut Stage) -> Checked {
    let (mut alice, mut guest) = (stage.user("alice").await?, stage.created("guest").await?);
    let sent = alice.send(&guest.name(), "hello").await?;
    guest
        .refused(&delete(&[sent.id]), ErrorCode::NotLoggedIn)
        .await?;
    same(
        "the conversation",
        vec!["hello".to_owned()],
        texts(&alice.history(&guest.name()).await?),
    )
}

async fn undo_logged_out(stage: &mut Stage) -> Checked {
    needs_session(stage, &undo(&[MessageId(1)])).await
}

/// An account that is not logged in may not ask this.
async fn needs_session(stage: &mut Stage, request: &Request<'_>) -> Checked {
    let mut guest = stage.created("guest").await?;
    guest
        .refused(request, ErrorCode::NotLoggedIn)
        .await
        .map(drop)
}

async fn register_logged_in(stage: &mut Stage) -> Checked {
    saying::has_passwords(stage.kit.capabilities())?;
    let mut alice = stage.user("alice").await?;
    let created = stage.create_more(&mut alice, &["carol"]).await?;
    alice.send(&created[0], "hello").await?;
    let newest = alice.messages(&history(&created[0], 1)).await?;
    let from: Vec<_> = newest
        .iter()
        .map(|message| message.from.to_string())
        .collect();
    same("who sent the message", vec![alice.name()], from)
}

async fn registering_does_not_log_in(stage: &mut Stage) -> Checked {
    if stage.kit.capabilities().habits.sign_up == SignUp::Enters {
        return Err(Stop::skipped("who registers in this format is logged in"));
    }
    needs_session(stage, &send("nobody", "hello")).await
}

async fn log_in_logged_in(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    alice.log_in_refused(ErrorCode::AlreadyLoggedIn).await?;
    alice.is_logged_in().await
}

async fn other_log_in_logged_in(stage: &mut Stage) -> Checked {
    let (mut alice, bob) = (stage.user("alice").await?, stage.created("bob").await?);
    let answer = alice.try_log_in_as(&bob.account).await?;
    let answer = answer.map(|_| Reply::LogOut);
    alice.refusal("the log-in", ErrorCode::AlreadyLoggedIn, answer)?;
    alice.is_logged_in().await
}

async fn name_exists(stage: &mut Stage) -> Checked {
    let mut alice = stage.created("alice").await?;
    if !alice.capabilities.has_passwords() {
        let key = alice.account.key();
        let answer = alice.try_create().await?;
        alice.refusal("the second sign-up", ErrorCode::AccountExists, answer)?;
        alice.account.set_key(key);
        return alice.log_in().await.map(drop);
    }
    let (name, verifier) = (alice.name(), alice.kit.wrong_keys.verifier());
    let create = Request::CreateAccount {
        name: name.as_str().into(),
        verifier,
    };
    alice.refused(&create, ErrorCode::AccountExists).await?;
    alice.log_in().await.map(drop)
}

async fn unknown_name(stage: &mut Stage) -> Checked {
    stage
        .guest("nobody")
        .await?
        .log_in_refused(ErrorCode::NoSuchAccount)
        .await
}

async fn logged_in_name(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    for mut elsewhere in stage.crowd(&alice.account, 3).await? {
        elsewhere.log_in_refused(ErrorCode::AlreadyLoggedIn).await?;
    }
    alice.is_logged_in().await
}

async fn delete_then_log_in(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    alice.delete_account().await?;
    alice.log_in_refused(ErrorCode::NoSuchAccount).await
}

async fn message_to_oneself(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    let name = alice.name();
    let sent = alice.send(&name, "note to self").await?;
    sent.is_told()?;
    alice.hears(&sent).await?;
    alice.has_unread_of_live(&name, 1).await?;
    alice.reads_live(&name, &["note to self"]).await?;
    if !alice.says(Operation::History) {
        return Ok(());
    }
    same(
        "the conversation",
        vec!["note to self".to_owned()],
        texts(&alice.history(&name).await?),
    )
}

async fn sender_deletes_account(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = (stage.user("alice").await?, stage.created("bob").await?);
    alice.send(&bob.name(), "hello").await?;
    alice.delete_account().await?;
    bob.logs_in_to(0).await?;
    bob.has_unread(&alice.name(), 0).await?;
    if bob.says(Operation::Unread) {
        let waiting = bob.refused(&read(1), ErrorCode::NotEnoughUnread).await?;
        bob.detail("how many can be read", 0, waiting)?;
    }
    bob.refused(&send(&alice.name(), "hello?"), ErrorCode::NoSuchAccount)
        .await
        .map(drop)
}

async fn out_in_send(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    alice.log_out().await?;
    alice.log_in().await?;
    let sent = alice.send(&bob.name(), "back again").await?;
    sent.is_told()?;
    bob.hears(&sent).await
}

async fn talk_then_log_out(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    alice.send(&bob.name(), "hello").await?;
    let hello = bob.message().await?;
    if bob.says(Operation::MarkRead) {
        bob.mark_read(&alice.name(), hello.id).await?;
    } else {
        bob.reads_live(&alice.name(), &["hello"]).await?;
    }
    bob.send(&alice.name(), "hello yourself").await?;
    same(
        "the text that came live",
        "hello yourself",
        alice.message().await?.text.as_str(),
    )?;
    bob.log_out().await?;
    let sent = alice.send(&bob.name(), "still there?").await?;
    sent.is_kept()?;
    bob.logs_in_to(1).await?;
    same(
        "the messages",
        vec!["still there?".to_owned()],
        texts(&bob.read(1).await?),
    )
}

async fn cut_client(stage: &mut Stage) -> Checked {
    let (mut alice, bob) = stage.two().await?;
    let is_read = bob.capabilities.habits.pushed == Pushed::IsRead;
    if !is_read {
        alice.send(&bob.name(), "hello").await?;
    }
    let (mut bob, carriage) = bob.reconnect_over().await?;
    let waiting = u64::from(!is_read);
    match carriage {
        Carriage::Frames => match bob.log_in_when_free().await? {
            Ok(entry) => entry.holds(waiting)?,
            Err(refusal) => {
                let words = format!("expected to come back, but it was refused: {refusal}");
                return Err(Stop::failed(words));
            }
        },
        Carriage::Calls => same("what waits", waiting, bob.resume().await?)?,
    }
    alice.send(&bob.name(), "again").await?.is_told()
}

async fn separators(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let odd = ["a|b", "|", "a\nb", "\r\n", "{\"op\":\"log_out\"}\n", "\t"];
    let charset = stage.kit.capabilities().texts;
    for text in odd.into_iter().filter(|text| charset.has(text)) {
        alice.send(&bob.name(), text).await?;
        same(
            "the text that came live",
            text,
            bob.message().await?.text.as_str(),
        )?;
        bob.reads_live(&alice.name(), &[text]).await?;
    }
    Ok(())
}
