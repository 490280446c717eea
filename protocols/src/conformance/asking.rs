//! What a user asks, each with the kind of reply that must come.

use server_core::ErrorCode;
use server_core::chat::{Patterns, Pushed, Waiting};
use server_core::message::{Message, MessageId, Operation, Reply, Request};
use server_core::store::Sent;

use super::check::{Checked, Stop};
use super::expect::{counts, hold, same, texts};
use super::requests;
use super::saying;
use super::user::{User, named, wrong_reply};
use crate::capabilities::{Capabilities, Part};

/// A message that was accepted.
#[derive(Clone, Debug)]
pub(super) struct Posted {
    pub(super) id: MessageId,
    pub(super) delivered: bool,
    text: String,
    capabilities: &'static Capabilities,
}

impl Posted {
    /// Whether this is that message, as far as its format says.
    pub(super) fn is(&self, message: &Message<'_>) -> bool {
        let has_id = !self.capabilities.has(Part::MessageIds) || message.id == self.id;
        has_id && message.text == self.text.as_str()
    }

    /// The reply must say that an event went out.
    pub(super) fn is_told(&self) -> Checked {
        self.says_delivered(true)
    }

    /// The reply must say that none did.
    pub(super) fn is_kept(&self) -> Checked {
        self.says_delivered(false)
    }

    fn says_delivered(&self, delivered: bool) -> Checked {
        if !self.capabilities.has(Part::Delivered) {
            return Ok(());
        }
        same("whether an event went out", delivered, self.delivered)
    }
}

impl User {
    pub(super) async fn send(&mut self, to: &str, text: &str) -> Checked<Posted> {
        let Sent { id, delivered } = self.sent(&requests::send(to, text)).await?;
        Ok(Posted {
            id,
            delivered,
            text: text.to_owned(),
            capabilities: self.capabilities,
        })
    }

    /// Sends as `request` says, which is a `Send`.
    pub(super) async fn sent(&mut self, request: &Request<'_>) -> Checked<Sent> {
        sent(self.done(request).await?)
    }

