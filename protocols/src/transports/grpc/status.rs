//! How a call ended: the trailers of gRPC, and a refusal in them.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use server_core::{ErrorCode, Refusal};
use tonic::Code;

use crate::client::ClientError;

const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const ERROR: HeaderName = HeaderName::from_static("chat-error");
const DETAIL: HeaderName = HeaderName::from_static("chat-detail");

/// What `grpc-message` escapes ("gRPC over HTTP/2", Responses, Percent-Encoded); what is not ASCII goes without saying.
const ESCAPED: &AsciiSet = &CONTROLS.add(b'%');

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The core refused it.
    Refused(Refusal),
    /// gRPC itself has no way to carry it out.
    Unimplemented(&'static str),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        Self::Refused(code.into())
    }
}

/// The status code for each refusal, as the table in `proto/chat.proto` has them.
pub(super) const fn status_code(code: ErrorCode) -> Code {
    match code {
        ErrorCode::Malformed
        | ErrorCode::NameNotAllowed
        | ErrorCode::PatternNotAllowed
        | ErrorCode::TextEmpty
        | ErrorCode::TextTooLong
        | ErrorCode::LimitNotAllowed
        | ErrorCode::TooManyIds
        | ErrorCode::IterationsNotAllowed => Code::InvalidArgument,
        ErrorCode::FrameRefused | ErrorCode::Busy => Code::ResourceExhausted,
        ErrorCode::UnsupportedVersion | ErrorCode::AlreadyLoggedIn | ErrorCode::UndoOff => {
            Code::FailedPrecondition
        }
        ErrorCode::AccountExists => Code::AlreadyExists,
        ErrorCode::NoSuchAccount | ErrorCode::NoSuchLogin => Code::NotFound,
        ErrorCode::IncorrectPassword | ErrorCode::NotLoggedIn | ErrorCode::SessionEnded => {
            Code::Unauthenticated
        }
        ErrorCode::NotEnoughUnread => Code::OutOfRange,
        ErrorCode::StoreFailed => Code::Internal,
        ErrorCode::Closing => Code::Unavailable,
        ErrorCode::NotExpressible => Code::Unimplemented,
        _ => Code::Unknown,
    }
}

/// The trailers of a call that was carried out.
pub(super) fn fine() -> HeaderMap {
    let mut trailers = HeaderMap::with_capacity(1);
    trailers.insert(STATUS, HeaderValue::from_static("0"));
    trailers
}

/// Adds the trailers of a call that was not.
pub(super) fn add_failure(failure: &Failure, trailers: &mut HeaderMap) {
    let (code, message) = match failure {
        Failure::Refused(refusal) => (status_code(refusal.code), Cow::Owned(refusal.to_string())),
        Failure::Unimplemented(what) => (Code::Unimplemented, Cow::Borrowed(*what)),
    };
    trailers.insert(STATUS, HeaderValue::from(code as i32));
    let escaped: Cow<'_, str> = utf8_percent_encode(&message, ESCAPED).into();
    if let Ok(message) = HeaderValue::from_str(&escaped) {
        trailers.insert(MESSAGE, message);
    }
    if let Failure::Refused(refusal) = failure {
        trailers.insert(ERROR, HeaderValue::from_static(refusal.code.name()));
        if refusal.detail > 0 {
            trailers.insert(DETAIL, HeaderValue::from(refusal.detail));
        }
    }
}

/// Whether these headers say how the call ended.
pub(super) fn is_in(headers: &HeaderMap) -> bool {
    headers.contains_key(STATUS)
}

/// How the call ended that these trailers belong to: carried out, or refused.
///
/// # Errors
/// [`ClientError::Call`] if it failed in a way that is no refusal.
pub(super) fn read(trailers: &HeaderMap) -> Result<Result<(), Refusal>, ClientError> {
    let Some(status) = trailers.get(STATUS) else {
        return Err(ClientError::Call("it ended without a status".to_owned()));
    };
    if status == "0" {
        return Ok(Ok(()));
    }
    let text = |name| trailers.get(name).and_then(|value| value.to_str().ok());
    if let Some(code) = text(ERROR).and_then(ErrorCode::from_name) {
        let detail = text(DETAIL).and_then(|detail| detail.parse().ok());
        return Ok(Err(Refusal::with_detail(code, detail.unwrap_or(0))));
    }
    let code = Code::from_bytes(status.as_bytes());
    let message = percent_decode_str(text(MESSAGE).unwrap_or_default()).decode_utf8_lossy();
    Err(ClientError::Call(format!("{code:?}: {message}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_comes_back_as_it_was() {
        for &code in ErrorCode::ALL {
            for detail in [0, 1, u64::MAX] {
                let refusal = Refusal::with_detail(code, detail);
                let mut trailers = HeaderMap::new();
                add_failure(&refusal.into(), &mut trailers);
                assert_eq!(read(&trailers).unwrap(), Err(refusal));
            }
        }
        assert_eq!(read(&fine()).unwrap(), Ok(()));
    }

    #[test]
    fn what_is_no_refusal_says_what_it_is() {
        let mut trailers = HeaderMap::new();
        add_failure(&Failure::Unimplemented("100 % unknown"), &mut trailers);
        assert_eq!(trailers[MESSAGE], "100 %25 unknown");
        let error = read(&trailers).unwrap_err().to_string();
        assert_eq!(error, "the call failed: Unimplemented: 100 % unknown");
        assert!(read(&HeaderMap::new()).is_err());
    }

    /// The table of `chat.proto` is what other languages are written by.
    #[test]
    fn the_table_in_the_proto_file_is_true() {
        let text = include_str!("../../../../proto/chat.proto");
        for &code in ErrorCode::ALL {
            let row = text
                .lines()
                .find_map(|line| line.strip_prefix(&format!("//   {} ", code.name())));
            let status = row.and_then(|row| row.split_whitespace().next());
            let spelled = format!("{:?}", status_code(code)).to_lowercase();
            let documented = status.map(|status| status.replace('_', "").to_lowercase());
            assert_eq!(documented, Some(spelled), "{}", code.name());
        }
    }
}
