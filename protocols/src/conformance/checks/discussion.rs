//! The engineering discussion's tests: the same thing from many connections at once.

use futures_util::future::try_join_all;
use server_core::chat::Waiting;
use server_core::message::{Operation, Reply};
use server_core::{ErrorCode, Refusal};

use crate::conformance::check::{Check, Checked, Stop, checks};
use crate::conformance::expect::{hold, same, texts};
use crate::conformance::requests::send;
use crate::conformance::saying;
use crate::conformance::stage::Stage;
use crate::conformance::user::User;

/// How many connections want the same name.
const CROWD: usize = 12;

/// How many messages are accepted while an account is being deleted before something must be wrong.
const SENDS_MAX: usize = 10_000;

/// How many users talk to one another, and how often each says something to each.
const TALKERS: usize = 6;
const ROUNDS: usize = 5;

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    duplicate_creation: "create one name from twelve connections at once" => "exactly one succeeds";
    concurrent_log_ins: "log into one account from twelve connections at once" => "exactly one succeeds";
    unknown_recipient: "send to nobody" => "error: account doesn't exist";
    load: "six users send to one another at once" => "everything arrives once, each sender's in order";
    racing_deletion: "send while the recipient deletes the account" => "accepted or refused, and no message is left over";
    recipient_comes_back: "send while the recipient is deleted and created again" => "what was for the old account is not the new one's";
    users_in_turn: "one connection serves several users in turn" => "each finds what is theirs";
    server_has_it: "send to somebody offline" => "success: the server has it";
    waits_until_asked: "leave messages unread over three log-ins" => "they wait until asked for";
};

async fn duplicate_creation(stage: &mut Stage) -> Checked {
    let alice = stage.guest("alice").await?;
    let mut crowd = stage.crowd(&alice.account, CROWD).await?;
    let answers = try_join_all(crowd.iter_mut().map(User::try_create)).await?;
    one_of(
        CROWD,
        ErrorCode::AccountExists,
        answers.iter().map(|answer| answer.as_ref().map(drop)),
    )?;
    crowd[0].log_in().await.map(drop)
}

async fn concurrent_log_ins(stage: &mut Stage) -> Checked {
    let alice = stage.created("alice").await?;
    let mut crowd = stage.crowd(&alice.account, CROWD).await?;
    let answers = try_join_all(crowd.iter_mut().map(User::try_log_in)).await?;
    one_of(
        CROWD,
        ErrorCode::AlreadyLoggedIn,
        answers.iter().map(|answer| answer.as_ref().map(drop)),
    )
}

/// Of so many answers one is a success, and all others are refusals with this code.
fn one_of<'a>(
    count: usize,
    code: ErrorCode,
    answers: impl Iterator<Item = Result<(), &'a Refusal>>,
) -> Checked {
    let answers: Vec<_> = answers
        .map(|answer| answer.map_err(|refusal| refusal.code))
        .collect();
    same(
        "how many succeeded",
        1,
        answers.iter().filter(|answer| answer.is_ok()).count(),
    )?;
    let refused = answers
        .iter()
        .filter(|&&answer| answer == Err(code))
        .count();
    same("how many were refused as they should", count - 1, refused)
}

async fn unknown_recipient(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    let nobody = stage.name("nobody");
    alice
        .refused(&send(&nobody, "hello"), ErrorCode::NoSuchAccount)
        .await
        .map(drop)
}

async fn load(stage: &mut Stage) -> Checked {
    let mut users = Vec::new();
    for label in ["u0", "u1", "u2", "u3", "u4", "u5"] {
        users.push(stage.user(label).await?);
    }
    let names: Vec<_> = users.iter().map(User::name).collect();
    try_join_all(
        users
            .iter_mut()
            .enumerate()
            .map(|(at, user)| talk(user, at, &names)),
    )
    .await?;
    try_join_all(users.iter_mut().map(|user| listen(user, &names)))
        .await
        .map(drop)
}

/// Sends to everybody else, starting with the successor, over and over.
async fn talk(user: &mut User, at: usize, names: &[String]) -> Checked {
    for round in 0..ROUNDS {
        for step in 1..TALKERS {
            let sent = user
                .send(&names[(at + step) % TALKERS], &round.to_string())
                .await?;
            sent.is_told()?;
        }
    }
    Ok(())
}

/// Hears everybody else, each in order and nothing twice.
async fn listen(user: &mut User, names: &[String]) -> Checked {
    let mut heard = [0; TALKERS];
    for _ in 0..ROUNDS * (TALKERS - 1) {
        let message = user.message().await?;
        let from = names.iter().position(|name| message.from == name.as_str());
        let from = from.ok_or_else(|| {
            Stop::failed(format!(
                "expected a user, but {} sent something",
                message.from
            ))
        })?;
        same(
            "the next text of a sender",
            heard[from].to_string(),
            message.text.to_string(),
        )?;
        heard[from] += 1;
    }
    if !user.says(Operation::Unread) {
        return Ok(());
    }
    let unread: u64 = user.unread().await?.iter().map(|(_, count)| count).sum();
    same(
        "how many unread messages wait",
        (ROUNDS * (TALKERS - 1)) as u64,
        unread,
    )
}

