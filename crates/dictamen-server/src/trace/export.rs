//! One span per request, sent to an OpenTelemetry collector over HTTP in JSON (OTLP).
//!
//! A span says what the log line says, and no more: route, status, policy, outcome, decision.
//! Spans wait in a bounded queue of their own thread; when the collector is away they are dropped,
//! and no request is slower for it.

use std::{
    sync::OnceLock,
    time::{Duration, SystemTime},
};

use axum::http::{Method, StatusCode};
use opentelemetry::{
    InstrumentationScope, KeyValue, SpanId, TraceFlags, TraceId,
    trace::{SpanContext, SpanKind, Status, TraceState},
};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchSpanProcessor, SpanData, SpanEvents, SpanLinks, SpanProcessor as _},
};

use super::Place;
use crate::telemetry::Facts;

/// Where traces are posted below the collector's address.
const PATH: &str = "/v1/traces";

static EXPORT: OnceLock<BatchSpanProcessor> = OnceLock::new();

/// Why traces cannot be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The address is not one, or the client could not be made.
    #[error("traces cannot be exported: {0}")]
    Unusable(String),
    /// It was started before.
    #[error("traces are exported already")]
    Twice,
}

/// Exports until it is dropped, which sends what is still waiting.
#[derive(Debug)]
#[must_use = "traces are exported until it is dropped"]
pub struct Exporting(());

impl Drop for Exporting {
    fn drop(&mut self) {
        if let Some(processor) = EXPORT.get()
            && let Err(error) = processor.shutdown_with_timeout(Duration::from_secs(5))
        {
            tracing::warn!(%error, "the last traces were not exported");
        }
    }
}

/// Sends a span for each request from now on to the collector at `address`, such as
/// `http://127.0.0.1:4318`. Once in a process; not from within an async runtime.
///
/// # Errors
///
/// When the address cannot be used or traces are exported already.
pub fn start_exporting(address: &str) -> Result<Exporting, ExportError> {
    if !address.starts_with("http://") {
        let why = format!("`{address}` does not begin with `http://`; use a collector nearby");
        return Err(ExportError::Unusable(why));
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpJson)
        .with_endpoint(format!("{}{PATH}", address.trim_end_matches('/')))
        .build()
        .map_err(|error| ExportError::Unusable(error.to_string()))?;
    let mut processor = BatchSpanProcessor::builder(exporter).build();
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder()
        .with_service_name("dictamen")
        .with_attribute(version)
        .build();
    processor.set_resource(&resource);
    EXPORT.set(processor).map_err(|_| ExportError::Twice)?;
    Ok(Exporting(()))
}

pub(super) fn is_on() -> bool {
    EXPORT.get().is_some()
}

/// A request that was answered.
pub(crate) struct Finished<'a> {
    pub(crate) place: &'a Place,
    pub(crate) request_id: &'a str,
    pub(crate) method: &'a Method,
    pub(crate) route: &'a str,
    pub(crate) status: StatusCode,
    pub(crate) took: Duration,
    pub(crate) facts: Option<&'a Facts>,
}

/// Hands over the span of a request.
pub(crate) fn finished(request: &Finished<'_>) {
    let place = request.place;
    let Some(processor) = EXPORT.get().filter(|_| place.sampled) else {
        return;
    };
    let end = SystemTime::now();
    let mut attributes = vec![
        KeyValue::new("http.request.method", request.method.to_string()),
        KeyValue::new("http.route", request.route.to_owned()),
        KeyValue::new(
            "http.response.status_code",
            i64::from(request.status.as_u16()),
        ),
        KeyValue::new("dictamen.request_id", request.request_id.to_owned()),
    ];
    if let Some(facts) = request.facts {
        attributes.extend([
            KeyValue::new("dictamen.policy", facts.policy.to_string()),
            KeyValue::new("dictamen.version", facts.version.to_string()),
            KeyValue::new("dictamen.outcome", facts.outcome),
            KeyValue::new("dictamen.decision_id", facts.decision_id.clone()),
        ]);
    }
    let context = SpanContext::new(
        TraceId::from(place.trace),
        SpanId::from(place.span),
        TraceFlags::SAMPLED,
        false,
        TraceState::NONE,
    );
    processor.on_end(SpanData {
        span_context: context,
        parent_span_id: place.parent.map_or(SpanId::INVALID, SpanId::from),
        parent_span_is_remote: place.parent.is_some(),
        span_kind: SpanKind::Server,
        name: format!("{} {}", request.method, request.route).into(),
        start_time: end.checked_sub(request.took).unwrap_or(end),
        end_time: end,
        attributes,
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: if request.status.is_server_error() {
            Status::error("")
        } else {
            Status::Unset
        },
        instrumentation_scope: InstrumentationScope::builder("dictamen").build(),
    });
}
