//! Applications by link: from the applicant's consent to a decision.

mod body;

use std::collections::BTreeMap;

use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use chrono::{DateTime, TimeDelta, Utc};
use dictamen_store::{Adding, Once, Performed, Step, Store, Task, TaskFilter, TaskState};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use self::body::{Body, How};
use super::{
    jobs::{
        AcceptHeaders, accepted, accepted_before, decision, ended, find, once, refused, the_same,
        work,
    },
    json, json_bytes,
};
use crate::{
    access::Caller,
    answer::{self, DecisionAnswer},
    app::App,
    extract::{JsonBody, Params, idempotency_key, no_query},
    keeping,
    openapi::{ApplicationProblems, WorkProblems},
    problem::{Kind, Problem},
    work::{
        Belvo, Work,
        application::{self, Content, Facts, Failure, New, Reason, Way, WidgetWanted, widget_url},
        monitoring::{self, Change},
    },
};

pub(crate) use body::ApplyBody;

/// What ends the address of an application that needs a new address of the widget.
const WIDGET: &str = ":widget";

/// How far an application is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ApplicationStatus {
    /// The applicant has not connected yet.
    AwaitingConsent,
    /// The record is on its way.
    Retrieving,
    /// The record is here, and the service not ready to decide on it.
    Deciding,
    /// There is a decision.
    Decided,
    /// There will be none.
    Failed,
}

impl ApplicationStatus {
    fn of(task: &Task) -> Self {
        match (task.state, task.stage.as_str()) {
            (TaskState::Done, _) => Self::Decided,
            (TaskState::Failed, _) => Self::Failed,
            (TaskState::Waiting, application::AWAITING_CONSENT) => Self::AwaitingConsent,
            (TaskState::Waiting, application::DECIDING) => Self::Deciding,
            (TaskState::Waiting, _) => Self::Retrieving,
        }
    }
}

/// An application by link.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApplicationRecord {
    /// Its id, by which it is asked for. Belvo knows it as the link's `external_id`.
    #[schema(example = "9a0c4a53b7e84f52a1c80d3e5f6a7b8c")]
    id: String,
    status: ApplicationStatus,
    /// The policy it is decided by.
    #[schema(example = "nomina-personal-loan-mx")]
    policy: String,
    /// How the link comes about.
    way: Way,
    /// Whether the record is looked at again when it changes.
    recurrent: bool,
    /// When it was accepted.
    created_at: DateTime<Utc>,
    /// When it was decided or failed.
    ended_at: Option<DateTime<Utc>>,
    /// Where to send the applicant; while their consent is awaited.
    widget_url: Option<String>,
    /// Id of the decision.
    decision_id: Option<String>,
    /// The decision; null while there is none, and once it was erased.
    #[schema(value_type = Option<DecisionAnswer<'static>>)]
    decision: Option<Box<RawValue>>,
    /// Why there is none, and what the applicant can do about it.
    failure: Option<Failure>,
    /// What changed in the record since it was decided, newest first; at most 100.
    monitoring: Vec<Monitoring>,
}

/// Whether looking again came to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MonitoringStatus {
    /// It is being looked at.
    Waiting,
    /// Something changed.
    Seen,
    /// Nothing changed since it was last looked at.
    Unchanged,
    /// It could not be seen.
    Failed,
}

/// What was found when an applicant's record changed. The decision stays what it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Monitoring {
    /// Its id.
    id: String,
    status: MonitoringStatus,
    /// When Belvo told of it.
    created_at: DateTime<Utc>,
    /// What changed since the decision; empty once it was erased.
    changes: Vec<Change>,
    /// The outcome of the decision.
    outcome_before: Option<String>,
    /// What the outcome would be today.
    outcome_now: Option<String>,
    /// Whether the two differ.
    would_change: Option<bool>,
    /// What would be decided today; null once it was erased.
    #[schema(value_type = Option<DecisionAnswer<'static>>)]
    decision: Option<Box<RawValue>>,
}

