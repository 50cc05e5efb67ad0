//! Answers in Belvo's words: the error array, and bodies as they were written.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::faults::{Effect, Fault};

/// An identifier of 32 hexadecimal digits, as Belvo gives errors and notices.
pub(crate) fn hex_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// An identifier with dashes.
pub(crate) fn uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// One thing wrong with a request.
#[derive(Debug, Clone)]
pub(crate) struct Wrong {
    code: &'static str,
    message: String,
    more: Map<String, Value>,
}

impl Wrong {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            more: Map::new(),
        }
    }

    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.more.insert(key.to_owned(), value.into());
        self
    }

    pub(crate) fn field(self, name: &str) -> Self {
        self.with("field", name)
    }
}

/// Why a request is refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Belvo's error array.
    Errors(StatusCode, Vec<Wrong>),
    /// A fault that was asked for.
    Fault(&'static Fault),
    /// The firewall's page.
    Firewall,
}

impl Refusal {
    pub(crate) fn one(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self::Errors(status, vec![Wrong::new(code, message)])
    }

    pub(crate) fn bad(wrong: Wrong) -> Self {
        Self::Errors(StatusCode::BAD_REQUEST, vec![wrong])
    }

    pub(crate) fn not_found() -> Self {
        Self::one(StatusCode::NOT_FOUND, "not_found", "Not found.")
    }

    pub(crate) fn throttled() -> Self {
        Self::one(
            StatusCode::TOO_MANY_REQUESTS,
            "throttled",
            "Request was throttled.",
        )
    }

    /// Belvo's code, for a widget to repeat; nothing where Belvo would not have answered.
    pub(crate) fn code_and_message(&self) -> (&'static str, String) {
        let unexpected = || ("unexpected_error", "Unexpected error".to_owned());
        match self {
            Self::Errors(_, wrongs) => wrongs
                .first()
                .map_or_else(unexpected, |wrong| (wrong.code, wrong.message.clone())),
            Self::Fault(fault) => match fault.effect {
                Effect::Error { code, message, .. } => (code, message.to_owned()),
                _ => unexpected(),
            },
            Self::Firewall => unexpected(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Errors(status, wrongs) => errors(status, wrongs),
            Self::Firewall => firewall(),
            Self::Fault(fault) => match fault.effect {
                Effect::Error {
                    status,
                    code,
                    message,
                } => {
                    let mut wrong = Wrong::new(code, message);
                    if code == "token_required" {
                        wrong = wrong
                            .with("session", hex_id())
                            .with("expiry", 9600)
                            .with("link", uuid())
                            .with(
                                "token_generation_data",
                                json!({
                                    "instructions": "Use this code to generate the token",
                                    "type": "numeric",
                                    "value": "12345",
                                }),
                            );
                    }
                    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
                    errors(status, vec![wrong])
                }
                Effect::Firewall => firewall(),
                Effect::Empty(status) => empty(status),
                _ => empty(500),
            },
        }
    }
}

/// A status without a body.
pub(crate) fn empty(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    status.into_response()
}

fn errors(status: StatusCode, wrongs: Vec<Wrong>) -> Response {
    let request_id = hex_id();
    let list: Vec<Value> = wrongs
        .into_iter()
        .map(|wrong| {
            let mut object = wrong.more;
            object.insert("code".to_owned(), wrong.code.into());
            object.insert("message".to_owned(), wrong.message.into());
            object.insert("request_id".to_owned(), request_id.clone().into());
            Value::Object(object)
        })
        .collect();
    json_text(status, Value::Array(list).to_string())
}

fn firewall() -> Response {
    const PAGE: &str = "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n\
                        <center><h1>403 Forbidden</h1></center>\r\n<hr><center>openresty</center>\r\n\
                        </body>\r\n</html>\r\n";
    let mut response = Response::new(Body::from(PAGE));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response
}

/// JSON that is text already.
pub(crate) fn json_text(status: StatusCode, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

/// JSON.
pub(crate) fn json(status: StatusCode, value: &Value) -> Response {
    json_text(status, value.to_string())
}
