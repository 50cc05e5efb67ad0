//! Deciding many applications on one connection: a line of JSON in, a line of JSON out.
//!
//! Memory does not grow with the batch: so many lines are worked on at a time, so many bytes of
//! them at most, and no more is read while the client does not read what it gets. Lines are
//! answered in the order they came. A line that cannot be decided is a line with a problem; the
//! batch goes on.

mod lines;

use std::{sync::Arc, time::Instant};

use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use futures_util::{Stream, StreamExt as _, stream};
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use utoipa::ToSchema;

use self::lines::{Line, Lines};
use super::{
    decisions::{self, Asked, DecideHeaders, DecideQuery, Made},
    parameters,
};
use crate::{
    access::Caller,
    answer::{self, DecisionAnswer},
    app::App,
    extract::{Params, idempotency_key, is_ndjson},
    limits::InFlight,
    openapi::{DecisionProblems, DecisionRequestBody},
    problem::{self, DEFECT, Kind, Problem},
    rules::{ParameterSet, Route},
    telemetry::RequestId,
};

/// Lines worked on at a time: enough that the log writes many of them together.
const AT_A_TIME: usize = 64;
/// Bytes of lines worked on at a time, in KiB; a single line may be as long as any body.
const KIB_AT_A_TIME: u32 = 16 * 1024;

/// The media type of both directions.
const NDJSON: &str = "application/x-ndjson";

/// One line of the answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatchLine<'a> {
    /// Which line of the request it answers, from 1; blank lines count and are not answered.
    #[schema(example = 1)]
    line: u64,
    /// What the status of the answer would be if the line had been sent alone.
    #[schema(example = 200)]
    status: u16,
    /// Whether the answer was given before, under the same idempotency key.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    replayed: bool,
    /// The decision, as it is answered to a request of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DecisionAnswer<'static>>)]
    decision: Option<&'a RawValue>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<problem::Body>,
}

