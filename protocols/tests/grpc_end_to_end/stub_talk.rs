//! The method `Talk` by the client that tonic made of `proto/chat.proto`: to a server of `grpc-stream`, and to one of
//! `grpc`, which offers it, too.

use futures_util::stream;
use protocols::codecs::protobuf::v1;
use protocols::codecs::protobuf::v1::chat_client::ChatClient;
use protocols::codecs::protobuf::v1::client_frame::Request;
use protocols::codecs::protobuf::v1::server_frame::Message;
use server_core::ErrorCode;
use server_core::limits::{PROTOCOL_VERSION, REQUEST_MAX_BYTES};
use server_core::message::Nonce;
use server_core::scram::Exchange;
use tokio::sync::mpsc;
use tonic::{Code, Status, Streaming};

use crate::server::{Server, keys};

/// The protocols whose servers offer the method.
const PROTOCOLS: [&str; 2] = ["protobuf+grpc-stream", "grpc"];

/// One call of `Talk`.
struct Talker {
    say: mpsc::UnboundedSender<v1::ClientFrame>,
    hear: Streaming<v1::ServerFrame>,
}

impl Talker {
    /// Calls, and says hello.
    async fn greet(server: &Server) -> Self {
        let mut stub = ChatClient::connect(format!("http://{}", server.address))
            .await
            .expect("it connects");
        let (say, mut said) = mpsc::unbounded_channel();
        let frames = stream::poll_fn(move |context| said.poll_recv(context));
        // Nothing was said yet: the server answers the call, and not its first frame.
        let hear = stub.talk(frames).await.expect("it answers").into_inner();
        let mut talker = Self { say, hear };
        let hello = v1::HelloRequest {
            version: PROTOCOL_VERSION,
        };
        let greeting = talker.ask(Request::Hello(hello)).await;
        let Message::Hello(limits) = greeting else {
            panic!("{greeting:?}")
        };
        assert_eq!(
            (limits.version, limits.text_max_chars),
            (PROTOCOL_VERSION, 256)
        );
        talker
    }

    fn say(&self, request: Request) {
        let frame = v1::ClientFrame {
            request: Some(request),
        };
        self.say.send(frame).expect("the call goes on");
    }

    /// What the server says next, if it does.
    async fn heard(&mut self) -> Result<Option<Message>, Status> {
        let frame = self.hear.message().await?;
        Ok(frame.map(|frame| frame.message.expect("one field is set")))
    }

    async fn hear(&mut self) -> Message {
        self.heard()
            .await
            .expect("the call goes on")
            .expect("it goes on")
    }

    async fn ask(&mut self, request: Request) -> Message {
        self.say(request);
        self.hear().await
    }

    /// Creates an account and logs in.
    async fn enter(&mut self, name: &str) {
        let verifier = keys().verifier();
        let account = v1::CreateAccountRequest {
            name: name.to_owned(),
            salt: verifier.salt.into(),
            iterations: verifier.iterations,
            stored_key: verifier.stored_key.into(),
            server_key: verifier.server_key.into(),
        };
        let created = self.ask(Request::CreateAccount(account)).await;
        assert!(matches!(created, Message::CreateAccount(_)), "{created:?}");
        let client_nonce = Nonce([5; 18]);
        let start = v1::LogInStartRequest {
            name: name.to_owned(),
            client_nonce: client_nonce.0.into(),
        };
        let challenge = match self.ask(Request::LogInStart(start)).await {
            Message::LogInStart(challenge) => challenge,
            other => panic!("{other:?}"),
        };
        let server_nonce = Nonce(challenge.server_nonce.try_into().unwrap());
        let proof = keys().prove(&Exchange {
            name,
            client_nonce: &client_nonce,
            server_nonce: &server_nonce,
        });
        let finish = v1::LogInFinishRequest {
            login_id: challenge.login_id,
            proof: proof.client_proof.into(),
        };
        match self.ask(Request::LogInFinish(finish)).await {
            Message::LogInFinish(session) => {
                assert_eq!(session.server_signature, proof.server_signature);
            }
            other => panic!("{other:?}"),
        }
    }
}

