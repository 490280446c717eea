//! Bytes as no typed client sends them: cut, joined, wrong inside a frame, wrong at its boundary.

use server_core::chat::Accounts;
use server_core::limits::{PROTOCOL_VERSION, REQUEST_MAX_BYTES};
use server_core::message::{Operation, Reply, Request};
use server_core::{ErrorCode, FromServer};

use crate::capabilities::Part;
use crate::conformance::check::{Check, Checked, Stop, checks};
use crate::conformance::expect::{hold, same};
use crate::conformance::kit::Kit;
use crate::conformance::raw::{self, RawConnection, RawFrames};
use crate::conformance::requests::send;
use crate::conformance::stage::Stage;
use crate::conformance::target::Door;

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    byte_by_byte: "send requests a byte at a time" => "the same replies";
    joined: "send requests in one piece" => "the same replies";
    cut_and_joined: "send requests in pieces that begin and end within frames" => "the same replies";
    wrong_type: "read 'a' messages" => "error: malformed, and the connection goes on";
    nonsense: "send a frame of nonsense" => "error: malformed, and the connection goes on";
    unknown_operation: "ask for what the format does not have" => "error: malformed, and the connection goes on";
    missing_field: "send a request that ends before its last field" => "error: malformed, and the connection goes on";
    trailing_bytes: "send a request that goes on behind its last field" => "error: malformed, and the connection goes on";
    not_utf8: "send a text that is not UTF-8" => "error: malformed, and the connection goes on";
    unknown_field: "send a request with an unknown field" => "the field is ignored";
    among_good_ones: "send good, bad, good in one piece" => "reply, error, reply, in that order";
    session_goes_on: "send wrong frames while logged in" => "the session is as it was";
    oversize: "send a frame longer than a server accepts" => "error: frame refused, with the limit; then the connection closes";
    no_boundary: "send a frame whose boundary is lost" => "error: frame refused; then the connection closes";
    no_client: "connect with something that is no client" => "error: frame refused; then the connection closes";
    other_version: "connect with a client of another version" => "error: unsupported version, with the server's";
    others_go_on: "break off in the middle of a frame" => "other connections go on";
};

/// A connection that has said hello, and its format's wrong frames.
async fn open(stage: &mut Stage) -> Checked<(RawConnection, &'static RawFrames)> {
    let door = stage.first_door();
    let mut connection = RawConnection::open(door, &stage.kit).await?;
    let frames = raw::frames(door)?;
    if door.capabilities().says(Operation::Hello) {
        for hello in raw::encoded(door, &[HELLO])? {
            connection.write(&hello).await;
        }
        says_hello(&mut connection).await?;
    }
    Ok((connection, frames))
}

/// What each connection begins with.
fn greeting(door: &dyn Door) -> Option<Request<'static>> {
    door.capabilities().says(Operation::Hello).then_some(HELLO)
}

/// The frame of a request behind the greeting that is answered without a session, and changes nothing.
fn probe(stage: &Stage) -> Checked<Vec<u8>> {
    let door = stage.first_door();
    let nobody = stage.name("nobody");
    let request = if door.capabilities().says(Operation::Ping) {
        Request::Ping
    } else {
        Request::Enter {
            name: nobody.as_str().into(),
            key: Some(Kit::token()).filter(|_| has_keys(door)),
        }
    };
    let requests: Vec<_> = greeting(door).into_iter().chain([request]).collect();
    let last = raw::encoded(door, &requests)?.pop();
    last.ok_or_else(|| Stop::failed("expected a frame, but nothing was encoded"))
}

fn has_keys(door: &dyn Door) -> bool {
    door.capabilities().habits.accounts == Accounts::Keys
}

/// The answer to a probe.
async fn probed(connection: &mut RawConnection) -> Checked {
    if connection.capabilities.says(Operation::Ping) {
        return connection.replies(Reply::Ping).await;
    }
    connection.refuses(ErrorCode::NoSuchAccount).await.map(drop)
}

const HELLO: Request<'static> = Request::Hello {
    version: PROTOCOL_VERSION,
};

async fn says_hello(connection: &mut RawConnection) -> Checked {
    let answer = connection.answer().await?;
    let said = matches!(answer, FromServer::Reply(Reply::Hello { .. }));
    hold("a reply to hello", || said, &answer)
}

/// What the whole of some requests is answered, however they were cut.
async fn answers_the_same(stage: &mut Stage, cut: fn(&[u8]) -> Vec<&[u8]>) -> Checked {
    let door = stage.first_door();
    let mut connection = RawConnection::open(door, &stage.kit).await?;
    if greeting(door).is_none() {
        let probes = probe(stage)?.repeat(5);
        for piece in cut(&probes) {
            connection.write(piece).await;
        }
        for _ in 0..5 {
            probed(&mut connection).await?;
        }
        return Ok(());
    }
    let somebody = stage.name("somebody");
    let start = Request::LogInStart {
        name: somebody.as_str().into(),
        client_nonce: Kit::nonce(),
    };
    let requests = [
        HELLO,
        Request::Ping,
        send(&somebody, "text of some length: äöü 😀"),
        start,
        Request::Ping,
    ];
    for piece in cut(&raw::encoded(door, &requests)?.concat()) {
        connection.write(piece).await;
    }
    says_hello(&mut connection).await?;
    connection.replies(Reply::Ping).await?;
    connection.refuses(ErrorCode::NotLoggedIn).await?;
    connection.refuses(ErrorCode::NoSuchAccount).await?;
    connection.replies(Reply::Ping).await
}

async fn byte_by_byte(stage: &mut Stage) -> Checked {
    answers_the_same(stage, |bytes| bytes.chunks(1).collect()).await
}

