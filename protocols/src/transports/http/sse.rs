//! Event streams (WHATWG HTML, section 9.2, "Server-sent events"): lines of text, of which an empty one ends an event.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use server_core::limits::FRAME_MAX_BYTES;

use super::format::EventData;

/// The media type of an event stream.
pub(super) const CONTENT_TYPE: &str = "text/event-stream";

/// What a stream begins with: after how many milliseconds a client whose connection was cut is to come back.
pub(super) const BEGINNING: &str = "retry: 1000\n\n";

/// A comment, which keeps whatever is in between from closing a stream that is silent.
pub(super) const COMMENT: &str = ":\n\n";

/// Appends an event.
pub(super) fn write(out: &mut Vec<u8>, name: &str, data: EventData, body: &[u8]) {
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\ndata: ");
    match data {
        EventData::Plain => out.extend_from_slice(body),
        EventData::Base64 => {
            let start = out.len();
            out.resize(start + body.len().div_ceil(3) * 4, 0);
            let written = BASE64_STANDARD.encode_slice(body, &mut out[start..]);
            written.expect("base64 has four characters for three bytes");
        }
    }
    out.extend_from_slice(b"\n\n");
}

/// Reads a stream that comes in any pieces.
pub(super) struct Reader {
    data: EventData,
    /// What came and was not read yet, from `read` on.
    input: Vec<u8>,
    read: usize,
    /// Whether a line feed that comes next belongs to the line before it.
    after_return: bool,
    is_first_line: bool,
    /// The `data` fields of the event under way.
    fields: Option<Vec<u8>>,
    /// The body of the last event.
    body: Vec<u8>,
}

/// Why a stream cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    /// An event is longer than what is taken.
    #[error("an event is longer than {FRAME_MAX_BYTES} bytes")]
    TooLong,
    /// An event should be base64 and is not.
    #[error("an event is not base64")]
    NotBase64,
}

impl Reader {
    pub(super) const fn new(data: EventData) -> Self {
        Self {
            data,
            input: Vec::new(),
            read: 0,
            after_return: false,
            is_first_line: true,
            fields: None,
            body: Vec::new(),
        }
    }

    /// Takes the next piece.
    pub(super) fn push(&mut self, piece: &[u8]) {
        self.input.drain(..self.read);
        self.read = 0;
        self.input.extend_from_slice(piece);
    }

    /// The body of the next event that is whole; events without data say nothing and are passed over.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub(super) fn next_body(&mut self) -> Result<Option<&[u8]>, Unreadable> {
        while let Some((start, end)) = self.next_line() {
            if start < end {
                self.take_line(start, end);
            } else if let Some(fields) = self.fields.take() {
                self.body = match self.data {
                    EventData::Plain => fields,
                    EventData::Base64 => {
                        let body = BASE64_STANDARD.decode(&fields);
                        body.map_err(|_| Unreadable::NotBase64)?
                    }
                };
                return Ok(Some(&self.body));
            }
        }
        let waiting = self.input.len() - self.read + self.fields.as_ref().map_or(0, Vec::len);
        if waiting > FRAME_MAX_BYTES {
            return Err(Unreadable::TooLong);
        }
        Ok(None)
    }

    /// Where the next whole line is. A line ends with a line feed, a carriage return, or both.
    fn next_line(&mut self) -> Option<(usize, usize)> {
        if self.after_return && self.input.get(self.read) == Some(&b'\n') {
            self.read += 1;
        }
        let rest = self
            .input
            .get(self.read..)
            .filter(|rest| !rest.is_empty())?;
        self.after_return = false;
        let length = memchr::memchr2(b'\n', b'\r', rest)?;
        let (mut start, end) = (self.read, self.read + length);
        self.after_return = rest[length] == b'\r';
        self.read = end + 1;
        if std::mem::take(&mut self.is_first_line) && self.input[start..end].starts_with(BOM) {
            start += BOM.len();
        }
        Some((start, end))
    }

    /// Takes a line that is not empty: a field, or a comment. Of the fields only `data` matters here; what kind of event
    /// it is the data says, too.
    fn take_line(&mut self, start: usize, end: usize) {
        let line = &self.input[start..end];
        let colon = memchr::memchr(b':', line).unwrap_or(line.len());
        if &line[..colon] != b"data" {
            return;
        }
        let value = line.get(colon + 1..).unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match &mut self.fields {
            Some(fields) => {
                fields.push(b'\n');
                fields.extend_from_slice(value);
            }
            none => *none = Some(value.to_vec()),
        }
    }
}

