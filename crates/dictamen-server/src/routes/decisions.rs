//! Deciding an application.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, Uri},
    response::Response,
};
use chrono::NaiveDate;
use dictamen_lab::pipeline;
use dictamen_model::{identity::Applicant, suggest};
use dictamen_store::{NewDecision, Prepared, Store};

use super::{cannot_compute, in_time, json_bytes, parameters, parse, unwritable};
use crate::{
    access::Caller,
    answer::{self, DecisionAnswer, Explain},
    app::App,
    extract::{JsonBody, Params, idempotency_key, query},
    keeping::{self, Beginning, Kept},
    lifecycle::shadow::Job,
    openapi::{DecisionProblems, DecisionRequestBody},
    problem::{Kind, Problem},
    rules::{Arm, LoadedPolicy, ParameterSet, Route, RuleBook},
    telemetry::Facts,
};

/// Decide by the live version.
///
/// While the live version is the champion of a split, a share of applications, chosen by their id,
/// is decided by its challenger; the answer names the version and the `arm`.
///
/// The answer depends on nothing but the body, `as_of`, the policy and the parameters, all of
/// which it names: the same question gets the same bytes. A decline is an answer, not an error.
/// The decision is in the log before it is answered; when the log is away, nothing is answered.
#[utoipa::path(
    post, path = "/v1/policies/{policy}/decisions", operation_id = "decide", tag = "decisions",
    params(
        ("policy" = String, Path, description = "Policy id.", example = "nomina-personal-loan-mx"),
        DecideQuery, DecideHeaders,
    ),
    request_body = DecisionRequestBody,
    responses(
        (status = 200, description = "The decision.", body = DecisionAnswer<'static>,
         headers(("X-Request-Id" = String, description = "The id of the request."),
                 ("Idempotent-Replayed" = String, description = "`true` when the answer was given before, under the same key."))),
        DecisionProblems,
    )
)]
pub(crate) async fn live(
    State(app): State<App>,
    caller: Caller,
    Params(policy): Params<String>,
    uri: Uri,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response, Problem> {
    let route = find_route(&app.rules(), &policy)?;
    decide(&app, &caller, route, &uri, &headers, body).await
}

/// Decide by a named version.
///
/// As the live version, with the version that the path names.
#[utoipa::path(
    post, path = "/v1/policies/{policy}/versions/{version}/decisions",
    operation_id = "decideByVersion", tag = "decisions",
    params(
        ("policy" = String, Path, description = "Policy id.", example = "nomina-personal-loan-mx"),
        ("version" = String, Path, description = "Policy version.", example = "1.0.0"),
        DecideQuery, DecideHeaders,
    ),
    request_body = DecisionRequestBody,
    responses(
        (status = 200, description = "The decision.", body = DecisionAnswer<'static>,
         headers(("X-Request-Id" = String, description = "The id of the request."),
                 ("Idempotent-Replayed" = String, description = "`true` when the answer was given before, under the same key."))),
        DecisionProblems,
    )
)]
pub(crate) async fn pinned(
    State(app): State<App>,
    caller: Caller,
    Params((policy, version)): Params<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response, Problem> {
    let loaded = find_version(&app.rules(), &policy, &version)?;
    decide(&app, &caller, Route::to(loaded), &uri, &headers, body).await
}

/// What may follow the `?`.
#[derive(Debug, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query; `Asked` reads it")]
pub(crate) struct DecideQuery {
    /// How much of the trace to send along: `none` (default), `reasons` (the rules that fired,
    /// were undecided or failed) or `full`.
    #[param(required = false, inline)]
    explain: Option<ExplainName>,
    /// The day the facts are taken to hold, when the body names none; today in Mexico City when
    /// neither does. A day that differs from the body's is refused.
    #[param(required = false, example = "2026-09-15")]
    as_of: Option<NaiveDate>,
}

#[derive(Debug, utoipa::ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes the query; `Asked` reads it")]
pub(crate) enum ExplainName {
    None,
    Reasons,
    Full,
}

/// The headers a decision takes.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the headers")]
pub(crate) struct DecideHeaders {
    /// 1 to 255 visible ASCII characters. A request that is repeated under its key within 24
    /// hours gets the first answer byte for byte, whatever rules are in force by then, with the
    /// header `Idempotent-Replayed: true`. Another request under the same key is refused, and so
    /// is the same one while it is being answered. Only a decision is kept under a key: after a
    /// problem the key can be used again. Without a key, repeating is safe as well: the same
    /// question has the same decision id and is logged once.
    #[param(
        rename = "Idempotency-Key",
        required = false,
        min_length = 1,
        max_length = 255
    )]
    idempotency_key: Option<String>,
    /// An id of the caller's choice, 1 to 128 letters, digits, `-`, `_`, `.` or `:`; it comes
    /// back in the answer and is in the log. One is made when it is absent or not usable.
    #[param(rename = "X-Request-Id", required = false)]
    x_request_id: Option<String>,
}

