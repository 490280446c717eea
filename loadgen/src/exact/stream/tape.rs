//! The bytes of a connection, cut into steps.

use std::collections::BTreeMap;

use protocols::counted::{Direction, Stretch};

use super::http2::{Frame, Frames};

/// Cuts what a client's sockets moved into steps.
pub(super) struct Recorder {
    /// Where each stream of HTTP/2 stands, by socket and by whether it is the client's; none if it is not HTTP/2.
    http2: Option<BTreeMap<(u32, bool), Frames>>,
}

/// What one step moved.
pub(crate) struct Tape {
    stretches: Vec<Stretch>,
    /// The frames that began in it, in order; none if the stream is not divided by HTTP/2.
    frames: Option<Vec<(Direction, Frame)>>,
}

impl Recorder {
    /// Nothing was moved yet.
    pub(super) fn new(is_http2: bool) -> Self {
        Self {
            http2: is_http2.then(BTreeMap::new),
        }
    }

    /// What was moved since the last step.
    ///
    /// # Errors
    /// If it is said to be HTTP/2 and does not look like it.
    pub(super) fn cut(&mut self, stretches: Vec<Stretch>) -> anyhow::Result<Tape> {
        let frames = match &mut self.http2 {
            None => None,
            Some(streams) => {
                let mut frames = Vec::new();
                for stretch in &stretches {
                    let stream = streams
                        .entry((stretch.socket, stretch.direction == Direction::Sent))
                        .or_insert_with(|| Frames::of(stretch.direction));
                    let begun = stream.read(&stretch.bytes)?;
                    frames.extend(begun.into_iter().map(|frame| (stretch.direction, frame)));
                }
                Some(frames)
            }
        };
        Ok(Tape { stretches, frames })
    }
}

impl Tape {
    /// Whether nothing was moved.
    pub(super) const fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }

    /// Frames of HTTP/2 in both directions; none if the stream is divided in another way.
    pub(super) fn frames(&self) -> Option<u64> {
        self.frames.as_ref().map(|frames| frames.len() as u64)
    }

    /// How often the client sent something and then heard something. In HTTP/2 only what belongs to calls counts:
    /// acknowledgements of settings and window updates wait for nobody.
    pub(super) fn round_trips(&self) -> u64 {
        match &self.frames {
            None => turns(self.stretches.iter().map(|stretch| stretch.direction)),
            Some(frames) => turns(
                frames
                    .iter()
                    .filter(|(_, frame)| frame.belongs_to_a_call())
                    .map(|(direction, _)| *direction),
            ),
        }
    }

    /// What was moved, in order.
    pub(crate) fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// All that was sent, and all that was received.
    pub(crate) fn into_bytes(self) -> [Vec<u8>; 2] {
        let (mut sent, mut received) = (Vec::new(), Vec::new());
        for stretch in self.stretches {
            match stretch.direction {
                Direction::Sent => sent.extend(stretch.bytes),
                Direction::Received => received.extend(stretch.bytes),
            }
        }
        [sent, received]
    }
}

/// How often something is received after something was sent.
fn turns(directions: impl Iterator<Item = Direction>) -> u64 {
    let (mut turns, mut waits) = (0, false);
    for direction in directions {
        turns += u64::from(waits && direction == Direction::Received);
        waits = direction == Direction::Sent;
    }
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: Direction = Direction::Sent;
    const RECEIVED: Direction = Direction::Received;

    fn stretch(direction: Direction, bytes: &[u8]) -> Stretch {
        Stretch {
            socket: 0,
            direction,
            bytes: bytes.to_vec(),
        }
    }

    #[track_caller]
    fn check(directions: &[Direction], round_trips: u64) {
        assert_eq!(turns(directions.iter().copied()), round_trips);
    }

    #[test]
    fn a_round_trip_is_something_sent_and_then_something_heard() {
        check(&[], 0);
        check(&[SENT], 0);
        check(&[RECEIVED], 0);
        check(&[SENT, RECEIVED], 1);
        check(&[SENT, SENT, RECEIVED, RECEIVED], 1);
        check(&[RECEIVED, SENT, RECEIVED, SENT, RECEIVED, SENT], 2);
    }

    #[test]
    fn bytes_are_put_together_by_direction() {
        let stretches = vec![
            stretch(SENT, b"a"),
            stretch(RECEIVED, b"xy"),
            stretch(SENT, b"bc"),
        ];
        let tape = Recorder::new(false).cut(stretches).unwrap();
        assert_eq!((tape.frames(), tape.round_trips()), (None, 1));
        assert_eq!(tape.into_bytes(), [b"abc".to_vec(), b"xy".to_vec()]);
    }

    #[test]
    fn settings_of_http2_are_frames_and_no_round_trip() {
        let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
        let acknowledged = [0, 0, 0, 4, 1, 0, 0, 0, 0];
        let client = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(), &settings].concat();
        let mut recorder = Recorder::new(true);
        let stretches = vec![
            stretch(SENT, &client),
            stretch(RECEIVED, &settings),
            stretch(SENT, &acknowledged),
        ];
        let tape = recorder.cut(stretches).unwrap();
        assert_eq!((tape.frames(), tape.round_trips()), (Some(3), 0));
    }
}
