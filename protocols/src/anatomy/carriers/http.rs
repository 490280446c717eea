//! HTTP/1.1: a POST for each call, and events as server-sent events (`proto/http.md`).

use std::collections::VecDeque;

use server_core::message::Operation;

use super::Carrier;
use super::base64::read_base64;
use super::head::Head;
use crate::anatomy::Speaker;
use crate::anatomy::formats::{Format, Speech};
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader};

/// A connection.
pub(super) struct Http {
    format: Box<dyn Format>,
    /// What was asked and is not answered yet.
    asked: VecDeque<Path>,
    answer: Answer,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Path {
    Call(Operation),
    Events,
    Other,
}

/// What comes from the server next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// The head of a response.
    Head,
    /// Chunks of an event stream.
    Chunks,
}

impl Http {
    pub(super) fn new(format: Box<dyn Format>) -> Self {
        Self {
            format,
            asked: VecDeque::new(),
            answer: Answer::Head,
        }
    }

    fn request(&mut self, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        let head = Head::read(reader)?;
        let path = Path::of(&head.start);
        self.asked.push_back(path);
        reader.section(head.content_length.unwrap_or(0), |reader| match path {
            _ if reader.is_at_end() => Ok(()),
            Path::Call(operation) => self.format.message(Speech::Request(operation), reader),
            Path::Events | Path::Other => Err(Misfit),
        })
    }

    fn response(&mut self, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        if self.answer == Answer::Chunks {
            return self.chunk(reader);
        }
        let head = Head::read(reader)?;
        let path = self.asked.pop_front().ok_or(Misfit)?;
        if path == Path::Events && head.is_chunked {
            self.answer = Answer::Chunks;
            return Ok(());
        }
        let is_fine = head.start.split(' ').nth(1) == Some("200");
        reader.section(head.content_length.unwrap_or(0), |reader| match path {
            _ if reader.is_at_end() => Ok(()),
            Path::Call(operation) if is_fine => {
                self.format.message(Speech::Reply(operation), reader)
            }
            _ => {
                let note = Note::new(Layer::Value, "problem details");
                reader.mark(reader.rest().len(), note).map(drop)
            }
        })
    }

    /// Marks a chunk (RFC 9112, section 7.1), which holds whole lines of an event stream.
    fn chunk(&mut self, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        let rest = reader.rest();
        let digits = rest
            .windows(2)
            .position(|pair| pair == b"\r\n")
            .ok_or(Misfit)?;
        let text = std::str::from_utf8(&rest[..digits]).map_err(|_| Misfit)?;
        let length = usize::from_str_radix(text, 16).map_err(|_| Misfit)?;
        let note = Note::new(Layer::Framing, "length of the chunk");
        reader.mark(digits + 2, note.says(length))?;
        reader.section(length, |reader| {
            while !reader.is_at_end() {
                self.line(reader)?;
            }
            Ok(())
        })?;
        reader.mark(2, Note::new(Layer::Framing, "end of the chunk"))?;
        Ok(())
    }

    /// Marks a line of an event stream (WHATWG HTML, section 9.2.5).
    fn line(&mut self, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        let rest = reader.rest();
        let length = rest.iter().position(|&byte| byte == b'\n').ok_or(Misfit)?;
        let end = |label| Note::new(Layer::Framing, label);
        if let Some(data) = rest[..length].strip_prefix(b"data: ") {
            reader.mark(6, Note::new(Layer::Framing, "server-sent event: data"))?;
            let format = &mut *self.format;
            reader.section(data.len(), |reader| {
                if format.is_text() {
                    format.message(Speech::Event, reader)
                } else {
                    read_base64(reader, |reader| format.message(Speech::Event, reader))
                }
            })?;
            return reader.mark(1, end("end of the line")).map(drop);
        }
        let label = match length {
            0 => "end of the event",
            _ => "server-sent event: another line",
        };
        reader.mark(length + 1, end(label)).map(drop)
    }
}

impl Carrier for Http {
    fn read(&mut self, speaker: Speaker, _: Option<&[u8]>, reader: &mut Reader<'_>) {
        while !reader.is_at_end() {
            let read = match speaker {
                Speaker::Client => self.request(reader),
                Speaker::Server => self.response(reader),
            };
            if read.is_err() {
                return;
            }
        }
    }
}

impl Path {
    /// What a request line asks for.
    fn of(start: &str) -> Self {
        let path = start.split(' ').nth(1).unwrap_or_default();
        match path.strip_prefix("/v1/") {
            Some("events") => Self::Events,
            Some(name) => Operation::from_name(name).map_or(Self::Other, Self::Call),
            None => Self::Other,
        }
    }
}
