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
}

impl Habits {
    /// This service's own way.
    pub const OURS: Self = Self {
        accounts: Accounts::Passwords,
        sign_up: SignUp::StaysOut,
        waiting: Waiting::Waits,
        pushed: Pushed::StaysUnread,
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
    /// They are handed over with the reply, and marked as read.
    HandedOver,
}

/// What an event does to the message that it tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pushed {
    /// Nothing: reading is the reader's act.
    #[default]
    StaysUnread,
    /// It marks it as read once it is written to the connection.
    IsRead,
}
