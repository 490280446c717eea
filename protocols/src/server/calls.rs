//! One call of a transport that carries each call apart, whatever the transport is.

use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::{HeaderMap, header};
use server_core::chat::Outcome;
use server_core::message::{Operation, Token};
use server_core::{Answer, Chat, ErrorCode, Refusal};

use crate::codec::CallCodec;

/// A call as it came.
pub(crate) struct Call<'a> {
    /// What it asks for.
    pub(crate) operation: Operation,
    /// The session that it names.
    pub(crate) token: Option<Token>,
    /// The request's body.
    pub(crate) body: &'a [u8],
}

/// Applies a call. An answer that comes later may be dropped: the store does what it was asked all the same.
pub(crate) fn apply(call: &Call<'_>, codec: &dyn CallCodec, chat: &Arc<Chat>) -> Outcome {
    let Ok(request) = codec.decode_request(call.operation, call.body) else {
        return Answer::Ready(Err(ErrorCode::Malformed.into()));
    };
    match chat.call(call.token) {
        Ok(connection) => connection.apply(&request),
        Err(refusal) => Answer::Ready(Err(refusal)),
    }
}

/// Padded or not: what is meant is clear either way.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The token of a call's `authorization` header: `Bearer` and base64 (RFC 6750, section 2.1).
///
/// # Errors
/// [`ErrorCode::SessionEnded`] if there is something that is no token: it names no session.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<Option<Token>, Refusal> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    read_bearer(value.as_bytes())
        .map(Some)
        .ok_or(ErrorCode::SessionEnded.into())
}

fn read_bearer(value: &[u8]) -> Option<Token> {
    let (scheme, token) = value.split_at_checked(b"Bearer ".len())?;
    if !scheme.eq_ignore_ascii_case(b"Bearer ") {
        return None;
    }
    // Room for more than a token, because the decoder estimates on the safe side.
    let mut bytes = [0; 24];
    let length = BASE64.decode_slice(token, &mut bytes).ok()?;
    bytes[..length].try_into().ok().map(Token)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(value: &'static str, token: Result<Option<Token>, ErrorCode>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
        assert_eq!(
            bearer(&headers).map_err(|refusal| refusal.code),
            token,
            "{value}"
        );
    }

    #[test]
    fn a_token_is_read_with_and_without_padding() {
        let token = Ok(Some(Token([0xff; 16])));
        check("Bearer /////////////////////w==", token);
        check("Bearer /////////////////////w", token);
        check("bearer /////////////////////w", token);
    }

    #[test]
    fn what_is_no_token_names_no_session() {
        let none = Err(ErrorCode::SessionEnded);
        check("", none);
        check("Bearer", none);
        check("Bearer ", none);
        check("Basic /////////////////////w==", none);
        check("Bearer /////////////////////", none);
        check(
            "Bearer ////////////////////////////////////////////w==",
            none,
        );
        check("Bearer _____________________w==", none);
        assert_eq!(bearer(&HeaderMap::new()), Ok(None));
    }
}
