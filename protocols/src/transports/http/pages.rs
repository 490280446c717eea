//! What is there to be read: a few words, and the OpenAPI document.

use http::{HeaderValue, Response, StatusCode};

use super::body::Body;
use super::format::Format;
use super::service::with_type;
use super::{problem, route};

/// The OpenAPI document of the service with `json`.
pub(super) const OPENAPI: &str = include_str!("../../../../proto/openapi.json");

/// What the service is, and where it is described.
pub(super) fn index(format: &Format) -> Response<Body> {
    let content_type = format.content_type.to_str().unwrap_or_default();
    let described = if format.is_json() {
        format!("{} describes all of it, as OpenAPI", route::DESCRIPTION)
    } else {
        "proto/http.md describes it".to_owned()
    };
    let words = format!(
        "A chat service. Requests are POST /v1/NAME with bodies of the type {content_type}; events are a stream at GET {}.\n\
         {described}.\n",
        route::EVENTS
    );
    with_type(
        Body::whole(words),
        HeaderValue::from_static("text/plain; charset=utf-8"),
    )
}

/// The OpenAPI document, where it is true: OpenAPI describes bodies of JSON.
pub(super) fn description(format: &Format) -> Response<Body> {
    if format.is_json() {
        let content_type = HeaderValue::from_static("application/json");
        return with_type(Body::whole(OPENAPI), content_type);
    }
    let detail = "OpenAPI describes JSON, and bodies are of another type here; see proto/http.md";
    problem::unserved(StatusCode::NOT_FOUND, detail)
}