/// A query, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked {
    explain: Explain,
    as_of: Option<NaiveDate>,
}

impl Asked {
    /// Nothing but the decision, for a day when one is given.
    pub(crate) fn on(as_of: Option<NaiveDate>) -> Self {
        Self {
            explain: Explain::None,
            as_of,
        }
    }
}

pub(super) fn asked(uri: &Uri) -> Result<Asked, Problem> {
    let mut asked = Asked {
        explain: Explain::default(),
        as_of: None,
    };
    for (key, value) in query(uri, &["explain", "as_of"])? {
        if key == "explain" {
            asked.explain = Explain::by_name(&value).ok_or_else(|| {
                let help = suggest::help(&value, Explain::ALL.map(|(name, _)| name));
                Problem::new(
                    Kind::InvalidQuery,
                    format!("unknown value of `explain`; {}", help.unwrap_or_default()),
                )
            })?;
        } else {
            asked.as_of = Some(super::day(&value)?);
        }
    }
    Ok(asked)
}

/// What decides requests for a policy that name no version.
pub(crate) fn find_route(rules: &RuleBook, policy: &str) -> Result<Route, Problem> {
    let versions = super::policies::find(rules, policy)?;
    versions.route().ok_or_else(|| {
        let known: Vec<&str> = versions.names().collect();
        Problem::new(
            Kind::NoLiveVersion,
            format!("name one of its versions: {}", known.join(", ")),
        )
    })
}

/// The live version of a policy.
pub(crate) fn find_live(rules: &RuleBook, policy: &str) -> Result<Arc<LoadedPolicy>, Problem> {
    find_route(rules, policy).map(|route| Arc::clone(route.champion()))
}

/// A named version of a policy.
pub(crate) fn find_version(
    rules: &RuleBook,
    policy: &str,
    version: &str,
) -> Result<Arc<LoadedPolicy>, Problem> {
    let versions = super::policies::find(rules, policy)?;
    versions.get(version).cloned().ok_or_else(|| {
        let known: Vec<&str> = versions.names().collect();
        let near = suggest::nearest(version, versions.names());
        let near = near.map(|near| format!("; did you mean `{near}`?"));
        Problem::new(
            Kind::UnknownVersion,
            format!(
                "known versions: {}{}",
                known.join(", "),
                near.unwrap_or_default()
            ),
        )
    })
}

async fn decide(
    app: &App,
    caller: &Caller,
    route: Route,
    uri: &Uri,
    headers: &HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let asked = asked(uri)?;
    let key = idempotency_key(headers)?;
    let parameters = parameters(app)?;
    let under = (caller, key, uri);
    let made = make(app, route, parameters, asked, under, body).await?;
    let mut response = json_bytes(made.bytes);
    if made.repeated {
        let headers = response.headers_mut();
        headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    if let Some(facts) = made.facts {
        response.extensions_mut().insert(facts);
    }
    Ok(response)
}

/// An answer that may be given.
pub(super) struct Made {
    pub(super) bytes: Vec<u8>,
    /// Whether it was given before, under the same key.
    pub(super) repeated: bool,
    /// What logs and metrics say of it; not of one that was given before.
    pub(super) facts: Option<Facts>,
}

impl Made {
    fn before(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            repeated: true,
            facts: None,
        }
    }
}

