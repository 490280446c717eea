//! Deleting messages for both parties, and taking that back.

use super::apply::Ruled;
use crate::chat::Connection;
use crate::error::{ErrorCode, Refusal};
use crate::limits::IDS_MAX;
use crate::message::{MessageId, Reply};
use crate::store::{DeleteIds, UndoIds};

/// Either party deletes, for both.
pub(super) fn delete(connection: &Connection, ids: &[MessageId]) -> Ruled {
    let session = connection.seat.require()?;
    let chat = &connection.chat;
    let deleted = chat.store.delete_messages(&DeleteIds {
        by: session.account,
        ids: check_count(ids)?,
        now_ms: chat.now_ms(),
        undo_grace_ms: chat.options.undo_grace_ms,
    });
    Ok(deleted.map(|result| result.map(|ids| Reply::DeleteMessages { ids })))
}

/// Whoever deleted takes it back, within the grace period.
pub(super) fn undo(connection: &Connection, ids: &[MessageId]) -> Ruled {
    let session = connection.seat.require()?;
    let chat = &connection.chat;
    if chat.options.undo_grace_ms == 0 {
        return Err(ErrorCode::UndoOff.into());
    }
    let restored = chat.store.undo(&UndoIds {
        by: session.account,
        ids: check_count(ids)?,
        now_ms: chat.now_ms(),
        undo_grace_ms: chat.options.undo_grace_ms,
    });
    Ok(restored.map(|result| result.map(|ids| Reply::Undo { ids })))
}

fn check_count(ids: &[MessageId]) -> Result<&[MessageId], Refusal> {
    if ids.len() <= IDS_MAX {
        Ok(ids)
    } else {
        Err(Refusal::with_detail(ErrorCode::TooManyIds, IDS_MAX as u64))
    }
}
