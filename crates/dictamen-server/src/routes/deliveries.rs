//! What the loan origination system was told, with every attempt, and telling it again.

use axum::{extract::State, http::Uri, response::Response};
use chrono::{DateTime, Utc};
use dictamen_model::suggest;
use dictamen_store::{Performed, Task, TaskCursor, TaskFilter, TaskState};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{
    jobs::{ended, find, work},
    json,
};
use crate::{
    app::App,
    extract::{Params, no_query, query},
    keeping,
    openapi::WorkProblems,
    problem::{Kind, Problem},
    work::delivery::{self, Attempt, Facts},
};

/// Deliveries of a page unless another number is asked for.
const PAGE: usize = 50;
/// Most deliveries of a page.
const LARGEST_PAGE: usize = 500;
/// What ends the address of a delivery that is to be made again.
const REDELIVER: &str = ":redeliver";

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DeliveryStatus {
    /// It is sent, again and again.
    Waiting,
    /// It was answered with success.
    Delivered,
    /// It was given up.
    Failed,
}

impl DeliveryStatus {
    const ALL: [(&'static str, TaskState); 3] = [
        ("waiting", TaskState::Waiting),
        ("delivered", TaskState::Done),
        ("failed", TaskState::Failed),
    ];
}

/// A message to the loan origination system.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Delivery {
    /// Its id; `msg_` and this is the `webhook-id` of every attempt.
    #[schema(example = "5b0c4a53b7e84f52a1c80d3e5f6a7b8c")]
    id: String,
    /// What it tells of: `job.decided`, `job.failed`, `application.decided`, `application.failed` or
    /// `application.monitored`.
    #[serde(rename = "type")]
    #[schema(example = "job.decided")]
    event: String,
    /// Id of the job, application or monitoring it is about.
    about: String,
    status: DeliveryStatus,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was delivered or given up.
    ended_at: Option<DateTime<Utc>>,
    /// When it is sent next.
    next_attempt_at: Option<DateTime<Utc>>,
    /// The last 50 attempts, oldest first.
    attempts: Vec<Attempt>,
}

/// A message with its body.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryRecord {
    #[serde(flatten)]
    delivery: Delivery,
    /// What is sent; null once it was erased.
    #[schema(value_type = Option<Object>)]
    body: Option<Box<RawValue>>,
}

/// Some deliveries, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryList {
    /// Without their bodies.
    deliveries: Vec<Delivery>,
    /// To be given as `after` for the next page; null on the last.
    next: Option<String>,
}

/// What may follow the `?` of a listing.
#[derive(Debug, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query; `list` reads it")]
pub(crate) struct DeliveryQuery {
    /// Deliveries with this status.
    #[param(required = false, inline)]
    status: Option<DeliveryStatus>,
    /// Deliveries about this job, application or monitoring.
    #[param(required = false)]
    about: Option<String>,
    /// Most deliveries of the page; 50 when absent.
    #[param(required = false, minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// `next` of the page before.
    #[param(required = false)]
    after: Option<String>,
}

/// Deliveries, newest first.
///
/// They are kept for 30 days.
#[utoipa::path(
    get, path = "/v1/deliveries", operation_id = "listDeliveries", tag = "work",
    params(DeliveryQuery),
    responses((status = 200, description = "Some deliveries.", body = DeliveryList), WorkProblems)
)]
pub(crate) async fn list(State(app): State<App>, uri: Uri) -> Result<Response, Problem> {
    let refuse = |detail: String| Problem::new(Kind::InvalidQuery, detail);
    let (mut state, mut about, mut limit, mut after) = (None, None, PAGE, None);
    for (key, value) in query(&uri, &["status", "about", "limit", "after"])? {
        match key.as_str() {
            "status" => {
                let known = DeliveryStatus::ALL;
                let found = known.iter().find(|(name, _)| *name == value);
                let (_, found) = found.ok_or_else(|| {
                    let help = suggest::help(&value, known.map(|(name, _)| name));
                    let help = help.unwrap_or_default();
                    refuse(format!("unknown value of `status`; {help}"))
                })?;
                state = Some(*found);
            }
            "about" => about = Some(value),
            "limit" => {
                let read = value.parse().ok();
                limit = read
                    .filter(|limit| (1..=LARGEST_PAGE).contains(limit))
                    .ok_or_else(|| refuse(format!("`limit` is to be from 1 to {LARGEST_PAGE}")))?;
            }
            _ => {
                let cursor = TaskCursor::parse(&value);
                after =
                    Some(cursor.ok_or_else(|| refuse("`after` is to be `next` of a page".into()))?);
            }
        }
    }
    let filter = TaskFilter {
        kind: delivery::KIND,
        parent: about.as_deref(),
        state,
    };
    let page = work(&app)?.store().tasks(filter, after, limit).await;
    let (tasks, next) = page.map_err(|error| keeping::problem(&error))?;
    json(&DeliveryList {
        deliveries: tasks.iter().map(shown).collect::<Result<_, _>>()?,
        next: next.map(|next| next.to_string()),
    })
}

