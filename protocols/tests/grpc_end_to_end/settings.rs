//! What HTTP/2 is said to be set to is what really crosses the wire, read by a parser of its own (RFC 9113, section 4.1).

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use protocols::conditions::{Http2, Http2End};

use crate::server::{Server, conditions, connect};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const SETTINGS: u8 = 4;
const WINDOW_UPDATE: u8 = 8;
const ACKNOWLEDGED: u8 = 1;

/// What holds for an end that says nothing (RFC 9113, sections 6.5.2 and 6.9.2).
const SILENT: Http2End = Http2End {
    stream_window_bytes: 65_535,
    connection_window_bytes: 65_535,
    frame_max_bytes: 16_384,
    header_list_max_bytes: u32::MAX,
    header_table_bytes: 4_096,
    streams_max: None,
};

/// How long the other end may be silent before the test fails.
const PATIENCE: Duration = Duration::from_secs(10);

fn declared() -> Http2 {
    conditions().http2.expect("gRPC is HTTP/2")
}

struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: Vec<u8>,
}

fn read_frame(stream: &mut TcpStream) -> Frame {
    let mut head = [0; 9];
    stream.read_exact(&mut head).expect("a frame comes");
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; length as usize];
    stream.read_exact(&mut payload).expect("it is whole");
    Frame {
        kind: head[3],
        flags: head[4],
        stream: u32::from_be_bytes([head[5], head[6], head[7], head[8]]),
        payload,
    }
}

/// What an end announces first: its settings, and how much wider than the default its connection is.
fn announced(stream: &mut TcpStream) -> Http2End {
    stream.set_read_timeout(Some(PATIENCE)).expect("it is set");
    let mut end = SILENT;
    let settings = read_frame(stream);
    assert_eq!((settings.kind, settings.flags), (SETTINGS, 0));
    for setting in settings.payload.as_chunks::<6>().0 {
        let value = u32::from_be_bytes([setting[2], setting[3], setting[4], setting[5]]);
        match u16::from_be_bytes([setting[0], setting[1]]) {
            1 => end.header_table_bytes = value,
            2 => assert_eq!(value, 0, "nobody pushes"),
            3 => end.streams_max = Some(value),
            4 => end.stream_window_bytes = value,
            5 => end.frame_max_bytes = value,
            6 => end.header_list_max_bytes = value,
            other => panic!("nothing is declared of setting {other}"),
        }
    }
    // Acknowledgements of the other end's settings may come in between.
    let update = loop {
        let frame = read_frame(stream);
        if (frame.kind, frame.flags) != (SETTINGS, ACKNOWLEDGED) {
            break frame;
        }
    };
    assert_eq!((update.kind, update.stream), (WINDOW_UPDATE, 0));
    let wider = update.payload.as_slice().try_into().expect("4 bytes");
    end.connection_window_bytes += u32::from_be_bytes(wider);
    end
}

#[tokio::test]
async fn a_server_announces_what_is_declared() {
    let server = Server::start().await;
    let address = server.address.clone();
    let end = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).expect("it connects");
        stream.write_all(PREFACE).expect("it is sent");
        // Empty settings of our own.
        stream
            .write_all(&[0, 0, 0, SETTINGS, 0, 0, 0, 0, 0])
            .expect("it is sent");
        announced(&mut stream)
    });
    assert_eq!(end.await.expect("it does not panic"), declared().server);
}

#[tokio::test]
async fn a_client_announces_what_is_declared() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let address = listener.local_addr().expect("it has one").to_string();
    let end = tokio::task::spawn_blocking(move || {
        let (mut stream, _) = listener.accept().expect("it connects");
        stream.set_read_timeout(Some(PATIENCE)).expect("it is set");
        let mut preface = [0; PREFACE.len()];
        stream.read_exact(&mut preface).expect("it begins");
        assert_eq!(preface, PREFACE);
        // Kept open, so that what is asked stays without an answer.
        (announced(&mut stream), stream)
    });
    let mut caller = connect(&address, &std::sync::Arc::default()).await;
    let asking = caller.call(&server_core::Request::Ping);
    tokio::select! {
        end = end => assert_eq!(end.expect("it does not panic").0, declared().client),
        answer = asking => panic!("nobody answers, and yet: {answer:?}"),
    }
}
