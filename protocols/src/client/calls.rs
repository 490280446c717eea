//! The session of a client whose calls travel apart: it rides along as a token.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use http::HeaderValue;
use server_core::Reply;
use server_core::message::Token;

/// What a reply does to the session of its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It begins.
    Begins(Token),
    /// It ends.
    Ends,
}

impl Change {
    /// What `reply` does; `resumed` is the token that its request named, if that was `Resume`.
    pub(crate) const fn of(reply: &Reply<'_>, resumed: Option<Token>) -> Option<Self> {
        match (reply, resumed) {
            (Reply::LogInFinish { token, .. }, _) => Some(Self::Begins(*token)),
            (Reply::Resume { .. }, Some(token)) => Some(Self::Begins(token)),
            (Reply::LogOut | Reply::DeleteAccount, _) => Some(Self::Ends),
            _ => None,
        }
    }
}

/// The header `authorization` of calls in a session (RFC 6750, section 2.1).
pub(crate) fn bearer(token: Token) -> HeaderValue {
    let value = format!("Bearer {}", BASE64_STANDARD_NO_PAD.encode(token.0));
    let mut value = HeaderValue::try_from(value).expect("base64 is printable");
    value.set_sensitive(true);
    value
}
