//! What a format cannot say is not asked of it: the check is skipped, with words that name what is missing.

use server_core::message::{Operation, Request};

use super::check::{Checked, Stop};
use crate::capabilities::{Alphabet, Capabilities, OtherEvents, Part};

/// The request must be one that the format can say, and its text one that it can carry.
pub(super) fn can_ask(capabilities: &Capabilities, request: &Request<'_>) -> Checked {
    says(capabilities, request.operation())?;
    match request {
        Request::Send { text, .. } => has_texts(capabilities, text),
        Request::ListAccounts { after: Some(_), .. } => has(capabilities, Part::ListPages),
        _ => Ok(()),
    }
}

/// The format must be able to say this.
pub(super) fn says(capabilities: &Capabilities, operation: Operation) -> Checked {
    if capabilities.says(operation) {
        return Ok(());
    }
    Err(missing(operation.name()))
}

/// The format must have this field.
pub(super) fn has(capabilities: &Capabilities, part: Part) -> Checked {
    if capabilities.has(part) {
        return Ok(());
    }
    Err(missing(part.words()))
}

/// The format must tell of what others did, and not of their messages alone.
pub(super) fn tells_other_events(capabilities: &Capabilities) -> Checked {
    match capabilities.other_events {
        OtherEvents::Told => Ok(()),
        OtherEvents::LeftOut => Err(missing("what happens besides new messages")),
    }
}

/// The format must have the characters of a text. One that is too long is the server's to refuse.
fn has_texts(capabilities: &Capabilities, text: &str) -> Checked {
    let alphabet = capabilities.texts.alphabet;
    let strange = text.chars().find(|&character| !alphabet.has(character));
    match strange {
        Some(character) if alphabet != Alphabet::Unicode => Err(Stop::skipped(format!(
            "texts of this format do not have {character:?}"
        ))),
        _ => Ok(()),
    }
}

/// Accounts must have passwords.
pub(super) fn has_passwords(capabilities: &Capabilities) -> Checked {
    if capabilities.has_passwords() {
        return Ok(());
    }
    Err(Stop::skipped("accounts of this format have no passwords"))
}

pub(super) fn missing(what: &str) -> Stop {
    Stop::skipped(format!("this format does not say {what}"))
}