/// Decide many applications by the live version.
///
/// The body is a line of JSON for each application, as `POST …/decisions` takes it; the answer is a
/// line for each, in the same order, written while the body is still being sent: read while you
/// send. The version in force when the batch begins decides all of it. With an `Idempotency-Key`,
/// every line has that key with its number, so a batch that broke off can be sent again from its
/// first line and gets the first answers. Without one, sending again is safe as well.
#[utoipa::path(
    post, path = "/v1/policies/{policy}/decisions:batch", operation_id = "decideBatch", tag = "decisions",
    params(
        ("policy" = String, Path, description = "Policy id.", example = "nomina-personal-loan-mx"),
        DecideQuery, DecideHeaders,
    ),
    request_body(content = DecisionRequestBody, content_type = "application/x-ndjson",
                 description = "A request on each line."),
    responses(
        (status = 200, description = "A line for each line.", body = BatchLine<'static>,
         content_type = "application/x-ndjson"),
        DecisionProblems,
    )
)]
pub(crate) async fn live(
    State(app): State<App>,
    Params(policy): Params<String>,
    caller: Caller,
    Extension(held): Extension<InFlight>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Result<Response, Problem> {
    let route = decisions::find_route(&app.rules(), &policy)?;
    answer(app, route, caller, held, id, request)
}

/// Decide many applications by a named version.
///
/// As by the live version, with the version that the path names.
#[utoipa::path(
    post, path = "/v1/policies/{policy}/versions/{version}/decisions:batch",
    operation_id = "decideBatchByVersion", tag = "decisions",
    params(
        ("policy" = String, Path, description = "Policy id.", example = "nomina-personal-loan-mx"),
        ("version" = String, Path, description = "Policy version.", example = "1.0.0"),
        DecideQuery, DecideHeaders,
    ),
    request_body(content = DecisionRequestBody, content_type = "application/x-ndjson",
                 description = "A request on each line."),
    responses(
        (status = 200, description = "A line for each line.", body = BatchLine<'static>,
         content_type = "application/x-ndjson"),
        DecisionProblems,
    )
)]
pub(crate) async fn pinned(
    State(app): State<App>,
    Params((policy, version)): Params<(String, String)>,
    caller: Caller,
    Extension(held): Extension<InFlight>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Result<Response, Problem> {
    let loaded = decisions::find_version(&app.rules(), &policy, &version)?;
    answer(app, Route::to(loaded), caller, held, id, request)
}

/// What every line of a batch shares.
struct Batch {
    app: App,
    route: Route,
    parameters: Arc<ParameterSet>,
    asked: Asked,
    key: Option<String>,
    uri: Uri,
    caller: Caller,
    /// The batch counts as one request until its last line is answered.
    _held: InFlight,
    id: RequestId,
    room: Arc<Semaphore>,
}

fn answer(
    app: App,
    route: Route,
    caller: Caller,
    held: InFlight,
    id: RequestId,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    is_ndjson(&parts.headers)?;
    let limits = app.limits();
    let most = usize::try_from(KIB_AT_A_TIME)
        .unwrap_or(usize::MAX)
        .saturating_mul(1024);
    held.grow(most.min(limits.memory))?;
    let batch = Arc::new(Batch {
        route,
        parameters: parameters(&app)?,
        asked: decisions::asked(&parts.uri)?,
        key: idempotency_key(&parts.headers)?.map(str::to_owned),
        uri: parts.uri,
        caller,
        _held: held,
        id,
        room: Arc::new(Semaphore::new(
            usize::try_from(KIB_AT_A_TIME).unwrap_or(usize::MAX),
        )),
        app,
    });
    let lines = Lines::new(body, limits.body_bytes, limits.timeout);
    let answers = answers(batch, lines).map(Ok::<_, std::convert::Infallible>);
    let head = [(header::CONTENT_TYPE, NDJSON)];
    Ok((head, Body::from_stream(answers)).into_response())
}

fn answers(batch: Arc<Batch>, lines: Lines) -> impl Stream<Item = Bytes> {
    let read = stream::unfold((batch, lines), |(batch, mut lines)| async move {
        let line = lines.next().await?;
        let kib = u32::try_from(line.size().div_ceil(1024)).unwrap_or(KIB_AT_A_TIME);
        let room = Arc::clone(&batch.room).acquire_many_owned(kib.clamp(1, KIB_AT_A_TIME));
        let room = room.await.ok()?;
        let answered = answered(Arc::clone(&batch), line, room);
        Some((answered, (batch, lines)))
    });
    read.buffered(AT_A_TIME)
}

/// Answers one line on a thread of the runtime's choice, so that a batch uses all of them; a
/// defect costs that line only.
fn answered(
    batch: Arc<Batch>,
    line: Line,
    room: OwnedSemaphorePermit,
) -> impl Future<Output = Bytes> {
    let number = line.number();
    let work = tokio::spawn(one(Arc::clone(&batch), line, room));
    async move {
        work.await.unwrap_or_else(|_| {
            let problem = Problem::new(Kind::Internal, DEFECT);
            let refusal = refusal(&batch, number, &problem);
            answer::line(&refusal).unwrap_or_default().into()
        })
    }
}

/// Answers one line.
async fn one(batch: Arc<Batch>, line: Line, room: OwnedSemaphorePermit) -> Bytes {
    let (number, content) = line.into_parts();
    let made = match content {
        Ok(body) => decide(&batch, number, body).await,
        Err(problem) => Err(problem),
    };
    drop(room);
    let written = match &made {
        Ok(made) => serde_json::from_slice::<&RawValue>(&made.bytes).map(|decision| BatchLine {
            line: number,
            status: StatusCode::OK.as_u16(),
            replayed: made.repeated,
            decision: Some(decision),
            problem: None,
        }),
        Err(problem) => Ok(refusal(&batch, number, problem)),
    };
    let written = written.unwrap_or_else(|_| {
        let problem = Problem::new(Kind::Internal, DEFECT);
        refusal(&batch, number, &problem)
    });
    answer::line(&written).unwrap_or_default().into()
}

fn refusal(batch: &Batch, line: u64, problem: &Problem) -> BatchLine<'static> {
    BatchLine {
        line,
        status: problem.kind().status().as_u16(),
        replayed: false,
        decision: None,
        problem: Some(problem.body(&batch.id.0)),
    }
}

async fn decide(batch: &Batch, number: u64, body: Bytes) -> Result<Made, Problem> {
    let began = Instant::now();
    let key = batch.key.as_ref().map(|key| format!("{key}#{number}"));
    let made = decisions::make(
        &batch.app,
        batch.route.clone(),
        Arc::clone(&batch.parameters),
        batch.asked,
        (&batch.caller, key.as_deref(), &batch.uri),
        body,
    )
    .await?;
    if let Some(facts) = &made.facts {
        batch.app.metrics().decided(facts, began.elapsed());
    }
    Ok(made)
}
