//! What differs by the rules of a format, where they are not this service's own: who is let in, what is handed over.

use server_core::ErrorCode;
use server_core::chat::{Accounts, Habits, Pushed, SignUp, Waiting};
use server_core::message::{Reply, Request};

use crate::conformance::check::{Check, Checked, Stop, checks};
use crate::conformance::expect::{same, texts};
use crate::conformance::kit::Kit;
use crate::conformance::stage::Stage;
use crate::conformance::user::{User, wrong_reply};

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    handed_over: "two send to somebody offline, who logs in" => "what waits comes with the log-in, the oldest first";
    handed_over_once: "log in twice, with messages before and between" => "each log-in hands over what is new";
    told_is_not_handed_over: "hear of a message, log out, log in" => "it is not handed over: it was read";
    kept_from_others: "somebody else logs in while messages wait" => "nothing is handed over to them";
    signing_up_enters: "sign up, then send" => "accepted: who signs up is logged in";
    signed_up_twice: "sign up while logged in" => "error: already logged in";
    anybody_enters: "log in to somebody's account from elsewhere" => "success: there is nothing to prove";
    wrong_key: "log in with a key that nobody was given" => "error: incorrect password";
    other_key: "log in with the key of somebody else" => "error: incorrect password";
};

/// Skips a check whose habit the format does not have.
fn needs(has: bool, why_not: &str) -> Checked {
    if has {
        Ok(())
    } else {
        Err(Stop::skipped(why_not))
    }
}

fn habits(stage: &Stage) -> Habits {
    stage.kit.capabilities().habits
}

fn hands_over(stage: &Stage) -> Checked {
    needs(
        habits(stage).waiting == Waiting::HandedOver,
        "what waits in this format is asked for",
    )
}

/// Exactly this was handed over, and is looked at now.
fn was_handed(user: &mut User, expected: &[(&str, &str)]) -> Checked {
    let came: Vec<_> = user
        .inbox
        .drain(..)
        .map(|message| (message.from.to_string(), message.text.to_string()))
        .collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|&(from, text)| (from.to_owned(), text.to_owned()))
        .collect();
    same("what is handed over", expected, came)
}

async fn handed_over(stage: &mut Stage) -> Checked {
    hands_over(stage)?;
    let (mut alice, mut carol) = (stage.user("alice").await?, stage.user("carol").await?);
    let mut bob = stage.created("bob").await?;
    for turn in ["1", "2"] {
        alice.send(&bob.name(), turn).await?.is_kept()?;
        carol.send(&bob.name(), turn).await?.is_kept()?;
    }
    bob.log_in().await?;
    let (a, c) = (alice.name(), carol.name());
    was_handed(&mut bob, &[(&a, "1"), (&c, "1"), (&a, "2"), (&c, "2")])
}

async fn handed_over_once(stage: &mut Stage) -> Checked {
    hands_over(stage)?;
    let (mut alice, mut bob) = (stage.user("alice").await?, stage.created("bob").await?);
    let from = alice.name();
    for text in ["before", "between"] {
        alice.send(&bob.name(), text).await?;
        bob.log_in().await?;
        was_handed(&mut bob, &[(&from, text)])?;
        bob.log_out().await?;
        bob.log_in().await?;
        was_handed(&mut bob, &[])?;
        bob.log_out().await?;
    }
    Ok(())
}

async fn told_is_not_handed_over(stage: &mut Stage) -> Checked {
    needs(
        habits(stage).pushed == Pushed::IsRead,
        "what is told in this format is not read by that",
    )?;
    let (mut alice, mut bob) = stage.two().await?;
    let sent = alice.send(&bob.name(), "live").await?;
    bob.hears(&sent).await?;
    bob.log_out().await?;
    alice.send(&bob.name(), "later").await?;
    bob.log_in().await?;
    let waiting = bob.read(1).await?;
    same("what waits", vec!["later".to_owned()], texts(&waiting))?;
    bob.has_unread(&alice.name(), 0).await
}

async fn kept_from_others(stage: &mut Stage) -> Checked {
    hands_over(stage)?;
    let (mut alice, bob) = (stage.user("alice").await?, stage.created("bob").await?);
    alice.send(&bob.name(), "for bob").await?;
    let mut carol = stage.user("carol").await?;
    was_handed(&mut carol, &[])
}

fn enters(stage: &Stage) -> Checked {
    needs(
        habits(stage).sign_up == SignUp::Enters,
        "who signs up in this format is not logged in",
    )
}

/// Signs up on this connection, which is logged in afterwards.
async fn sign_up(user: &mut User) -> Checked {
    user.account.set_may_exist(true);
    let name = user.name();
    let request = Request::SignUp {
        name: name.as_str().into(),
    };
    match user.done(&request).await? {
        Reply::SignUp { key } => {
            user.account.set_key(key);
            Ok(())
        }
        other => Err(wrong_reply("sign_up", &other)),
    }
}

async fn signing_up_enters(stage: &mut Stage) -> Checked {
    enters(stage)?;
    let mut alice = stage.guest("alice").await?;
    sign_up(&mut alice).await?;
    alice.is_logged_in().await
}

async fn signed_up_twice(stage: &mut Stage) -> Checked {
    enters(stage)?;
    let mut alice = stage.guest("alice").await?;
    sign_up(&mut alice).await?;
    let other = stage.name("other");
    stage.reserve(&other).set_may_exist(true);
    let request = Request::SignUp {
        name: other.as_str().into(),
    };
    alice.refused(&request, ErrorCode::AlreadyLoggedIn).await?;
    alice.is_logged_in().await
}

async fn anybody_enters(stage: &mut Stage) -> Checked {
    needs(
        habits(stage).accounts == Accounts::Open,
        "accounts of this format have keys",
    )?;
    let mut alice = stage.user("alice").await?;
    alice.log_out().await?;
    let mut elsewhere = stage.again(&alice.account).await?;
    elsewhere.log_in().await?;
    elsewhere.is_logged_in().await
}

fn has_keys(stage: &Stage) -> Checked {
    needs(
        habits(stage).accounts == Accounts::Keys,
        "accounts of this format have no keys",
    )
}

async fn wrong_key(stage: &mut Stage) -> Checked {
    has_keys(stage)?;
    let mut alice = stage.created("alice").await?;
    let account = alice.account.clone();
    let answer = alice.enter(&account, Some(Kit::token())).await?;
    let answer = answer.map(|_| Reply::LogOut);
    alice.refusal("the wrong key", ErrorCode::IncorrectPassword, answer)?;
    alice.log_in().await.map(drop)
}

async fn other_key(stage: &mut Stage) -> Checked {
    has_keys(stage)?;
    let (mut alice, bob) = (stage.created("alice").await?, stage.created("bob").await?);
    let account = alice.account.clone();
    let answer = alice.enter(&account, bob.account.key()).await?;
    let answer = answer.map(|_| Reply::LogOut);
    alice
        .refusal("the key of another", ErrorCode::IncorrectPassword, answer)
        .map(drop)
}
