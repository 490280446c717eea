//! A server that tonic made of `proto/chat.proto`, and our client: they share nothing but that file.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use protocols::client::ClientError;
use protocols::codecs::protobuf::v1;
use protocols::codecs::protobuf::v1::chat_server::{Chat, ChatServer};
use server_core::message::{MessageId, Token};
use server_core::{ErrorCode, Event, Refusal, Reply, Request};
use tokio::net::TcpListener;
use tonic::{Code, Response, Status};

use crate::server::{connect, send};

/// Knows one session, sends nothing, and tells of one message.
struct Told;

const TOKEN: Token = Token([0xff; 16]);

macro_rules! chat {
    ($($unasked:ident: $request:ident => $reply:ident,)*) => {
        #[tonic::async_trait]
        impl Chat for Told {
            $(async fn $unasked(&self, _: tonic::Request<v1::$request>) -> Result<Response<v1::$reply>, Status> {
                Err(Status::unimplemented("not told"))
            })*

            async fn resume(&self, _: tonic::Request<v1::ResumeRequest>) -> Result<Response<v1::ResumeReply>, Status> {
                Ok(Response::new(v1::ResumeReply { unread: 7 }))
            }

            async fn send(&self, request: tonic::Request<v1::SendRequest>) -> Result<Response<v1::SendReply>, Status> {
                let authorization = request.metadata().get("authorization").expect("it is in a session");
                assert!(authorization.to_str().unwrap().starts_with("Bearer /////////////////////w"));
                if request.get_ref().text.is_empty() {
                    let mut status = Status::new(Code::InvalidArgument, "50 % of nothing");
                    status.metadata_mut().insert("chat-error", "text_too_long".parse().unwrap());
                    status.metadata_mut().insert("chat-detail", "256".parse().unwrap());
                    return Err(status);
                }
                Ok(Response::new(v1::SendReply { id: 300, delivered: true }))
            }

            type SubscribeStream = stream::BoxStream<'static, Result<v1::Event, Status>>;

            async fn subscribe(
                &self, _: tonic::Request<v1::SubscribeRequest>,
            ) -> Result<Response<Self::SubscribeStream>, Status> {
                let lagged = v1::event::Event::Lagged(v1::Lagged { missed: 5 });
                let event = stream::iter([Ok(v1::Event { event: Some(lagged) })]);
                Ok(Response::new(event.chain(stream::pending()).boxed()))
            }

            type TalkStream = stream::BoxStream<'static, Result<v1::ServerFrame, Status>>;

            async fn talk(
                &self, request: tonic::Request<tonic::Streaming<v1::ClientFrame>>,
            ) -> Result<Response<Self::TalkStream>, Status> {
                let replies = request.into_inner().map(|frame| frame.map(|frame| talked(&frame)));
                Ok(Response::new(replies.boxed()))
            }
        }
    };
}

/// Answers a hello, and refuses all else.
fn talked(frame: &v1::ClientFrame) -> v1::ServerFrame {
    use v1::client_frame::Request;
    use v1::server_frame::Message;
    let message = match &frame.request {
        Some(Request::Hello(hello)) => Message::Hello(v1::HelloReply {
            version: hello.version,
            text_max_chars: 7,
            page_max: 8,
            undo_grace_ms: 9,
        }),
        _ => Message::Refusal(v1::Refusal {
            code: ErrorCode::TextEmpty as i32,
            detail: 0,
        }),
    };
    v1::ServerFrame {
        message: Some(message),
    }
}

chat! {
    hello: HelloRequest => HelloReply,
    create_account: CreateAccountRequest => CreateAccountReply,
    log_in_start: LogInStartRequest => LogInStartReply,
    log_in_finish: LogInFinishRequest => LogInFinishReply,
    log_out: LogOutRequest => LogOutReply,
    delete_account: DeleteAccountRequest => DeleteAccountReply,
    ping: PingRequest => PingReply,
    list_accounts: ListAccountsRequest => ListAccountsReply,
    unread: UnreadRequest => UnreadReply,
    read: ReadRequest => ReadReply,
    mark_read: MarkReadRequest => MarkReadReply,
    history: HistoryRequest => HistoryReply,
    delete_messages: DeleteMessagesRequest => DeleteMessagesReply,
    undo: UndoRequest => UndoReply,
}

#[tokio::test]
async fn our_client_speaks_with_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut caller = connect(&address, &Arc::default()).await;
    let (stream, _) = listener.accept().await.unwrap();
    let service = TowerToHyperService::new(ChatServer::new(Told));
    let builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    tokio::spawn(builder.serve_connection(TokioIo::new(stream), service));

    let resumed = caller
        .call(&Request::Resume { token: TOKEN })
        .await
        .unwrap();
    assert_eq!(resumed, Ok(Reply::Resume { unread: 7 }));
    assert_eq!(
        caller.next_event().await.unwrap(),
        Event::Lagged { missed: 5 }
    );
    let sent = caller.call(&send("user02", "hello")).await.unwrap();
    assert_eq!(
        sent,
        Ok(Reply::Send {
            id: MessageId(300),
            delivered: true
        })
    );
    let refused = caller.call(&send("user02", "")).await.unwrap();
    assert_eq!(
        refused,
        Err(Refusal::with_detail(ErrorCode::TextTooLong, 256))
    );
    let failed = caller.call(&Request::Ping).await.unwrap_err();
    assert!(
        matches!(&failed, ClientError::Call(text) if text == "Unimplemented: not told"),
        "{failed:?}"
    );
}
