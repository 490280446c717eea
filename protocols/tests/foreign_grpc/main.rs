//! `protobuf+grpc` with a client that is not ours: Python's grpcio, with stubs that it generates from `proto/chat.proto`.

#[path = "../grpc_end_to_end/server.rs"]
#[expect(dead_code, reason = "shared with tests that use all of it")]
mod server;

use std::process::Stdio;

use server::Server;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

/// How many things the client finds right: the steps of the functional test, and what else others expect.
const STEPS: usize = 32;
const CHECKS: usize = 8;

#[tokio::test]
#[ignore = "needs Python with grpcio; `cargo xtask test` brings it along"]
async fn python_finds_what_it_expects_of_grpc() {
    let python = std::env::var("TEST_PYTHON").expect("`cargo xtask test` says which Python");
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let server = Server::start().await;
    let mut client = Command::new(python)
        .arg(format!("{root}/protocols/tests/foreign_grpc/client.py"))
        .args([
            &server.address,
            &format!("{root}/proto"),
            &format!("{root}/examples/python"),
        ])
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
    assert_eq!(right, STEPS + CHECKS);
}