/// One delivery.
///
/// With its body and every attempt.
#[utoipa::path(
    get, path = "/v1/deliveries/{delivery}", operation_id = "getDelivery", tag = "work",
    params(("delivery" = String, Path, description = "Delivery id.", example = "5b0c4a53b7e84f52a1c80d3e5f6a7b8c")),
    responses((status = 200, description = "The delivery.", body = DeliveryRecord), WorkProblems)
)]
pub(crate) async fn one(
    State(app): State<App>,
    Params(id): Params<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let store = work(&app)?.store();
    let task = find(store, &id, delivery::KIND, Kind::UnknownDelivery).await?;
    record(&task)
}

/// Send a delivery again.
///
/// One that was delivered or given up is sent again from the beginning, with the same
/// `webhook-id`: whoever has it already can tell.
#[utoipa::path(
    post, path = "/v1/deliveries/{delivery}:redeliver", operation_id = "redeliver", tag = "work",
    params(("delivery" = String, Path, description = "Delivery id.", example = "5b0c4a53b7e84f52a1c80d3e5f6a7b8c")),
    responses((status = 200, description = "It is sent again.", body = DeliveryRecord), WorkProblems)
)]
pub(crate) async fn redeliver(app: App, id: &str) -> Result<Response, Problem> {
    let work = work(&app)?;
    let store = work.store();
    let task = find(store, id, delivery::KIND, Kind::UnknownDelivery).await?;
    if task.content.is_none() {
        return Err(Problem::new(Kind::Erased, "its body is gone for good"));
    }
    let performed = store.perform(vec![delivery::redeliver(id)]).await;
    if performed.map_err(|error| keeping::problem(&error))? == Performed::Lost {
        return Err(Problem::new(
            Kind::DeliveryWaiting,
            "it is sent until it is delivered or given up; `next_attempt_at` says when next",
        ));
    }
    work.ring();
    let task = find(store, id, delivery::KIND, Kind::UnknownDelivery).await?;
    record(&task)
}

/// Whatever is posted to a delivery.
pub(crate) async fn change(
    State(app): State<App>,
    Params(delivery): Params<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    // The router knows no parameter with something behind it.
    let Some(id) = delivery.strip_suffix(REDELIVER) else {
        return Err(Problem::new(
            Kind::NotFound,
            "to send it again, post to the delivery's address followed by `:redeliver`",
        ));
    };
    redeliver(app, id).await
}

fn record(task: &Task) -> Result<Response, Problem> {
    let body = task
        .content
        .as_ref()
        .map(|body| super::log::raw(body.to_vec()));
    json(&DeliveryRecord {
        delivery: shown(task)?,
        body: body.transpose()?,
    })
}

fn shown(task: &Task) -> Result<Delivery, Problem> {
    let facts: Facts = serde_json::from_str(&task.facts).map_err(|_| Problem::defect())?;
    Ok(Delivery {
        id: task.id.clone(),
        event: facts.event,
        about: facts.about,
        status: match task.state {
            TaskState::Waiting => DeliveryStatus::Waiting,
            TaskState::Done => DeliveryStatus::Delivered,
            TaskState::Failed => DeliveryStatus::Failed,
        },
        created_at: task.created,
        ended_at: ended(task),
        next_attempt_at: (task.state == TaskState::Waiting).then_some(task.due),
        attempts: facts.attempts,
    })
}