/// Decides, and makes the decision durable when a log is kept. `under` is who asks, the
/// idempotency key, if any, and the address.
pub(super) async fn make(
    app: &App,
    route: Route,
    parameters: Arc<ParameterSet>,
    asked: Asked,
    under: (&Caller, Option<&str>, &Uri),
    body: Bytes,
) -> Result<Made, Problem> {
    let (caller, key, uri) = under;
    let claim = match keeping::begin(app, caller, key, uri, &body).await? {
        Beginning::Decide(claim) => claim,
        Beginning::Repeat(bytes) => return Ok(Made::before(bytes)),
    };
    let today = app.clock().today();
    let log = app.log().cloned();
    let (content, set) = (body.clone(), Arc::clone(&parameters));
    let decided = in_time(app, body.len(), move || {
        decide_now(&route, &set, &content, asked, today, log.as_ref())
    })
    .await?;
    let Decided {
        bytes,
        facts,
        prepared,
        shadows,
        as_of,
        applicant: _,
    } = decided;
    if let (Some(log), Some(prepared)) = (app.log(), prepared) {
        match keeping::log(app, log, prepared, claim).await? {
            Kept::Answered(bytes) => return Ok(Made::before(bytes)),
            Kept::Before => {}
            Kept::Now => {
                if let Some(queue) = app.shadows().filter(|_| !shadows.is_empty()) {
                    queue.hand_over(Job {
                        shadows,
                        parameters,
                        body,
                        as_of,
                        answered: facts.decision_id.clone(),
                    });
                }
            }
        }
    }
    Ok(Made {
        bytes,
        repeated: false,
        facts: Some(facts),
    })
}

/// A decision that is made and not yet logged.
pub(crate) struct Decided {
    /// The answer.
    pub(crate) bytes: Vec<u8>,
    pub(crate) facts: Facts,
    /// For the log, where one is kept.
    pub(crate) prepared: Option<Prepared>,
    /// Versions that decide silently beside it.
    pub(crate) shadows: Vec<Arc<LoadedPolicy>>,
    pub(crate) as_of: NaiveDate,
    /// Who applies, when the records say so.
    pub(crate) applicant: Option<Applicant>,
}

/// Decides; waits for nothing.
pub(crate) fn decide_now(
    route: &Route,
    set: &ParameterSet,
    body: &[u8],
    asked: Asked,
    today: NaiveDate,
    log: Option<&Store>,
) -> Result<Decided, Problem> {
    let request = parse(body)?;
    let as_of = super::settle_as_of(asked.as_of, request.as_of, today)?;
    let (loaded, arm) = route.choose(&request.application.application_id);
    let explained = asked.explain != Explain::None;
    let (decision, trace) =
        pipeline::answer(&loaded.policy, &request, as_of, &set.parameters, explained)
            .map_err(|error| cannot_compute(&error))?;
    let facts = Facts::of(&decision);
    let plain = answer::write_for(arm, &decision, None, Explain::None).map_err(unwritable)?;
    let own = if explained {
        Some(answer::write_for(arm, &decision, trace.as_ref(), asked.explain).map_err(unwritable)?)
    } else {
        None
    };
    let new = NewDecision {
        decision: &decision,
        arm: arm.map(Arm::name),
        applicant: request.applicant.as_ref(),
        plain: &plain,
        answer: own.as_deref(),
        request: body,
    };
    let prepared = log.map(|log| log.prepare(new)).transpose();
    let prepared = prepared.map_err(|error| keeping::problem(&error))?;
    Ok(Decided {
        bytes: own.unwrap_or(plain),
        facts,
        prepared,
        shadows: route.shadows(loaded),
        as_of,
        applicant: request.applicant,
    })
}
