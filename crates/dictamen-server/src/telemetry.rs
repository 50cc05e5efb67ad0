//! Request and trace ids, one log line per request, and the last hand on every response.
//!
//! What is logged is chosen, not filtered: method, matched route, status, latency, and of a
//! decision its id, outcome and policy. Paths, queries, headers and bodies never reach a log,
//! because any of them may hold personal data.

use std::{sync::Arc, time::Instant};

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use dictamen_engine::Decision;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::{
    answer,
    app::App,
    problem::{Kind, Problem},
    serve::Secure,
    trace::{self, Place},
};

/// The header that carries the id of a request in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// For people.
    Text,
}

/// What the log says of a decision.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) policy: Arc<str>,
    pub(crate) version: Arc<str>,
    pub(crate) outcome: &'static str,
    pub(crate) decision_id: String,
    /// Codes of the reasons.
    pub(crate) reasons: Vec<Arc<str>>,
    /// Characteristics that a rule needed and that were missing, each once.
    pub(crate) missing: Vec<Arc<str>>,
}

impl Facts {
    pub(crate) fn of(decision: &Decision) -> Self {
        let mut missing: Vec<Arc<str>> = Vec::new();
        for input in &decision.missing {
            if !missing.contains(&input.characteristic) {
                missing.push(Arc::clone(&input.characteristic));
            }
        }
        Self {
            policy: Arc::clone(&decision.policy.id),
            version: Arc::clone(&decision.policy.version),
            outcome: decision.outcome.name(),
            decision_id: decision.decision_id.clone(),
            reasons: decision
                .reasons
                .iter()
                .map(|r| Arc::clone(&r.code))
                .collect(),
            missing,
        }
    }
}

/// The id of a request, for handlers that answer in a shape of their own.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) Arc<str>);

/// Marks an answer with an error status whose body is not to become a problem.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeepBody;

/// Starts logging to standard error and keeps the words of a panic out of it.
///
/// `filter` is in the syntax of `tracing_subscriber::EnvFilter`, such as `info`.
pub fn start_logging(format: LogFormat, filter: &str, ansi: bool) {
    let filter = tracing_subscriber::EnvFilter::try_new(filter)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    // Started twice only in tests; the first one stays.
    let _ = match format {
        LogFormat::Json => builder
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .try_init(),
        LogFormat::Text => builder.with_ansi(ansi).try_init(),
    };
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string);
        tracing::error!(place, "panic");
    }));
}

/// The id a request came with, if it is one, or a new one.
fn request_id(headers: &HeaderMap) -> String {
    headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| is_sane(id))
        .map_or_else(|| Uuid::new_v4().to_string(), str::to_owned)
}

fn is_sane(id: &str) -> bool {
    (1..=128).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'))
}

/// The outermost layer.
pub(crate) async fn observe(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let _running = app.metrics().begin();
    let started = Instant::now();
    let id = request_id(request.headers());
    let own = RequestId(id.as_str().into());
    request.extensions_mut().insert(own);
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unmatched", MatchedPath::as_str);
    let route: Arc<str> = route.into();
    let place = Place::of(request.headers());
    let trace_id = place.trace_id();
    let span = tracing::info_span!("request", request_id = id, trace_id);
    let is_secure = request.extensions().get::<Secure>().is_some();
    async move {
        let mut response = finish(next.run(request).await, &id, &method);
        protect(response.headers_mut(), &route, is_secure);
        if let Some(value) = place.header() {
            response.headers_mut().insert(trace::RESPONSE, value);
        }
        let facts = response.extensions_mut().remove::<Facts>();
        let status = response.status();
        app.metrics()
            .answered(&method, &route, status, started.elapsed(), facts.as_ref());
        log(&method, &route, status, started, facts.as_ref());
        #[cfg(feature = "otel")]
        trace::finished(&trace::Finished {
            place: &place,
            request_id: &id,
            method: &method,
            route: &route,
            status,
            took: started.elapsed(),
            facts: facts.as_ref(),
        });
        response
    }
    .instrument(span)
    .await
}

/// Gives a response its id, and an error its body.
fn finish(mut response: Response, id: &str, method: &Method) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let problem = response.extensions_mut().remove::<Problem>();
    let keep = response.extensions_mut().remove::<KeepBody>().is_some();
    if let Some(problem) = problem.or_else(|| (is_error && !keep).then(|| foreign(status))) {
        if problem.kind().status().is_server_error() {
            tracing::error!(code = problem.kind().code(), "request failed");
        }
        let body = answer::line(&problem.body(id)).unwrap_or_default();
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        *response.body_mut() = if method == Method::HEAD {
            Body::empty()
        } else {
            Body::from(body)
        };
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

/// What an answer that is data may do in a browser: nothing.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";
/// What the page of documentation may do: use its own files and ask this service. It draws with
/// styles and pictures written into itself.
const PAGE: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// Tells browsers and caches to be careful with an answer.
fn protect(headers: &mut HeaderMap, route: &str, is_secure: bool) {
    let policy = if route.starts_with("/docs") {
        PAGE
    } else {
        NOTHING
    };
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if is_secure {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
}

/// An error that a library answered in its own words.
fn foreign(status: StatusCode) -> Problem {
    let kind = Kind::ALL
        .iter()
        .copied()
        .filter(|kind| {
            matches!(
                kind,
                Kind::NotFound | Kind::MethodNotAllowed | Kind::BodyTooLarge
            )
        })
        .find(|kind| kind.status() == status)
        .unwrap_or(Kind::Internal);
    Problem::new(kind, kind.title())
}

fn log(method: &Method, route: &str, status: StatusCode, started: Instant, facts: Option<&Facts>) {
    let latency_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    let status = status.as_u16();
    // Probes ask every few seconds and would drown the rest.
    if matches!(route, "/healthz" | "/readyz" | "/metrics") {
        tracing::debug!(%method, route, status, latency_us, "answered");
        return;
    }
    let Some(facts) = facts else {
        tracing::info!(%method, route, status, latency_us, "answered");
        return;
    };
    tracing::info!(
        %method,
        route,
        status,
        latency_us,
        policy = &*facts.policy,
        version = &*facts.version,
        outcome = facts.outcome,
        decision_id = facts.decision_id,
        "decided"
    );
}

/// Says something in the log that whoever runs the service is to know.
pub fn notice(words: &str) {
    tracing::info!("{words}");
}

/// Says in the log where the service is and how to try it.
pub fn listening(address: &str, hint: &str) {
    tracing::info!(address, hint, "listening on {address}");
}

/// Says in the log where decisions are kept, and in which chain.
pub fn keeping(place: &str, instance: &str) {
    tracing::info!(place, instance, "decisions are kept in {place}");
}
