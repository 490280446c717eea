//! The example for other languages, `examples/python`, against a real server.

mod support;

use std::process::Command;

use support::Server;

const SCRIPT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../examples/python/functional_test.py"
);

#[test]
#[ignore = "needs Python; `cargo xtask test` brings it along"]
fn python_passes_the_functional_test() {
    let python = std::env::var("TEST_PYTHON").expect("`cargo xtask test` says which Python");
    let server = Server::start(&["--store", "memory"]);
    let output = Command::new(python)
        .args([SCRIPT, server.address("json")])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("Python runs");
    let printed = String::from_utf8(output.stdout).expect("it prints text");
    assert!(output.status.success(), "{printed}");
    let passed = |line: &&str| line.starts_with("ok ");
    assert_eq!(printed.lines().filter(passed).count(), 32, "{printed}");
    assert_eq!(printed.lines().count(), 32, "{printed}");
}
