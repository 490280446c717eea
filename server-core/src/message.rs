//! The vocabulary: what a client may ask, what the server answers, and what it says unasked.
//!
//! Nothing here knows how it is written on a wire, so that a renamed field changes no byte.

mod owned;

use std::fmt;
use std::sync::Arc;

use crate::error::Refusal;
use crate::text::Text;

/// The number of a message: growing, and never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub u64);

/// The number of a begun log-in, which its second half names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LoginId(pub u64);

/// What a client calls one of its messages, so that a retry stores nothing twice: 16 bytes of its choosing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientId(pub [u8; 16]);

/// One half of the nonce of a log-in: 18 random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nonce(pub [u8; 18]);

/// What names a session and lets its holder take it up again: 16 random bytes. Kept out of logs.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token(pub [u8; 16]);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What the server keeps in place of a password (RFC 5802, section 3), derived by the client.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Verifier {
    /// The salt that the password was hashed with.
    pub salt: [u8; 16],
    /// How many rounds of PBKDF2 it was hashed for.
    pub iterations: u32,
    /// The hash of the client's key.
    pub stored_key: [u8; 32],
    /// The key that the server proves itself with.
    pub server_key: [u8; 32],
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").finish_non_exhaustive()
    }
}

/// One message, as the store keeps it and both parties see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Its number.
    pub id: MessageId,
    /// The account that sent it.
    pub from: Text<'a>,
    /// The account that it was sent to.
    pub to: Text<'a>,
    /// What it says.
    pub text: Text<'a>,
    /// When the server took it, in milliseconds since 1970-01-01 UTC.
    pub sent_at_ms: u64,
    /// Whether the recipient has read it or marked it as read.
    pub read: bool,
}

/// What a client asks. Requests that follow one another on a connection are answered in that order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request<'a> {
    /// Says which version of the vocabulary the client speaks.
    Hello {
        /// The client's version; see [`crate::limits::PROTOCOL_VERSION`].
        version: u32,
    },
    /// Creates an account; does not log in.
    CreateAccount {
        /// The account's name.
        name: Text<'a>,
        /// What the server is to keep in place of the password.
        verifier: Verifier,
    },
    /// Begins a log-in.
    LogInStart {
        /// The account's name.
        name: Text<'a>,
        /// The client's half of the nonce.
        client_nonce: Nonce,
    },
    /// Ends a log-in with the proof that the password is known.
    LogInFinish {
        /// The number that the challenge gave.
        login_id: LoginId,
        /// SCRAM's `ClientProof`.
        proof: [u8; 32],
    },
    /// Takes up a session again.
    Resume {
        /// The session's token.
        token: Token,
    },
    /// Ends the session.
    LogOut,
    /// Deletes the account of this session with all that it sent and received.
    DeleteAccount,
    /// Asks whether the server is there.
    Ping,
    /// Lists accounts in the order of their names' bytes.
    ListAccounts {
        /// `*` stands for any run of characters, `?` for one; empty means all.
        pattern: Text<'a>,
        /// Only names behind this one, for the next page.
        after: Option<Text<'a>>,
        /// The most names wanted, 1 to [`crate::limits::PAGE_MAX`].
        limit: u32,
    },
    /// Sends a message.
    Send {
        /// The recipient's name.
        to: Text<'a>,
        /// What it says.
        text: Text<'a>,
        /// What the client calls it, so that it can be sent again safely.
        client_id: Option<ClientId>,
    },
    /// Asks how many unread messages wait, by peer.
    Unread,
    /// Takes the oldest unread messages and marks them as read.
    Read {
        /// Only those from this account; from all if `None`.
        peer: Option<Text<'a>>,
        /// How many, 1 to [`crate::limits::PAGE_MAX`]; more than wait is refused.
        limit: u32,
    },
    /// Marks the messages from a peer as read.
    MarkRead {
        /// Who sent them.
        peer: Text<'a>,
        /// The last one to mark.
        up_to: MessageId,
    },
    /// Looks back in a conversation, newest first.
    History {
        /// The other party.
        peer: Text<'a>,
        /// Only messages before this one, for the next page.
        before: Option<MessageId>,
        /// The most messages wanted, 1 to [`crate::limits::PAGE_MAX`].
        limit: u32,
    },
    /// Deletes messages for both parties.
    DeleteMessages {
        /// Which; those that are not the client's to delete are passed over.
        ids: Vec<MessageId>,
    },
    /// Takes back the deletion of messages within the grace period.
    Undo {
        /// Which; those that this account did not delete are passed over.
        ids: Vec<MessageId>,
    },
    /// Creates an account that has no password, where accounts have none ([`crate::chat::Accounts`]).
    SignUp {
        /// The account's name.
        name: Text<'a>,
    },
    /// Logs in to an account that has no password.
    Enter {
        /// The account's name.
        name: Text<'a>,
        /// The key that signing up gave, where it gave one.
        key: Option<Token>,
    },
}

