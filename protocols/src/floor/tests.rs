use std::collections::BTreeSet;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use super::frame::{FRAME_BYTES, Frame, Kind};
use super::{Floor, Reference as _, Rounds, RunningReference};
use crate::counted::{ByteCount, Traffic};

fn serve() -> RunningReference {
    Floor.serve("127.0.0.1:0").unwrap()
}

/// Runs the load, and checks what every end counted: a frame each for request, acknowledgement and delivery.
#[track_caller]
fn check_load(accounts: u32, rounds: Rounds) {
    let server = serve();
    let traffic = Traffic::default();
    let mut load = Floor.connect(&server.address, accounts, &traffic).unwrap();
    let hellos = u64::from(accounts) * FRAME_BYTES as u64;
    assert_eq!(
        load.bytes(),
        ByteCount {
            sent: hellos,
            received: hellos
        }
    );
    let each = u64::from(accounts)
        * u64::from(accounts - 1)
        * u64::from(rounds.count)
        * FRAME_BYTES as u64;
    for run in 1..=2 {
        load.run(&rounds).unwrap();
        let counted = ByteCount {
            sent: hellos + run * each,
            received: hellos + 2 * run * each,
        };
        assert_eq!(
            load.bytes(),
            counted,
            "{accounts} accounts, {rounds:?}, run {run}"
        );
    }
    let (accepted, connected) = (server.traffic.asked().accepted, traffic.asked().connected);
    let accounts = u64::from(accounts);
    assert_eq!((accepted.sockets, accepted.nodelay), (accounts, accounts));
    assert_eq!((connected.sockets, connected.nodelay), (accounts, accounts));
    // The server counts a wake-up when it has written all of it: once a later hello is answered, all before is counted.
    Floor
        .connect(&server.address, 1, &Traffic::default())
        .unwrap();
    let hello = FRAME_BYTES as u64;
    let counted = server.traffic.bytes();
    assert!(
        [0, hello].contains(&(counted.received - load.bytes().sent)),
        "{counted:?}"
    );
    assert!(
        [0, hello].contains(&(counted.sent - load.bytes().received)),
        "{counted:?}"
    );
}

#[test]
fn every_message_is_acknowledged_and_delivered() {
    check_load(
        1,
        Rounds {
            count: 3,
            in_flight: 1,
        },
    );
    for accounts in [2, 3, 40] {
        for in_flight in [1, 3, 16, 1_000] {
            check_load(
                accounts,
                Rounds {
                    count: 7,
                    in_flight,
                },
            );
        }
    }
}

/// A client that looks at every frame, unlike the load, which only counts them.
struct Account {
    stream: TcpStream,
    number: u16,
}

impl Account {
    fn connect(address: &str, number: u16) -> Self {
        let mut account = Self {
            stream: TcpStream::connect(address).unwrap(),
            number,
        };
        let hello = Frame {
            kind: Kind::Hello,
            account: number,
            number: 0,
        };
        account.send(&[hello]);
        assert_eq!(account.receive(), hello);
        account
    }

    fn send(&mut self, frames: &[Frame]) {
        let bytes: Vec<u8> = frames.iter().flat_map(|frame| frame.to_bytes()).collect();
        self.stream.write_all(&bytes).unwrap();
    }

    fn receive(&mut self) -> Frame {
        let mut bytes = [0; FRAME_BYTES];
        self.stream.read_exact(&mut bytes).unwrap();
        Frame::from_bytes(bytes).unwrap()
    }

    fn messages(&self, accounts: u16) -> Vec<Frame> {
        let others = (0..accounts).filter(|&to| to != self.number);
        let message = |to| Frame {
            kind: Kind::Message,
            account: to,
            number: number(self.number, to),
        };
        others.map(message).collect()
    }
}

/// A number that no other message has.
fn number(from: u16, to: u16) -> u32 {
    u32::from(from) << 16 | u32::from(to)
}

#[track_caller]
fn check_relay(accounts: u16) {
    let server = serve();
    let mut all: Vec<_> = (0..accounts)
        .map(|number| Account::connect(&server.address, number))
        .collect();
    for account in &mut all {
        let messages = account.messages(accounts);
        account.send(&messages);
    }
    for account in &mut all {
        let sent = account.messages(accounts);
        let mut expected: BTreeSet<Frame> = sent
            .iter()
            .map(|frame| Frame {
                kind: Kind::Acknowledged,
                ..*frame
            })
            .collect();
        let others = (0..accounts).filter(|&from| from != account.number);
        expected.extend(others.map(|from| Frame {
            kind: Kind::Delivery,
            account: from,
            number: number(from, account.number),
        }));
        while !expected.is_empty() {
            let frame = account.receive();
            assert!(
                expected.remove(&frame),
                "doubled or not asked for: {frame:?}"
            );
        }
    }
}

