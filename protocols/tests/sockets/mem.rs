//! Words in memory.

use super::server::Server;

#[tokio::test]
async fn a_word_is_taken_until_its_server_has_stopped() {
    let server = Server::at("json+mem", "office").await.unwrap();
    assert_eq!(server.address, "office");
    let second = Server::at("json+mem", "office").await;
    let refused = second.err().expect("the word is taken").to_string();
    assert!(refused.contains("cannot listen on office"), "{refused}");
    drop(server.caller().await);
    server.begin_to_stop();
    let gone = server.door();
    server.ended().await;
    let server = Server::at("json+mem", "office").await.expect("it is free");
    assert_eq!(gone.address, server.address);
    drop(server.caller().await);
}

#[tokio::test]
async fn who_does_not_listen_here_is_not_reached() {
    let server = Server::start("json+mem").await;
    let mut elsewhere = server.door();
    elsewhere.address = "elsewhere".to_owned();
    let refused = server.refusal(elsewhere).await;
    assert!(
        refused.contains("cannot connect to elsewhere: nobody in this process listens there"),
        "{refused}"
    );
    assert!(Server::at("json+mem", "").await.is_err());
}
