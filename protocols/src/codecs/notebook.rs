//! What the formats of the notebooks have in common: `dialogue` remembers what was asked and who is logged in, because
//! their messages do not say it; `body` finds the ends of what they leave open.

pub(super) mod body;
pub(super) mod dialogue;

use server_core::limits::PAGE_MAX;
use server_core::message::{Message, MessageId};
use server_core::{ErrorCode, Event, FromServer, Refusal, Reply, Text};

use crate::codec::{Decoded, NoCalls, NotExpressible};

/// Why none of them travels in calls.
pub(super) const NO_CALLS: NoCalls = NoCalls {
    why: "it is a conversation: who speaks is known from what was said before",
};

/// What is said of requests and replies that a format has no code for.
pub(super) const NO_CODE: NotExpressible = NotExpressible {
    reason: "the format has no code for it",
};

/// What is said of a request with a field that a format has no place for.
pub(super) const NO_PLACE: NotExpressible = NotExpressible {
    reason: "the format has no place for one of its fields",
};

/// What is said of a name, a pattern or a text that a format does not take.
pub(super) const NO_SUCH_STRING: NotExpressible = NotExpressible {
    reason: "the format takes no such name, pattern or text",
};

/// A message that was read or told, of which a format says no more than this; telling is as good as reading. For whom it is,
/// [`addressed`] adds.
pub(super) fn message<'a>(from: &'a str, text: &'a str) -> Message<'a> {
    Message {
        id: MessageId(0),
        from: Text::Borrowed(from),
        to: Text::Borrowed(""),
        text: Text::Borrowed(text),
        sent_at_ms: 0,
        read: true,
    }
}

/// The same with whoever is logged in as the recipient of its messages.
pub(super) fn addressed<'a>(
    mut decoded: Decoded<FromServer<'a>>,
    member: &'a str,
) -> Decoded<FromServer<'a>> {
    match &mut decoded.value {
        FromServer::Reply(Reply::Enter { messages, .. } | Reply::Read { messages }) => {
            for message in messages {
                message.to = Text::Borrowed(member);
            }
        }
        FromServer::Event(Event::MessageReceived(message)) => message.to = Text::Borrowed(member),
        _ => {}
    }
    decoded
}

/// A list, no longer than the longest page.
pub(super) fn page<T>(
    items: impl Iterator<Item = Result<T, &'static str>>,
) -> Result<Vec<T>, &'static str> {
    let mut page = Vec::new();
    for item in items {
        if page.len() == PAGE_MAX as usize {
            return Err("the list is longer than a page");
        }
        page.push(item?);
    }
    Ok(page)
}

/// Whether it is said of a frame that made no sense, which was not taken for a request.
pub(super) const fn is_of_no_request(refusal: &Refusal) -> bool {
    matches!(refusal.code, ErrorCode::Malformed | ErrorCode::FrameRefused)
}
