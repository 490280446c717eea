//! Where a line ends. What was looked at once is not looked at again when more bytes come.

use crate::codec::{DecodeError, Framing, Setup};

/// The search for the end of the first line.
pub(super) struct Lines {
    setup: Setup,
    /// How much of the input is known to be blank, in bytes from its start.
    blank: usize,
    /// How much of the input is known to hold no end of the line, in bytes from its start.
    searched: usize,
}

/// A line that is there whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// The line without the blanks around it.
    pub(super) object: &'a [u8],
    /// What it takes of the input, in bytes: empty lines before it and its end included.
    pub(super) frame_bytes: usize,
}

impl Lines {
    pub(super) const fn new(setup: Setup) -> Self {
        Self {
            setup,
            blank: 0,
            searched: 0,
        }
    }

    /// Finds the first line that is not blank; `None` if its end is not there yet.
    ///
    /// # Errors
    /// [`DecodeError::Lost`] if it is longer than allowed, as soon as that is certain.
    pub(super) fn first<'a>(&mut self, input: &'a [u8]) -> Result<Option<Line<'a>>, DecodeError> {
        match self.setup.framing {
            Framing::Codec => self.up_to_newline(input),
            Framing::Transport => self.whole(input),
        }
    }

    fn up_to_newline<'a>(&mut self, input: &'a [u8]) -> Result<Option<Line<'a>>, DecodeError> {
        if self.searched > input.len() {
            (self.blank, self.searched) = (0, 0);
        }
        self.blank += input[self.blank..]
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        let from = self.searched.max(self.blank);
        let Some(end) = memchr::memchr(b'\n', &input[from..]) else {
            self.searched = input.len();
            return self.within_limit(input.len() + 1).map(|()| None);
        };
        let object = input[self.blank..from + end].trim_ascii_end();
        let frame_bytes = from + end + 1;
        self.within_limit(frame_bytes)?;
        (self.blank, self.searched) = (0, 0);
        Ok(Some(Line {
            object,
            frame_bytes,
        }))
    }

    fn whole<'a>(&self, input: &'a [u8]) -> Result<Option<Line<'a>>, DecodeError> {
        self.within_limit(input.len())?;
        if input.is_empty() {
            return Ok(None);
        }
        Ok(Some(Line {
            object: input.trim_ascii(),
            frame_bytes: input.len(),
        }))
    }

    fn within_limit(&self, frame_bytes: usize) -> Result<(), DecodeError> {
        let limit = self.setup.frame_max_bytes;
        if frame_bytes <= limit {
            return Ok(());
        }
        Err(DecodeError::too_long(limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(framing: Framing) -> Lines {
        Lines::new(Setup {
            framing,
            frame_max_bytes: 8,
        })
    }

    fn line(object: &[u8], frame_bytes: usize) -> Line<'_> {
        Line {
            object,
            frame_bytes,
        }
    }

    fn too_long<T>() -> Result<T, DecodeError> {
        Err(DecodeError::too_long(8))
    }

    #[test]
    fn lines_end_at_newlines_and_blank_ones_are_passed_over() {
        let mut lines = lines(Framing::Codec);
        for (input, found) in [
            (&b"{}\n{}\n"[..], Ok(Some(line(b"{}", 3)))),
            (b"{}\r\n", Ok(Some(line(b"{}", 4)))),
            (b"\r\n\n {}\n", Ok(Some(line(b"{}", 7)))),
            (b"", Ok(None)),
            (b"\n\r\n", Ok(None)),
        ] {
            assert_eq!(lines.first(input), found, "{input:?}");
        }
    }

    #[test]
    fn a_line_that_comes_in_pieces_is_found_wherever_it_is_cut() {
        let input = b"\n {\"\":0}\n{}\n";
        let mut lines = Lines::new(Setup {
            framing: Framing::Codec,
            frame_max_bytes: 64,
        });
        for cut in 0..9 {
            for length in cut..9 {
                assert_eq!(lines.first(&input[..length]), Ok(None));
            }
            assert_eq!(lines.first(input), Ok(Some(line(b"{\"\":0}", 9))));
            assert_eq!(lines.first(&input[9..]), Ok(Some(line(b"{}", 3))));
        }
    }

    #[test]
    fn a_line_at_the_limit_passes_and_one_past_it_is_noticed_before_its_end() {
        assert_eq!(
            lines(Framing::Codec).first(b"1234567\n"),
            Ok(Some(line(b"1234567", 8)))
        );
        assert_eq!(lines(Framing::Codec).first(b"1234567"), Ok(None));
        assert_eq!(lines(Framing::Codec).first(b"12345678"), too_long());
        assert_eq!(lines(Framing::Codec).first(b"12345678\n"), too_long());
        assert_eq!(lines(Framing::Codec).first(b"\n\n\n\n\n\n\n\n"), too_long());
        assert_eq!(
            lines(Framing::Transport).first(b"12345678"),
            Ok(Some(line(b"12345678", 8)))
        );
        assert_eq!(lines(Framing::Transport).first(b"123456789"), too_long());
    }
}
