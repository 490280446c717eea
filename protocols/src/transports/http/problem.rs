//! What was wrong, as problem details (RFC 9457): for people a sentence, for programs a stable code, whatever the format
//! of the other bodies.

use std::borrow::Cow;

use http::{HeaderValue, Response, StatusCode, header};
use serde::{Deserialize, Serialize};
use server_core::{ErrorCode, Refusal};

use super::body::Body;

/// The media type of a body that says what was wrong.
pub(super) const CONTENT_TYPE: &str = "application/problem+json";

/// The status for each refusal, as the table in `proto/http.md` has them.
pub(super) const fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::Malformed => StatusCode::BAD_REQUEST,
        ErrorCode::NotLoggedIn | ErrorCode::SessionEnded => StatusCode::UNAUTHORIZED,
        ErrorCode::IncorrectPassword | ErrorCode::UndoOff => StatusCode::FORBIDDEN,
        ErrorCode::NoSuchAccount | ErrorCode::NoSuchLogin => StatusCode::NOT_FOUND,
        ErrorCode::AccountExists | ErrorCode::AlreadyLoggedIn | ErrorCode::NotEnoughUnread => {
            StatusCode::CONFLICT
        }
        ErrorCode::FrameRefused => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::UnsupportedVersion
        | ErrorCode::NameNotAllowed
        | ErrorCode::PatternNotAllowed
        | ErrorCode::TextEmpty
        | ErrorCode::TextTooLong
        | ErrorCode::LimitNotAllowed
        | ErrorCode::TooManyIds
        | ErrorCode::IterationsNotAllowed => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::NotExpressible => StatusCode::NOT_IMPLEMENTED,
        ErrorCode::Busy | ErrorCode::Closing => StatusCode::SERVICE_UNAVAILABLE,
        // The store failed, or a code is newer than this table.
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// What a 401 says of how to do better (RFC 6750, section 3).
const fn challenge(code: ErrorCode) -> HeaderValue {
    match code {
        ErrorCode::SessionEnded => HeaderValue::from_static("Bearer error=\"invalid_token\""),
        _ => HeaderValue::from_static("Bearer"),
    }
}

/// The body, as it is written.
#[derive(Serialize)]
struct Written<'a> {
    title: &'static str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "is_zero")]
    number: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The body, as it is read. A number says nothing without its code.
#[derive(Deserialize)]
struct Read<'a> {
    #[serde(borrow)]
    detail: Option<Cow<'a, str>>,
    #[serde(borrow)]
    code: Option<Cow<'a, str>>,
    #[serde(default)]
    number: u64,
}

/// The response to a request that was refused.
pub(super) fn refused(refusal: Refusal) -> Response<Body> {
    with_code(refusal, &refusal.to_string())
}

/// The response to a body that is no request, for the reason that its decoder gave.
pub(super) fn malformed(reason: &str) -> Response<Body> {
    let refusal = ErrorCode::Malformed.into();
    with_code(refusal, &format!("{refusal}: {reason}"))
}

fn with_code(refusal: Refusal, detail: &str) -> Response<Body> {
    let status = status(refusal.code);
    let mut response = respond(&Written {
        title: title(status),
        status: status.as_u16(),
        detail,
        code: Some(refusal.code.name()),
        number: refusal.detail,
    });
    if status == StatusCode::UNAUTHORIZED {
        let challenge = challenge(refusal.code);
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// The response to what HTTP itself has no place for: it is no refusal of the service.
pub(super) fn unserved(status: StatusCode, detail: &str) -> Response<Body> {
    respond(&Written {
        title: title(status),
        status: status.as_u16(),
        detail,
        code: None,
        number: 0,
    })
}

fn title(status: StatusCode) -> &'static str {
    status.canonical_reason().unwrap_or("Error")
}

fn respond(problem: &Written<'_>) -> Response<Body> {
    let body = serde_json::to_vec(problem).expect("numbers and strings are always JSON");
    let mut response = Response::new(Body::whole(body));
    *response.status_mut() =
        StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let content_type = HeaderValue::from_static(CONTENT_TYPE);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, content_type);
    response
}

/// What a client reads from a response other than 200.
///
/// # Errors
/// What to tell the user, if it is no refusal of the service.
pub(super) fn read(status: StatusCode, body: &[u8]) -> Result<Refusal, String> {
    let problem = serde_json::from_slice::<Read<'_>>(body).ok();
    let code = problem.as_ref().and_then(|problem| problem.code.as_deref());
    if let (Some(problem), Some(code)) = (&problem, code.and_then(ErrorCode::from_name)) {
        return Ok(Refusal::with_detail(code, problem.number));
    }
    Err(match problem.and_then(|problem| problem.detail) {
        Some(detail) => format!("{status}: {detail}"),
        None => status.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn body(response: Response<Body>) -> Vec<u8> {
        use http_body_util::BodyExt as _;
        response
            .into_body()
            .collect()
            .await
            .unwrap()
            .to_bytes()
            .into()
    }

    #[tokio::test]
    async fn every_refusal_comes_back_as_it_was() {
        for &code in ErrorCode::ALL {
            for detail in [0, 1, u64::MAX] {
                let refusal = Refusal::with_detail(code, detail);
                let response = refused(refusal);
                let status = response.status();
                assert!(status.is_client_error() || status.is_server_error());
                assert_eq!(
                    response.headers().contains_key(header::WWW_AUTHENTICATE),
                    status == StatusCode::UNAUTHORIZED
                );
                assert_eq!(read(status, &body(response).await), Ok(refusal));
            }
        }
    }

    #[tokio::test]
    async fn what_is_no_refusal_says_what_it_is() {
        let response = unserved(StatusCode::NOT_FOUND, "nothing is here");
        let status = response.status();
        let told = read(status, &body(response).await);
        assert_eq!(told, Err("404 Not Found: nothing is here".to_owned()));
        for other in [
            &b""[..],
            b"<html>",
            b"[1]",
            br#"{"code":"nonsense"}"#,
            b"\xff",
        ] {
            let told = read(StatusCode::BAD_GATEWAY, other);
            assert_eq!(told, Err("502 Bad Gateway".to_owned()), "{other:?}");
        }
    }

    #[tokio::test]
    async fn why_a_body_is_malformed_is_said() {
        let body = body(malformed("a field is missing")).await;
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let detail = body["detail"].as_str().unwrap();
        assert!(detail.ends_with(": a field is missing"), "{detail}");
        assert_eq!(body["code"], "malformed");
    }

    /// The table of `proto/http.md` is what other languages are written by.
    #[test]
    fn the_statuses_on_the_page_are_true() {
        let page = include_str!("../../../../proto/http.md");
        for &code in ErrorCode::ALL {
            let status = status(code).as_u16();
            let row = format!("| `{}` | {status} |", code.name());
            assert!(page.contains(&row), "proto/http.md has no row {row}");
        }
    }
}
