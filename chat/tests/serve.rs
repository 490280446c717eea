//! `chat serve` as people run it: a process with ports, signals and a database.

mod support;

use std::net::TcpListener;
use std::path::Path;

use server_core::{Event, Reply, Request, Text};
use support::{Secrets, Server, account_name, log_in, protocols, run, store, without_passwords};

fn send<'a>(to: &'a str, text: &'a str) -> Request<'a> {
    Request::Send {
        to: Text::Borrowed(to),
        text: Text::Borrowed(text),
        client_id: None,
    }
}

#[tokio::test]
async fn users_of_all_protocols_talk_with_each_other() {
    let server = Server::start(&["--store", "memory"]);
    let mut recipients = Vec::new();
    for to in protocols() {
        let name = account_name(&format!("to-{to}"));
        recipients.push((to, server.newcomer(to, &name).await, name));
    }
    for from in protocols() {
        let sender_name = account_name(&format!("from-{from}"));
        let mut sender = server.newcomer(from, &sender_name).await;
        for (to, recipient, recipient_name) in &mut recipients {
            let reply = sender
                .call(&send(recipient_name, "hello"))
                .await
                .unwrap()
                .unwrap();
            assert!(
                matches!(
                    reply,
                    Reply::Send {
                        delivered: true,
                        ..
                    }
                ),
                "{from} to {to}: {reply:?}"
            );
            let Event::MessageReceived(message) = recipient.next_event().await.unwrap() else {
                panic!("{from} to {to}: another event than the message");
            };
            assert_eq!((&*message.from, &*message.text), (&*sender_name, "hello"));
        }
    }
}

#[tokio::test]
async fn options_reach_the_core() {
    let server = Server::start(&[
        "--store",
        "memory",
        "--undo",
        "30s",
        "--max-text",
        "5",
        "--server-threads",
        "1",
    ]);
    for protocol in protocols() {
        let mut caller = server.newcomer(protocol, &account_name(protocol)).await;
        let hello = caller
            .call(&Request::Hello { version: 1 })
            .await
            .unwrap()
            .unwrap();
        let options = matches!(
            hello,
            Reply::Hello {
                text_max_chars: 5,
                undo_grace_ms: 30_000,
                ..
            }
        );
        assert!(options, "{protocol}: {hello:?}");
    }
}

#[tokio::test]
async fn a_signal_ends_it_cleanly_and_everyone_is_told() {
    let mut server = Server::start(&["--store", "memory"]);
    let mut callers = Vec::new();
    for protocol in protocols() {
        callers.push((
            protocol,
            server.newcomer(protocol, &account_name(protocol)).await,
        ));
    }
    server.terminate();
    for (protocol, caller) in &mut callers {
        assert_eq!(
            caller.next_event().await.unwrap(),
            Event::ServerClosing,
            "{protocol}"
        );
    }
    drop(callers);
    let ended = server.end();
    assert_eq!((ended.code, &*ended.stdout), (Some(0), ""), "{ended:?}");
    assert!(
        !ended.stderr.contains("cut what"),
        "connections were cut: {ended:?}"
    );
}

#[tokio::test]
async fn unread_messages_are_there_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let mut server = Server::on_database(directory.path());
    drop(server.newcomer("json", "user02").await);
    let mut sender = server.newcomer("custom", "user01").await;
    for text in ["first", "second"] {
        sender.call(&send("user02", text)).await.unwrap().unwrap();
    }
    server.terminate();
    assert_eq!(server.end().code, Some(0));
    let left: Vec<_> = left_in(directory.path());
    assert!(
        !left.iter().any(|name| name.ends_with("-wal")),
        "the store was not closed: {left:?}"
    );

    let server = Server::on_database(directory.path());
    let mut recipient = server.connect("custom").await;
    assert_eq!(log_in(&mut recipient, "user02").await.unread, 2);
    let reply = recipient
        .call(&Request::Read {
            peer: None,
            limit: 2,
        })
        .await
        .unwrap()
        .unwrap();
    let Reply::Read { messages } = reply else {
        panic!("{reply:?}")
    };
    let texts: Vec<_> = messages.iter().map(|message| &*message.text).collect();
    assert_eq!(texts, ["first", "second"]);
}

#[tokio::test]
async fn formats_without_passwords_have_accounts_of_their_own() {
    let directory = tempfile::tempdir().unwrap();
    for protocol in without_passwords() {
        let store = store(directory.path());
        let mut server = Server::of(&["json", protocol], &["--store", &store]);
        drop(server.newcomer("json", "ann").await);
        let mut caller = server.connect(protocol).await;
        // The name is free there, though an account with a password has it.
        caller.sign_up("ann").await.unwrap();
        drop(caller);
        server.terminate();
        let ended = server.end();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let warning = "accounts of this format have no passwords";
        assert!(ended.stderr.contains(warning), "{ended:?}");
        let beside = format!("chat.db.{protocol}");
        assert!(left_in(directory.path()).contains(&beside), "{beside}");
        std::fs::remove_file(directory.path().join("chat.db")).unwrap();
    }
}