/// Take an application whose record is to be fetched.
///
/// With one of: a CURP to register, the id of a link that is there, or `widget` for an address to
/// send the applicant to. Once it is answered, the application is kept and followed to its decision
/// or to a reason why there is none, whatever becomes of the service; how it ended is told by a
/// signed message (`application.decided`, `application.failed`) where the service has an address to
/// tell, and can be read here. When the record of a recurrent link changes later, what would be
/// decided then is told as `application.monitored`.
#[utoipa::path(
    post, path = "/v1/applications", operation_id = "apply", tag = "applications",
    params(AcceptHeaders),
    request_body = ApplyBody,
    responses(
        (status = 202, description = "It is kept and will be followed.", body = ApplicationRecord,
         headers(("Location" = String, description = "The application's address."),
                 ("Idempotent-Replayed" = String, description = "`true` when it was accepted before, under the same key."))),
        ApplicationProblems,
    )
)]
pub(crate) async fn apply(
    State(app): State<App>,
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let key = idempotency_key(&headers)?;
    let (work, belvo) = connected(&app)?;
    let scope = format!("applications {}", caller.name());
    let request: [&[u8]; 1] = [&body];
    let once: Vec<Once<'_>> = once(&scope, key, &request).into_iter().collect();
    if let Some(id) = accepted_before(work, &once).await? {
        return repeated(work.store(), &id).await;
    }
    let asked = Body::read(&body)?;
    super::decisions::find_route(&app.rules(), &asked.policy)?;
    let id = Store::new_id().map_err(|error| keeping::problem(&error))?;
    let widget = match &asked.how {
        How::Widget(wanted) => Some(address(belvo, &id, wanted).await?),
        How::Curp(_) | How::Link(_) => None,
    };
    let way = match &asked.how {
        How::Curp(_) => Way::Curp,
        How::Link(_) => Way::Link,
        How::Widget(_) => Way::Widget,
    };
    let facts = Facts {
        policy: asked.policy.clone(),
        way,
        recurrent: asked.recurrent,
        decision_id: None,
        reason: None,
    };
    let now = work.store().now();
    let answer = ApplicationRecord {
        status: if way == Way::Widget {
            ApplicationStatus::AwaitingConsent
        } else {
            ApplicationStatus::Retrieving
        },
        widget_url: widget.clone(),
        ..ApplicationRecord::begun(&id, &facts, now)
    };
    let answer = answer::line(&answer).map_err(super::unwritable)?;
    let answer = String::from_utf8(answer).map_err(|_| Problem::defect())?;
    let settings = work.settings();
    let patience = match way {
        Way::Widget => settings.consent,
        Way::Curp | Way::Link => settings.retrieval,
    };
    let content = Content {
        application_id: asked.application_id,
        application: asked.application,
        institution: asked.institution,
        curp: match &asked.how {
            How::Curp(curp) => Some(curp.clone()),
            _ => None,
        },
        email: asked.email,
        link: match &asked.how {
            How::Link(link) => Some(link.clone()),
            _ => None,
        },
        person: None,
        widget_url: widget,
        answer: answer.clone(),
        deadline: after(now, patience),
        linked: None,
        ask: false,
        asked: 0,
        odd: 0,
        last: None,
    };
    let new = New {
        id: &id,
        facts: &facts,
        content: &content,
        once: &once,
    };
    match application::add(work, new).await.map_err(refused)? {
        Adding::New => Ok(answered(&id, answer, false)),
        Adding::Before { id, same } => {
            the_same(same)?;
            repeated(work.store(), &id).await
        }
    }
}

/// How far an application is.
///
/// With the decision once there is one, and with what changed in the record since.
#[utoipa::path(
    get, path = "/v1/applications/{application}", operation_id = "getApplication", tag = "applications",
    params(("application" = String, Path, description = "Id of the application, as it was answered.", example = "9a0c4a53b7e84f52a1c80d3e5f6a7b8c")),
    responses((status = 200, description = "The application.", body = ApplicationRecord), WorkProblems)
)]
pub(crate) async fn one(
    State(app): State<App>,
    Params(id): Params<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let store = work(&app)?.store();
    let task = find(store, &id, application::KIND, Kind::UnknownApplication).await?;
    record(store, &task).await
}

/// Get a new address of the widget.
///
/// An address is good for some minutes and one link. While consent is awaited, this makes another
/// one and starts the time for it anew.
#[utoipa::path(
    post, path = "/v1/applications/{application}:widget", operation_id = "renewWidget", tag = "applications",
    params(("application" = String, Path, description = "Id of the application, as it was answered.", example = "9a0c4a53b7e84f52a1c80d3e5f6a7b8c")),
    responses((status = 200, description = "The application with its new address.", body = ApplicationRecord), WorkProblems)
)]
pub(crate) async fn renew_widget(app: App, id: &str) -> Result<Response, Problem> {
    let (work, belvo) = connected(&app)?;
    let store = work.store();
    let task = find(store, id, application::KIND, Kind::UnknownApplication).await?;
    if ApplicationStatus::of(&task) != ApplicationStatus::AwaitingConsent {
        return Err(Problem::new(
            Kind::NotAwaitingConsent,
            "only an application that waits for the applicant can have a new address",
        ));
    }
    let (facts, mut content) = read(&task)?;
    let wanted = WidgetWanted {
        institutions: content.institution.clone().into_iter().collect(),
        recurrent: facts.recurrent,
        ..WidgetWanted::default()
    };
    let url = address(belvo, id, &wanted).await?;
    content.widget_url = Some(url);
    content.deadline = after(store.now(), work.settings().consent);
    let content = serde_json::to_vec(&content).map_err(|_| Problem::defect())?;
    let step = store.rewrite(id, &content).await;
    let step = step.map_err(|error| keeping::problem(&error))?;
    let performed = store.perform(vec![step, Step::Wake(id.to_owned())]).await;
    if performed.map_err(|error| keeping::problem(&error))? == Performed::Lost {
        return Err(Problem::new(
            Kind::NotAwaitingConsent,
            "it has just gone on; ask how far it is",
        ));
    }
    work.ring();
    let task = find(store, id, application::KIND, Kind::UnknownApplication).await?;
    record(store, &task).await
}