/// The mark of byte order, which may stand in front.
const BOM: &[u8] = "\u{feff}".as_bytes();

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bodies(data: EventData, pieces: &[&[u8]]) -> Result<Vec<Vec<u8>>, Unreadable> {
        let mut reader = Reader::new(data);
        let mut bodies = Vec::new();
        for piece in pieces {
            reader.push(piece);
            while let Some(body) = reader.next_body()? {
                bodies.push(body.to_vec());
            }
        }
        Ok(bodies)
    }

    /// Whatever way it is cut.
    #[track_caller]
    fn check(stream: &str, expected: &[&str]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|body| body.as_bytes().to_vec())
            .collect();
        let stream = stream.as_bytes();
        for cut in 0..=stream.len() {
            let (one, other) = stream.split_at(cut);
            let read = bodies(EventData::Plain, &[one, other]);
            assert_eq!(read, Ok(expected.clone()), "cut at {cut}");
        }
        let bytes: Vec<_> = stream.chunks(1).collect();
        assert_eq!(bodies(EventData::Plain, &bytes), Ok(expected));
    }

    #[test]
    fn what_the_standard_gives_as_examples_is_read_so() {
        check("data: YHOO\ndata: +2\ndata: 10\n\n", &["YHOO\n+2\n10"]);
        check(
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
            &["first event", "second event", " third event"],
        );
        check("data\n\ndata\ndata\n\ndata:", &["", "\n"]);
        check("data:test\n\ndata: test\n\n", &["test", "test"]);
    }

    #[test]
    fn lines_end_in_three_ways() {
        check("data: a\r\n\r\ndata: b\r\rdata: c\n\n", &["a", "b", "c"]);
        check("data: a\r\ndata: b\r\n\r\n", &["a\nb"]);
        check("\u{feff}data: a\n\n", &["a"]);
    }

    #[test]
    fn what_is_no_data_is_passed_over() {
        check(
            "retry: 1000\n\n:\n\nevent: x\nid: 7\n\ndatas: y\n data: z\n\n",
            &[],
        );
        check("event: x\ndata: y", &[]);
    }

    #[test]
    fn what_never_ends_is_refused() {
        let piece = vec![b'x'; FRAME_MAX_BYTES / 2];
        let mut pieces: Vec<&[u8]> = vec![b"data: ", &piece, &piece];
        assert_eq!(bodies(EventData::Plain, &pieces), Err(Unreadable::TooLong));
        pieces = vec![b"data: ", &piece, b"\ndata: ", &piece];
        assert_eq!(bodies(EventData::Plain, &pieces), Err(Unreadable::TooLong));
    }

    #[test]
    fn what_is_no_base64_is_refused() {
        let read = bodies(EventData::Base64, &[b"data: ???\n\n"]);
        assert_eq!(read, Err(Unreadable::NotBase64));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(sent: Vec<Vec<u8>>, cut: prop::sample::Index) {
            let mut stream = BEGINNING.as_bytes().to_vec();
            for body in &sent {
                write(&mut stream, "x", EventData::Base64, body);
                stream.extend_from_slice(COMMENT.as_bytes());
            }
            let (one, other) = stream.split_at(cut.index(stream.len()));
            prop_assert_eq!(bodies(EventData::Base64, &[one, other]), Ok(sent));
        }

        #[test]
        fn anything_may_come(pieces: Vec<Vec<u8>>) {
            let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
            let whole = pieces.concat();
            prop_assert_eq!(bodies(EventData::Plain, &pieces), bodies(EventData::Plain, &[&whole]));
        }
    }
}
