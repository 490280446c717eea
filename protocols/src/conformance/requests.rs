//! Requests in a word, so that a check reads as what it does.

use server_core::Request;
use server_core::message::{ClientId, MessageId};

pub(super) fn send<'a>(to: &'a str, text: &'a str) -> Request<'a> {
    Request::Send {
        to: to.into(),
        text: text.into(),
        client_id: None,
    }
}

pub(super) fn send_as<'a>(client_id: ClientId, to: &'a str, text: &'a str) -> Request<'a> {
    Request::Send {
        to: to.into(),
        text: text.into(),
        client_id: Some(client_id),
    }
}

pub(super) fn read(limit: u32) -> Request<'static> {
    Request::Read { peer: None, limit }
}

pub(super) fn read_from(peer: &str, limit: u32) -> Request<'_> {
    Request::Read {
        peer: Some(peer.into()),
        limit,
    }
}

pub(super) fn mark_read(peer: &str, up_to: MessageId) -> Request<'_> {
    Request::MarkRead {
        peer: peer.into(),
        up_to,
    }
}

pub(super) fn history(peer: &str, limit: u32) -> Request<'_> {
    Request::History {
        peer: peer.into(),
        before: None,
        limit,
    }
}

pub(super) fn history_before(peer: &str, before: MessageId, limit: u32) -> Request<'_> {
    Request::History {
        peer: peer.into(),
        before: Some(before),
        limit,
    }
}

pub(super) fn delete(ids: &[MessageId]) -> Request<'static> {
    Request::DeleteMessages { ids: ids.to_vec() }
}

pub(super) fn undo(ids: &[MessageId]) -> Request<'static> {
    Request::Undo { ids: ids.to_vec() }
}

pub(super) fn list(pattern: &str, limit: u32) -> Request<'_> {
    Request::ListAccounts {
        pattern: pattern.into(),
        after: None,
        limit,
    }
}

pub(super) fn list_after<'a>(pattern: &'a str, after: &'a str, limit: u32) -> Request<'a> {
    Request::ListAccounts {
        pattern: pattern.into(),
        after: Some(after.into()),
        limit,
    }
}
