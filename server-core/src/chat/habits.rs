//! What differs between front ends by the rules of their formats, and not by ours.

/// How the accounts and sessions of a front end work. The default is this service's own way; the formats of the
/// notebooks have others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// What keeps others out of an account.
    pub accounts: Accounts,
    /// Whether who signs up is logged in by that.
    pub sign_up: SignUp,
    /// What becomes of unread messages when somebody logs in.
    pub waiting: Waiting,
    /// What an event does to the message that it tells.
    pub pushed: Pushed,
    /// How many messages come of asking for more than wait.
    pub reading: Reading,
    /// Who may see which accounts there are.
    pub listing: Listing,
    /// In which language accounts are searched.
    pub patterns: Patterns,
    /// The longest text of a message, in characters (Unicode scalar values); `None`: as the server's options say.
    pub text_max_chars: Option<u32>,
}

impl Habits {
    /// This service's own way.
    pub const OURS: Self = Self {
        accounts: Accounts::Passwords,
        sign_up: SignUp::StaysOut,
        waiting: Waiting::Waits,
        pushed: Pushed::StaysUnread,
        reading: Reading::Exactly,
        listing: Listing::Members,
        patterns: Patterns::Wildcards,
        text_max_chars: None,
    };
}

/// What keeps others out of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accounts {
    /// A password: accounts are created and logged in to by SCRAM.
    #[default]
    Passwords,
    /// Nothing: who names it is let in.
    Open,
    /// A key that the server draws when somebody signs up.
    Keys,
}

/// Whether who signs up is logged in by that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignUp {
    /// No.
    #[default]
    StaysOut,
    /// Yes.
    Enters,
}

/// What becomes of unread messages when somebody logs in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Waiting {
    /// They wait until they are asked for.
    #[default]
    Waits,
    /// They are handed over with the reply, and marked as read: the oldest [`crate::limits::PAGE_MAX`], and further ones
    /// the next time.
    HandedOver,
}

/// What an event does to the message that it tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pushed {
    /// Nothing: reading is the reader's act.
    #[default]
    StaysUnread,
    /// It marks it as read once it is on its way to the recipient ([`crate::Connection::tells`]). What was taken by then,
    /// by logging in or by reading, is not told as well.
    IsRead,
}

/// How many messages come of asking for more than wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// None: it is refused.
    #[default]
    Exactly,
    /// As many as wait.
    AsManyAsWait,
}

/// Who may see which accounts there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listing {
    /// Who is logged in.
    #[default]
    Members,
    /// Everybody.
    Anyone,
}

/// In which language accounts are searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patterns {
    /// `*` for any run of characters, `?` for one ([`crate::pattern::Pattern::new`]).
    #[default]
    Wildcards,
    /// Regular expressions ([`crate::pattern::Pattern::expression`]).
    RegularExpressions,
}
