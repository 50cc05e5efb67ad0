//! What goes wrong, said to a client: RFC 9457 `application/problem+json`.
//!
//! Every error leaves the service in this shape. `type` and `code` are stable; texts may
//! improve. A problem never repeats what the client sent, because that may be personal data.

mod kind;

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

pub use kind::Kind;

/// What a client is told of a defect: where it is stays in the log.
pub(crate) const DEFECT: &str =
    "a defect of the service; nothing was decided. Report the request id.";

/// What a client reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Body {
    /// Stable identifier of the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:dictamen:problem:invalid-request")]
    pub type_uri: String,
    /// The kind of problem in a few words.
    #[schema(example = "the request is not what a decision can be made on")]
    pub title: &'static str,
    /// The HTTP status.
    #[schema(example = 422, minimum = 400, maximum = 599)]
    pub status: u16,
    /// What is wrong this time, and what to do about it.
    #[schema(example = "2 problems, listed under `errors`")]
    pub detail: String,
    /// Stable short name of the kind of problem.
    #[schema(example = "invalid-request")]
    pub code: &'static str,
    /// The id of the request, as in the `X-Request-Id` header and in the service's log.
    #[schema(example = "0b9c2f0e-3f0c-4a53-9f7b-1c3f6a0d8e11")]
    pub request_id: String,
    /// Every single problem of the request's content; left out when there is none to list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<Item>,
}

/// One problem of a request's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProblemItem)]
pub struct Item {
    /// JSON Pointer (RFC 6901) to the value in the request body; empty for the body as a whole.
    #[schema(example = "/application/requested_amount")]
    pub pointer: String,
    /// Stable code.
    #[schema(example = "request::not-positive")]
    pub code: String,
    /// What is wrong, in plain words.
    #[schema(example = "the amount must be greater than zero")]
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// A problem on its way to the client; [`telemetry`](crate::telemetry) adds the request id and
/// writes the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    kind: Kind,
    detail: String,
    errors: Vec<Item>,
}

impl Problem {
    /// A problem of a kind; `detail` says what is wrong this time.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
        }
    }

    /// The same with every single problem of the request's content.
    #[must_use]
    pub fn with(mut self, errors: Vec<Item>) -> Self {
        self.errors = errors;
        self
    }

    /// A defect of the service.
    pub(crate) fn defect() -> Self {
        Self::new(Kind::Internal, DEFECT)
    }

    /// What is wrong this time.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// Whether it passes by itself, so that the same may succeed later.
    pub(crate) fn passes(&self) -> bool {
        matches!(
            self.kind,
            Kind::NotReady | Kind::LogUnavailable | Kind::DeadlineExceeded | Kind::Internal
        )
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The body for a request.
    pub fn body(&self, request_id: &str) -> Body {
        Body {
            type_uri: self.kind.type_uri(),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            detail: self.detail.clone(),
            code: self.kind.code(),
            request_id: request_id.to_owned(),
            errors: self.errors.clone(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = self.kind.retry_after() {
            let seconds = HeaderValue::from(seconds);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        if self.kind == Kind::Unauthenticated {
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"dictamen\""),
            );
        }
        response.extensions_mut().insert(self);
        response
    }
}