#[test]
fn every_message_reaches_its_recipient_once_and_nobody_else() {
    check_relay(2);
    check_relay(3);
    check_relay(40);
}

#[test]
fn frames_may_come_in_pieces() {
    let server = serve();
    let mut sender = Account::connect(&server.address, 0);
    let mut recipient = Account::connect(&server.address, 1);
    let messages = [7, 8, 9].map(|number| Frame {
        kind: Kind::Message,
        account: 1,
        number,
    });
    let bytes: Vec<u8> = messages.iter().flat_map(|frame| frame.to_bytes()).collect();
    for byte in bytes {
        sender.stream.write_all(&[byte]).unwrap();
    }
    for message in messages {
        assert_eq!(
            sender.receive(),
            Frame {
                kind: Kind::Acknowledged,
                ..message
            }
        );
        assert_eq!(
            recipient.receive(),
            Frame {
                kind: Kind::Delivery,
                account: 0,
                ..message
            }
        );
    }
}

/// Sends that many messages in batches, the numbers being their places, and reads their acknowledgements.
fn send_many(sender: &mut Account, messages: u32) {
    const BATCH: u32 = 1_000;
    let mut acknowledgements = [0; BATCH as usize * FRAME_BYTES];
    for batch in 0..messages / BATCH {
        let numbers = batch * BATCH..(batch + 1) * BATCH;
        let frames: Vec<_> = numbers
            .map(|number| Frame {
                kind: Kind::Message,
                account: 1,
                number,
            })
            .collect();
        sender.send(&frames);
        sender.stream.read_exact(&mut acknowledgements).unwrap();
    }
}

#[test]
fn a_recipient_that_never_reads_is_cut() {
    // More than any socket's buffers and the relay hold together.
    const MESSAGES: u32 = 4_000_000;
    let server = serve();
    let mut sender = Account::connect(&server.address, 0);
    let mut recipient = Account::connect(&server.address, 1);
    send_many(&mut sender, MESSAGES);
    let mut all = vec![0; MESSAGES as usize * FRAME_BYTES];
    let error = recipient
        .stream
        .read_exact(&mut all)
        .expect_err("the relay kept everything");
    assert!(
        matches!(
            error.kind(),
            ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset
        ),
        "{error:?}"
    );
}

#[test]
fn what_a_client_may_not_say_ends_its_connection_only() {
    let server = serve();
    let mut healthy = Account::connect(&server.address, 0);
    for bytes in [
        [4, 0, 0, 0, 0, 0, 0, 0],
        [255; 8],
        [0; 8],
        [2, 0, 0, 0, 0, 0, 0, 0],
    ] {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream.write_all(&bytes).unwrap();
        assert_eq!(stream.read(&mut [0]).unwrap(), 0, "{bytes:?}");
    }
    let to_self = Frame {
        kind: Kind::Message,
        account: 0,
        number: 5,
    };
    healthy.send(&[to_self]);
    assert_eq!(healthy.receive().kind, Kind::Delivery);
    assert_eq!(healthy.receive().kind, Kind::Acknowledged);
}

#[test]
fn a_server_that_goes_away_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = std::thread::spawn(move || {
        let mut streams = [(); 2].map(|()| {
            let (mut stream, _) = listener.accept().unwrap();
            let mut hello = [0; FRAME_BYTES];
            stream.read_exact(&mut hello).unwrap();
            stream.write_all(&hello).unwrap();
            stream
        });
        for stream in &mut streams {
            stream.read_exact(&mut [0; FRAME_BYTES]).unwrap();
        }
    });
    let mut load = Floor.connect(&address, 2, &Traffic::default()).unwrap();
    let error = load
        .run(&Rounds {
            count: 1,
            in_flight: 1,
        })
        .unwrap_err();
    assert!(
        matches!(
            error.kind(),
            ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset
        ),
        "{error:?}"
    );
    server.join().unwrap();
}

#[test]
fn nobody_there_and_a_port_in_use_are_errors() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert_eq!(
        Floor.serve(&address).err().unwrap().kind(),
        ErrorKind::AddrInUse
    );
    drop(taken);
    assert_eq!(
        Floor
            .connect(&address, 2, &Traffic::default())
            .err()
            .unwrap()
            .kind(),
        ErrorKind::ConnectionRefused
    );
    assert_eq!(
        Floor
            .connect(&address, 70_000, &Traffic::default())
            .err()
            .unwrap()
            .kind(),
        ErrorKind::InvalidInput
    );
}
