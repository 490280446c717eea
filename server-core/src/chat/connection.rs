//! One client's place at the core.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use super::{Chat, Habits, Logins, Pushed};
use crate::Answer;
use crate::error::{ErrorCode, Refusal};
use crate::limits::LOGINS_PER_CONNECTION_MAX;
use crate::message::{Event, Message, Reply, Request, Token};
use crate::rules;
use crate::session::{Outbox, Seating, Session, SessionKind};
use crate::store::MarkOne;

/// What a rule gives back: the reply or the refusal, now or later.
pub type Outcome = Answer<Result<Reply<'static>, Refusal>>;

/// Where one client's requests are applied: a connection that lasts, or a call that travels alone.
///
/// When it is dropped, a connection's session is logged out (its token can be taken up again for the grace
/// period); a call's session lives on.
pub struct Connection {
    pub(crate) chat: Arc<Chat>,
    pub(crate) habits: Habits,
    pub(crate) seat: Arc<Seat>,
}

/// The part of a connection that a rule can hold on to until its answer comes.
pub(crate) struct Seat {
    pub(crate) kind: SessionKind,
    pub(crate) logins: Logins,
    outbox: Arc<Outbox>,
    session: Mutex<Option<Arc<Session>>>,
}

impl Connection {
    pub(super) fn framed(chat: Arc<Chat>, habits: Habits) -> Self {
        Self {
            chat,
            habits,
            seat: Arc::new(Seat::new(SessionKind::Connection, None)),
        }
    }

    pub(super) fn of_call(chat: Arc<Chat>, token: Option<Token>) -> Result<Self, Refusal> {
        let session = match token {
            Some(token) => Some(chat.sessions.of_call(token, chat.now_ms())?),
            None => None,
        };
        Ok(Self {
            chat,
            habits: Habits::OURS,
            seat: Arc::new(Seat::new(SessionKind::Calls, session)),
        })
    }

    /// Applies a request. Answers come in any order; see [`Request::overlaps`] for which requests may be applied
    /// before the answers to earlier ones are there.
    #[must_use = "the reply is the client's"]
    pub fn apply(&self, request: &Request<'_>) -> Outcome {
        rules::apply(self, request)
    }

    /// Whether a request may be applied here while answers to earlier ones are on their way ([`Request::overlaps`]). Where
    /// pushed messages are read by that, no message may be pushed while a read is on its way, which would give it again.
    #[must_use]
    pub fn overlaps(&self, request: &Request<'_>) -> bool {
        let reads = matches!(request, Request::Read { .. });
        request.overlaps() && !(reads && self.habits.pushed == Pushed::IsRead)
    }

    /// Where this connection's events wait, logged in or not.
    #[must_use]
    pub fn outbox(&self) -> &Arc<Outbox> {
        &self.seat.outbox
    }

    /// An event is being written to this connection: where that is as good as reading, its message is marked as read.
    /// Must be said of each event right before or after it is encoded, so that a later request finds it marked.
    pub fn tells(&self, event: &Event<'_>) {
        if self.habits.pushed == Pushed::IsRead
            && let Event::MessageReceived(message) = event
            && let Some(session) = self.seat.session()
        {
            // Nobody waits for the answer: a message that could not be marked comes again at the next log-in.
            drop(self.chat.store.mark_one(MarkOne {
                reader: session.account,
                id: message.id,
            }));
        }
    }

    /// How accounts and sessions work here.
    #[must_use]
    pub const fn habits(&self) -> Habits {
        self.habits
    }

    /// The longest text of a message that is sent from here, in characters (Unicode scalar values).
    pub(crate) fn text_max_chars(&self) -> u32 {
        self.habits
            .text_max_chars
            .unwrap_or(self.chat.options.text_max_chars)
    }

    /// The name of the account that is logged in here.
    #[must_use]
    pub fn account_name(&self) -> Option<Arc<str>> {
        self.seat.session().map(|session| Arc::clone(&session.name))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.seat.kind == SessionKind::Connection {
            self.seat.leave(&self.chat);
        }
    }
}

impl Seat {
    fn new(kind: SessionKind, session: Option<Arc<Session>>) -> Self {
        Self {
            kind,
            logins: Logins::new(LOGINS_PER_CONNECTION_MAX),
            outbox: Arc::default(),
            session: Mutex::new(session),
        }
    }

    /// The session that is held here, if it has not ended.
    pub(crate) fn session(&self) -> Option<Arc<Session>> {
        self.held()
            .as_ref()
            .filter(|session| !session.has_ended())
            .cloned()
    }

    /// The session that is held here, or the refusal that asks for one.
    pub(crate) fn require(&self) -> Result<Arc<Session>, Refusal> {
        self.session().ok_or_else(|| ErrorCode::NotLoggedIn.into())
    }

    /// Where a session that begins here sits.
    pub(crate) fn seating(&self, now_ms: u64) -> Seating {
        let outbox = match self.kind {
            SessionKind::Connection => Some(Arc::clone(&self.outbox)),
            SessionKind::Calls => None,
        };
        Seating {
            kind: self.kind,
            outbox,
            now_ms,
        }
    }

    pub(crate) fn hold(&self, session: Arc<Session>) {
        *self.held() = Some(session);
    }

    /// Messages are on their way to this seat in a reply: where telling is as good as reading, they are not told as well.
    pub(crate) fn forget_news_of(&self, messages: &[Message<'_>]) {
        let ids = messages.iter().map(|message| message.id).collect();
        self.outbox.forget_messages(&ids);
    }

    fn leave(&self, chat: &Chat) {
        if let Some(session) = self.held().take() {
            chat.sessions.leave(&session, &self.outbox, chat.now_ms());
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<Arc<Session>>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The event stream of a session over calls. Dropping it takes the account offline.
pub struct Subscription {
    chat: Arc<Chat>,
    session: Arc<Session>,
    outbox: Arc<Outbox>,
}

impl Subscription {
    pub(super) fn open(chat: Arc<Chat>, token: Token) -> Result<Self, Refusal> {
        let session = chat.sessions.of_call(token, chat.now_ms())?;
        let outbox = Arc::new(Outbox::default());
        chat.sessions.subscribe(&session, &outbox)?;
        Ok(Self {
            chat,
            session,
            outbox,
        })
    }

    /// The next event; `None` once the session has ended or another stream took its place.
    pub fn poll_event(&self, context: &mut Context<'_>) -> Poll<Option<Event<'static>>> {
        self.outbox.poll_pop(context)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.chat
            .sessions
            .leave(&self.session, &self.outbox, self.chat.now_ms());
    }
}

impl Request<'_> {
    /// Whether this request may be applied while answers to earlier requests of its connection are on their way:
    /// it changes no session, and a store applies it behind those earlier ones.
    #[must_use]
    pub const fn overlaps(&self) -> bool {
        matches!(
            self,
            Self::Send { .. }
                | Self::Read { .. }
                | Self::MarkRead { .. }
                | Self::DeleteMessages { .. }
                | Self::Undo { .. }
                | Self::Ping
        )
    }
}