#[test]
fn no_token_is_given_where_there_are_no_passwords() {
    for protocol in without_passwords() {
        check_refused(
            &["token", "--protocol", protocol, "--name", "ann"],
            2,
            "have no passwords",
        );
    }
}

#[tokio::test]
async fn the_log_tells_of_connections_and_accounts_and_of_nothing_that_is_private() {
    let mut server = Server::start(&["--store", "memory"]);
    let mut caller = server.newcomer("json", "user01").await;
    for _ in 0..3 {
        caller.call(&Request::Unread).await.unwrap().unwrap();
    }
    caller
        .call(&send("user01", "a secret"))
        .await
        .unwrap()
        .unwrap();
    let malformed = caller
        .call_raw(b"{\"op\":\"send\",\"text\":\"another secret\"}\n")
        .await;
    assert!(malformed.unwrap().unwrap().is_err());
    caller.call(&Request::DeleteAccount).await.unwrap().unwrap();
    drop(caller);
    server.terminate();
    let log = server.end().stderr;
    for told in [
        "listening",
        "connected",
        "account created",
        "logged in",
        "account deleted",
        "SIGTERM",
        "stopped",
    ] {
        assert!(log.contains(told), "{told:?} is missing: {log}");
    }
    assert!(
        !log.contains("secret") && !log.to_lowercase().contains("unread"),
        "{log}"
    );
}

fn left_in(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[track_caller]
fn check_refused(arguments: &[&str], code: i32, said: &str) {
    let ended = run(arguments);
    assert_eq!((ended.code, &*ended.stdout), (Some(code), ""), "{ended:?}");
    assert!(
        ended.stderr.starts_with("error: ") && ended.stderr.contains(said),
        "{ended:?}"
    );
    assert!(
        code == 2 || ended.stderr.lines().count() == 1,
        "one line: {ended:?}"
    );
}

#[test]
fn a_port_in_use_is_one_clear_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let listen = [
        "--listen",
        "custom=127.0.0.1:0",
        "--listen",
        &format!("json={address}"),
    ];
    let arguments = [&["serve", "--store", "memory"], &listen[..]].concat();
    check_refused(
        &arguments,
        1,
        &format!("cannot listen on {address}: Address already in use"),
    );
}

#[test]
fn a_store_that_cannot_be_opened_is_one_clear_line() {
    let directory = tempfile::tempdir().unwrap();
    let missing = store(&directory.path().join("missing"));
    let serve = |store| ["serve", "--listen", "json=127.0.0.1:0", "--store", store];
    check_refused(&serve(&missing), 1, "check that its folder exists");

    let ours = store(directory.path());
    let mut server = Server::on_database(directory.path());
    check_refused(&serve(&ours), 1, "in use by another server");
    server.terminate();
    assert_eq!(server.end().code, Some(0));

    let path = directory.path().join("chat.db");
    let mut bytes = std::fs::read(&path).unwrap();
    // The header's `user_version` (SQLite file format, section 1.3.8).
    bytes[60..64].copy_from_slice(&999_u32.to_be_bytes());
    std::fs::write(&path, bytes).unwrap();
    check_refused(&serve(&ours), 1, "use a newer program");
}

#[test]
fn usage_errors_are_told_apart() {
    check_refused(
        &["serve", "--listen", "jsn=127.0.0.1:0"],
        2,
        "did you mean \"json\"?",
    );
    check_refused(
        &["serve", "--listen", "floor=127.0.0.1:0"],
        2,
        "no chat behind it",
    );
    check_refused(&["serve", "--stor", "memory"], 2, "--store");
    check_refused(
        &["serve", "--listen", "json+mem=mem1"],
        2,
        "both ends in one process",
    );
    check_refused(
        &["serve", "--listen", "json+unix=127.0.0.1:1"],
        2,
        "an address is a path",
    );
}

#[test]
fn encryption_needs_files_that_can_be_used_and_a_protocol_that_encrypts() {
    let secrets = Secrets::new();
    let [certificate, key] = ["cert.pem", "key.pem"].map(|file| secrets.path(file));
    let tls = [
        "serve",
        "--store",
        "memory",
        "--listen",
        "json+tls=127.0.0.1:0",
    ];
    check_refused(&tls, 2, "make one with `openssl req");
    check_refused(
        &[&tls[..], &["--tls-cert", &certificate]].concat(),
        2,
        "--tls-key",
    );
    let check_files = |serve: &[&str], certificate: &str, key: &str, said: &str| {
        let files = ["--tls-cert", certificate, "--tls-key", key];
        check_refused(&[serve, &files].concat(), 2, said);
    };
    check_files(&tls, "/no/such", &key, "cannot read /no/such");
    check_files(&tls, &key, &certificate, "no certificate in it");
    let other = Secrets::new();
    check_files(&tls, &certificate, &other.path("key.pem"), "cannot be used");
    let json = ["serve", "--store", "memory", "--listen", "json=127.0.0.1:0"];
    check_files(&json, &certificate, &key, "--tls-cert has no effect");
}
