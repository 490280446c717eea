//! HTTP by hand: bytes there, and what comes back taken apart by code that is none of hyper's.

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// A connection.
pub(crate) struct Raw(BufReader<TcpStream>);

/// What came back.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// In the order in which they came.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| &**value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("it is JSON")
    }
}

/// A call with these headers, each with its line break, beside those that it must have.
pub(crate) fn post(path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nhost: chat\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
}

/// A request without a body.
pub(crate) fn bare(method: &str, path: &str, headers: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nhost: chat\r\n{headers}\r\n")
}

impl Raw {
    pub(crate) async fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("it connects");
        stream.set_nodelay(true).expect("it is a socket");
        Self(BufReader::new(stream))
    }

    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        let written = self.0.get_mut().write_all(bytes.as_ref()).await;
        written.expect("it is open");
    }

    /// Sends a request and takes the response.
    pub(crate) async fn ask(&mut self, request: impl AsRef<[u8]>) -> Response {
        self.write(request).await;
        self.response().await
    }

    /// The next response, whole.
    pub(crate) async fn response(&mut self) -> Response {
        let mut response = self.head().await;
        let length = response.header("content-length");
        let length = length.map_or(0, |length| length.parse().expect("it is a number"));
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.expect("it is whole");
        response.body = String::from_utf8(body).expect("it is text");
        response
    }

    /// The next response without its body.
    pub(crate) async fn head(&mut self) -> Response {
        let first = self.line().await;
        let status = first.strip_prefix("HTTP/1.1 ").expect("it is HTTP");
        let status = status[..3].parse().expect("it is a status");
        let mut headers = Vec::new();
        loop {
            let line = self.line().await;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(": ").expect("it is a header");
            headers.push((name.to_owned(), value.to_owned()));
        }
        Response {
            status,
            headers,
            body: String::new(),
        }
    }

    /// The next chunk of a body; empty at its end.
    pub(crate) async fn chunk(&mut self) -> String {
        let size = usize::from_str_radix(&self.line().await, 16).expect("it is a size");
        let mut chunk = vec![0; size + 2];
        self.0.read_exact(&mut chunk).await.expect("it is whole");
        assert!(chunk.ends_with(b"\r\n"));
        chunk.truncate(size);
        String::from_utf8(chunk).expect("it is text")
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).await.expect("it is text");
        let line = line.strip_suffix("\r\n");
        line.unwrap_or_else(|| panic!("the connection ended"))
            .to_owned()
    }

    /// Whatever comes until the end.
    pub(crate) async fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        // A connection that is reset has ended, too.
        let _ = self.0.read_to_end(&mut rest).await;
        String::from_utf8_lossy(&rest).into_owned()
    }
}
