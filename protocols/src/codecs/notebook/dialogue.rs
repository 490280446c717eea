//! What one end of a connection remembers of what was said on it.

use std::collections::VecDeque;

/// The requests that are not answered yet, and who is logged in: `T` is what an end knows an account by.
pub(in super::super) struct Dialogue<T> {
    open: VecDeque<Open<T>>,
    entering: usize,
    held: Option<T>,
}

/// A request that is not answered yet.
struct Open<T> {
    code: u8,
    entering: Option<T>,
}

/// What an answer changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Change {
    /// The account that the request asked for is logged in.
    Entered,
    /// Nobody is logged in any more.
    Left,
    /// Nothing.
    None,
}

impl<T> Dialogue<T> {
    pub(in super::super) const fn new() -> Self {
        Self {
            open: VecDeque::new(),
            entering: 0,
            held: None,
        }
    }

    /// A request was made: its code, and the account that it asks to be logged in to.
    pub(in super::super) fn ask(&mut self, code: u8, entering: Option<T>) {
        self.entering += usize::from(entering.is_some());
        self.open.push_back(Open { code, entering });
    }

    /// The code of the request that is answered next.
    pub(in super::super) fn next(&self) -> Option<u8> {
        self.open.front().map(|open| open.code)
    }

    /// The next request is answered. An answer to nothing changes nothing but who is logged in.
    pub(in super::super) fn answer(&mut self, change: Change) {
        let entering = self.open.pop_front().and_then(|open| open.entering);
        self.entering -= usize::from(entering.is_some());
        match change {
            Change::Entered => self.held = entering.or_else(|| self.held.take()),
            Change::Left => self.held = None,
            Change::None => {}
        }
    }

    /// Who is logged in.
    pub(in super::super) fn held(&self) -> Option<&T> {
        self.held.as_ref()
    }

    /// Who a client speaks for: the account that it asked for last, as long as it has heard nothing else.
    pub(in super::super) fn speaker(&self) -> Option<&T> {
        let asked = match self.entering {
            0 => None,
            _ => self
                .open
                .iter()
                .rev()
                .find_map(|open| open.entering.as_ref()),
        };
        asked.or(self.held.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_speaks_for_whom_it_asked_for_until_it_hears_otherwise() {
        let mut dialogue = Dialogue::new();
        assert_eq!(dialogue.speaker(), None);
        dialogue.ask(1, Some("ann"));
        dialogue.ask(2, None);
        assert_eq!((dialogue.speaker(), dialogue.held()), (Some(&"ann"), None));
        assert_eq!(dialogue.next(), Some(1));
        dialogue.answer(Change::Entered);
        dialogue.ask(1, Some("bob"));
        assert_eq!(
            (dialogue.speaker(), dialogue.held()),
            (Some(&"bob"), Some(&"ann"))
        );
        dialogue.answer(Change::None);
        dialogue.answer(Change::None);
        assert_eq!(dialogue.speaker(), Some(&"ann"), "bob was refused");
        dialogue.ask(3, None);
        dialogue.answer(Change::Left);
        assert_eq!(dialogue.speaker(), None);
        dialogue.answer(Change::Entered);
        assert_eq!((dialogue.speaker(), dialogue.next()), (None, None));
    }
}
