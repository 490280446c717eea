//! The handshake, by which an HTTP connection becomes a WebSocket (RFC 6455, section 4).

use std::cell::Cell;
use std::future::{Ready, ready};
use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use server_core::limits::{
    FRAME_MAX_BYTES, HANDSHAKE_MAX_BYTES, HANDSHAKE_MAX_MS, REQUEST_MAX_BYTES,
};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::link::READ_BYTES;

/// The version of WebSocket.
const VERSION: &str = "13";

/// What one end takes: messages of this many bytes at most. All that is written waits for a flush.
fn config(message_max_bytes: usize) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(usize::MAX - 1)
        .max_write_buffer_size(usize::MAX)
        .max_message_size(Some(message_max_bytes))
        .max_frame_size(Some(message_max_bytes))
}

/// The client's half.
///
/// # Errors
/// What the server said instead, or that it took too long.
pub(super) async fn ask<S>(
    stream: S,
    authority: &str,
    subprotocol: &str,
) -> io::Result<WebSocketStream<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let request = Request::get(format!("ws://{authority}/"))
        .header(header::HOST, authority)
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, VERSION)
        .header(header::SEC_WEBSOCKET_KEY, generate_key())
        .header(header::SEC_WEBSOCKET_PROTOCOL, subprotocol)
        .body(())
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let asking = client_async_with_config(request, stream, Some(config(FRAME_MAX_BYTES)));
    let (socket, _) = in_time(asking).await?.map_err(refused)?;
    Ok(socket)
}

/// What the server said, where it is HTTP, with the words that it gave.
fn refused(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        Error::Http(response) => {
            let words = response.body().as_deref().unwrap_or_default();
            let words = String::from_utf8_lossy(words);
            let status = response.status();
            io::Error::other(format!(
                "it refused a WebSocket: {status}: {}",
                words.trim()
            ))
        }
        error => io::Error::other(error),
    }
}

/// The server's half.
///
/// # Errors
/// Why there is no WebSocket; the client was told.
pub(super) async fn answer<S>(stream: S, subprotocol: String) -> io::Result<WebSocketStream<S>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let gate = Gate {
        subprotocol,
        is_open: Cell::new(false),
    };
    let connection = http1::Builder::new()
        .auto_date_header(false)
        .max_buf_size(HANDSHAKE_MAX_BYTES)
        .serve_connection(TokioIo::new(stream), gate);
    let answered = in_time(connection.without_shutdown()).await?;
    let parts = answered.map_err(io::Error::other)?;
    let mut stream = parts.io.into_inner();
    if !parts.service.is_open.get() {
        stream.shutdown().await?;
        return Err(io::Error::other("the handshake was refused"));
    }
    let config = Some(config(REQUEST_MAX_BYTES));
    let begun = parts.read_buf.to_vec();
    Ok(WebSocketStream::from_partially_read(stream, begun, Role::Server, config).await)
}

async fn in_time<T>(handshake: impl Future<Output = T>) -> io::Result<T> {
    timeout(Duration::from_millis(HANDSHAKE_MAX_MS), handshake)
        .await
        .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "the handshake took too long"))
}

/// What answers the one request of a connection.
struct Gate {
    subprotocol: String,
    /// Whether the request was good.
    is_open: Cell<bool>,
}

impl Service<Request<Incoming>> for Gate {
    type Response = Response<String>;
    type Error = http::Error;
    type Future = Ready<Result<Response<String>, http::Error>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        ready(match check(&request, &self.subprotocol) {
            Ok(accept) => {
                self.is_open.set(true);
                welcome(&accept, &self.subprotocol)
            }
            Err(refusal) => refusal.response(),
        })
    }
}

fn welcome(accept: &str, subprotocol: &str) -> http::Result<Response<String>> {
    Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_ACCEPT, accept)
        .header(header::SEC_WEBSOCKET_PROTOCOL, subprotocol)
        .body(String::new())
}

/// Why a request opens no WebSocket.
#[derive(Debug, PartialEq, Eq)]
struct Refusal {
    status: StatusCode,
    words: String,
}

impl Refusal {
    fn new(status: StatusCode, words: impl Into<String>) -> Self {
        Self {
            status,
            words: words.into(),
        }
    }

    fn response(self) -> http::Result<Response<String>> {
        let mut response = Response::builder()
            .status(self.status)
            .header(header::CONNECTION, "close")
            .header(header::CONTENT_TYPE, "text/plain; charset=utf-8");
        if self.status == StatusCode::UPGRADE_REQUIRED {
            response = response
                .header(header::UPGRADE, "websocket")
                .header(header::SEC_WEBSOCKET_VERSION, VERSION);
        }
        response.body(self.words + "\n")
    }
}