async fn racing_deletion(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    for _ in 0..5 {
        let name = bob.name();
        let (sent, deleted) =
            tokio::join!(send_until_refused(&mut alice, &name), bob.delete_account());
        sent.and(deleted)?;
        bob.create().await?;
        bob.logs_in_to(0).await?;
        bob.has_unread(&alice.name(), 0).await?;
        if !bob.says(Operation::History) {
            continue;
        }
        same(
            "the new account's history",
            Vec::<String>::new(),
            texts(&bob.history(&alice.name()).await?),
        )?;
        same(
            "the sender's history",
            Vec::<String>::new(),
            texts(&alice.history(&name).await?),
        )?;
    }
    Ok(())
}

/// Sends until the recipient is gone.
async fn send_until_refused(user: &mut User, to: &str) -> Checked {
    for _ in 0..SENDS_MAX {
        if let Err(refusal) = user.ask(&send(to, "are you there?")).await? {
            return same("the refusal", ErrorCode::NoSuchAccount, refusal.code);
        }
        tokio::task::yield_now().await;
    }
    Err(Stop::failed(format!(
        "expected the recipient to be gone, but {SENDS_MAX} messages were accepted"
    )))
}

/// Whatever the sender was told, what the new account has is what was sent after it came to be.
async fn recipient_comes_back(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    saying::says(alice.capabilities, Operation::History)?;
    let name = bob.name();
    let requests = vec![send(&name, "for whoever is there"); 50];
    let coming_back = async {
        bob.delete_account().await?;
        bob.create().await?;
        bob.log_in().await
    };
    let (answers, unread_then) = tokio::join!(alice.ask_all(&requests), coming_back);
    let accepted: Vec<_> = answers?.into_iter().filter_map(Result::ok).collect();
    let ids: Vec<_> = accepted
        .iter()
        .filter_map(|reply| match reply {
            Reply::Send { id, .. } => Some(*id),
            _ => None,
        })
        .collect();
    let unread_then = unread_then?.unread.unwrap_or(0);
    let history = bob.history(&alice.name()).await?;
    hold(
        "only messages that were accepted",
        || history.iter().all(|message| ids.contains(&message.id)),
        &history,
    )?;
    hold(
        "at least what waited at the log-in",
        || history.len() as u64 >= unread_then,
        &history.len(),
    )?;
    same(
        "how many the sender sees",
        history.len(),
        alice.history(&name).await?.len(),
    )
}

async fn users_in_turn(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    let names = stage.create_more(&mut alice, &["bob", "carol"]).await?;
    alice.send(&names[0], "for bob").await?;
    alice.send(&names[1], "for carol").await?;
    alice.log_out().await?;
    for (name, text) in names.iter().zip(["for bob", "for carol"]) {
        let account = stage.account(name)?;
        match alice.try_log_in_as(&account).await? {
            Ok(entry) => entry.holds(1)?,
            Err(refusal) => {
                let words = format!("expected {name} to log in, but it was refused: {refusal}");
                return Err(Stop::failed(words));
            }
        }
        same(
            "what waits",
            vec![text.to_owned()],
            texts(&alice.read(1).await?),
        )?;
        alice.log_out().await?;
    }
    alice.logs_in_to(0).await
}

async fn server_has_it(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = (stage.user("alice").await?, stage.created("bob").await?);
    let sent = alice.send(&bob.name(), "when you are back").await?;
    sent.is_kept()?;
    if !alice.says(Operation::History) {
        bob.log_in().await?;
        let waiting = texts(&bob.read(1).await?);
        return same("what waits", vec!["when you are back".to_owned()], waiting);
    }
    same(
        "the conversation",
        vec!["when you are back".to_owned()],
        texts(&alice.history(&bob.name()).await?),
    )
}

async fn waits_until_asked(stage: &mut Stage) -> Checked {
    if stage.kit.capabilities().habits.waiting == Waiting::HandedOver {
        return Err(Stop::skipped(
            "what waits in this format is handed over at the log-in",
        ));
    }
    let (mut alice, mut bob) = (stage.user("alice").await?, stage.created("bob").await?);
    alice.send(&bob.name(), "one").await?;
    alice.send(&bob.name(), "two").await?;
    for _ in 0..3 {
        bob.logs_in_to(2).await?;
        bob.log_out().await?;
    }
    bob.log_in().await?;
    same(
        "the messages",
        vec!["one".to_owned(), "two".to_owned()],
        texts(&bob.read(2).await?),
    )
}
