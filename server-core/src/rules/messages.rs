//! Sending, reading and marking messages.

use std::sync::Arc;

use super::apply::{Ruled, check_limit};
use crate::chat::{Connection, Pushed, Reading};
use crate::error::{ErrorCode, Refusal};
use crate::message::{ClientId, MessageId, Reply};
use crate::name::Name;
use crate::store::{Fewer, MarkQuery, NewMessage, ReadQuery};

/// A message as it was asked to be sent.
pub(super) struct Outgoing<'a> {
    pub(super) to: &'a str,
    pub(super) text: &'a str,
    pub(super) client_id: Option<ClientId>,
}

/// The message is stored as unread; an event goes to a recipient who is online.
pub(super) fn send(connection: &Connection, outgoing: &Outgoing<'_>) -> Ruled {
    let session = connection.seat.require()?;
    Name::check(outgoing.to)?;
    check_text(outgoing.text, connection.text_max_chars())?;
    let sent = connection.chat.store.send(&NewMessage {
        from: session.account,
        to: outgoing.to,
        text: outgoing.text,
        client_id: outgoing.client_id,
        sent_at_ms: connection.chat.now_ms(),
    });
    Ok(sent.map(|result| {
        result.map(|sent| Reply::Send {
            id: sent.id,
            delivered: sent.delivered,
        })
    }))
}

fn check_text(text: &str, text_max_chars: u32) -> Result<(), Refusal> {
    if text.is_empty() {
        return Err(ErrorCode::TextEmpty.into());
    }
    let most = text_max_chars as usize;
    // Characters are at least a byte each, so that most texts need not be counted.
    if text.len() > most && text.chars().count() > most {
        return Err(Refusal::with_detail(
            ErrorCode::TextTooLong,
            text_max_chars.into(),
        ));
    }
    Ok(())
}

/// Takes as many unread messages as were asked for, oldest first, and marks them. Where fewer wait it is refused, or they
/// are taken, as the habits have it.
pub(super) fn read(connection: &Connection, peer: Option<&str>, limit: u32) -> Ruled {
    let session = connection.seat.require()?;
    peer.map_or(Ok(()), Name::check)?;
    let query = ReadQuery {
        reader: session.account,
        peer,
        limit: check_limit(limit)?,
        fewer: match connection.habits.reading {
            Reading::Exactly => Fewer::Refused,
            Reading::AsManyAsWait => Fewer::Taken,
        },
    };
    let taken = connection.chat.store.read(&query);
    if connection.habits.pushed == Pushed::StaysUnread {
        return Ok(taken.map(|result| result.map(|messages| Reply::Read { messages })));
    }
    let seat = Arc::clone(&connection.seat);
    Ok(taken.map(move |result| {
        let messages = result?;
        seat.forget_news_of(&messages);
        Ok(Reply::Read { messages })
    }))
}

/// Marks what an event has already shown.
pub(super) fn mark_read(connection: &Connection, peer: &str, up_to: MessageId) -> Ruled {
    let session = connection.seat.require()?;
    Name::check(peer)?;
    let marked = connection.chat.store.mark_read(&MarkQuery {
        reader: session.account,
        peer,
        up_to,
    });
    Ok(marked.map(|result| result.map(|()| Reply::MarkRead)))
}
