//! `json+ws` with a client that is not ours: Python's standard library, which knows sockets and no WebSocket, so that
//! nothing but RFC 6455 and `proto/` stands between the two.

#[path = "../grpc_end_to_end/server.rs"]
#[expect(dead_code, reason = "shared with tests that use all of it")]
mod server;

use std::process::Stdio;

use server::Server;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

/// How many things the client finds right.
const CHECKS: usize = 9;

#[tokio::test]
#[ignore = "needs Python; `cargo xtask test` says which"]
async fn python_finds_what_it_expects_of_websocket() {
    let python = std::env::var("TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let server = Server::speaking("json+ws").await;
    let mut client = Command::new(python)
        .arg(format!("{root}/protocols/tests/foreign_ws/client.py"))
        .args([&server.address, &format!("{root}/examples/python")])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("Python runs");
    let mut lines = BufReader::new(client.stdout.take().expect("it has an output")).lines();
    let mut right = 0;
    while let Some(line) = lines.next_line().await.expect("it is text") {
        match line.as_str() {
            "watching" => server.shut_down().await,
            line if line.starts_with("ok ") => right += 1,
            line => panic!("{line}"),
        }
    }
    assert!(client.wait().await.expect("it ends").success());
    assert_eq!(right, CHECKS);
}