    /// Takes the oldest unread messages of all peers.
    pub(super) async fn read(&mut self, limit: u32) -> Checked<Vec<Message<'static>>> {
        if self.takes() {
            return self.take(None, limit).await;
        }
        self.messages(&requests::read(limit)).await
    }

    /// Takes the oldest unread messages of one peer.
    pub(super) async fn read_from(
        &mut self,
        peer: &str,
        limit: u32,
    ) -> Checked<Vec<Message<'static>>> {
        if self.takes() {
            return self.take(Some(peer), limit).await;
        }
        self.messages(&requests::read_from(peer, limit)).await
    }

    /// Whether messages are read from what was collected, because it was, or because there is no reading some of them.
    fn takes(&self) -> bool {
        !self.inbox.is_empty() || self.can_read_in_parts().is_err()
    }

    /// Whether finding out what waits is collecting it, because the format cannot say how much there is.
    fn collects(&self) -> bool {
        !self.says(Operation::Unread)
    }

    /// Takes the oldest of what was collected; collects what waits if that is not enough.
    async fn take(&mut self, peer: Option<&str>, limit: u32) -> Checked<Vec<Message<'static>>> {
        let is_of_peer =
            |message: &Message<'_>| peer.is_none_or(|peer| message.from.as_str() == peer);
        let count = |user: &Self| user.inbox.iter().filter(|one| is_of_peer(one)).count();
        let limit = limit as usize;
        // More may wait than is handed over at once.
        let mut before = None;
        while count(self) < limit && before != Some(count(self)) {
            before = Some(count(self));
            self.collect().await?;
        }
        hold(
            "as many messages to wait as are to be read",
            || count(self) >= limit,
            &count(self),
        )?;
        let (mut taken, mut left) = (Vec::new(), std::collections::VecDeque::new());
        for message in self.inbox.drain(..) {
            if taken.len() < limit && is_of_peer(&message) {
                taken.push(message);
            } else {
                left.push_back(message);
            }
        }
        self.inbox = left;
        Ok(taken)
    }

    /// Collects all that waits on the server, in the way of the format.
    async fn collect(&mut self) -> Checked {
        if self.capabilities.habits.waiting == Waiting::HandedOver {
            self.log_out().await?;
            return self.log_in().await.map(drop);
        }
        let mut limit = self.kit.limits.page_max;
        loop {
            match self.ask(&requests::read(limit)).await? {
                Ok(Reply::Read { messages }) => {
                    self.inbox.extend(messages);
                    return Ok(());
                }
                Ok(other) => return Err(wrong_reply("read", &other)),
                Err(refusal) if refusal.code == ErrorCode::NotEnoughUnread => {
                    let waiting = u32::try_from(refusal.detail).unwrap_or(0);
                    if waiting == 0 || waiting >= limit {
                        return Ok(());
                    }
                    limit = waiting;
                }
                Err(refusal) => {
                    return Err(Stop::failed(format!(
                        "expected what waits, but it was refused: {}",
                        named(refusal)
                    )));
                }
            }
        }
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
        let waiting = if self.collects() {
            self.collect().await?;
            self.collected()
        } else {
            self.unread().await?
        };
        same("what waits unread", expected, waiting)
    }

    /// How many messages were collected, by peer.
    fn collected(&self) -> Vec<(String, u64)> {
        let mut counts = std::collections::BTreeMap::new();
        for message in &self.inbox {
            *counts.entry(message.from.to_string()).or_default() += 1;
        }
        counts.into_iter().collect()
    }

    /// What came live still waits, unless the habit is that a push is read.
    pub(super) async fn has_unread_of_live(&mut self, peer: &str, count: u64) -> Checked {
        match self.capabilities.habits.pushed {
            Pushed::StaysUnread => self.has_unread(peer, count).await,
            Pushed::IsRead => self.has_unread(peer, 0).await,
        }
    }

    /// What came live can be read, in this order, unless the habit is that a push is read: then nothing waits.
    pub(super) async fn reads_live(&mut self, from: &str, expected: &[&str]) -> Checked {
        if self.capabilities.habits.pushed == Pushed::IsRead {
            return self.has_unread(from, 0).await;
        }
        let limit = u32::try_from(expected.len()).unwrap_or(u32::MAX);
        let read = self.read(limit).await?;
        let expected: Vec<_> = expected.iter().map(|&text| text.to_owned()).collect();
        same("the text that waits", expected, texts(&read))
    }

    /// Skips a check that is about taking some of what waits, where all is taken.
    pub(super) fn can_read_in_parts(&self) -> Checked {
        if self.capabilities.habits.waiting == Waiting::HandedOver {
            return Err(saying::missing(Part::ReadLimit.words()));
        }
        saying::has(self.capabilities, Part::ReadLimit)
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
        match self.done(&self.in_its_words(request)).await? {
            Reply::ListAccounts { names, more } => {
                Ok((names.iter().map(ToString::to_string).collect(), more))
            }
            other => Err(wrong_reply("list_accounts", &other)),
        }
    }
}

impl User {
    /// The same listing, with its pattern in the language of the format.
    fn in_its_words<'r>(&self, request: &Request<'r>) -> Request<'r> {
        match request.clone() {
            Request::ListAccounts {
                pattern,
                after,
                limit,
            } if self.capabilities.habits.patterns == Patterns::RegularExpressions => {
                Request::ListAccounts {
                    pattern: expression(&pattern).into(),
                    after,
                    limit,
                }
            }
            request => request,
        }
    }
}

/// The regular expression for whole names that fit a pattern; the empty pattern is fit by all.
fn expression(pattern: &str) -> String {
    let mut expression = String::from("^");
    for character in pattern.chars() {
        match character {
            '*' => expression.push_str(".*"),
            '?' => expression.push('.'),
            '.' => expression.push_str("\\."),
            other => expression.push(other),
        }
    }
    if !pattern.is_empty() {
        expression.push('$');
    }
    expression
}

/// What a reply to `Send` says.
pub(super) fn sent(reply: Reply<'static>) -> Checked<Sent> {
    match reply {
        Reply::Send { id, delivered } => Ok(Sent { id, delivered }),
        other => Err(wrong_reply("send", &other)),
    }
}
