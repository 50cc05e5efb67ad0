//! Accepting an application to be decided later, and seeing what became of it.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri},
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, NaiveDate, Utc};
use dictamen_store::{Adding, Once, Store, StoreError, Task, TaskState};
use serde::Serialize;
use serde_json::value::RawValue;
use std::time::Duration;
use utoipa::ToSchema;

use super::{in_time, json, parse};
use crate::{
    access::Caller,
    answer::DecisionAnswer,
    app::App,
    extract::{JsonBody, Params, idempotency_key, no_query, query},
    keeping,
    openapi::{DecisionRequestBody, JobProblems, WorkProblems},
    problem::{Kind, Problem},
    work::{
        Trouble, Work,
        job::{self, Facts, Failure, NewJob},
    },
};

/// How long an idempotency key is remembered.
pub(super) const KEY_LASTS: Duration = Duration::from_hours(24);

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum JobStatus {
    /// It is to be decided.
    Waiting,
    /// There is a decision.
    Decided,
    /// There will be none.
    Failed,
}

/// An application that was accepted to be decided later.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Job {
    /// Its id.
    #[schema(example = "1f0c4a53b7e84f52a1c80d3e5f6a7b8c")]
    id: String,
    status: JobStatus,
    /// The policy it is decided by: the version that is live when it is decided.
    #[schema(example = "nomina-personal-loan-mx")]
    policy: String,
    /// The day it is decided as of.
    as_of: NaiveDate,
    /// When it was accepted.
    created_at: DateTime<Utc>,
    /// When it was decided or failed.
    ended_at: Option<DateTime<Utc>>,
    /// Id of the decision.
    decision_id: Option<String>,
    /// The decision; null while there is none, and once it was erased.
    #[schema(value_type = Option<DecisionAnswer<'static>>)]
    decision: Option<Box<RawValue>>,
    /// Why there is none.
    failure: Option<Failure>,
}

impl Job {
    fn accepted(id: &str, facts: Facts, created_at: DateTime<Utc>) -> Self {
        Self {
            id: id.to_owned(),
            status: JobStatus::Waiting,
            policy: facts.policy,
            as_of: facts.as_of,
            created_at,
            ended_at: None,
            decision_id: None,
            decision: None,
            failure: None,
        }
    }
}

/// What may follow the `?`.
#[derive(Debug, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query")]
pub(crate) struct AcceptQuery {
    /// The day the facts are taken to hold, when the body names none; today in Mexico City when
    /// neither does.
    #[param(required = false, example = "2026-09-15")]
    as_of: Option<NaiveDate>,
}

/// The headers of what is accepted.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the headers")]
pub(crate) struct AcceptHeaders {
    /// 1 to 255 visible ASCII characters. The same request under its key within 24 hours gets the
    /// first answer byte for byte, with `Idempotent-Replayed: true`, and is not accepted again.
    #[param(
        rename = "Idempotency-Key",
        required = false,
        min_length = 1,
        max_length = 255
    )]
    idempotency_key: Option<String>,
}

/// Accept an application to be decided later.
///
/// The body is that of a decision and is checked as there. Once it is answered, the application is
/// kept and will be decided, by the version that is live then, whatever becomes of the service. The
/// decision is told by a signed message (`job.decided`, or `job.failed`) where the service has an
/// address to tell, and can be read here.
#[utoipa::path(
    post, path = "/v1/policies/{policy}/decisions:async", operation_id = "decideLater", tag = "work",
    params(
        ("policy" = String, Path, description = "Policy id.", example = "nomina-personal-loan-mx"),
        AcceptQuery, AcceptHeaders,
    ),
    request_body = DecisionRequestBody,
    responses(
        (status = 202, description = "It is kept and will be decided.", body = Job,
         headers(("Location" = String, description = "The job's address."),
                 ("Idempotent-Replayed" = String, description = "`true` when it was accepted before, under the same key."))),
        JobProblems,
    )
)]
pub(crate) async fn accept(
    State(app): State<App>,
    caller: Caller,
    Params(policy): Params<String>,
    uri: Uri,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let mut asked = None;
    for (_, value) in query(&uri, &["as_of"])? {
        asked = Some(super::day(&value)?);
    }
    let key = idempotency_key(&headers)?;
    let work = work(&app)?;
    let scope = format!("jobs {}", caller.name());
    let wanted = uri.query().unwrap_or_default();
    let request: [&[u8]; 3] = [uri.path().as_bytes(), wanted.as_bytes(), &body];
    let once: Vec<Once<'_>> = once(&scope, key, &request).into_iter().collect();
    if let Some(id) = accepted_before(work, &once).await? {
        return repeated(work.store(), &id).await;
    }
    super::decisions::find_route(&app.rules(), &policy)?;
    super::parameters(&app)?;
    let (content, today) = (body.clone(), app.clock().today());
    let read = move || {
        let request = parse(&content)?;
        let as_of = super::settle_as_of(asked, request.as_of, today)?;
        Ok((request.application.application_id, request.applicant, as_of))
    };
    let (application_id, applicant, as_of) = in_time(&app, body.len(), read).await?;
    let text = std::str::from_utf8(&body).map_err(|_| Problem::defect())?;
    let new = NewJob {
        policy: &policy,
        as_of,
        application_id: &application_id,
        applicant: applicant.as_ref(),
        body: text,
        once: &once,
    };
    let (id, created, adding) = job::add(work, new).await.map_err(refused)?;
    if let Adding::Before { id, same } = adding {
        the_same(same)?;
        return repeated(work.store(), &id).await;
    }
    let facts = Facts {
        policy,
        as_of,
        decision_id: None,
        failure: None,
    };
    answer(&Job::accepted(&id, facts, created), false)
}

