//! What a connection can do before anybody logs in, and how many requests it takes at once.

use server_core::ErrorCode;
use server_core::limits::PROTOCOL_VERSION;
use server_core::message::{Operation, Reply, Request};

use crate::conformance::check::{Check, Checked, Stop, checks};
use crate::conformance::expect::{hold, same, texts};
use crate::conformance::requests::{delete, list, mark_read, read, send};
use crate::conformance::stage::Stage;
use crate::conformance::user::wrong_reply;
use crate::conformance::{asking, saying};
use crate::transport::Carriage;

/// How many requests are sent at once; every server takes that many.
const PIPELINED: usize = 256;

/// How many messages are sent at once.
const SENT: usize = 64;

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    hello: "say hello" => "the server's version, and limits that can be kept";
    hello_again: "say hello twice" => "the same reply";
    other_version: "say hello in another version" => "error: unsupported version, with the server's";
    ping: "ping" => "a reply, without a log-in";
    many_pings: "256 pings at once" => "256 replies";
    answers_in_order: "requests of different kinds at once" => "each gets the reply to its own";
    effects_in_order: "send, count, read, count, log out, count at once" => "each sees what those before it did";
    many_sends: "64 messages at once" => "64 replies, and each comes live once";
    pipeline_after_refusal: "requests at once, some refused" => "each gets its own answer";
};

async fn hello(stage: &mut Stage) -> Checked {
    let mut guest = stage.guest("guest").await?;
    match guest
        .done(&Request::Hello {
            version: PROTOCOL_VERSION,
        })
        .await?
    {
        Reply::Hello {
            version,
            text_max_chars,
            page_max,
            ..
        } => {
            same("the version", PROTOCOL_VERSION, version)?;
            hold(
                "a longest text of at least 1 character",
                || text_max_chars > 0,
                &text_max_chars,
            )?;
            hold(
                "a longest page of at least 1 entry",
                || page_max > 0,
                &page_max,
            )
        }
        other => Err(wrong_reply("hello", &other)),
    }
}

async fn hello_again(stage: &mut Stage) -> Checked {
    let mut guest = stage.guest("guest").await?;
    let hello = Request::Hello {
        version: PROTOCOL_VERSION,
    };
    let first = guest.done(&hello).await?;
    same("the second reply", first, guest.done(&hello).await?)
}

async fn other_version(stage: &mut Stage) -> Checked {
    let mut guest = stage.guest("guest").await?;
    let hello = Request::Hello {
        version: PROTOCOL_VERSION + 1,
    };
    let version = guest.refused(&hello, ErrorCode::UnsupportedVersion).await?;
    guest.detail(
        "the version that the refusal names",
        u64::from(PROTOCOL_VERSION),
        version,
    )
}

async fn ping(stage: &mut Stage) -> Checked {
    let mut guest = stage.guest("guest").await?;
    same("the reply", Reply::Ping, guest.done(&Request::Ping).await?)
}

async fn many_pings(stage: &mut Stage) -> Checked {
    let mut guest = stage.guest("guest").await?;
    let answers = guest.ask_all(&vec![Request::Ping; PIPELINED]).await?;
    same("the replies", vec![Ok(Reply::Ping); PIPELINED], answers)
}

async fn answers_in_order(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    let name = alice.name();
    let id = alice.send(&name, "to myself").await?.id;
    let round = [
        Request::Ping,
        Request::Unread,
        delete(&[]),
        mark_read(&name, id),
        read_none(&name),
    ];
    let requests: Vec<_> = round
        .iter()
        .cloned()
        .cycle()
        .take(round.len() * 20)
        .collect();
    for (request, answer) in requests.iter().zip(alice.ask_all(&requests).await?) {
        let reply = answer
            .map(|reply| reply.operation())
            .map_err(|refusal| refusal.code);
        same("the kind of the reply", Ok(request.operation()), reply)?;
    }
    Ok(())
}

/// A request with a reply of its own kind that changes nothing.
fn read_none(name: &str) -> Request<'_> {
    Request::History {
        peer: name.into(),
        before: None,
        limit: 1,
    }
}

/// Calls that overlap have no order; otherwise messages keep theirs.
async fn many_sends(stage: &mut Stage) -> Checked {
    let carriage = stage.carriage().await?;
    let (mut alice, mut bob) = stage.two().await?;
    let name = bob.name();
    let mut expected: Vec<_> = (0..SENT).map(|number| format!("{number:02}")).collect();
    let requests: Vec<_> = expected.iter().map(|text| send(&name, text)).collect();
    for answer in alice.ask_all(&requests).await? {
        let reply =
            answer.map_err(|refusal| Stop::failed(format!("a send was refused: {refusal}")))?;
        asking::sent(reply)?;
    }
    let mut heard = Vec::new();
    for _ in 0..SENT {
        heard.push(bob.message().await?.text.to_string());
    }
    if carriage == Carriage::Calls {
        heard.sort_unstable();
        expected.sort_unstable();
    }
    same("the texts that came live", expected, heard)
}

async fn pipeline_after_refusal(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    let (name, nobody) = (alice.name(), stage.name("nobody"));
    let good = if alice.says(Operation::Ping) {
        Request::Ping
    } else {
        list(&name, 10)
    };
    let (bad, why) = if alice.says(Operation::Unread) {
        (read(0), ErrorCode::LimitNotAllowed)
    } else {
        (send(&nobody, "hello?"), ErrorCode::NoSuchAccount)
    };
    let (good_too, bad_too) = (good.clone(), bad.clone());
    let answers = alice
        .ask_all(&[good.clone(), bad, good_too, bad_too, good.clone()])
        .await?;
    for (place, answer) in answers.into_iter().enumerate() {
        if place % 2 == 1 {
            alice.refusal("the bad one", why, answer)?;
            continue;
        }
        let operation = answer
            .map(|reply| reply.operation())
            .map_err(|refusal| refusal.code);
        same("the kind of the reply", Ok(good.operation()), operation)?;
    }
    Ok(())
}

async fn effects_in_order(stage: &mut Stage) -> Checked {
    saying::says(stage.kit.capabilities(), Operation::Unread)?;
    if stage.carriage().await? == Carriage::Calls {
        return Err(Stop::skipped("calls that overlap have no order"));
    }
    let mut alice = stage.user("alice").await?;
    let name = alice.name();
    let [count, log_out] = [Request::Unread, Request::LogOut];
    let requests = [
        send(&name, "1"),
        count.clone(),
        read(1),
        count.clone(),
        log_out,
        count,
    ];
    let mut seen = Vec::new();
    for answer in alice.ask_all(&requests).await? {
        seen.push(match answer {
            Ok(Reply::Unread { counts }) => counts
                .iter()
                .map(|entry| entry.count)
                .sum::<u64>()
                .to_string(),
            Ok(Reply::Read { messages }) => format!("read {}", texts(&messages).concat()),
            Ok(other) => other.operation().name().to_owned(),
            Err(refusal) => refusal.code.name().to_owned(),
        });
    }
    alice.account.set_token(None);
    let expected = ["send", "1", "read 1", "0", "log_out", "not_logged_in"];
    same("the answers", expected.map(str::to_owned).to_vec(), seen)
}
