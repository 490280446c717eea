//! The functional test of the notebook, step by step: each builds on those before.

use std::sync::Arc;

use server_core::message::{Event, Operation};
use server_core::{ErrorCode, Text};

use crate::capabilities::{OtherEvents, Part};
use crate::conformance::check::{Check, Checked, Stop, checks};
use crate::conformance::expect::{hold, same, shown, texts};
use crate::conformance::kit::Kit;
use crate::conformance::requests::{history, list, read, send};
use crate::conformance::stage::Stage;
use crate::conformance::{raw, saying};

const FIRST: &str = "TestUser1";
const SECOND: &str = "TestUser2";
const INJECTION: &str = "'); DROP TABLE messages; DELETE FROM accounts WHERE ('1'='1'; --";

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    create_first: "create TestUser1" => "success";
    create_first_again: "create TestUser1" => "error: account already exists";
    log_into_nobody: "log into TestUser2" => "error: user doesn't exist";
    create_second: "create TestUser2" => "success";
    log_in_with_hello: "log into TestUser2 with password \"hello\"" => "error: incorrect password";
    log_in_first: "log into TestUser1" => "success";
    log_in_second: "log into TestUser2" => "success";
    log_out_second: "log out of TestUser2" => "success";
    send_1: "TestUser1 sends TestUser2 \"1\" (who is offline)" => "accepted, waits for TestUser2";
    send_nothing: "TestUser1 sends TestUser2 \"\"" => "nothing is received";
    send_injection: "TestUser1 sends TestUser2 an SQL injection" => "exactly that string waits, nothing is executed";
    delete_injection: "TestUser1 deletes that message" => "success";
    send_too_long: "TestUser1 sends TestUser2 one character too many" => "error: message too long";
    send_2: "TestUser1 sends TestUser2 \"2\"" => "accepted";
    send_3: "TestUser1 sends TestUser2 \"3\"" => "accepted";
    log_in_second_again: "log into TestUser2" => "success";
    three_unread: "TestUser2 asks for its unread count" => "3";
    open_conversation: "TestUser2 opens the conversation with TestUser1" => "is asked how many to read";
    read_two: "TestUser2 reads 2" => "\"1\", then \"2\"";
    one_unread: "TestUser2 asks for its unread count" => "1";
    view_more: "TestUser2 asks to view more" => "is asked how many";
    read_five: "TestUser2 asks for 5" => "error: more than there are";
    read_a: "TestUser2 asks for 'a'" => "error: must be an integer";
    read_one: "TestUser2 reads 1" => "\"3\"";
    send_hello: "TestUser2 sends TestUser1 \"hello\" (both online)" => "success";
    hello_is_there: "TestUser1 opens the conversation with TestUser2" => "\"hello\" is there at once: it came live";
    delete_second: "delete TestUser2" => "success";
    no_conversation: "TestUser1 looks for the conversation with TestUser2" => "there is none";
    create_second_again: "create TestUser2 again" => "success";
    empty_history: "look at the history between the two" => "empty";
    delete_second_again: "delete TestUser2" => "success";
    delete_first: "delete TestUser1" => "success";
};

async fn create_first(stage: &mut Stage) -> Checked {
    let first = stage.created(FIRST).await?;
    stage.keep(FIRST, first);
    Ok(())
}

async fn create_first_again(stage: &mut Stage) -> Checked {
    let first = stage.kept(FIRST)?;
    let answer = first.try_create().await?;
    first
        .refusal("create_account", ErrorCode::AccountExists, answer)
        .map(drop)
}

async fn log_into_nobody(stage: &mut Stage) -> Checked {
    let mut second = stage.guest(SECOND).await?;
    second.log_in_refused(ErrorCode::NoSuchAccount).await?;
    stage.keep(SECOND, second);
    Ok(())
}

async fn create_second(stage: &mut Stage) -> Checked {
    stage.kept(SECOND)?.create().await
}

async fn log_in_with_hello(stage: &mut Stage) -> Checked {
    let second = stage.kept(SECOND)?;
    let keys = second.kit.wrong_keys.clone();
    let account = Arc::clone(&second.account);
    let code = if account.key().is_some() {
        let answer = second.enter(&account, Some(Kit::token())).await?;
        answer.map(drop).map_err(|refusal| refusal.code)
    } else {
        let answer = second.prove(&account.name, &keys).await?;
        answer.map(drop).map_err(|refusal| refusal.code)
    };
    same(
        "the answer to the log-in",
        Err(ErrorCode::IncorrectPassword),
        code,
    )
}