/// What a server answers to a request that it carried out: one kind of reply for each kind of request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply<'a> {
    /// To `Hello`.
    Hello {
        /// The server's version.
        version: u32,
        /// The longest text it takes, in characters.
        text_max_chars: u32,
        /// The longest page it gives.
        page_max: u32,
        /// How long deletions can be undone, in milliseconds; 0 if not at all.
        undo_grace_ms: u64,
    },
    /// To `CreateAccount`.
    CreateAccount,
    /// To `LogInStart`: the challenge.
    LogInStart {
        /// The number to name in the second half.
        login_id: LoginId,
        /// The account's salt.
        salt: [u8; 16],
        /// The account's iterations.
        iterations: u32,
        /// The server's half of the nonce.
        server_nonce: Nonce,
    },
    /// To `LogInFinish`.
    LogInFinish {
        /// SCRAM's `ServerSignature`, by which the server proves itself.
        server_signature: [u8; 32],
        /// The session's token.
        token: Token,
        /// How many unread messages wait.
        unread: u64,
    },
    /// To `Resume`.
    Resume {
        /// How many unread messages wait.
        unread: u64,
    },
    /// To `LogOut`.
    LogOut,
    /// To `DeleteAccount`.
    DeleteAccount,
    /// To `Ping`.
    Ping,
    /// To `ListAccounts`.
    ListAccounts {
        /// The names, in the order of their bytes.
        names: Vec<Text<'a>>,
        /// Whether further names match behind the last one.
        more: bool,
    },
    /// To `Send`.
    Send {
        /// The new message's number.
        id: MessageId,
        /// Whether an event went out to the recipient.
        delivered: bool,
    },
    /// To `Unread`: the peers of whom messages wait, in the order of their names' bytes.
    Unread {
        /// One entry a peer.
        counts: Vec<UnreadCount<'a>>,
    },
    /// To `Read`: oldest first, marked as read.
    Read {
        /// The messages.
        messages: Vec<Message<'a>>,
    },
    /// To `MarkRead`.
    MarkRead,
    /// To `History`: newest first.
    History {
        /// The messages.
        messages: Vec<Message<'a>>,
    },
    /// To `DeleteMessages`.
    DeleteMessages {
        /// Those that were deleted.
        ids: Vec<MessageId>,
    },
    /// To `Undo`.
    Undo {
        /// Those that are back.
        ids: Vec<MessageId>,
    },
    /// To `SignUp`.
    SignUp {
        /// What the account is entered with, where that takes a key.
        key: Option<Token>,
    },
    /// To `Enter`.
    Enter {
        /// How many unread messages wait behind those that are handed over here; `None` where a format does not say.
        unread: Option<u64>,
        /// What waited, oldest first and marked as read, where entering hands it over.
        messages: Vec<Message<'a>>,
    },
}

/// How many messages of one peer wait unread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadCount<'a> {
    /// Who sent them.
    pub peer: Text<'a>,
    /// How many there are.
    pub count: u64,
}

/// What a server says unasked, at any time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A message for this session's account was stored.
    MessageReceived(Message<'a>),
    /// The other party deleted messages.
    MessagesDeleted {
        /// Which.
        ids: Arc<[MessageId]>,
    },
    /// The other party took back the deletion of messages.
    MessagesRestored {
        /// Which.
        ids: Arc<[MessageId]>,
    },
    /// An account with which there was a conversation is gone, and the conversation with it.
    AccountDeleted {
        /// Its name.
        name: Text<'a>,
    },
    /// The session was too slow; events were dropped, and the store knows better.
    Lagged {
        /// How many were dropped.
        missed: u64,
    },
    /// The server is about to close this connection.
    ServerClosing,
}