/// Whatever is posted to an application.
pub(crate) async fn change(
    State(app): State<App>,
    Params(application): Params<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    // The router knows no parameter with something behind it.
    let Some(id) = application.strip_suffix(WIDGET) else {
        return Err(Problem::new(
            Kind::NotFound,
            "for a new address of the widget, post to the application's address followed by `:widget`",
        ));
    };
    renew_widget(app, id).await
}

impl ApplicationRecord {
    fn begun(id: &str, facts: &Facts, created_at: DateTime<Utc>) -> Self {
        Self {
            id: id.to_owned(),
            status: ApplicationStatus::Retrieving,
            policy: facts.policy.clone(),
            way: facts.way,
            recurrent: facts.recurrent,
            created_at,
            ended_at: None,
            widget_url: None,
            decision_id: None,
            decision: None,
            failure: None,
            monitoring: Vec::new(),
        }
    }
}

fn after(now: DateTime<Utc>, wait: std::time::Duration) -> DateTime<Utc> {
    let wait = TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX);
    now.checked_add_signed(wait)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn connected(app: &App) -> Result<(&Work, &Belvo), Problem> {
    let work = work(app)?;
    let belvo = work.settings().belvo.as_ref().ok_or_else(|| {
        Problem::new(
            Kind::NoBelvo,
            "start it with --belvo-url, --belvo-secret-id and --belvo-secret-password",
        )
    })?;
    Ok((work, belvo))
}

async fn address(belvo: &Belvo, id: &str, wanted: &WidgetWanted) -> Result<String, Problem> {
    widget_url(belvo, id, wanted).await.map_err(|error| {
        let code = error.trouble().code();
        Problem::new(
            Kind::BelvoUnavailable,
            format!("no address of the widget can be had now ({code}); nothing was kept"),
        )
    })
}

fn read(task: &Task) -> Result<(Facts, Content), Problem> {
    let content = task
        .content
        .as_ref()
        .ok_or_else(|| Problem::new(Kind::Erased, "what was asked is gone for good"))?;
    let defect = |_| Problem::defect();
    let content = serde_json::from_slice(content).map_err(defect)?;
    Ok((serde_json::from_str(&task.facts).map_err(defect)?, content))
}

async fn repeated(store: &Store, id: &str) -> Result<Response, Problem> {
    let task = find(store, id, application::KIND, Kind::UnknownApplication).await?;
    let (_, content) = read(&task)?;
    Ok(answered(id, content.answer, true))
}

fn answered(id: &str, answer: String, is_repeated: bool) -> Response {
    let location = format!("/v1/applications/{id}");
    accepted(json_bytes(answer.into_bytes()), &location, is_repeated)
}

async fn record(store: &Store, task: &Task) -> Result<Response, Problem> {
    let facts: Facts = serde_json::from_str(&task.facts).map_err(|_| Problem::defect())?;
    let status = ApplicationStatus::of(task);
    let content = read(task).ok().map(|(_, content)| content);
    let widget_url = content.and_then(|content| content.widget_url);
    let decision = match &facts.decision_id {
        Some(id) => decision(store, id).await?,
        None => None,
    };
    let failure = (status == ApplicationStatus::Failed)
        .then(|| facts.reason.clone().unwrap_or_else(Reason::erased).told());
    let filter = TaskFilter {
        kind: monitoring::KIND,
        parent: Some(&task.id),
        state: None,
    };
    let looked = store.tasks(filter, None, 100).await;
    let (looked, _) = looked.map_err(|error| keeping::problem(&error))?;
    json(&ApplicationRecord {
        status,
        ended_at: ended(task),
        widget_url: widget_url.filter(|_| status == ApplicationStatus::AwaitingConsent),
        decision_id: facts.decision_id.clone(),
        decision,
        failure,
        monitoring: looked.iter().map(seen).collect::<Result<_, _>>()?,
        ..ApplicationRecord::begun(&task.id, &facts, task.created)
    })
}

fn seen(task: &Task) -> Result<Monitoring, Problem> {
    let defect = |_| Problem::defect();
    let facts: monitoring::Facts = serde_json::from_str(&task.facts).map_err(defect)?;
    let content: Option<monitoring::Content> = task
        .content
        .as_ref()
        .map(|content| serde_json::from_slice(content))
        .transpose()
        .map_err(defect)?;
    let statuses = BTreeMap::from([
        (monitoring::SEEN, MonitoringStatus::Seen),
        (monitoring::UNCHANGED, MonitoringStatus::Unchanged),
        (monitoring::FAILED, MonitoringStatus::Failed),
    ]);
    let status = statuses.get(task.stage.as_str()).copied();
    let both = facts
        .outcome_before
        .as_ref()
        .zip(facts.outcome_now.as_ref());
    let (changes, decision) = content.map_or((Vec::new(), None), |content| {
        (content.changes, content.decision)
    });
    Ok(Monitoring {
        id: task.id.clone(),
        status: status.unwrap_or(MonitoringStatus::Waiting),
        created_at: task.created,
        would_change: both.map(|(before, now)| before != now),
        changes,
        decision,
        outcome_before: facts.outcome_before,
        outcome_now: facts.outcome_now,
    })
}
