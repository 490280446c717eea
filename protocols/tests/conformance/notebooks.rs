//! The notebooks' formats, whole: what of the suite they pass, and what they cannot say.

use std::fmt::Write as _;

use protocols::conformance::{self, Outcome, Summary};
use protocols::registry::{Protocol, chat_protocols};

use super::server::{Server, Undo};

/// Those that cannot say everything, on TCP, where all of the suite can be asked.
fn little() -> impl Iterator<Item = &'static Protocol> {
    let is_little = |protocol: &&Protocol| {
        let capabilities = protocol.capabilities();
        capabilities.is_some_and(|capabilities| !capabilities.has_passwords())
    };
    chat_protocols()
        .filter(is_little)
        .filter(|protocol| protocol.name.ends_with("+tcp"))
}

async fn run(protocol: &Protocol, store: &str) -> Summary {
    let server = Server::on(store, Undo::Off);
    let target = server.target(&[protocol.name]).await;
    let summary = conformance::run(&target, None, &mut |_| {}).await.unwrap();
    server.stop().await;
    let failed: Vec<_> = summary.failed().map(ToString::to_string).collect();
    let name = protocol.name;
    assert!(
        failed.is_empty(),
        "{name}: {summary}\n{}",
        failed.join("\n")
    );
    summary
}

/// A line for each check: which passed, and why others could not be asked.
fn coverage(summary: &Summary) -> String {
    let mut text = String::new();
    for result in &summary.results {
        let (word, why) = match &result.outcome {
            Outcome::Passed => ("ok", String::new()),
            Outcome::Failed(how) => ("FAIL", format!(": {how}")),
            Outcome::Skipped(why) => ("skip", format!(": {why}")),
        };
        let (group, number) = (result.group, result.number);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{word:4} {group} {number:02}{why}");
    }
    let _ = writeln!(text, "{summary}");
    text
}

/// Nobody loses coverage unseen: what runs and what is skipped is written down.
#[tokio::test]
async fn each_format_passes_what_it_can_say_and_skips_the_rest_with_words() {
    for protocol in little() {
        let summary = run(protocol, "memory").await;
        insta::assert_snapshot!(protocol.short_name(), coverage(&summary));
    }
}

#[tokio::test]
async fn each_format_passes_on_a_database() {
    for protocol in little() {
        run(protocol, "sqlite").await;
    }
}
