//! The conformance suite against servers of our own: every protocol on every store, between protocols, and against
//! servers that are broken on purpose.

#[path = "conformance/direct.rs"]
mod direct;
#[path = "conformance/server.rs"]
mod server;

use std::sync::Arc;

use protocols::conformance::{self, Target};

use direct::Direct;
use server::core_on_memory;

#[tokio::test]
async fn the_suite_holds_on_a_core_without_any_protocol() {
    let target = Target::through(vec![Arc::new(Direct::new(core_on_memory(
        server::Undo::Off,
    )))]);
    let summary = conformance::run(&target, None, &mut |result| println!("{result}"))
        .await
        .unwrap();
    println!("{summary}");
    assert_eq!(summary.failed().count(), 0, "{summary}");
}
