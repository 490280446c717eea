//! Bodies: of requests and replies, which are whole, and of event streams.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Frame, Incoming, SizeHint};

use super::events::Events;

/// The body of a response.
pub(super) enum Body {
    /// All of it is here; `None` once it was taken.
    Whole(Option<Bytes>),
    /// It comes as events do.
    Events(Box<Events>),
}

impl Body {
    /// A body of which all is here.
    pub(super) fn whole(bytes: impl Into<Bytes>) -> Self {
        Self::Whole(Some(bytes.into()).filter(|bytes| !bytes.is_empty()))
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let data = match &mut *self {
            Self::Whole(bytes) => Poll::Ready(bytes.take()),
            Self::Events(events) => events.poll_chunk(context),
        };
        data.map(|data| data.map(|data| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Self::Events(_) => SizeHint::new(),
        }
    }
}

/// Why a body was not read.
#[derive(Debug)]
pub(super) enum Unread {
    /// It is longer than what is taken.
    TooLong,
    /// The connection failed, or it is not framed as HTTP has bodies.
    Failed(hyper::Error),
}

/// Reads a body of up to `bytes_max` bytes. One that announces more is refused before any of it is taken.
///
/// # Errors
/// [`Unread`].
pub(super) async fn read(mut body: Incoming, bytes_max: usize) -> Result<Bytes, Unread> {
    if body.size_hint().lower() > bytes_max as u64 {
        return Err(Unread::TooLong);
    }
    // Most bodies come in one piece, which is not copied.
    let mut only = Bytes::new();
    let mut several = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.map_err(Unread::Failed)?.into_data() else {
            continue;
        };
        if only.len() + several.len() + piece.len() > bytes_max {
            return Err(Unread::TooLong);
        }
        if only.is_empty() && several.is_empty() {
            only = piece;
        } else {
            several.extend_from_slice(&std::mem::take(&mut only));
            several.extend_from_slice(&piece);
        }
    }
    Ok(if several.is_empty() {
        only
    } else {
        several.into()
    })
}
