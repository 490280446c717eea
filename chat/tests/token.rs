//! `chat token`, and what a person does with it.

mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};
use server_core::{Event, Reply, Request};
use support::{Server, run, run_with};

const PASSWORD: &str = "correct horse battery staple";

/// How often a session is resumed that should be over: some more than it takes a server to see that a connection ended.
const ATTEMPTS: u32 = 200;

/// Asks for a token with the password on stdin.
fn token(server: &Server, protocol: &str, arguments: &[&str]) -> support::Ended {
    let place = [
        "token",
        "--protocol",
        protocol,
        "--server",
        server.address(protocol),
    ];
    let trust = server.trust_arguments(protocol);
    let trust: Vec<&str> = trust.iter().map(String::as_str).collect();
    run_with(
        &[&place, &*trust, arguments].concat(),
        &format!("{PASSWORD}\n"),
    )
}

#[tokio::test]
async fn a_token_is_enough_to_send_by_hand() {
    let server = Server::start(&["--store", "memory"]);
    let mut recipient = server.newcomer("custom", "user02").await;
    let ended = token(&server, "json", &["--name", "user01", "--create"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let token = ended.stdout.strip_suffix('\n').unwrap();
    assert_eq!(token.len(), 24, "16 bytes in base64: {token:?}");
    assert!(
        ended
            .stderr
            .contains("{\"op\":\"send\",\"to\":\"user02\",\"text\":\"hello\"}"),
        "{ended:?}"
    );
    assert!(!ended.stderr.contains(token), "stderr may be a log");

    let mut by_hand = ByHand::connect(&server);
    let resumed = by_hand.ask(&format!(r#"{{"op":"resume","token":"{token}"}}"#));
    assert_eq!(resumed, json!({"reply": "resume", "unread": 0}));
    let sent = by_hand.ask(r#"{"op":"send","to":"user02","text":"hello"}"#);
    assert_eq!(sent["delivered"], json!(true), "{sent}");
    let Event::MessageReceived(message) = recipient.next_event().await.unwrap() else {
        panic!("no message")
    };
    assert_eq!((&*message.from, &*message.text), ("user01", "hello"));
}

/// A person with nc.
struct ByHand(BufReader<TcpStream>);

impl ByHand {
    fn connect(server: &Server) -> Self {
        Self(BufReader::new(
            TcpStream::connect(server.address("json")).unwrap(),
        ))
    }

    fn ask(&mut self, line: &str) -> Value {
        self.0
            .get_mut()
            .write_all(format!("{line}\n").as_bytes())
            .unwrap();
        let mut reply = String::new();
        self.0.read_line(&mut reply).unwrap();
        serde_json::from_str(&reply).unwrap()
    }
}

#[tokio::test]
async fn tokens_are_given_over_every_protocol() {
    let server = Server::start(&["--store", "memory"]);
    for protocol in support::protocols() {
        let ended = token(
            &server,
            protocol,
            &["--name", &support::account_name(protocol), "--create"],
        );
        assert_eq!(
            (ended.code, ended.stdout.len()),
            (Some(0), 25),
            "{protocol}: {ended:?}"
        );
        assert!(
            ended.stderr.contains("The session is kept"),
            "{protocol}: {ended:?}"
        );
    }
}

#[tokio::test]
async fn an_account_is_created_when_that_is_asked_for_and_only_then() {
    let mut server = Server::start(&["--store", "memory"]);
    let unknown = token(&server, "json", &["--name", "user01"]);
    assert_eq!(
        (unknown.code, &*unknown.stdout),
        (Some(1), ""),
        "{unknown:?}"
    );
    assert!(unknown.stderr.contains("add --create"), "{unknown:?}");
    // The name from stdin this time; and what exists is logged into.
    let place = ["token", "--server", server.address("json"), "--create"];
    for _ in 0..2 {
        let ended = run_with(&place, &format!("user01\n{PASSWORD}\n"));
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
    let wrong = run_with(&place, "user01\nwrong\n");
    assert_eq!((wrong.code, &*wrong.stdout), (Some(1), ""), "{wrong:?}");
    assert!(wrong.stderr.contains("incorrect password"), "{wrong:?}");
    server.terminate();
    let log = server.end().stderr;
    assert!(
        !log.contains(PASSWORD) && !log.contains("wrong"),
        "the log tells passwords: {log}"
    );
}

#[test]
fn what_is_missing_is_said() {
    let server = Server::start(&["--store", "memory"]);
    let address = server.address("json").to_owned();
    let no_password = run_with(&["token", "--server", &address, "--name", "user01"], "");
    assert_eq!(no_password.code, Some(1), "{no_password:?}");
    assert!(
        no_password.stderr.contains("there is no password"),
        "{no_password:?}"
    );
    drop(server);
    let nobody = run_with(&["token", "--server", &address, "--name", "user01"], "x\n");
    assert_eq!(nobody.code, Some(1), "{nobody:?}");
    assert!(
        nobody.stderr.contains("is the server running?"),
        "{nobody:?}"
    );
    assert_eq!(run(&["token", "--protocol", "floor"]).code, Some(2));
}

#[tokio::test]
async fn the_session_ends_with_its_grace() {
    let server = Server::start(&["--store", "memory", "--session-grace", "0s"]);
    let ended = token(&server, "json", &["--name", "user01", "--create"]);
    let resume = format!(r#"{{"op":"resume","token":"{}"}}"#, ended.stdout.trim());
    // Who comes before the server has seen the end of the connection takes the session over, and ends it in turn.
    let is_over = (0..ATTEMPTS).any(|_| {
        let reply = ByHand::connect(&server).ask(&resume);
        reply["error"] == json!("session_ended")
    });
    assert!(is_over, "it can still be resumed");
    let mut again = server.connect("json").await;
    let reply = again.call(&Request::Ping).await.unwrap().unwrap();
    assert_eq!(reply, Reply::Ping);
}
