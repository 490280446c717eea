//! The load of `floor`: one thread that sends as fast as it is answered.

use std::io::{Error, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::frame::{FRAME_BYTES, Frame, Kind};
use super::links::{LinkId, Links, Ready, set_nodelay};
use super::{ReferenceLoad, Rounds};
use crate::counted::{ByteCount, Traffic};
use crate::sockets::Opened;

/// How long a server may be silent before it counts as gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// One connection an account, all at the server by name.
pub(super) struct Load {
    links: Links,
    accounts: u16,
    senders: Vec<Sender>,
    bytes: ByteCount,
}

/// How far one account is.
#[derive(Clone)]
struct Sender {
    link: LinkId,
    sent: u64,
    acknowledged: u64,
}

/// What one run wants and has.
struct Run {
    /// How many messages each account sends.
    each: u64,
    in_flight: u64,
    unacknowledged: u64,
    undelivered: u64,
}

impl Load {
    /// Connects all accounts, together; each is known to the server when its own hello comes back.
    pub(super) fn connect(
        address: &str,
        accounts: u32,
        traffic: &Traffic,
    ) -> std::io::Result<Self> {
        let too_many = |_| {
            Error::new(
                ErrorKind::InvalidInput,
                "floor numbers its accounts in 16 bits; ask for fewer",
            )
        };
        let accounts = u16::try_from(accounts).map_err(too_many)?;
        let mut links = Links::new()?;
        let mut senders = Vec::with_capacity(accounts.into());
        let dialled = (0..accounts).map(|account| dial(address, account));
        let dialled: Vec<TcpStream> = dialled.collect::<Result<_, _>>()?;
        for (account, mut stream) in (0..accounts).zip(dialled) {
            traffic.ask(&stream, Opened::Connected);
            expect_hello(&mut stream, account)?;
            let link = links.add(stream)?;
            links.set_account(link, account);
            senders.push(Sender {
                link,
                sent: 0,
                acknowledged: 0,
            });
        }
        let hellos = u64::from(accounts) * FRAME_BYTES as u64;
        Ok(Self {
            links,
            accounts,
            senders,
            bytes: ByteCount {
                sent: hellos,
                received: hellos,
            },
        })
    }

    fn stage(&mut self, account: u16, run: &Run) {
        let sender = &mut self.senders[usize::from(account)];
        while sender.sent < run.each && sender.sent - sender.acknowledged < run.in_flight {
            let frame = message(account, sender.sent, self.accounts);
            sender.sent += 1;
            self.links.stage(sender.link, frame);
        }
    }

    fn receive(&mut self, account: u16, run: &mut Run) -> std::io::Result<()> {
        let frames = self
            .links
            .receive(self.senders[usize::from(account)].link)?;
        for at in 0..frames {
            let kind = self.links.frame(at).map(|frame| frame.kind);
            let open = match kind {
                Some(Kind::Acknowledged) => {
                    self.senders[usize::from(account)].acknowledged += 1;
                    &mut run.unacknowledged
                }
                Some(Kind::Delivery) => &mut run.undelivered,
                Some(Kind::Hello | Kind::Message) | None => return Err(not_asked_for()),
            };
            *open = open.checked_sub(1).ok_or_else(not_asked_for)?;
        }
        self.stage(account, run);
        Ok(())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self.links.flush() {
            Some((_, error)) => Err(error),
            None => Ok(()),
        }
    }

    fn exchange(&mut self, run: &mut Run) -> std::io::Result<()> {
        (0..self.accounts).for_each(|account| self.stage(account, run));
        let mut events = Vec::new();
        while run.unacknowledged + run.undelivered > 0 {
            self.flush()?;
            self.links.wait(&mut events, Some(PATIENCE))?;
            if events.is_empty() {
                return Err(Error::new(
                    ErrorKind::TimedOut,
                    "the server has not answered for 10 s",
                ));
            }
            for event in &events {
                if let Ready::Link(link) = self.links.ready(event)
                    && let Some(account) = self.links.account(link)
                {
                    self.receive(account, run)?;
                }
            }
        }
        Ok(())
    }
}

/// The message that an account sends as its `n`th: all others in turn, starting with its successor.
fn message(account: u16, n: u64, accounts: u16) -> Frame {
    let others = u64::from(accounts) - 1;
    let to = (u64::from(account) + 1 + n % others) % u64::from(accounts);
    // Both are cut on purpose: `to` is below `accounts`, and a number need only tell neighbours apart.
    #[expect(clippy::cast_possible_truncation, reason = "see above")]
    let (to, number) = (to as u16, n as u32);
    Frame {
        kind: Kind::Message,
        account: to,
        number,
    }
}

fn dial(address: &str, account: u16) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    set_nodelay(&stream)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(&hello(account))?;
    Ok(stream)
}

fn expect_hello(stream: &mut TcpStream, account: u16) -> std::io::Result<()> {
    let mut answer = [0; FRAME_BYTES];
    stream.read_exact(&mut answer)?;
    if answer == hello(account) {
        Ok(())
    } else {
        Err(not_asked_for())
    }
}

fn hello(account: u16) -> [u8; FRAME_BYTES] {
    let hello = Frame {
        kind: Kind::Hello,
        account,
        number: 0,
    };
    hello.to_bytes()
}

fn not_asked_for() -> Error {
    Error::new(
        ErrorKind::InvalidData,
        "the server sent what nobody had asked for",
    )
}

impl ReferenceLoad for Load {
    fn run(&mut self, rounds: &Rounds) -> std::io::Result<()> {
        let accounts = u64::from(self.accounts);
        let each = u64::from(rounds.count) * accounts.saturating_sub(1);
        let mut run = Run {
            each,
            in_flight: rounds.in_flight.max(1).into(),
            unacknowledged: accounts * each,
            undelivered: accounts * each,
        };
        for sender in &mut self.senders {
            (sender.sent, sender.acknowledged) = (0, 0);
        }
        let done = self.exchange(&mut run);
        let moved = self.links.take_moved();
        self.bytes.sent += moved.sent;
        self.bytes.received += moved.received;
        done
    }

    fn bytes(&self) -> ByteCount {
        self.bytes
    }
}
