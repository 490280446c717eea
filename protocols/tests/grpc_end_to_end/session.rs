//! Sessions over calls: they begin and end with their event streams.

use server_core::message::{Nonce, Token};
use server_core::{ErrorCode, Event, Reply, Request};

use crate::server::{Server, enter, keys, log_in, send};

#[tokio::test]
async fn who_logs_out_can_log_in_again_on_the_same_connection() {
    let server = Server::start().await;
    let (mut first, mut second) = (server.user("user01").await, server.user("user02").await);
    second.call(&Request::LogOut).await.unwrap().unwrap();
    let offline = first.call(&send("user02", "1")).await.unwrap();
    assert!(matches!(
        offline,
        Ok(Reply::Send {
            delivered: false,
            ..
        })
    ));
    assert_eq!(
        second.call(&Request::Unread).await.unwrap(),
        Err(ErrorCode::NotLoggedIn.into())
    );

    log_in(&mut second, "user02").await;
    let online = first.call(&send("user02", "2")).await.unwrap();
    assert!(matches!(
        online,
        Ok(Reply::Send {
            delivered: true,
            ..
        })
    ));
    let Event::MessageReceived(message) = second.next_event().await.unwrap() else {
        panic!("another event")
    };
    assert_eq!(&*message.text, "2");
}

#[tokio::test]
async fn who_deletes_its_account_is_logged_out() {
    let server = Server::start().await;
    let (mut first, mut second) = (server.user("user01").await, server.user("user02").await);
    second.call(&Request::DeleteAccount).await.unwrap().unwrap();
    let gone = first.call(&send("user02", "1")).await.unwrap();
    assert_eq!(gone, Err(ErrorCode::NoSuchAccount.into()));
    assert_eq!(
        second.call(&Request::Unread).await.unwrap(),
        Err(ErrorCode::NotLoggedIn.into())
    );
    enter(&mut second, "user02").await;
}

#[tokio::test]
async fn a_second_log_in_is_refused() {
    let server = Server::start().await;
    let mut first = server.user("user01").await;
    let again = first
        .log_in_with("user01", Nonce([2; 18]), |_| keys())
        .await;
    assert_eq!(
        again.unwrap_err().to_string(),
        "already logged in; log out there first"
    );
    let mut second = server.connect().await;
    let elsewhere = second
        .log_in_with("user01", Nonce([2; 18]), |_| keys())
        .await;
    assert_eq!(
        elsewhere.unwrap_err().to_string(),
        "already logged in; log out there first"
    );
}

#[tokio::test]
async fn a_session_is_taken_over_by_its_token() {
    let server = Server::start().await;
    let mut first = server.user("user01").await;
    let mut second = server.connect().await;
    enter(&mut second, "user02").await;
    second.call(&Request::LogOut).await.unwrap().unwrap();
    let logged_in = second
        .log_in_with("user02", Nonce([3; 18]), |_| keys())
        .await
        .unwrap();

    let mut third = server.connect().await;
    let resumed = third
        .call(&Request::Resume {
            token: logged_in.token,
        })
        .await
        .unwrap();
    assert_eq!(resumed, Ok(Reply::Resume { unread: 0 }));
    first.call(&send("user02", "hello")).await.unwrap().unwrap();
    assert!(matches!(
        third.next_event().await,
        Ok(Event::MessageReceived(_))
    ));

    // The end of its event stream comes before the reply to a call: behind that it knows.
    second.call(&Request::Ping).await.unwrap().unwrap();
    assert_eq!(
        second.call(&Request::Unread).await.unwrap(),
        Err(ErrorCode::NotLoggedIn.into())
    );
}

#[tokio::test]
async fn a_token_of_nothing_is_refused() {
    let server = Server::start().await;
    let mut caller = server.connect().await;
    let refused = caller
        .call(&Request::Resume {
            token: Token([9; 16]),
        })
        .await
        .unwrap();
    assert_eq!(refused, Err(ErrorCode::SessionEnded.into()));
    enter(&mut caller, "user01").await;
}
