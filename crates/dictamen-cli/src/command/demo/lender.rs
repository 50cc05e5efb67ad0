//! The lender of the demonstration: its page, what the page asks of the service, and the messages
//! the service sends it. Knows only what any lender's own system would.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{MethodRouter, get, post},
};
use dictamen_server::work::DeliverySecret;
use serde::Deserialize;
use serde_json::{Value, json};

use super::SECRET;

/// Nothing but what the page itself serves.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Messages that are remembered for each application.
const REMEMBERED: usize = 20;

/// Where everything is.
#[derive(Clone)]
pub(super) struct Places {
    pub(super) policy: String,
    pub(super) page: String,
    pub(super) service: String,
    pub(super) belvo: String,
    /// Belvo's secrets, with which the demonstration makes things happen.
    pub(super) secrets: (String, String),
}

#[derive(Clone)]
pub(super) struct Lender(Arc<Inner>);

struct Inner {
    places: Places,
    http: reqwest::Client,
    /// Messages by application.
    messages: Mutex<BTreeMap<String, Vec<Value>>>,
}

/// What the page asks for.
#[derive(Deserialize)]
struct Asked {
    amount: u32,
    term: u32,
    debt: u32,
    institution: String,
    recurrent: bool,
    locale: String,
}

#[derive(Deserialize)]
struct Raise {
    curp: String,
}

impl Lender {
    pub(super) fn new(places: Places) -> Self {
        let http = reqwest::Client::builder().no_proxy().build();
        Self(Arc::new(Inner {
            places,
            http: http.unwrap_or_default(),
            messages: Mutex::default(),
        }))
    }

    pub(super) fn router(self) -> Router {
        let html = "text/html; charset=utf-8";
        let script = "text/javascript; charset=utf-8";
        let page = || file(html, include_str!("page/page.html"));
        Router::new()
            .route("/", page())
            .route("/back", page())
            .route("/app.js", file(script, include_str!("page/app.js")))
            .route("/words.js", file(script, include_str!("page/words.js")))
            .route(
                "/style.css",
                file("text/css; charset=utf-8", include_str!("page/style.css")),
            )
            .route("/demo/applications", post(apply))
            .route("/demo/applications/{id}", get(look))
            .route("/demo/applications/{id}/raise", post(raise))
            .route("/messages", post(take))
            .with_state(self)
    }

    async fn ask(&self, request: reqwest::RequestBuilder) -> Response {
        let answer = request.send().await;
        let Ok(answer) = answer else {
            return StatusCode::BAD_GATEWAY.into_response();
        };
        let status = StatusCode::from_u16(answer.status().as_u16());
        let status = status.unwrap_or(StatusCode::BAD_GATEWAY);
        let body = answer.bytes().await.unwrap_or_default();
        (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
    }
}

fn file(kind: &'static str, text: &'static str) -> MethodRouter<Lender> {
    get(move || async move {
        let headers: [(HeaderName, &str); 5] = [
            (header::CONTENT_TYPE, kind),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        (headers, text)
    })
}

/// Sends the application on to the service, and gets an address to send the applicant to.
async fn apply(State(lender): State<Lender>, body: Bytes) -> Response {
    let Ok(asked) = serde_json::from_slice::<Asked>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let places = &lender.0.places;
    let back = format!("{}/back", places.page);
    let number = number();
    let request = json!({
        "policy": places.policy,
        "application": {
            "application_id": format!("DEMO-{number}"),
            "requested_amount": asked.amount,
            "requested_term_months": asked.term,
            "existing_monthly_debt": asked.debt,
        },
        "institution": asked.institution,
        "access_mode": if asked.recurrent { "recurrent" } else { "single" },
        "widget": { "locale": asked.locale, "success_url": back, "exit_url": back },
    });
    let url = format!("{}/v1/applications", places.service);
    let request = lender.0.http.post(url).json(&request);
    lender.ask(request).await
}

/// Tells applications of one demonstration apart.
fn number() -> u128 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map(|since| since.as_millis()).unwrap_or_default()
}

fn is_id(id: &str) -> bool {
    id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit())
}

/// How far an application is, and what the lender was told of it.
async fn look(State(lender): State<Lender>, Path(id): Path<String>) -> Response {
    if !is_id(&id) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let places = &lender.0.places;
    let url = format!("{}/v1/applications/{id}", places.service);
    let Ok(answer) = lender.0.http.get(url).send().await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let is_known = answer.status().is_success();
    let bytes = answer.bytes().await.unwrap_or_default();
    let record = serde_json::from_slice::<Value>(&bytes).unwrap_or_default();
    if !is_known {
        return (StatusCode::NOT_FOUND, axum::Json(record)).into_response();
    }
    let messages = lender.0.messages.lock();
    let messages = messages.unwrap_or_else(PoisonError::into_inner);
    let own = messages.get(&id).cloned().unwrap_or_default();
    axum::Json(json!({ "record": record, "messages": own, "service": places.service }))
        .into_response()
}

/// Raises somebody's wages, and lets Belvo notice.
async fn raise(State(lender): State<Lender>, Path(id): Path<String>, body: Bytes) -> Response {
    let Ok(raise) = serde_json::from_slice::<Raise>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let plain = raise.curp.len() == 18 && raise.curp.bytes().all(|b| b.is_ascii_alphanumeric());
    if !is_id(&id) || !plain {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let places = &lender.0.places;
    let (user, password) = &places.secrets;
    let at = |path: String, body: Value| {
        let request = lender.0.http.post(format!("{}{path}", places.belvo));
        request.basic_auth(user, Some(password)).json(&body)
    };
    let event = json!({ "event": "raise", "percent": 20 });
    let happened = at(format!("/sandbox/people/{}/events/", raise.curp), event);
    if happened.send().await.is_err() {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    lender
        .ask(at("/sandbox/time/".to_owned(), json!({ "minutes": 361 })))
        .await
}

/// Takes a message of the service, when it is one.
async fn take(State(lender): State<Lender>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let parts = (
        text("webhook-id"),
        text("webhook-timestamp").and_then(|at| at.parse::<i64>().ok()),
        text("webhook-signature"),
    );
    let (Some(id), Some(at), Some(signatures)) = parts else {
        return StatusCode::BAD_REQUEST;
    };
    let Ok(secret) = DeliverySecret::parse(SECRET) else {
        return StatusCode::INTERNAL_SERVER_ERROR;
    };
    let right = secret.sign(id, at, &body);
    let message = serde_json::from_slice::<Value>(&body).unwrap_or_default();
    if !signatures.split(' ').any(|signature| signature == right) {
        return StatusCode::UNAUTHORIZED;
    }
    let field =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let data = message.get("data").cloned().unwrap_or_default();
    let about = field(&data, "application").or_else(|| field(&data, "id"));
    if let Some(about) = about {
        let mut messages = lender
            .0
            .messages
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let own = messages.entry(about).or_default();
        if own.len() < REMEMBERED {
            own.push(
                json!({ "id": id, "at": at, "type": field(&message, "type"), "signature": right }),
            );
        }
    }
    StatusCode::NO_CONTENT
}
