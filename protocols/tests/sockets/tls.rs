//! TLS: who is trusted, what a record holds, how a connection ends.

use std::sync::Arc;

use protocols::client::{Caller, ClientError};
use protocols::counted::{Direction, Traffic};
use protocols::security::{Trust, throwaway};
use protocols::transport::Connect;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use server_core::Event;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::server::{HELLO, Server, ask_at_once, soon, until};

const PROTOCOL: &str = "json+tls";

/// A server is not believed that shows a certificate for another name, or one that nobody vouches for; and goes on.
#[tokio::test]
async fn a_server_that_is_not_verified_is_refused() {
    for protocol in [PROTOCOL, "json+quic"] {
        let server = Server::start(protocol).await;
        let trust = server.trust.as_deref().unwrap().clone();
        let other_name = Trust {
            server_name: "example.com".to_owned(),
            ..trust.clone()
        };
        let (_, other_root) = throwaway();
        for (trust, said) in [
            (other_name, "not valid for name"),
            (other_root, "certificate"),
        ] {
            let door = Connect {
                trust: Some(Arc::new(trust)),
                ..server.door()
            };
            let refused = server.refusal(door).await;
            assert!(refused.contains(said), "{protocol}: {refused}");
        }
        for name in ["localhost", "127.0.0.1", "::1"] {
            let trust = Trust {
                server_name: name.to_owned(),
                ..trust.clone()
            };
            let door = Connect {
                trust: Some(Arc::new(trust)),
                ..server.door()
            };
            assert!(server.connect(door).await.is_ok(), "{protocol}: {name}");
        }
        drop(server.caller().await);
    }
}

#[tokio::test]
async fn nobody_comes_in_without_knowing_whom_to_trust() {
    for protocol in [PROTOCOL, "json+quic"] {
        let server = Server::start(protocol).await;
        let door = Connect {
            trust: None,
            ..server.door()
        };
        let refused = server.refusal(door).await;
        assert!(
            refused.contains("needs to be told whose certificate to trust"),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn a_client_that_does_not_encrypt_is_let_go() {
    let server = Server::start(PROTOCOL).await;
    let plain = Server::start("json").await;
    let door = Connect {
        address: server.address.clone(),
        ..plain.door()
    };
    let mut caller = Caller::new(plain.connect(door).await.expect("TCP is there"));
    let answer = soon(caller.call(&HELLO)).await;
    assert!(
        matches!(
            answer,
            Err(ClientError::Closed { .. } | ClientError::Decode(_) | ClientError::Io(_))
        ),
        "{answer:?}"
    );
    drop(server.caller().await);
}

#[tokio::test]
async fn a_server_that_does_not_encrypt_is_refused() {
    let server = Server::start(PROTOCOL).await;
    // Its frames begin with bytes of their own, so that it sees at once that these are none.
    let plain = Server::start("custom").await;
    let door = Connect {
        address: plain.address.clone(),
        ..server.door()
    };
    let refused = server.refusal(door).await;
    assert!(
        refused.contains("tls does not come about with") && refused.contains("speak it there"),
        "{refused}"
    );
    drop(plain.caller().await);
}

/// What is written at once is one record: 5 bytes of header, 1 for its type, 16 that prove it whole (RFC 8446, section
/// 5.2).
#[tokio::test]
async fn all_that_is_ready_is_one_record() {
    let mut lengths = Vec::new();
    for protocol in ["json", PROTOCOL] {
        let server = Server::start(protocol).await;
        let traffic = Arc::new(Traffic::recording());
        let door = Connect {
            traffic: Arc::clone(&traffic),
            ..server.door()
        };
        let mut client = server.connect(door).await.expect("it may come in");
        ask_at_once(&mut *client, &HELLO, 1).await;
        drop(traffic.take_tape());
        ask_at_once(&mut *client, &HELLO, 5).await;
        let tape = traffic.take_tape();
        lengths.push([Direction::Sent, Direction::Received].map(|direction| {
            let stretches = tape.iter().filter(|one| one.direction == direction);
            let bytes: Vec<u8> = stretches.flat_map(|one| one.bytes.clone()).collect();
            bytes.len()
        }));
    }
    let [plain, encrypted] = lengths[..] else {
        panic!("two protocols");
    };
    assert_eq!(encrypted, plain.map(|bytes| bytes + 22));
}

/// A client that closes its half is answered, and told that the server closes, too.
#[tokio::test]
async fn a_half_closed_connection_is_answered_to_its_end() {
    let server = Server::start(PROTOCOL).await;
    let mut stream = by_hand(&server).await;
    let hello = b"{\"op\":\"hello\",\"version\":1}\n";
    stream.write_all(&hello.repeat(3)).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answered = String::new();
    // An end without close_notify would be an error here.
    soon(stream.read_to_string(&mut answered)).await.unwrap();
    assert_eq!(answered.lines().count(), 3, "{answered}");
}

/// A client that goes away without a word takes only itself along.
#[tokio::test]
async fn a_connection_that_is_cut_takes_only_itself_along() {
    let server = Server::start(PROTOCOL).await;
    let mut stream = by_hand(&server).await;
    stream.write_all(b"{\"op\":").await.unwrap();
    let (socket, _) = stream.into_inner();
    drop(socket);
    drop(server.user("alice").await);
}

#[tokio::test]
async fn a_server_that_stops_says_so_and_closes() {
    let server = Server::start(PROTOCOL).await;
    let mut caller = server.caller().await;
    let silent = TcpStream::connect(&server.address).await.unwrap();
    server.begin_to_stop();
    assert_eq!(
        soon(caller.next_event()).await.unwrap(),
        Event::ServerClosing
    );
    let end = soon(caller.next_event()).await.expect_err("it is over");
    assert!(matches!(end, ClientError::Closed { .. }), "{end}");
    // Whoever has not even begun a handshake does not hold it up.
    server.ended().await;
    drop(silent);
}

/// Both ends have counted the same, `close_notify` included.
#[tokio::test]
async fn the_farewell_is_counted_at_both_ends() {
    let server = Server::start(PROTOCOL).await;
    let traffic = Arc::<Traffic>::default();
    let door = Connect {
        traffic: Arc::clone(&traffic),
        ..server.door()
    };
    let mut client = server.connect(door).await.expect("it may come in");
    ask_at_once(&mut *client, &HELLO, 1).await;
    let before = traffic.bytes().sent;
    drop(client);
    assert_eq!(traffic.bytes().sent, before + 24, "an alert in a record");
    until(|| server.traffic.bytes().received == traffic.bytes().sent).await;
}

/// TLS without a client of ours.
async fn by_hand(server: &Server) -> tokio_rustls::client::TlsStream<TcpStream> {
    let trust = server.trust.as_deref().unwrap();
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(trust.roots_pem.as_bytes()).unwrap();
    roots.add(root).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TcpStream::connect(&server.address).await.unwrap();
    soon(connector.connect(name, stream)).await.unwrap()
}