async fn log_in_first(stage: &mut Stage) -> Checked {
    stage.kept(FIRST)?.logs_in_to(0).await
}

async fn log_in_second(stage: &mut Stage) -> Checked {
    stage.kept(SECOND)?.logs_in_to(0).await
}

async fn log_out_second(stage: &mut Stage) -> Checked {
    stage.kept(SECOND)?.log_out().await
}

/// The first sends to the second, who is not there.
async fn send_waiting(stage: &mut Stage, text: &str) -> Checked {
    let to = stage.name(SECOND);
    let sent = stage.kept(FIRST)?.send(&to, text).await?;
    stage.sent.push(sent.id);
    sent.is_kept()
}

async fn send_1(stage: &mut Stage) -> Checked {
    send_waiting(stage, "1").await
}

async fn send_nothing(stage: &mut Stage) -> Checked {
    let to = stage.name(SECOND);
    let first = stage.kept(FIRST)?;
    first.refused(&send(&to, ""), ErrorCode::TextEmpty).await?;
    let history = first.history(&to).await?;
    same("what waits", vec!["1".to_owned()], texts(&history))
}

/// Where nothing can be deleted, it would be in the way of all steps to come.
async fn send_injection(stage: &mut Stage) -> Checked {
    saying::says(stage.kit.capabilities(), Operation::DeleteMessages)?;
    send_waiting(stage, INJECTION).await?;
    let (to, pattern) = (stage.name(SECOND), stage.name("*"));
    let first = stage.kept(FIRST)?;
    let history = first.history(&to).await?;
    same(
        "what waits",
        vec![INJECTION.to_owned(), "1".to_owned()],
        texts(&history),
    )?;
    let (names, _) = first.list(&list(&pattern, 10)).await?;
    same("the accounts", vec![first.name(), to], names)
}

async fn delete_injection(stage: &mut Stage) -> Checked {
    saying::says(stage.kit.capabilities(), Operation::DeleteMessages)?;
    let id = stage
        .sent
        .pop()
        .ok_or_else(|| Stop::failed("expected a message to delete, but it was not sent"))?;
    let to = stage.name(SECOND);
    let first = stage.kept(FIRST)?;
    same(
        "the ids that were deleted",
        vec![id],
        first.delete(&[id]).await?,
    )?;
    let history = first.history(&to).await?;
    same("what waits", vec!["1".to_owned()], texts(&history))
}

async fn send_too_long(stage: &mut Stage) -> Checked {
    let to = stage.name(SECOND);
    let most = stage.kit.limits.text_max_chars;
    let text = stage.kit.longest_text('x') + "x";
    let first = stage.kept(FIRST)?;
    let detail = first
        .refused(&send(&to, &text), ErrorCode::TextTooLong)
        .await?;
    first.detail("the limit that the refusal names", most.into(), detail)
}

async fn send_2(stage: &mut Stage) -> Checked {
    send_waiting(stage, "2").await
}

async fn send_3(stage: &mut Stage) -> Checked {
    send_waiting(stage, "3").await
}

async fn log_in_second_again(stage: &mut Stage) -> Checked {
    stage.kept(SECOND)?.logs_in_to(3).await
}

async fn three_unread(stage: &mut Stage) -> Checked {
    counts(stage, 3).await
}

/// Looking at a conversation hands out nothing unread as read: the number is the reader's to say, and none is none.
async fn open_conversation(stage: &mut Stage) -> Checked {
    let from = stage.name(FIRST);
    let second = stage.kept(SECOND)?;
    let history = second.messages(&history(&from, 3)).await?;
    hold(
        "nothing to be marked as read",
        || history.iter().all(|message| !message.read),
        &history,
    )?;
    second.refused(&read(0), ErrorCode::LimitNotAllowed).await?;
    second.has_unread(&from, 3).await
}

async fn read_two(stage: &mut Stage) -> Checked {
    let messages = stage.kept(SECOND)?.read(2).await?;
    same(
        "the messages",
        vec!["1".to_owned(), "2".to_owned()],
        texts(&messages),
    )?;
    if !stage.kit.capabilities().has(Part::MessageIds) {
        return Ok(());
    }
    let ids: Vec<_> = messages.iter().map(|message| message.id).collect();
    same(
        "their ids",
        stage.sent[..stage.sent.len().min(2)].to_vec(),
        ids,
    )
}

async fn one_unread(stage: &mut Stage) -> Checked {
    counts(stage, 1).await
}

