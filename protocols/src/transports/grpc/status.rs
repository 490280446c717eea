//! How a call ended: the status of gRPC, and a refusal in it.

mod details;

use std::error::Error as _;
use std::io;

use server_core::{ErrorCode, Refusal};
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Code, Status};

/// Which refusal it is, by its name.
const ERROR: &str = "chat-error";
/// The number that goes with the refusal, unless it is 0.
const DETAIL: &str = "chat-detail";

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

/// The status of a call that the core refused, with what it is in metadata and in details.
pub(super) fn refused(refusal: Refusal) -> Status {
    let mut metadata = MetadataMap::with_capacity(2);
    metadata.insert(ERROR, MetadataValue::from_static(refusal.code.name()));
    if refusal.detail > 0 {
        metadata.insert(DETAIL, MetadataValue::from(refusal.detail));
    }
    let (code, message) = (status_code(refusal.code), refusal.to_string());
    let details = details::of(refusal, code, &message);
    Status::with_details_and_metadata(code, message, details, metadata)
}

/// Why a call was not carried out.
#[derive(Debug)]
pub(in crate::transports) enum Failure {
    /// The core refused it.
    Refused(Refusal),
    /// It failed in a way that is no refusal.
    Call(String),
    /// The connection failed under it.
    Io(io::Error),
    /// The connection was closed in good order.
    Closed,
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        of_connection(&status).unwrap_or_else(|| of_call(&status))
    }
}

fn of_call(status: &Status) -> Failure {
    let text = |name| {
        let value = status.metadata().get(name);
        value.and_then(|value| value.to_str().ok())
    };
    if let Some(code) = text(ERROR).and_then(ErrorCode::from_name) {
        let detail = text(DETAIL).and_then(|detail| detail.parse().ok());
        return Failure::Refused(Refusal::with_detail(code, detail.unwrap_or(0)));
    }
    Failure::Call(format!("{:?}: {}", status.code(), status.message()))
}

/// A status that tonic made because the whole connection is over has the reason among its sources.
pub(in crate::transports) fn of_connection(status: &Status) -> Option<Failure> {
    let mut next = status.source();
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(Failure::Io(io::Error::new(error.kind(), error.to_string())));
        }
        if let Some(error) = error.downcast_ref::<h2::Error>() {
            return of_http_2(error);
        }
        if let Some(error) = error.downcast_ref::<hyper::Error>()
            && (error.is_canceled() || error.is_closed())
        {
            return Some(Failure::Closed);
        }
        next = error.source();
    }
    None
}

fn of_http_2(error: &h2::Error) -> Option<Failure> {
    if error.is_go_away() && error.is_remote() && error.reason() == Some(h2::Reason::NO_ERROR) {
        return Some(Failure::Closed);
    }
    (error.is_io() || error.is_go_away()).then(|| Failure::Io(io::Error::other(error.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_comes_back_as_it_was() {
        for &code in ErrorCode::ALL {
            for detail in [0, 1, u64::MAX] {
                let refusal = Refusal::with_detail(code, detail);
                let response: http::Response<()> = refused(refusal).into_http();
                let status = Status::from_header_map(response.headers()).unwrap();
                assert_eq!(status.message(), refusal.to_string());
                let failure = Failure::from(status);
                assert!(
                    matches!(failure, Failure::Refused(same) if same == refusal),
                    "{failure:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_refusal_says_what_it_is() {
        let failure = Failure::from(Status::unimplemented("100 % unknown"));
        assert!(matches!(failure, Failure::Call(text) if text == "Unimplemented: 100 % unknown"));
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