fn send(to: &str, text: &str) -> Request {
    Request::Send(v1::SendRequest {
        to: to.to_owned(),
        text: text.to_owned(),
        client_id: None,
    })
}

/// The event in a frame.
fn told(message: Message) -> v1::event::Event {
    match message {
        Message::Event(v1::Event { event: Some(event) }) => event,
        other => panic!("{other:?}"),
    }
}

fn text_of(event: v1::event::Event) -> String {
    match event {
        v1::event::Event::MessageReceived(message) => message.text,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn it_logs_in_and_hears_what_it_sends_to_itself() {
    for protocol in PROTOCOLS {
        let server = Server::speaking(protocol).await;
        let mut talker = Talker::greet(&server).await;
        talker.enter("user01").await;
        talker.say(send("user01", "to myself"));
        let came = [talker.hear().await, talker.hear().await];
        let (replies, events): (Vec<_>, Vec<_>) = came
            .into_iter()
            .partition(|message| matches!(message, Message::Send(_)));
        assert!(matches!(&replies[..], [Message::Send(sent)] if sent.delivered));
        let [event] = events.try_into().expect("an event came");
        assert_eq!(text_of(told(event)), "to myself", "{protocol}");
    }
}

#[tokio::test]
async fn a_stop_ends_the_call_behind_the_last_reply() {
    for protocol in PROTOCOLS {
        let server = Server::speaking(protocol).await;
        let mut sender = Talker::greet(&server).await;
        let mut recipient = Talker::greet(&server).await;
        sender.enter("user01").await;
        recipient.enter("user02").await;
        sender.say(send("user02", "the last"));
        // Whoever hears of it knows that it was applied, while its reply is anywhere on its way.
        assert_eq!(text_of(told(recipient.hear().await)), "the last");
        server.stop.cancel();
        let reply = sender.hear().await;
        assert!(
            matches!(&reply, Message::Send(sent) if sent.delivered),
            "{protocol}: {reply:?}"
        );
        for mut talker in [sender, recipient] {
            let closing = v1::event::Event::ServerClosing(v1::ServerClosing {});
            assert_eq!(told(talker.hear().await), closing, "{protocol}");
            assert_eq!(talker.heard().await.expect("the status is OK"), None);
        }
        server.shut_down().await;
    }
}

#[tokio::test]
async fn who_asks_no_more_is_answered() {
    for protocol in PROTOCOLS {
        let server = Server::speaking(protocol).await;
        let mut talker = Talker::greet(&server).await;
        talker.say(Request::Ping(v1::PingRequest {}));
        talker.say = mpsc::unbounded_channel().0;
        assert!(matches!(talker.hear().await, Message::Ping(_)));
        let end = talker.heard().await.expect("the status is OK");
        assert_eq!(end, None, "{protocol}");
    }
}

#[tokio::test]
async fn a_refusal_ends_the_call_only_where_the_frame_was_too_long() {
    for protocol in PROTOCOLS {
        let server = Server::speaking(protocol).await;
        let mut talker = Talker::greet(&server).await;
        let refused = talker.ask(Request::Unread(v1::UnreadRequest {})).await;
        let not_logged_in = v1::Refusal {
            code: ErrorCode::NotLoggedIn as i32,
            detail: 0,
        };
        assert_eq!(refused, Message::Refusal(not_logged_in));
        let refused = talker
            .ask(send("user01", &"x".repeat(REQUEST_MAX_BYTES)))
            .await;
        let too_long = v1::Refusal {
            code: ErrorCode::FrameRefused as i32,
            detail: REQUEST_MAX_BYTES as u64,
        };
        assert_eq!(refused, Message::Refusal(too_long));
        let status = talker.heard().await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{protocol}");
    }
}
