//! Counting, reading and looking back.

use super::{Row, State};
use crate::digest::{DigestBuilder, DigestEntry, StateDigest};
use crate::error::{ErrorCode, Refusal};
use crate::limits::PAGE_MAX;
use crate::message::{Message, MessageId, UnreadCount};
use crate::store::{AccountId, Fewer, HistoryQuery, MarkOne, MarkQuery, ReadQuery};
use crate::text::Text;

impl State {
    pub(in super::super) fn unread_total(&self, reader: AccountId) -> Result<u64, Refusal> {
        Ok(self.actor(reader)?.unread_total())
    }

    pub(in super::super) fn unread(
        &self,
        reader: AccountId,
    ) -> Result<Vec<UnreadCount<'static>>, Refusal> {
        let conversations = &self.actor(reader)?.conversations;
        let mut counts: Vec<_> = conversations
            .iter()
            .filter(|(_, conversation)| !conversation.unread.is_empty())
            .map(|(&peer, conversation)| UnreadCount {
                peer: Text::Shared(self.name_of(peer)),
                count: conversation.unread.len() as u64,
            })
            .collect();
        counts.sort_by(|left, right| left.peer.cmp(&right.peer));
        counts.truncate(PAGE_MAX as usize);
        Ok(counts)
    }

    pub(in super::super) fn read(
        &mut self,
        query: &ReadQuery<'_>,
    ) -> Result<Vec<Message<'static>>, Refusal> {
        let peer = query.peer.map(|name| self.id_of(name)).transpose()?;
        let conversations = &self.actor(query.reader)?.conversations;
        let mut waiting: Vec<_> = conversations
            .iter()
            .filter(|&(&from, _)| peer.is_none_or(|peer| peer == from))
            .flat_map(|(_, conversation)| conversation.unread.iter())
            .collect();
        let limit = query.limit as usize;
        if waiting.len() < limit && query.fewer == Fewer::Refused {
            return Err(Refusal::with_detail(
                ErrorCode::NotEnoughUnread,
                waiting.len() as u64,
            ));
        }
        waiting.sort_unstable();
        waiting.truncate(limit);
        for &id in &waiting {
            self.mark(id);
        }
        Ok(waiting.iter().filter_map(|&id| self.message(id)).collect())
    }

    pub(in super::super) fn mark_read(&mut self, query: &MarkQuery<'_>) -> Result<(), Refusal> {
        let peer = self.id_of(query.peer)?;
        let reader = self.actor_mut(query.reader)?;
        let Some(conversation) = reader.conversations.get_mut(&peer) else {
            return Ok(());
        };
        let marked: Vec<_> = conversation.unread.take_up_to(query.up_to).collect();
        for id in marked {
            if let Some(row) = self.messages.get_mut(&id) {
                row.read = true;
            }
        }
        Ok(())
    }

    pub(in super::super) fn mark_one(&mut self, mark: MarkOne) -> Result<(), Refusal> {
        self.actor(mark.reader)?;
        let waits = |row: &Row| row.to == mark.reader && row.deleted.is_none();
        if self.messages.get(&mark.id).is_some_and(waits) {
            self.mark(mark.id);
        }
        Ok(())
    }

    pub(in super::super) fn history(
        &self,
        query: &HistoryQuery<'_>,
    ) -> Result<Vec<Message<'static>>, Refusal> {
        let peer = self.id_of(query.peer)?;
        let Some(conversation) = self.actor(query.reader)?.conversations.get(&peer) else {
            return Ok(Vec::new());
        };
        let ids = conversation
            .messages
            .back_from(query.before)
            .take(query.limit as usize);
        Ok(ids.filter_map(|id| self.message(id)).collect())
    }

    pub(in super::super) fn digest(&self) -> StateDigest {
        let mut ids: Vec<_> = self.messages.keys().copied().collect();
        ids.sort_unstable();
        let mut builder = DigestBuilder::default();
        for row in ids
            .iter()
            .filter_map(|id| self.messages.get(id))
            .filter(|row| row.deleted.is_none())
        {
            builder.add(DigestEntry {
                from: &self.name_of(row.from),
                to: &self.name_of(row.to),
                text: &row.text,
                read: row.read,
            });
        }
        builder.finish()
    }

    fn message(&self, id: MessageId) -> Option<Message<'static>> {
        let row: &Row = self.messages.get(&id)?;
        Some(Message {
            id,
            from: Text::Shared(self.name_of(row.from)),
            to: Text::Shared(self.name_of(row.to)),
            text: Text::Shared(row.text.clone()),
            sent_at_ms: row.sent_at_ms,
            read: row.read,
        })
    }

    fn mark(&mut self, id: MessageId) {
        let Some(row) = self.messages.get_mut(&id) else {
            return;
        };
        row.read = true;
        if let Some(reader) = self.accounts.get_mut(&row.to) {
            reader.with(row.from).unread.remove(id);
        }
    }
}