/// Checks a request (RFC 6455, section 4.2.1); gives what proves that it was understood.
fn check<B>(request: &Request<B>, subprotocol: &str) -> Result<String, Refusal> {
    if request.uri().path() != "/" {
        let words = "there is nothing here; the chat is at /";
        return Err(Refusal::new(StatusCode::NOT_FOUND, words));
    }
    let headers = request.headers();
    let is_upgrade = request.method() == Method::GET
        && lists(headers, &header::CONNECTION, "upgrade")
        && lists(headers, &header::UPGRADE, "websocket");
    if !is_upgrade {
        let words = "this is a WebSocket; ask for an upgrade (RFC 6455)";
        return Err(Refusal::new(StatusCode::UPGRADE_REQUIRED, words));
    }
    if headers.get(header::SEC_WEBSOCKET_VERSION) != Some(&HeaderValue::from_static(VERSION)) {
        let words = "say Sec-WebSocket-Version: 13";
        return Err(Refusal::new(StatusCode::UPGRADE_REQUIRED, words));
    }
    let key = headers.get(header::SEC_WEBSOCKET_KEY);
    let Some(key) = key.filter(|key| is_key(key)) else {
        let words = "Sec-WebSocket-Key must be 16 bytes in base64";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, words));
    };
    // Names of subprotocols are compared as they are.
    if !values(headers, &header::SEC_WEBSOCKET_PROTOCOL).any(|asked| asked == subprotocol) {
        let words =
            format!("say Sec-WebSocket-Protocol: {subprotocol}; it is all that is spoken here");
        return Err(Refusal::new(StatusCode::BAD_REQUEST, words));
    }
    Ok(derive_accept_key(key.as_bytes()))
}

fn is_key(key: &HeaderValue) -> bool {
    BASE64_STANDARD
        .decode(key)
        .is_ok_and(|bytes| bytes.len() == 16)
}

/// The values of a header that lists some, in one line or in several.
fn values<'h>(headers: &'h HeaderMap, name: &header::HeaderName) -> impl Iterator<Item = &'h str> {
    let lines = headers.get_all(name).into_iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
}

fn lists(headers: &HeaderMap, name: &header::HeaderName, value: &str) -> bool {
    values(headers, name).any(|one| one.eq_ignore_ascii_case(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

    fn request(changes: &[(header::HeaderName, Option<&'static str>)]) -> Request<()> {
        let mut request = Request::get("/").body(()).unwrap();
        let good = [
            (header::CONNECTION, "keep-alive, Upgrade"),
            (header::UPGRADE, "WebSocket"),
            (header::SEC_WEBSOCKET_VERSION, VERSION),
            (header::SEC_WEBSOCKET_KEY, KEY),
            (header::SEC_WEBSOCKET_PROTOCOL, "other, chat.v1.json"),
        ];
        for (name, value) in good {
            request
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        for (name, value) in changes {
            match value {
                Some(value) => {
                    let value = HeaderValue::from_static(value);
                    request.headers_mut().insert(name, value);
                }
                None => drop(request.headers_mut().remove(name)),
            }
        }
        request
    }

    #[track_caller]
    fn refuses(name: header::HeaderName, value: Option<&'static str>, status: u16) {
        let refusal = check(&request(&[(name, value)]), "chat.v1.json").unwrap_err();
        assert_eq!(refusal.status.as_u16(), status, "{refusal:?}");
        assert!(refusal.response().unwrap().body().ends_with('\n'));
    }

    /// RFC 6455, section 1.3.
    #[test]
    fn a_good_request_is_proved_to_be_understood() {
        assert_eq!(
            check(&request(&[]), "chat.v1.json").unwrap(),
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        );
    }

    #[test]
    fn what_is_missing_or_wrong_is_said() {
        refuses(header::CONNECTION, None, 426);
        refuses(header::CONNECTION, Some("keep-alive"), 426);
        refuses(header::UPGRADE, Some("h2c"), 426);
        refuses(header::SEC_WEBSOCKET_VERSION, Some("8"), 426);
        refuses(header::SEC_WEBSOCKET_KEY, None, 400);
        refuses(header::SEC_WEBSOCKET_KEY, Some("c2hvcnQ="), 400);
        refuses(header::SEC_WEBSOCKET_PROTOCOL, None, 400);
        refuses(header::SEC_WEBSOCKET_PROTOCOL, Some("chat.v1.custom"), 400);
        refuses(header::SEC_WEBSOCKET_PROTOCOL, Some("CHAT.v1.json"), 400);
    }

    #[test]
    fn other_paths_and_methods_are_refused() {
        let mut elsewhere = request(&[]);
        *elsewhere.uri_mut() = "/chat".parse().unwrap();
        assert_eq!(check(&elsewhere, "chat.v1.json").unwrap_err().status, 404);
        let mut post = request(&[]);
        *post.method_mut() = Method::POST;
        assert_eq!(check(&post, "chat.v1.json").unwrap_err().status, 426);
    }

    #[test]
    fn what_a_server_says_instead_is_passed_on() {
        let response = Response::builder()
            .status(400)
            .body(Some(b"say it better\n".to_vec()));
        let error = refused(Error::Http(Box::new(response.unwrap())));
        assert_eq!(
            error.to_string(),
            "it refused a WebSocket: 400 Bad Request: say it better"
        );
        let lost = refused(Error::Io(io::ErrorKind::ConnectionReset.into()));
        assert_eq!(lost.kind(), io::ErrorKind::ConnectionReset);
    }
}
