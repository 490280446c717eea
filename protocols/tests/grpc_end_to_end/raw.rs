//! A client that sends what no client should.

use bytes::Bytes;
use h2::SendStream;
use h2::client::{ResponseFuture, SendRequest};
use http::{HeaderMap, Method, Request, StatusCode};
use tokio::net::TcpStream;

/// An HTTP/2 connection.
pub(crate) struct Raw {
    requests: SendRequest<Bytes>,
}

/// What came back.
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: HeaderMap,
}

impl Response {
    /// A field of the trailers, or of the headers of a response that has nothing else.
    pub(crate) fn end(&self, name: &str) -> Option<&str> {
        let value = self.trailers.get(name).or_else(|| self.headers.get(name));
        value.map(|value| value.to_str().expect("it is text"))
    }
}

/// A request that is right, but for what a test changes.
pub(crate) fn request(path: &str) -> http::request::Builder {
    Request::builder()
        .method(Method::POST)
        .uri(format!("http://localhost{path}"))
        .header("te", "trailers")
        .header("content-type", "application/grpc")
}

impl Raw {
    pub(crate) async fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("it connects");
        let (requests, connection) = h2::client::handshake(stream)
            .await
            .expect("it speaks HTTP/2");
        tokio::spawn(connection);
        Self { requests }
    }

    /// Sends a request, of which the body is still to come.
    pub(crate) fn begin(
        &mut self,
        request: http::request::Builder,
    ) -> (ResponseFuture, SendStream<Bytes>) {
        let request = request.body(()).expect("it is a request");
        self.requests
            .send_request(request, false)
            .expect("it is sent")
    }

    /// Sends a request, its body in these pieces, and takes all that comes back.
    pub(crate) async fn call(
        &mut self,
        request: http::request::Builder,
        body: &[&[u8]],
    ) -> Response {
        let request = request.body(()).expect("it is a request");
        let mut requests = self
            .requests
            .clone()
            .ready()
            .await
            .expect("it takes a request");
        let (response, mut stream) = requests.send_request(request, false).expect("it is sent");
        for piece in body {
            stream
                .send_data(Bytes::copy_from_slice(piece), false)
                .expect("it is sent");
        }
        stream.send_data(Bytes::new(), true).expect("it is sent");
        let (head, mut stream) = response.await.expect("it answers").into_parts();
        let mut body = Vec::new();
        while let Some(chunk) = stream.data().await {
            body.extend_from_slice(&chunk.expect("it is whole"));
        }
        let trailers = stream
            .trailers()
            .await
            .expect("it is whole")
            .unwrap_or_default();
        Response {
            status: head.status,
            headers: head.headers,
            body,
            trailers,
        }
    }
}
