//! How connections end when the server stops.

use protocols::client::ClientError;
use server_core::Event;

use crate::raw::bare;
use crate::server::{Server, send};

#[tokio::test]
async fn a_stopping_server_says_so_and_waits_for_no_idle_client() {
    let server = Server::start().await;
    let (mut first, second) = (server.user("user01").await, server.connect().await);
    server.shut_down().await;
    assert_eq!(first.next_event().await.unwrap(), Event::ServerClosing);
    assert!(matches!(
        first.next_event().await,
        Err(ClientError::Closed { unanswered: 0 })
    ));
    drop(second);
}

#[tokio::test]
async fn events_that_wait_come_before_the_end() {
    let server = Server::start().await;
    let (mut first, mut second) = (server.user("user01").await, server.user("user02").await);
    for number in 0..300 {
        let text = format!("{number} {}", "x".repeat(200));
        first.call(&send("user02", &text)).await.unwrap().unwrap();
    }
    server.stop.cancel();
    for number in 0..300 {
        let Event::MessageReceived(message) = second.next_event().await.unwrap() else {
            panic!("another event")
        };
        assert!(message.text.starts_with(&format!("{number} ")));
    }
    assert_eq!(second.next_event().await.unwrap(), Event::ServerClosing);
    server.shut_down().await;
}

/// The clock stands still and goes on by itself whenever all wait for it.
#[tokio::test(start_paused = true)]
async fn a_request_that_never_ends_holds_up_no_stop() {
    let server = Server::start().await;
    let mut raw = server.raw().await;
    let head = bare(
        "POST",
        "/v1/ping",
        "content-length: 2\r\nexpect: 100-continue\r\n",
    );
    raw.write(head).await;
    assert_eq!(raw.head().await.status, 100);
    server.shut_down().await;
    assert_eq!(raw.rest().await, "");
}