impl Event<'_> {
    /// The name that readable formats use, in snake case.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MessageReceived(_) => "message_received",
            Self::MessagesDeleted { .. } => "messages_deleted",
            Self::MessagesRestored { .. } => "messages_restored",
            Self::AccountDeleted { .. } => "account_deleted",
            Self::Lagged { .. } => "lagged",
            Self::ServerClosing => "server_closing",
        }
    }
}

/// Whatever a server sends: the answer to the oldest open request, or an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FromServer<'a> {
    /// The request was carried out.
    Reply(Reply<'a>),
    /// The request was refused.
    Refused(Refusal),
    /// Something happened.
    Event(Event<'a>),
}

impl<'a> From<Result<Reply<'a>, Refusal>> for FromServer<'a> {
    fn from(result: Result<Reply<'a>, Refusal>) -> Self {
        match result {
            Ok(reply) => Self::Reply(reply),
            Err(refusal) => Self::Refused(refusal),
        }
    }
}

macro_rules! operations {
    ($($(#[$doc:meta])* $variant:ident, $name:literal, $request:pat, $reply:pat,)*) => {
        /// What kind of request it is, without its fields: for paths, labels and tables.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Operation {
            $($(#[$doc])* $variant,)*
        }

        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Every operation of services whose accounts have passwords: what a protocol of ours can say.
            pub const WITH_PASSWORDS: &'static [Self] = Self::ALL.split_at(Self::ALL.len() - 2).0;

            /// The name that readable formats use, in snake case.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The operation with this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }

        impl Request<'_> {
            /// What kind of request this is.
            #[must_use]
            pub const fn operation(&self) -> Operation {
                match self { $($request => Operation::$variant,)* }
            }
        }

        impl Reply<'_> {
            /// What kind of request this answers.
            #[must_use]
            pub const fn operation(&self) -> Operation {
                match self { $($reply => Operation::$variant,)* }
            }
        }
    };
}

operations! {
    /// `Hello`
    Hello, "hello", Self::Hello { .. }, Self::Hello { .. },
    /// `CreateAccount`
    CreateAccount, "create_account", Self::CreateAccount { .. }, Self::CreateAccount,
    /// `LogInStart`
    LogInStart, "log_in_start", Self::LogInStart { .. }, Self::LogInStart { .. },
    /// `LogInFinish`
    LogInFinish, "log_in_finish", Self::LogInFinish { .. }, Self::LogInFinish { .. },
    /// `Resume`
    Resume, "resume", Self::Resume { .. }, Self::Resume { .. },
    /// `LogOut`
    LogOut, "log_out", Self::LogOut, Self::LogOut,
    /// `DeleteAccount`
    DeleteAccount, "delete_account", Self::DeleteAccount, Self::DeleteAccount,
    /// `Ping`
    Ping, "ping", Self::Ping, Self::Ping,
    /// `ListAccounts`
    ListAccounts, "list_accounts", Self::ListAccounts { .. }, Self::ListAccounts { .. },
    /// `Send`
    Send, "send", Self::Send { .. }, Self::Send { .. },
    /// `Unread`
    Unread, "unread", Self::Unread, Self::Unread { .. },
    /// `Read`
    Read, "read", Self::Read { .. }, Self::Read { .. },
    /// `MarkRead`
    MarkRead, "mark_read", Self::MarkRead { .. }, Self::MarkRead,
    /// `History`
    History, "history", Self::History { .. }, Self::History { .. },
    /// `DeleteMessages`
    DeleteMessages, "delete_messages", Self::DeleteMessages { .. }, Self::DeleteMessages { .. },
    /// `Undo`
    Undo, "undo", Self::Undo { .. }, Self::Undo { .. },
    // The two that only accounts without passwords have stand last.
    /// `SignUp`
    SignUp, "sign_up", Self::SignUp { .. }, Self::SignUp { .. },
    /// `Enter`
    Enter, "enter", Self::Enter { .. }, Self::Enter { .. },
}
