//! What sockets say of themselves when they are asked (`getsockopt`), rather than what they were told.

use std::os::fd::AsFd;

use rustix::net::sockopt;
use serde::{Deserialize, Serialize};

/// How a socket came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// A server accepted it.
    Accepted,
    /// A client connected it.
    Connected,
}

/// What the sockets of one process said, by how they came to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Those that were accepted.
    pub accepted: Answers,
    /// Those that were connected.
    pub connected: Answers,
}

/// What some sockets said when they were opened. The kernel lets buffers grow later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// How many were asked.
    pub sockets: u64,
    /// How many said that `TCP_NODELAY` is set.
    pub nodelay: u64,
    /// `SO_SNDBUF`; `None` if there was no socket.
    pub send_buffer_bytes: Option<Range>,
    /// `SO_RCVBUF`, likewise.
    pub receive_buffer_bytes: Option<Range>,
    /// `TCP_CONGESTION`; `None` if there was none, or sockets differed.
    pub congestion_control: Option<AlgorithmName>,
}

/// The least and the most of some numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// The least.
    pub min: u32,
    /// The most.
    pub max: u32,
}

/// The name of a congestion control algorithm, `cubic` for instance. Linux has room for 16 bytes (`TCP_CA_NAME_MAX`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AlgorithmName {
    bytes: [u8; NAME_MAX_BYTES],
    length: u8,
}

const NAME_MAX_BYTES: usize = 16;

impl Asked {
    /// Asks one more socket.
    pub fn ask(&mut self, socket: &impl AsFd, opened: Opened) {
        match opened {
            Opened::Accepted => self.accepted.ask(socket),
            Opened::Connected => self.connected.ask(socket),
        }
    }

    /// Asks a socket that is not TCP's about its buffers alone; it is not among those that are counted.
    pub fn ask_buffers(&mut self, socket: &impl AsFd, opened: Opened) {
        match opened {
            Opened::Accepted => self.accepted.ask_buffers(socket),
            Opened::Connected => self.connected.ask_buffers(socket),
        }
    }
}

impl Answers {
    fn ask_buffers(&mut self, socket: &impl AsFd) {
        let send_bytes = sockopt::socket_send_buffer_size(socket).unwrap_or(0);
        let receive_bytes = sockopt::socket_recv_buffer_size(socket).unwrap_or(0);
        self.send_buffer_bytes = Some(Range::with(self.send_buffer_bytes, send_bytes));
        self.receive_buffer_bytes = Some(Range::with(self.receive_buffer_bytes, receive_bytes));
    }

    fn ask(&mut self, socket: &impl AsFd) {
        self.ask_buffers(socket);
        let algorithm = sockopt::tcp_congestion(socket).ok();
        let algorithm = algorithm.and_then(|name| AlgorithmName::try_from(name).ok());
        if self.sockets == 0 {
            self.congestion_control = algorithm;
        } else if self.congestion_control != algorithm {
            self.congestion_control = None;
        }
        self.sockets += 1;
        // A socket that does not answer has not said that it is set.
        self.nodelay += u64::from(sockopt::tcp_nodelay(socket).unwrap_or(false));
    }
}

impl Range {
    fn with(before: Option<Self>, value: usize) -> Self {
        let value = u32::try_from(value).unwrap_or(u32::MAX);
        before.map_or(
            Self {
                min: value,
                max: value,
            },
            |range| Self {
                min: range.min.min(value),
                max: range.max.max(value),
            },
        )
    }
}

/// A name that no kernel has room for.
#[derive(Debug, thiserror::Error)]
#[error("the name of a congestion control algorithm has at most {NAME_MAX_BYTES} bytes")]
pub struct NameTooLong;

impl TryFrom<String> for AlgorithmName {
    type Error = NameTooLong;

    fn try_from(name: String) -> Result<Self, NameTooLong> {
        let mut bytes = [0; NAME_MAX_BYTES];
        let room = bytes.get_mut(..name.len()).ok_or(NameTooLong)?;
        room.copy_from_slice(name.as_bytes());
        let length = u8::try_from(name.len()).map_err(|_| NameTooLong)?;
        Ok(Self { bytes, length })
    }
}

impl From<AlgorithmName> for String {
    fn from(name: AlgorithmName) -> Self {
        Self::from_utf8_lossy(&name.bytes[..name.length.into()]).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_socket_is_asked_and_not_trusted() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, _) = listener.accept().unwrap();
        let mut asked = Asked::default();
        asked.ask(&client, Opened::Connected);
        client.set_nodelay(true).unwrap();
        asked.ask(&client, Opened::Connected);
        asked.ask(&server, Opened::Accepted);
        let count = |answers: Answers| (answers.sockets, answers.nodelay);
        assert_eq!(count(asked.connected), (2, 1));
        assert_eq!(count(asked.accepted), (1, 0));
        let name = asked.connected.congestion_control.map(String::from);
        assert_eq!(name, sockopt::tcp_congestion(&client).ok());
        let buffer_bytes = asked.connected.send_buffer_bytes.unwrap();
        assert!(buffer_bytes.min > 0 && buffer_bytes.min <= buffer_bytes.max);
    }

    #[test]
    fn sockets_that_differ_show_it() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (unix, _peer) = std::os::unix::net::UnixStream::pair().unwrap();
        let mut answers = Answers::default();
        answers.ask(&listener);
        assert!(answers.congestion_control.is_some());
        sockopt::set_socket_send_buffer_size(&unix, 64 * 1024).unwrap();
        answers.ask(&unix);
        assert_eq!(answers.congestion_control, None);
        answers.ask(&listener);
        assert_eq!(answers.congestion_control, None);
        let range = answers.send_buffer_bytes.unwrap();
        assert!(range.min < range.max, "{range:?}");
    }

    #[test]
    fn answers_travel_as_json() {
        let cubic = AlgorithmName::try_from("cubic".to_owned()).unwrap();
        let answers = Answers {
            sockets: 2,
            nodelay: 1,
            send_buffer_bytes: Some(Range { min: 1, max: 3 }),
            receive_buffer_bytes: None,
            congestion_control: Some(cubic),
        };
        let json = serde_json::to_string(&answers).unwrap();
        assert!(json.contains(r#""congestion_control":"cubic""#), "{json}");
        assert_eq!(serde_json::from_str::<Answers>(&json).unwrap(), answers);
        assert!(AlgorithmName::try_from("x".repeat(17)).is_err());
    }
}
