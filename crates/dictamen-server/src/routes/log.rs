//! Reading the decision log: one decision, the latest, and one made again.

use axum::{extract::State, http::Uri, response::Response};
use chrono::{DateTime, Utc};
use dictamen_engine::Outcome;
use dictamen_model::suggest;
use dictamen_store::{Cursor, DecisionFacts, Entry, Filter, Sealed, Store, StoreError};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{explain::explain_decision, in_time, json, json_bytes, unwritable};
use crate::{
    answer::DecisionAnswer,
    app::App,
    extract::{Params, no_query, query},
    keeping,
    openapi::{LogProblems, ReplayProblems},
    problem::{DEFECT, Kind, Problem},
    replay::{self, ReplayAnswer},
};

/// Decisions of a page unless another number is asked for.
const PAGE: usize = 50;
/// Most decisions of a page.
const LARGEST_PAGE: usize = 500;

/// What ends the address of a decision that is to be made again.
const REPLAY: &str = ":replay";
/// What ends the address of a decision that is to be explained.
const EXPLAIN: &str = ":explain";

/// Where a decision is in the log.
#[derive(Debug, Serialize, ToSchema)]
struct LogPlace {
    /// The chain: one per instance of the service.
    #[schema(example = "6d0f3c1a9b7e4f52a1c80d3e5f6a7b8c")]
    instance: String,
    /// Its number in the chain.
    #[schema(example = 42)]
    seq: i64,
    /// Hash of the entry, which covers every entry before it.
    #[schema(example = "sha256:2c26b46b68ffc68f…")]
    hash: String,
}

/// A decision as the log has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoggedDecision {
    /// Its id.
    #[schema(example = "6f1ed002-ab55-8d1c-a2a7-7a9c4c2e9b10")]
    decision_id: String,
    /// When it was written, to the microsecond.
    logged_at: DateTime<Utc>,
    /// Where it is.
    entry: LogPlace,
    /// What is kept in clear: nothing personal.
    facts: DecisionFacts,
}

/// A decision with its personal part.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecisionRecord {
    /// As the log has it.
    #[serde(flatten)]
    logged: LoggedDecision,
    /// Whether the personal part was erased, on request or by age.
    erased: bool,
    /// The decision as it was answered, without a trace; null when it was erased.
    #[schema(value_type = Option<DecisionAnswer<'static>>)]
    decision: Option<Box<RawValue>>,
}

/// Some decisions, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecisionList {
    /// The decisions, without what is personal.
    decisions: Vec<LoggedDecision>,
    /// To be given as `after` for the next page; null on the last.
    next: Option<String>,
}

/// A decision that was made.
///
/// With its personal part, which is null once it was erased.
#[utoipa::path(
    get, path = "/v1/decisions/{decision}", operation_id = "getDecision", tag = "log",
    params(("decision" = String, Path, description = "Decision id.", example = "6f1ed002-ab55-8d1c-a2a7-7a9c4c2e9b10")),
    responses((status = 200, description = "The decision.", body = DecisionRecord), LogProblems)
)]
pub(crate) async fn one(
    State(app): State<App>,
    Params(decision): Params<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let log = log(&app)?;
    let (entry, facts) = find(log, &decision).await?;
    let sealed = match log.open_sealed(&decision).await {
        Ok(sealed) => sealed,
        Err(StoreError::Erased) => None,
        Err(error) => return Err(keeping::problem(&error)),
    };
    let answer = sealed.map(|sealed| raw(sealed.answer)).transpose()?;
    json(&DecisionRecord {
        logged: logged(&entry, facts),
        erased: answer.is_none(),
        decision: answer,
    })
}

/// What may follow the `?` of a listing.
#[derive(Debug, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query; `wanted` reads it")]
pub(crate) struct ListQuery {
    /// Decisions of this policy.
    #[param(required = false, example = "nomina-personal-loan-mx")]
    policy: Option<String>,
    /// Decisions with this outcome: `APPROVE`, `COUNTER`, `REFER` or `DECLINE`.
    #[param(required = false, inline)]
    outcome: Option<Outcome>,
    /// Logged at this instant (RFC 3339) or later.
    #[param(required = false, example = "2026-09-15T06:00:00Z")]
    from: Option<DateTime<Utc>>,
    /// Logged before this instant (RFC 3339).
    #[param(required = false, example = "2026-09-16T06:00:00Z")]
    to: Option<DateTime<Utc>>,
    /// Most decisions of the page; 50 when absent.
    #[param(required = false, minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// `next` of the page before.
    #[param(required = false)]
    after: Option<String>,
}

/// Decisions, newest first.
///
/// A decision that is logged while pages are read does not move what is on them.
#[utoipa::path(
    get, path = "/v1/decisions", operation_id = "listDecisions", tag = "log",
    params(ListQuery),
    responses((status = 200, description = "Some decisions.", body = DecisionList), LogProblems)
)]
pub(crate) async fn list(State(app): State<App>, uri: Uri) -> Result<Response, Problem> {
    let (filter, after, limit) = wanted(&uri)?;
    let log = log(&app)?;
    let page = log.list(&filter, after, limit).await;
    let page = page.map_err(|error| keeping::problem(&error))?;
    let decisions = page.entries.iter().map(|entry| {
        let facts = entry.decision().map_err(|error| keeping::problem(&error))?;
        Ok(logged(entry, facts))
    });
    json(&DecisionList {
        decisions: decisions.collect::<Result<_, Problem>>()?,
        next: page.next.map(|next| next.to_string()),
    })
}