/// The second asks how many messages of the first wait.
async fn counts(stage: &mut Stage, count: u64) -> Checked {
    saying::says(stage.kit.capabilities(), Operation::Unread)?;
    let from = stage.name(FIRST);
    stage.kept(SECOND)?.has_unread(&from, count).await
}

async fn view_more(stage: &mut Stage) -> Checked {
    let from = stage.name(FIRST);
    let second = stage.kept(SECOND)?;
    second.can_read_in_parts()?;
    second.refused(&read(0), ErrorCode::LimitNotAllowed).await?;
    if !second.says(Operation::Unread) {
        return Ok(());
    }
    second.has_unread(&from, 1).await
}

async fn read_five(stage: &mut Stage) -> Checked {
    let second = stage.kept(SECOND)?;
    second.can_read_in_parts()?;
    let waiting = second.refused(&read(5), ErrorCode::NotEnoughUnread).await?;
    second.detail("how many wait, as the refusal says", 1, waiting)
}

async fn read_a(stage: &mut Stage) -> Checked {
    let from = stage.name(FIRST);
    let second = stage.kept(SECOND)?;
    second.can_read_in_parts()?;
    let frames = raw::frames(&*second.account.door)?;
    let read_a_messages = frames
        .read_a_messages
        .ok_or_else(|| Stop::skipped("this format has no room for how many messages to read"))?;
    let answer = second.ask_raw(read_a_messages).await?;
    second.refusal("read 'a' messages", ErrorCode::Malformed, answer)?;
    second.has_unread(&from, 1).await
}

async fn read_one(stage: &mut Stage) -> Checked {
    let messages = stage.kept(SECOND)?.read(1).await?;
    same("the messages", vec!["3".to_owned()], texts(&messages))
}

async fn send_hello(stage: &mut Stage) -> Checked {
    let to = stage.name(FIRST);
    let sent = stage.kept(SECOND)?.send(&to, "hello").await?;
    stage.sent.push(sent.id);
    sent.is_told()
}

/// The client marks what it showed live, so that nothing is left to be asked for.
async fn hello_is_there(stage: &mut Stage) -> Checked {
    let from = stage.name(SECOND);
    let first = stage.kept(FIRST)?;
    let message = first.message().await?;
    same("the text that came live", "hello", message.text.as_str())?;
    if first.says(Operation::MarkRead) {
        first.mark_read(&from, message.id).await?;
        first.has_unread(&from, 0).await?;
    }
    if !first.says(Operation::History) {
        return first.has_unread_of_live(&from, 1).await;
    }
    let newest = first.messages(&history(&from, 1)).await?;
    same(
        "the newest of the conversation",
        vec!["hello".to_owned()],
        texts(&newest),
    )
}

async fn delete_second(stage: &mut Stage) -> Checked {
    stage.kept(SECOND)?.delete_account().await
}

async fn no_conversation(stage: &mut Stage) -> Checked {
    let gone = stage.name(SECOND);
    let first = stage.kept(FIRST)?;
    if first.capabilities.other_events == OtherEvents::LeftOut {
        return first
            .refused(&send(&gone, "are you there?"), ErrorCode::NoSuchAccount)
            .await
            .map(drop);
    }
    match first.event().await? {
        Event::AccountDeleted { name } => same(
            "the account that is gone",
            &Text::from(gone.as_str()),
            &name,
        )?,
        other => {
            return Err(Stop::failed(format!(
                "expected the account's end, but the event was {}",
                shown(&other)
            )));
        }
    }
    first
        .refused(&history(&gone, 1), ErrorCode::NoSuchAccount)
        .await?;
    first.has_unread(&gone, 0).await
}

async fn create_second_again(stage: &mut Stage) -> Checked {
    stage.kept(SECOND)?.create().await
}

async fn empty_history(stage: &mut Stage) -> Checked {
    let (first, second) = (stage.name(FIRST), stage.name(SECOND));
    stage.kept(SECOND)?.logs_in_to(0).await?;
    let history = stage.kept(FIRST)?.history(&second).await?;
    same("what TestUser1 sees", Vec::<String>::new(), texts(&history))?;
    let again = stage.kept(SECOND)?;
    let history = again.history(&first).await?;
    same("what TestUser2 sees", Vec::<String>::new(), texts(&history))
}

async fn delete_second_again(stage: &mut Stage) -> Checked {
    stage.kept(SECOND)?.delete_account().await
}

async fn delete_first(stage: &mut Stage) -> Checked {
    stage.kept(FIRST)?.delete_account().await
}
