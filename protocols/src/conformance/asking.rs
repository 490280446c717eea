//! What a user asks, each with the kind of reply that must come.

use server_core::message::{Message, MessageId, Reply, Request};
use server_core::store::Sent;

use super::check::Checked;
use super::expect::{counts, same};
use super::requests;
use super::user::{User, wrong_reply};

impl User {
    pub(super) async fn send(&mut self, to: &str, text: &str) -> Checked<Sent> {
        self.sent(&requests::send(to, text)).await
    }

    /// Sends as `request` says, which is a `Send`.
    pub(super) async fn sent(&mut self, request: &Request<'_>) -> Checked<Sent> {
        sent(self.done(request).await?)
    }

    /// Takes the oldest unread messages of all peers.
    pub(super) async fn read(&mut self, limit: u32) -> Checked<Vec<Message<'static>>> {
        self.messages(&requests::read(limit)).await
    }

    /// Takes the oldest unread messages of one peer.
    pub(super) async fn read_from(
        &mut self,
        peer: &str,
        limit: u32,
    ) -> Checked<Vec<Message<'static>>> {
        self.messages(&requests::read_from(peer, limit)).await
    }

    /// Looks back in the conversation with a peer as far as a page goes.
    pub(super) async fn history(&mut self, peer: &str) -> Checked<Vec<Message<'static>>> {
        let limit = self.kit.limits.page_max;
        self.messages(&requests::history(peer, limit)).await
    }

    /// Asks as `request` says, which is a `Read` or a `History`.
    pub(super) async fn messages(
        &mut self,
        request: &Request<'_>,
    ) -> Checked<Vec<Message<'static>>> {
        match (request, self.done(request).await?) {
            (Request::Read { .. }, Reply::Read { messages })
            | (Request::History { .. }, Reply::History { messages }) => Ok(messages),
            (_, other) => Err(wrong_reply(request.operation().name(), &other)),
        }
    }

    /// How many unread messages wait, by peer.
    pub(super) async fn unread(&mut self) -> Checked<Vec<(String, u64)>> {
        match self.done(&Request::Unread).await? {
            Reply::Unread { counts: entries } => Ok(counts(&entries)),
            other => Err(wrong_reply("unread", &other)),
        }
    }

    /// Exactly this many unread messages must wait, from one peer; none at all if it is 0.
    pub(super) async fn has_unread(&mut self, peer: &str, count: u64) -> Checked {
        let expected = if count == 0 {
            Vec::new()
        } else {
            vec![(peer.to_owned(), count)]
        };
        same("what waits unread", expected, self.unread().await?)
    }

    pub(super) async fn mark_read(&mut self, peer: &str, up_to: MessageId) -> Checked {
        let reply = self.done(&requests::mark_read(peer, up_to)).await?;
        same("the reply to mark_read", Reply::MarkRead, reply)
    }

    /// Deletes messages; gives those that it applied to.
    pub(super) async fn delete(&mut self, ids: &[MessageId]) -> Checked<Vec<MessageId>> {
        match self.done(&requests::delete(ids)).await? {
            Reply::DeleteMessages { ids } => Ok(ids),
            other => Err(wrong_reply("delete_messages", &other)),
        }
    }

    /// Takes deletions back; gives those that it applied to.
    pub(super) async fn undo(&mut self, ids: &[MessageId]) -> Checked<Vec<MessageId>> {
        match self.done(&requests::undo(ids)).await? {
            Reply::Undo { ids } => Ok(ids),
            other => Err(wrong_reply("undo", &other)),
        }
    }

    /// Lists accounts as `request` says; gives the names, and whether there are more.
    pub(super) async fn list(&mut self, request: &Request<'_>) -> Checked<(Vec<String>, bool)> {
        match self.done(request).await? {
            Reply::ListAccounts { names, more } => {
                Ok((names.iter().map(ToString::to_string).collect(), more))
            }
            other => Err(wrong_reply("list_accounts", &other)),
        }
    }
}

/// What a reply to `Send` says.
pub(super) fn sent(reply: Reply<'static>) -> Checked<Sent> {
    match reply {
        Reply::Send { id, delivered } => Ok(Sent { id, delivered }),
        other => Err(wrong_reply("send", &other)),
    }
}