/// What may follow the `?` of a replay.
#[derive(Debug, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query")]
pub(crate) struct ReplayQuery {
    /// Decide by another policy: its id, for its live version, or `id@version`.
    #[param(required = false, example = "nomina-personal-loan-mx@1.1.0")]
    policy: Option<String>,
}

/// Decide again what was decided.
///
/// On the same request and as of the same day, by the policy version that decided, or by another
/// (what would it be today?). Says whether the answer is the same, else which causes differ and
/// what came out differently. Nothing is logged.
#[utoipa::path(
    post, path = "/v1/decisions/{decision}:replay", operation_id = "replayDecision", tag = "log",
    params(
        ("decision" = String, Path, description = "Decision id.", example = "6f1ed002-ab55-8d1c-a2a7-7a9c4c2e9b10"),
        ReplayQuery,
    ),
    responses((status = 200, description = "How it compares.", body = ReplayAnswer<'static>), ReplayProblems)
)]
pub(crate) async fn replay_decision(app: App, id: &str, uri: &Uri) -> Result<Response, Problem> {
    let policy = query(uri, &["policy"])?
        .into_iter()
        .next()
        .map(|(_, value)| value);
    let log = log(&app)?;
    let (_, facts) = find(log, id).await?;
    let sealed = log
        .open_sealed(id)
        .await
        .map_err(|error| keeping::problem(&error))?;
    let sealed: Sealed = sealed.ok_or_else(unknown)?;
    let (rules, size) = (app.rules(), sealed.request.len());
    let replayed = in_time(&app, size, move || {
        replay::replay(&rules, &facts, &sealed, policy.as_deref())
    })
    .await?;
    replay::write(id, &replayed)
        .map(json_bytes)
        .map_err(unwritable)
}

/// Decides again or explains: the router knows no parameter with something behind it.
pub(crate) async fn ask_again(
    State(app): State<App>,
    Params(decision): Params<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    if let Some(id) = decision.strip_suffix(REPLAY) {
        return replay_decision(app, id, &uri).await;
    }
    if let Some(id) = decision.strip_suffix(EXPLAIN) {
        return explain_decision(app, id, &uri).await;
    }
    Err(Problem::new(
        Kind::NotFound,
        "post to the decision's address followed by `:replay` or `:explain`",
    ))
}

pub(super) fn log(app: &App) -> Result<&Store, Problem> {
    app.log().ok_or_else(|| {
        Problem::new(
            Kind::NoLog,
            "it was started with `--no-log`; what it decides is not kept",
        )
    })
}

pub(super) fn unknown() -> Problem {
    Problem::new(
        Kind::UnknownDecision,
        "no decision with this id is in the log",
    )
}

pub(super) async fn find(log: &Store, id: &str) -> Result<(Entry, DecisionFacts), Problem> {
    let problem = |error| keeping::problem(&error);
    let entry = log
        .decision(id)
        .await
        .map_err(problem)?
        .ok_or_else(unknown)?;
    let facts = entry.decision().map_err(problem)?;
    Ok((entry, facts))
}

fn logged(entry: &Entry, facts: DecisionFacts) -> LoggedDecision {
    LoggedDecision {
        decision_id: facts.decision_id.clone(),
        logged_at: entry.at,
        entry: LogPlace {
            instance: entry.position.instance.clone(),
            seq: entry.position.seq,
            hash: entry.hash.to_string(),
        },
        facts,
    }
}

/// JSON as it was written.
fn raw(bytes: Vec<u8>) -> Result<Box<RawValue>, Problem> {
    String::from_utf8(bytes)
        .ok()
        .and_then(|text| RawValue::from_string(text.trim_end().to_owned()).ok())
        .ok_or_else(|| Problem::new(Kind::Internal, DEFECT))
}

fn wanted(uri: &Uri) -> Result<(Filter, Option<Cursor>, usize), Problem> {
    let mut filter = Filter::default();
    let (mut after, mut limit) = (None, PAGE);
    let refuse = |detail: String| Problem::new(Kind::InvalidQuery, detail);
    for (key, value) in query(uri, &["policy", "outcome", "from", "to", "limit", "after"])? {
        match key.as_str() {
            "policy" => filter.policy = Some(value),
            "outcome" => {
                let all = [
                    Outcome::Approve,
                    Outcome::Counter,
                    Outcome::Refer,
                    Outcome::Decline,
                ];
                let names = all.map(Outcome::name);
                if !names.contains(&value.as_str()) {
                    let help = suggest::help(&value, names).unwrap_or_default();
                    return Err(refuse(format!("unknown value of `outcome`; {help}")));
                }
                filter.outcome = Some(value);
            }
            "from" | "to" => {
                let at = DateTime::parse_from_rfc3339(&value).map_err(|_| {
                    refuse(format!(
                        "`{key}` is to be an instant such as `2026-09-15T06:00:00Z`"
                    ))
                })?;
                let at = Some(at.to_utc());
                if key == "from" {
                    filter.from = at;
                } else {
                    filter.to = at;
                }
            }
            "limit" => {
                limit = value
                    .parse()
                    .ok()
                    .filter(|limit| (1..=LARGEST_PAGE).contains(limit))
                    .ok_or_else(|| refuse(format!("`limit` is to be from 1 to {LARGEST_PAGE}")))?;
            }
            _ => {
                let cursor = Cursor::parse(&value);
                after =
                    Some(cursor.ok_or_else(|| refuse("`after` is to be `next` of a page".into()))?);
            }
        }
    }
    Ok((filter, after, limit))
}