async fn joined(stage: &mut Stage) -> Checked {
    answers_the_same(stage, |bytes| vec![bytes]).await
}

async fn cut_and_joined(stage: &mut Stage) -> Checked {
    answers_the_same(stage, |bytes| bytes.chunks(7).collect()).await
}

/// A wrong frame is told so, and the next request is answered.
async fn is_malformed(stage: &mut Stage, wrong: fn(&RawFrames) -> &'static [u8]) -> Checked {
    let (mut connection, frames) = open(stage).await?;
    connection.write(wrong(frames)).await;
    connection.refuses(ErrorCode::Malformed).await?;
    goes_on(stage, &mut connection).await
}

async fn goes_on(stage: &mut Stage, connection: &mut RawConnection) -> Checked {
    connection.write(&probe(stage)?).await;
    probed(connection).await
}

async fn wrong_type(stage: &mut Stage) -> Checked {
    let (mut connection, frames) = open(stage).await?;
    let wrong = asked(frames.read_a_messages, "how many messages to read")?;
    connection.write(wrong).await;
    connection.refuses(ErrorCode::Malformed).await?;
    goes_on(stage, &mut connection).await
}

async fn nonsense(stage: &mut Stage) -> Checked {
    is_malformed(stage, |frames| frames.nonsense).await
}

async fn unknown_operation(stage: &mut Stage) -> Checked {
    is_malformed(stage, |frames| frames.unknown_operation).await
}

async fn missing_field(stage: &mut Stage) -> Checked {
    is_malformed(stage, |frames| frames.missing_field).await
}

async fn trailing_bytes(stage: &mut Stage) -> Checked {
    let (mut connection, frames) = open(stage).await?;
    let wrong = asked(frames.trailing_bytes, "anything behind its last field")?;
    connection.write(wrong).await;
    connection.refuses(ErrorCode::Malformed).await?;
    goes_on(stage, &mut connection).await
}

async fn not_utf8(stage: &mut Stage) -> Checked {
    is_malformed(stage, |frames| frames.not_utf8).await
}

async fn unknown_field(stage: &mut Stage) -> Checked {
    let (mut connection, frames) = open(stage).await?;
    connection
        .write(asked(frames.unknown_field, "unknown fields")?)
        .await;
    connection.replies(Reply::Ping).await
}

/// What a format may not have.
fn asked(bytes: Option<&'static [u8]>, what: &str) -> Checked<&'static [u8]> {
    bytes.ok_or_else(|| Stop::skipped(format!("this format has no room for {what}")))
}

async fn among_good_ones(stage: &mut Stage) -> Checked {
    let (mut connection, frames) = open(stage).await?;
    let good = probe(stage)?;
    connection
        .write(&[&good, frames.nonsense, &good, frames.missing_field, &good].concat())
        .await;
    probed(&mut connection).await?;
    connection.refuses(ErrorCode::Malformed).await?;
    probed(&mut connection).await?;
    connection.refuses(ErrorCode::Malformed).await?;
    probed(&mut connection).await
}

async fn session_goes_on(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let frames = raw::frames(stage.first_door())?;
    alice.send(&bob.name(), "before").await?;
    for wrong in [
        frames.nonsense,
        frames.missing_field,
        frames.trailing_bytes.unwrap_or(frames.nonsense),
        frames.not_utf8,
    ] {
        let answer = alice.ask_raw(wrong).await?;
        alice.refusal("wrong bytes", ErrorCode::Malformed, answer)?;
    }
    let sent = alice.send(&bob.name(), "after").await?;
    bob.message().await?;
    bob.hears(&sent).await?;
    bob.send(&alice.name(), "understood").await?;
    same(
        "the text that came live",
        "understood",
        alice.message().await?.text.as_str(),
    )
}

async fn oversize(stage: &mut Stage) -> Checked {
    let (mut connection, frames) = open(stage).await?;
    connection.write(&(frames.oversize)()).await;
    let limit = connection.refuses(ErrorCode::FrameRefused).await?;
    if stage.kit.capabilities().has(Part::RefusalDetails) {
        let most = REQUEST_MAX_BYTES as u64;
        same("the limit that the refusal names", most, limit)?;
    }
    connection.closes().await
}

async fn no_boundary(stage: &mut Stage) -> Checked {
    let (mut connection, frames) = open(stage).await?;
    connection
        .write(asked(
            frames.no_boundary,
            "a boundary that is lost other than by its length",
        )?)
        .await;
    connection.refuses(ErrorCode::FrameRefused).await?;
    connection.closes().await
}

async fn no_client(stage: &mut Stage) -> Checked {
    let mut connection = RawConnection::open(stage.first_door(), &stage.kit).await?;
    let frames = raw::frames(stage.first_door())?;
    connection
        .write(asked(
            frames.no_client,
            "telling a client by its first bytes",
        )?)
        .await;
    connection.refuses(ErrorCode::FrameRefused).await?;
    connection.closes().await
}

async fn other_version(stage: &mut Stage) -> Checked {
    let mut connection = RawConnection::open(stage.first_door(), &stage.kit).await?;
    let frames = raw::frames(stage.first_door())?;
    connection
        .write(asked(frames.other_version, "versions")?)
        .await;
    let version = connection.refuses(ErrorCode::UnsupportedVersion).await?;
    same(
        "the version that the refusal names",
        u64::from(PROTOCOL_VERSION),
        version,
    )
}

async fn others_go_on(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    let door = stage.first_door();
    let mut connection = RawConnection::open(door, &stage.kit).await?;
    let whole = match greeting(door) {
        Some(hello) => raw::encoded(door, &[hello, send("somebody", "never finished")])?.concat(),
        None => probe(stage)?,
    };
    connection.write(&whole[..whole.len() - 3]).await;
    drop(connection);
    alice.is_logged_in().await
}
