//! A session that outlives its connection, and what ends it.

use server_core::ErrorCode;
use server_core::message::{Reply, Request};

use crate::conformance::check::{Check, Checked, Stop, checks};
use crate::conformance::expect::{hold, same, texts};
use crate::conformance::kit::Kit;
use crate::conformance::stage::Stage;
use crate::conformance::user::{BETWEEN_TRIES, User};
use crate::transport::Carriage;

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    after_a_cut: "lose the connection, resume" => "the same session, with what waits";
    goes_on: "resume, then use the session" => "it sends, receives, and logs out";
    unknown_token: "resume with a token that nobody was given" => "error: the session has ended";
    after_log_out: "log out, resume" => "error: the session has ended";
    after_deletion: "delete the account, resume" => "error: the session has ended";
    while_logged_in: "resume while logged in" => "error: already logged in";
    other_token_while_logged_in: "resume somebody else's session while logged in" => "error: already logged in";
    fresh_tokens: "log in twice" => "two different tokens";
    after_new_log_in: "lose the connection, log in anew, resume the old session" => "error: the session has ended";
    moves: "resume on a second connection while the first is open" => "events come to the second";
    offline_after_a_cut: "send to somebody whose connection was cut" => "in the end no event goes out, and everything waits";
    twice: "lose the connection and resume, three times" => "the same session each time";
};

async fn after_a_cut(stage: &mut Stage) -> Checked {
    let (mut alice, bob) = stage.two().await?;
    alice.send(&bob.name(), "hello").await?;
    let mut bob = bob.reconnect().await?;
    same(
        "the unread count that resuming gives",
        1,
        bob.resume().await?,
    )?;
    same(
        "what waits",
        vec!["hello".to_owned()],
        texts(&bob.read(1).await?),
    )
}

async fn goes_on(stage: &mut Stage) -> Checked {
    let (mut alice, bob) = stage.two().await?;
    let mut bob = bob.reconnect().await?;
    bob.resume().await?;
    let sent = alice.send(&bob.name(), "are you back?").await?;
    sent.is_told()?;
    bob.hears(&sent).await?;
    bob.send(&alice.name(), "yes").await?;
    same(
        "the text that came live",
        "yes",
        alice.message().await?.text.as_str(),
    )?;
    bob.log_out().await?;
    bob.log_in().await.map(drop)
}

async fn unknown_token(stage: &mut Stage) -> Checked {
    let mut guest = stage.created("guest").await?;
    guest
        .refused(
            &Request::Resume {
                token: Kit::token(),
            },
            ErrorCode::SessionEnded,
        )
        .await?;
    guest.log_in().await.map(drop)
}

async fn after_log_out(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    let token = alice.token()?;
    alice.log_out().await?;
    alice
        .refused(&Request::Resume { token }, ErrorCode::SessionEnded)
        .await?;
    let mut elsewhere = stage.again(&alice.account).await?;
    elsewhere
        .refused(&Request::Resume { token }, ErrorCode::SessionEnded)
        .await
        .map(drop)
}

async fn after_deletion(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    let token = alice.token()?;
    alice.delete_account().await?;
    alice.create().await?;
    let mut elsewhere = stage.again(&alice.account).await?;
    elsewhere
        .refused(&Request::Resume { token }, ErrorCode::SessionEnded)
        .await
        .map(drop)
}

async fn while_logged_in(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    let token = alice.token()?;
    alice
        .refused(&Request::Resume { token }, ErrorCode::AlreadyLoggedIn)
        .await?;
    alice.has_unread(&alice.name(), 0).await
}

async fn other_token_while_logged_in(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let token = alice.token()?;
    bob.refused(&Request::Resume { token }, ErrorCode::AlreadyLoggedIn)
        .await?;
    let sent = alice.send(&bob.name(), "each keeps their own").await?;
    bob.hears(&sent).await
}

async fn fresh_tokens(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    let first = alice.token()?;
    alice.log_out().await?;
    alice.log_in().await?;
    let second = alice.token()?;
    hold("another token than before", || first != second, &"the same")
}

async fn after_new_log_in(stage: &mut Stage) -> Checked {
    let alice = stage.user("alice").await?;
    let old = alice.token()?;
    let (mut alice, carriage) = alice.reconnect_over().await?;
    if carriage == Carriage::Calls {
        return Err(Stop::skipped(
            "over calls a session outlives its connection, so that nobody logs in anew",
        ));
    }
    let entry = alice.log_in_when_free().await?;
    same(
        "the log-in",
        Ok(()),
        entry.map(drop).map_err(|refusal| refusal.code),
    )?;
    let mut elsewhere = stage.again(&alice.account).await?;
    elsewhere
        .refused(&Request::Resume { token: old }, ErrorCode::SessionEnded)
        .await?;
    alice.has_unread(&alice.name(), 0).await
}

async fn moves(stage: &mut Stage) -> Checked {
    let (mut alice, bob) = stage.two().await?;
    let mut elsewhere = stage.again(&bob.account).await?;
    elsewhere.resume().await?;
    let sent = alice.send(&bob.name(), "where are you?").await?;
    sent.is_told()?;
    elsewhere.hears(&sent).await
}

/// The server notices a cut when it can; until then it says that events went out. Nothing is lost either way.
async fn offline_after_a_cut(stage: &mut Stage) -> Checked {
    let (mut alice, bob) = stage.two().await?;
    let (name, kit) = (bob.name(), bob.kit.clone());
    drop(bob.caller);
    let noticing = async {
        let mut count = 1;
        while alice.send(&name, "are you there?").await?.delivered {
            count += 1;
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
        Ok(count)
    };
    let count: u64 = kit.within("the server to notice a cut", noticing).await??;
    let mut bob = User::connect(bob.account, kit).await?;
    same(
        "the unread count that resuming gives",
        count,
        bob.resume().await?,
    )
}

async fn twice(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    let token = alice.token()?;
    for _ in 0..3 {
        alice = alice.reconnect().await?;
        same(
            "the reply",
            Reply::Resume { unread: 0 },
            alice.done(&Request::Resume { token }).await?,
        )?;
    }
    Ok(())
}
