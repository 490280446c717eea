//! Why a call was not carried out.

use std::error::Error as _;
use std::io;

use server_core::Refusal;

use super::body::Unread;
use crate::client::ClientError;

/// Why a call was not carried out.
#[derive(Debug)]
pub(super) enum Failure {
    /// The core refused it.
    Refused(Refusal),
    /// It failed in a way that is no refusal.
    Call(String),
    /// The connection failed under it.
    Io(io::Error),
    /// The connection was closed in good order.
    Closed,
}

impl From<hyper::Error> for Failure {
    fn from(error: hyper::Error) -> Self {
        if error.is_canceled() || error.is_closed() || error.is_incomplete_message() {
            return Self::Closed;
        }
        let cause = error.source().and_then(|cause| cause.downcast_ref());
        match cause {
            Some(cause) => Self::Io(copy(cause)),
            None => Self::Call(server_core::error::one_line(&error)),
        }
    }
}

fn copy(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), error.to_string())
}

impl From<Unread> for Failure {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLong => Self::Call("the server's answer is too long".to_owned()),
            Unread::Failed(error) => error.into(),
        }
    }
}

impl Failure {
    /// The refusal, or why the client's connections are over. `None`: they say so themselves.
    pub(super) fn into_refusal(self) -> Result<Option<Refusal>, ClientError> {
        match self {
            Self::Refused(refusal) => Ok(Some(refusal)),
            Self::Call(text) => Err(ClientError::Call(text)),
            Self::Io(error) => Err(error.into()),
            Self::Closed => Ok(None),
        }
    }
}
