//! A client that tonic made of `proto/chat.proto`: it shares nothing with ours but that file.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use protocols::codecs::protobuf::v1;
use protocols::codecs::protobuf::v1::chat_client::ChatClient;
use server_core::message::Nonce;
use server_core::scram::Exchange;
use tonic::metadata::MetadataValue;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};

use crate::server::{Server, keys, send};

type Stub = ChatClient<Channel>;

async fn connect(server: &Server) -> Stub {
    ChatClient::connect(format!("http://{}", server.address))
        .await
        .expect("it connects")
}

/// The request in the session of this token.
fn with<T>(token: &[u8], message: T) -> Request<T> {
    let mut request = Request::new(message);
    let value = format!("Bearer {}", BASE64_STANDARD.encode(token));
    request
        .metadata_mut()
        .insert("authorization", value.parse::<MetadataValue<_>>().unwrap());
    request
}

/// Creates an account and logs in, all by the stub; gives the token.
async fn enter(stub: &mut Stub, name: &str) -> Vec<u8> {
    let verifier = keys().verifier();
    let account = v1::CreateAccountRequest {
        name: name.to_owned(),
        salt: verifier.salt.into(),
        iterations: verifier.iterations,
        stored_key: verifier.stored_key.into(),
        server_key: verifier.server_key.into(),
    };
    stub.create_account(account).await.unwrap();
    let client_nonce = Nonce([5; 18]);
    let start = v1::LogInStartRequest {
        name: name.to_owned(),
        client_nonce: client_nonce.0.into(),
    };
    let challenge = stub.log_in_start(start).await.unwrap().into_inner();
    assert_eq!(
        (&challenge.salt[..], challenge.iterations),
        (&verifier.salt[..], verifier.iterations)
    );
    let server_nonce = Nonce(challenge.server_nonce.try_into().unwrap());
    let exchange = Exchange {
        name,
        client_nonce: &client_nonce,
        server_nonce: &server_nonce,
    };
    let proof = keys().prove(&exchange);
    let finish = v1::LogInFinishRequest {
        login_id: challenge.login_id,
        proof: proof.client_proof.into(),
    };
    let session = stub.log_in_finish(finish).await.unwrap().into_inner();
    assert_eq!(session.server_signature, proof.server_signature);
    assert_eq!(session.unread, 0);
    session.token
}

fn refusal(status: &Status) -> (Code, Option<&str>, Option<&str>) {
    let text = |name| {
        status
            .metadata()
            .get(name)
            .map(|value| value.to_str().expect("it is text"))
    };
    (status.code(), text("chat-error"), text("chat-detail"))
}

#[tokio::test]
async fn it_logs_in_sends_and_hears() {
    let server = Server::start().await;
    let mut ours = server.user("user01").await;
    let mut stub = connect(&server).await;
    let token = enter(&mut stub, "user02").await;
    let mut events = stub
        .subscribe(with(&token, v1::SubscribeRequest {}))
        .await
        .unwrap()
        .into_inner();

    let message = v1::SendRequest {
        to: "user01".to_owned(),
        text: "hello".to_owned(),
        client_id: None,
    };
    let reply = stub.send(with(&token, message)).await.unwrap();
    assert_eq!(reply.metadata().get("date"), None);
    assert!(reply.get_ref().delivered);
    let heard = format!("{:?}", ours.next_event().await.unwrap());
    assert!(heard.contains("\"hello\""), "{heard}");

    ours.call(&send("user02", "Grüße")).await.unwrap().unwrap();
    let event = events
        .message()
        .await
        .unwrap()
        .and_then(|event| event.event);
    let Some(v1::event::Event::MessageReceived(message)) = event else {
        panic!("{event:?}")
    };
    assert_eq!(
        (&*message.from, &*message.to, &*message.text),
        ("user01", "user02", "Grüße")
    );

    stub.log_out(with(&token, v1::LogOutRequest {}))
        .await
        .unwrap();
    assert_eq!(
        events.message().await.unwrap(),
        None,
        "the stream ends with the session"
    );
}

#[tokio::test]
async fn a_second_stream_ends_the_first() {
    let server = Server::start().await;
    let mut stub = connect(&server).await;
    let token = enter(&mut stub, "user01").await;
    let subscribe = || with(&token, v1::SubscribeRequest {});
    let mut first = stub.subscribe(subscribe()).await.unwrap().into_inner();
    let mut second = stub.subscribe(subscribe()).await.unwrap().into_inner();
    assert_eq!(first.message().await.unwrap(), None);
    let message = v1::SendRequest {
        to: "user01".to_owned(),
        text: "to myself".to_owned(),
        client_id: None,
    };
    stub.send(with(&token, message)).await.unwrap();
    assert!(second.message().await.unwrap().is_some());
}

#[tokio::test]
async fn a_stream_that_is_given_up_takes_the_account_offline() {
    let server = Server::start().await;
    let mut stub = connect(&server).await;
    let token = enter(&mut stub, "user01").await;
    let events = stub
        .subscribe(with(&token, v1::SubscribeRequest {}))
        .await
        .unwrap();
    drop(events);
    // Its end travels on its own; a delivered message after it would never stop being one.
    loop {
        let message = v1::SendRequest {
            to: "user01".to_owned(),
            text: "anyone?".to_owned(),
            client_id: None,
        };
        if !stub
            .send(with(&token, message))
            .await
            .unwrap()
            .into_inner()
            .delivered
        {
            break;
        }
    }
}

#[tokio::test]
async fn refusals_have_codes_and_details() {
    let server = Server::start().await;
    let mut stub = connect(&server).await;
    let status = stub.unread(v1::UnreadRequest {}).await.unwrap_err();
    assert_eq!(
        refusal(&status),
        (Code::Unauthenticated, Some("not_logged_in"), None)
    );
    assert_eq!(status.message(), "not logged in; log in first");
    let status = stub.subscribe(v1::SubscribeRequest {}).await.unwrap_err();
    assert_eq!(
        refusal(&status),
        (Code::Unauthenticated, Some("not_logged_in"), None)
    );
    let status = stub
        .unread(with(&[9; 16], v1::UnreadRequest {}))
        .await
        .unwrap_err();
    assert_eq!(
        refusal(&status),
        (Code::Unauthenticated, Some("session_ended"), None)
    );
    let status = stub
        .unread(with(b"short", v1::UnreadRequest {}))
        .await
        .unwrap_err();
    assert_eq!(
        refusal(&status),
        (Code::Unauthenticated, Some("session_ended"), None)
    );

    let token = enter(&mut stub, "user01").await;
    let long = v1::SendRequest {
        to: "user01".to_owned(),
        text: "x".repeat(257),
        client_id: None,
    };
    let status = stub.send(with(&token, long)).await.unwrap_err();
    assert_eq!(
        refusal(&status),
        (Code::InvalidArgument, Some("text_too_long"), Some("256"))
    );
}