/// What became of a job.
#[utoipa::path(
    get, path = "/v1/jobs/{job}", operation_id = "getJob", tag = "work",
    params(("job" = String, Path, description = "Job id.", example = "1f0c4a53b7e84f52a1c80d3e5f6a7b8c")),
    responses((status = 200, description = "The job.", body = Job), WorkProblems)
)]
pub(crate) async fn one(
    State(app): State<App>,
    Params(id): Params<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let store = work(&app)?.store();
    let task = find(store, &id, job::KIND, Kind::UnknownJob).await?;
    let facts: Facts = serde_json::from_str(&task.facts).map_err(|_| Problem::defect())?;
    let (decision_id, failure) = (facts.decision_id.clone(), facts.failure.clone());
    let decision = match &decision_id {
        Some(id) => decision(store, id).await?,
        None => None,
    };
    let failure = failure.or_else(|| {
        let is_erased = task.state == TaskState::Failed && task.content.is_none();
        is_erased.then(|| Failure {
            code: Kind::Erased.code().to_owned(),
            detail: "it was erased before it was decided".to_owned(),
        })
    });
    json(&Job {
        status: match task.state {
            TaskState::Waiting => JobStatus::Waiting,
            TaskState::Done => JobStatus::Decided,
            TaskState::Failed => JobStatus::Failed,
        },
        ended_at: ended(&task),
        decision_id,
        decision,
        failure,
        ..Job::accepted(&task.id, facts, task.created)
    })
}

/// When a task ended.
pub(super) fn ended(task: &Task) -> Option<DateTime<Utc>> {
    (task.state != TaskState::Waiting).then_some(task.updated)
}

/// A decision of the log, as it was answered; `None` once it was erased.
pub(super) async fn decision(store: &Store, id: &str) -> Result<Option<Box<RawValue>>, Problem> {
    match store.open_sealed(id).await {
        Ok(Some(sealed)) => super::log::raw(sealed.answer).map(Some),
        Ok(None) | Err(StoreError::Erased) => Ok(None),
        Err(error) => Err(keeping::problem(&error)),
    }
}

/// One task of a kind.
pub(super) async fn find(
    store: &Store,
    id: &str,
    kind: &str,
    unknown: Kind,
) -> Result<Task, Problem> {
    let found = store.task(id).await;
    let found = found.map_err(|error| keeping::problem(&error))?;
    found
        .filter(|task| task.kind == kind)
        .ok_or_else(|| Problem::new(unknown, "none with this id is kept"))
}

/// The work beside the requests.
pub(super) fn work(app: &App) -> Result<&Work, Problem> {
    app.work().ok_or_else(|| {
        Problem::new(
            Kind::NoLog,
            "it was started with `--no-log`; what is accepted could not be kept",
        )
    })
}

/// The key under which something is accepted once.
pub(super) fn once<'a>(
    scope: &'a str,
    key: Option<&'a str>,
    request: &'a [&'a [u8]],
) -> Option<Once<'a>> {
    key.map(|key| Once {
        scope,
        key,
        request,
        lasts: KEY_LASTS,
    })
}

/// What was accepted before under a key.
pub(super) async fn accepted_before(
    work: &Work,
    once: &[Once<'_>],
) -> Result<Option<String>, Problem> {
    let Some(once) = once.first() else {
        return Ok(None);
    };
    let before = work.store().added_under(*once).await;
    match before.map_err(|error| keeping::problem(&error))? {
        Some((id, same)) => the_same(same).map(|()| Some(id)),
        None => Ok(None),
    }
}

pub(super) fn the_same(same: bool) -> Result<(), Problem> {
    if same {
        return Ok(());
    }
    Err(Problem::new(
        Kind::IdempotencyKeyReused,
        "address, query or body differ from those first sent under this key; take a new key for a \
         new request",
    ))
}

pub(super) fn refused(trouble: Trouble) -> Problem {
    match trouble {
        Trouble::Store(error) => keeping::problem(&error),
        Trouble::Unreadable | Trouble::NotReady => Problem::defect(),
    }
}

async fn repeated(store: &Store, id: &str) -> Result<Response, Problem> {
    let task = find(store, id, job::KIND, Kind::UnknownJob).await?;
    let facts: Facts = serde_json::from_str(&task.facts).map_err(|_| Problem::defect())?;
    answer(&Job::accepted(&task.id, facts, task.created), true)
}

fn answer(job: &Job, is_repeated: bool) -> Result<Response, Problem> {
    let location = format!("/v1/jobs/{}", job.id);
    Ok(accepted(json(job)?, &location, is_repeated))
}

/// An answer that says that something is kept, and where.
pub(super) fn accepted(answer: Response, location: &str, is_repeated: bool) -> Response {
    let mut response = (StatusCode::ACCEPTED, answer).into_response();
    let headers = response.headers_mut();
    if let Ok(location) = HeaderValue::from_str(location) {
        headers.insert("location", location);
    }
    if is_repeated {
        headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    response
}
