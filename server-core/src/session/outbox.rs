//! The events that wait for one connection.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::limits::OUTBOX_MAX_BYTES;
use crate::message::{Event, MessageId};

/// A bounded queue of events, not of bytes: the connection encodes them in the order of writing, so that codec
/// state of a connection cannot come apart.
///
/// Pushing never waits. When the queue is full, events are dropped and counted, and one [`Event::Lagged`] stands
/// behind what was queued, to tell the client to read from the store.
#[derive(Default)]
pub struct Outbox {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    events: VecDeque<Event<'static>>,
    size_bytes: usize,
    missed: u64,
    ended: bool,
    waker: Option<Waker>,
}

impl Outbox {
    /// Adds an event and wakes the connection; `false` if it was dropped because the queue is full or ended.
    pub fn push(&self, event: Event<'static>) -> bool {
        let mut state = self.state();
        if state.ended {
            return false;
        }
        let size_bytes = size_bytes(&event);
        // Once something was dropped, all that follows is dropped too until the client was told: an event behind
        // a gap would arrive before the news of the gap.
        let fits = state.missed == 0 && state.size_bytes + size_bytes <= OUTBOX_MAX_BYTES;
        if fits {
            state.size_bytes += size_bytes;
            state.events.push_back(event);
        } else {
            state.missed += 1;
        }
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
        fits
    }

    /// Takes the next event; `None` if there is none now.
    pub fn pop(&self) -> Option<Event<'static>> {
        self.state().pop()
    }

    /// Takes the next event, or sees to it that the task is woken when there is one. `None`: the outbox has ended
    /// and is empty.
    pub fn poll_pop(&self, context: &mut Context<'_>) -> Poll<Option<Event<'static>>> {
        let mut state = self.state();
        if let Some(event) = state.pop() {
            return Poll::Ready(Some(event));
        }
        if state.ended {
            return Poll::Ready(None);
        }
        match &mut state.waker {
            Some(waker) => waker.clone_from(context.waker()),
            none => *none = Some(context.waker().clone()),
        }
        Poll::Pending
    }

    /// Takes news of these messages out of the queue: whoever is behind it has them already.
    pub(crate) fn forget_messages(&self, ids: &HashSet<MessageId>) {
        let state = &mut *self.state();
        state.events.retain(|event| {
            let known =
                matches!(event, Event::MessageReceived(message) if ids.contains(&message.id));
            if known {
                state.size_bytes -= size_bytes(event);
            }
            !known
        });
    }

    /// Forgets what is queued: the session it was meant for is over, and the connection may serve another one.
    pub fn clear(&self) {
        let mut state = self.state();
        state.events.clear();
        state.size_bytes = 0;
        state.missed = 0;
    }

    /// Ends the outbox: what is queued can still be taken, nothing is added any more.
    pub fn end(&self) {
        let mut state = self.state();
        state.ended = true;
        if let Some(waker) = state.waker.take() {
            drop(state);
            waker.wake();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn pop(&mut self) -> Option<Event<'static>> {
        if let Some(event) = self.events.pop_front() {
            self.size_bytes -= size_bytes(&event);
            return Some(event);
        }
        let missed = std::mem::take(&mut self.missed);
        (missed > 0).then_some(Event::Lagged { missed })
    }
}

/// What an event is counted as, in bytes: its own size and the texts and ids that it holds.
fn size_bytes(event: &Event<'_>) -> usize {
    let held = match event {
        Event::MessageReceived(message) => message.text.len(),
        Event::MessagesDeleted { ids } | Event::MessagesRestored { ids } => {
            std::mem::size_of_val(&**ids)
        }
        Event::AccountDeleted { name } => name.len(),
        Event::Lagged { .. } | Event::ServerClosing => 0,
    };
    size_of::<Event<'_>>() + held
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Message;

    fn event(id: u64) -> Event<'static> {
        Event::MessageReceived(Message {
            id: MessageId(id),
            from: "a".into(),
            to: "b".into(),
            text: "x".repeat(200).into(),
            sent_at_ms: 0,
            read: false,
        })
    }

    #[test]
    fn a_full_outbox_drops_counts_and_tells_once() {
        let outbox = Outbox::default();
        let pushed = (0..10_000).filter(|&id| outbox.push(event(id))).count();
        assert!(pushed * size_bytes(&event(0)) <= OUTBOX_MAX_BYTES);
        assert!((pushed + 1) * size_bytes(&event(0)) > OUTBOX_MAX_BYTES);
        for id in 0..pushed {
            assert_eq!(outbox.pop(), Some(event(id as u64)));
        }
        assert_eq!(
            outbox.pop(),
            Some(Event::Lagged {
                missed: 10_000 - pushed as u64
            })
        );
        assert_eq!(outbox.pop(), None);
        assert!(
            outbox.push(event(1)),
            "takes events again once the client was told"
        );
    }

    #[test]
    fn nothing_overtakes_the_news_of_a_gap() {
        let outbox = Outbox::default();
        while outbox.push(event(0)) {}
        while outbox.pop() == Some(event(0)) {
            assert!(
                !outbox.push(event(1)),
                "there is room, but the gap has not been told"
            );
            if outbox.state().events.is_empty() {
                break;
            }
        }
        assert!(matches!(outbox.pop(), Some(Event::Lagged { missed: 2.. })));
        assert_eq!(outbox.pop(), None);
    }

    #[test]
    fn messages_that_were_taken_make_room() {
        let outbox = Outbox::default();
        let last = (0..10_000).find(|&id| !outbox.push(event(id)));
        let last = last.expect("every outbox is full at some time");
        outbox.forget_messages(&(1..=last).map(MessageId).collect());
        assert_eq!(outbox.pop(), Some(event(0)));
        assert_eq!(outbox.pop(), Some(Event::Lagged { missed: 1 }));
        assert_eq!(outbox.state().size_bytes, 0);
    }

    #[test]
    fn an_ended_outbox_gives_what_it_has_and_takes_nothing() {
        let outbox = Outbox::default();
        outbox.push(event(1));
        outbox.end();
        assert!(!outbox.push(event(2)));
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(outbox.poll_pop(&mut context), Poll::Ready(Some(event(1))));
        assert_eq!(outbox.poll_pop(&mut context), Poll::Ready(None));
    }
}
