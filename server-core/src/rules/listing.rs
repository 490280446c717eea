//! Looking at accounts, unread counts and conversations.

use super::apply::{Ruled, check_limit};
use crate::chat::{Connection, Listing as Allowed, Patterns};
use crate::message::{MessageId, Reply};
use crate::name::Name;
use crate::pattern::Pattern;
use crate::store::{HistoryQuery, ListQuery};

/// Which accounts were asked for.
pub(super) struct Listing<'a> {
    pub(super) pattern: &'a str,
    pub(super) after: Option<&'a str>,
    pub(super) limit: u32,
}

/// Names are public to whoever is logged in; in some formats to everybody.
pub(super) fn accounts(connection: &Connection, listing: &Listing<'_>) -> Ruled {
    let habits = connection.habits;
    if habits.listing == Allowed::Members {
        connection.seat.require()?;
    }
    listing.after.map_or(Ok(()), Name::check)?;
    let limit = check_limit(listing.limit)?;
    let page = connection.chat.store.list_accounts(&ListQuery {
        pattern: match habits.patterns {
            Patterns::Wildcards => Pattern::new(listing.pattern),
            Patterns::RegularExpressions => Pattern::expression(listing.pattern),
        }?,
        after: listing.after,
        limit,
    });
    Ok(page.map(|result| {
        result.map(|page| Reply::ListAccounts {
            names: page.names.into_iter().map(Into::into).collect(),
            more: page.more,
        })
    }))
}

/// How many messages wait, by peer.
pub(super) fn unread(connection: &Connection) -> Ruled {
    let session = connection.seat.require()?;
    let counted = connection.chat.store.unread(session.account);
    Ok(counted.map(|result| result.map(|counts| Reply::Unread { counts })))
}

/// Which part of a conversation was asked for.
pub(super) struct Look<'a> {
    pub(super) peer: &'a str,
    pub(super) before: Option<MessageId>,
    pub(super) limit: u32,
}

/// Looks back in a conversation; marks nothing.
pub(super) fn history(connection: &Connection, look: &Look<'_>) -> Ruled {
    let session = connection.seat.require()?;
    Name::check(look.peer)?;
    let found = connection.chat.store.history(&HistoryQuery {
        reader: session.account,
        peer: look.peer,
        before: look.before,
        limit: check_limit(look.limit)?,
    });
    Ok(found.map(|result| result.map(|messages| Reply::History { messages })))
}
