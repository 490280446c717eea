//! What differs by the rules of a format, where they are not this service's own: who is let in, what is handed over.

use server_core::ErrorCode;
use server_core::chat::{Accounts, Habits, Listing, Patterns, Pushed, SignUp, Waiting};
use server_core::message::{Reply, Request};

use crate::conformance::check::{Check, Checked, Stop, checks};
use crate::conformance::expect::{same, texts};
use crate::conformance::kit::Kit;
use crate::conformance::requests::list;
use crate::conformance::stage::Stage;
use crate::conformance::user::{User, wrong_reply};

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    handed_over: "two send to somebody offline, who logs in" => "what waits comes with the log-in, the oldest first";
    handed_over_once: "log in twice, with messages before and between" => "each log-in hands over what is new";
    told_is_not_handed_over: "hear of a message, log out, log in" => "it is not handed over: it was read";
    kept_from_others: "somebody else logs in while messages wait" => "nothing is handed over to them";
    signing_up_enters: "sign up, then send" => "accepted: who signs up is logged in";
    signed_up_twice: "sign up while logged in" => "error: already logged in";
    listed_logged_out: "list accounts while not logged in" => "success";
    expressions: "list by expressions" => "every name that has a match in it";
    bad_expressions: "list by what is no expression, or too large a one" => "error: pattern not allowed";
    slow_expression: "list by an expression that backtracking takes forever for" => "an answer";
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

async fn listed_logged_out(stage: &mut Stage) -> Checked {
    needs(
        habits(stage).listing == Listing::Anyone,
        "only who is logged in may list accounts in this format",
    )?;
    let alice = stage.user("alice").await?;
    let mut guest = stage.guest("guest").await?;
    let found = guest.list(&list(&alice.name(), 10)).await?;
    same("the page", (vec![alice.name()], false), found)
}

fn has_expressions(stage: &Stage) -> Checked {
    needs(
        habits(stage).patterns == Patterns::RegularExpressions,
        "patterns of this format are no regular expressions",
    )
}

/// The names that are listed by an expression as it is.
async fn listed(user: &mut User, expression: &str) -> Checked<Vec<String>> {
    match user.done(&list(expression, 10)).await? {
        Reply::ListAccounts { names, .. } => Ok(names.iter().map(ToString::to_string).collect()),
        other => Err(wrong_reply("list_accounts", &other)),
    }
}

async fn expressions(stage: &mut Stage) -> Checked {
    has_expressions(stage)?;
    let mut alice = stage.user("alice").await?;
    let names = stage
        .create_more(&mut alice, &["abc", "abbbc", "adc"])
        .await?;
    let own = stage.name("");
    for (expression, found) in [
        ("ab+c$", &names[..2]),
        ("a(b|d)c$", &[names[0].clone(), names[2].clone()]),
        ("a[^b]c$", &names[2..]),
    ] {
        let mut found = found.to_vec();
        found.sort_unstable();
        let came = listed(&mut alice, &format!("^{own}{expression}")).await?;
        same("the page", found, came)?;
    }
    Ok(())
}

async fn bad_expressions(stage: &mut Stage) -> Checked {
    has_expressions(stage)?;
    let mut alice = stage.user("alice").await?;
    for expression in ["(", "[a", "*", "a{3,1}", "(((a{99}){99}){99}){99}", "a\\"] {
        alice
            .refused(&list(expression, 10), ErrorCode::PatternNotAllowed)
            .await?;
    }
    Ok(())
}

async fn slow_expression(stage: &mut Stage) -> Checked {
    has_expressions(stage)?;
    let mut alice = stage.user("alice").await?;
    let label = "a".repeat(25);
    stage.create_more(&mut alice, &[&label]).await?;
    let came = listed(&mut alice, "^(a|aa|[a-z0-9-]+)+!$").await?;
    same("the page", Vec::new(), came)
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
