//! Is the process alive, can it decide, and where is it described?

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use dictamen_engine::{Diagnostic, Severity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::json;
use crate::{
    access::Role,
    app::App,
    extract::no_query,
    metrics,
    openapi::AnyProblems,
    problem::Problem,
    rules::{Failure, RuleBook},
    telemetry::KeepBody,
};

/// Whether the service can decide, and on what.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// `ready`, `not_ready` or `stopping`.
    #[schema(example = "ready")]
    status: &'static str,
    /// The decision log: `available`, `unavailable`, or `off` when none is kept.
    #[schema(example = "available")]
    log: &'static str,
    /// Every policy version in force. Once there is a key, this and what follows is told to callers
    /// with the role `read` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    policies: Option<Vec<InForce>>,
    /// The parameters in force; null before the first good ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ParametersInForce>)]
    #[expect(
        clippy::option_option,
        reason = "not told is not the same as told that there are none"
    )]
    parameters: Option<Option<ParametersInForce>>,
    /// Folders whose present content was refused. What is in force for them, if anything, is
    /// the last good content.
    #[serde(skip_serializing_if = "Option::is_none")]
    failures: Option<Vec<FailedFolder>>,
}

/// A policy version in force.
#[derive(Debug, Serialize, ToSchema)]
struct InForce {
    /// Policy id.
    #[schema(example = "nomina-personal-loan-mx")]
    id: String,
    /// Policy version.
    #[schema(example = "1.0.0")]
    version: String,
    /// Content hash.
    #[schema(example = "sha256:2c26b46b68ffc68f…")]
    hash: String,
    /// Whether requests that name no version get it.
    live: bool,
    /// The folder it was read from; `policy@version` when policies come from the registry.
    #[schema(example = "nomina-personal-loan-mx")]
    folder: String,
}

/// The parameters in force.
#[derive(Debug, Serialize, ToSchema)]
struct ParametersInForce {
    /// Content hash.
    #[schema(example = "sha256:fcde2b2edba56bf4…")]
    hash: String,
}

/// A folder whose present content was refused.
#[derive(Debug, Serialize, ToSchema)]
struct FailedFolder {
    /// The folder; empty for the rules folder itself.
    folder: String,
    /// Whether an earlier good content of it stays in force.
    last_good_in_force: bool,
    /// Everything that is wrong with it.
    findings: Vec<Finding>,
}

/// One thing that is wrong with a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// Stable code.
    #[schema(example = "script::unknown-characteristic")]
    pub code: String,
    /// `error`, `warning` or `note`.
    #[schema(example = "error")]
    pub severity: String,
    /// What is wrong.
    pub message: String,
    /// File within the folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Column in characters, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl From<&Diagnostic> for Finding {
    fn from(diagnostic: &Diagnostic) -> Self {
        let span = diagnostic.span.as_ref();
        Self {
            code: diagnostic.code.to_owned(),
            severity: match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "note",
            }
            .to_owned(),
            message: diagnostic.message.clone(),
            file: span.map(|span| span.file.clone()),
            line: span.map(|span| span.line),
            column: span.map(|span| span.column),
            help: diagnostic.help.clone(),
        }
    }
}

/// Where a browser that was given only the host is sent.
#[utoipa::path(
    get, path = "/", operation_id = "index", tag = "operation",
    responses((status = 303, description = "The documentation is at `/docs/`.",
               headers(("location" = String, description = "`/docs/`"))))
)]
pub(crate) async fn index() -> Redirect {
    Redirect::to("/docs/")
}

/// Whether the process answers at all.
#[utoipa::path(
    get, path = "/healthz", operation_id = "healthz", tag = "operation",
    responses((status = 200, description = "The process answers.", content_type = "text/plain",
               body = String, example = "ok"))
)]
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether the service can decide, what is in force, and what was refused.
///
/// Anybody may ask whether; once there is a key, what is in force and what was refused is told to
/// callers with the role `read`.
#[utoipa::path(
    get, path = "/readyz", operation_id = "readyz", tag = "operation",
    responses(
        (status = 200, description = "At least one policy and the parameters are in force, and decisions can be logged.", body = Readiness),
        (status = 503, description = "Nothing can be decided or logged now, or the service is stopping.", body = Readiness),
    )
)]
pub(crate) async fn readyz(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let rules = app.rules();
    let log = match app.log() {
        None => "off",
        Some(log) if log.is_available().await => "available",
        Some(_) => "unavailable",
    };
    let (code, status) = if app.is_draining() {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping")
    } else if rules.is_ready() && log != "unavailable" {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not_ready")
    };
    let told = may_read(&app, &headers);
    let body = json(&Readiness {
        status,
        log,
        policies: told.then(|| in_force(&rules)),
        parameters: told.then(|| parameters(&rules)),
        failures: told.then(|| rules.failures().iter().map(failed).collect()),
    })?;
    // An answer in its own shape, not a problem: probes and people read it the same way.
    Ok((code, Extension(KeepBody), body).into_response())
}

/// Figures for Prometheus.
///
/// Requests, decisions by outcome with their durations, reason codes, missing characteristics,
/// policies in force, and the state of the decision log; since the process began.
#[utoipa::path(
    get, path = "/metrics", operation_id = "metrics", tag = "operation",
    responses(
        (status = 200, description = "All figures in the OpenMetrics text format.",
         content_type = "application/openmetrics-text", body = String),
        AnyProblems,
    )
)]
pub(crate) async fn metrics(State(app): State<App>, uri: Uri) -> Result<Response, Problem> {
    no_query(&uri)?;
    let log = match app.log() {
        None => None,
        Some(log) => Some((log.is_available().await, log.waiting())),
    };
    let text = app.metrics().text(&app.rules(), log);
    let head = [(header::CONTENT_TYPE, metrics::CONTENT_TYPE)];
    Ok((head, text).into_response())
}

/// The address is open, so nobody has looked at who asks.
fn may_read(app: &App, headers: &HeaderMap) -> bool {
    let access = app.access();
    if !access.is_guarded() {
        return true;
    }
    let caller = access.caller(headers, app.clock().now());
    caller.is_some_and(|caller| caller.has(Role::Read))
}

fn in_force(rules: &RuleBook) -> Vec<InForce> {
    let told = rules.folders().map(|(folder, loaded)| {
        let stamp = loaded.policy.stamp();
        InForce {
            id: stamp.id.to_string(),
            version: stamp.version.to_string(),
            hash: stamp.hash.to_string(),
            live: rules.is_live(loaded),
            folder: folder.to_owned(),
        }
    });
    told.collect()
}

fn parameters(rules: &RuleBook) -> Option<ParametersInForce> {
    rules.parameters().map(|set| ParametersInForce {
        hash: set.parameters.hash().to_owned(),
    })
}

fn failed(failure: &Failure) -> FailedFolder {
    FailedFolder {
        folder: failure.folder.clone(),
        last_good_in_force: failure.last_good_in_force,
        findings: failure.diagnostics.iter().map(Finding::from).collect(),
    }
}
