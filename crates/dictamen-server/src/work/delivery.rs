//! Telling the loan origination system: each message again and again, over days, until it is taken.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use dictamen_store::{NewTask, Step, Store, StoreError, Task};
use serde::{Deserialize, Serialize};

use super::{Came, Trouble, Work};

pub(crate) const KIND: &str = "delivery";

/// Stages: it is to be sent; it is to be sent again on request; it was taken; nobody took it.
pub(crate) const WAITING: &str = "waiting";
pub(crate) const AGAIN: &str = "again";
pub(crate) const DELIVERED: &str = "delivered";
pub(crate) const FAILED: &str = "failed";

/// How long a message is kept once it has ended.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// The wait after each attempt, as the Standard Webhooks recommend it: more than three days
/// altogether.
const WAITS: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
];

/// Attempts that are remembered.
const REMEMBERED: usize = 50;

/// What may be read in clear of a message.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// What it tells of, such as `job.decided`.
    #[serde(rename = "type")]
    pub(crate) event: String,
    /// The job, application or monitoring it is about.
    pub(crate) about: String,
    #[serde(default)]
    pub(crate) attempts: Vec<Attempt>,
    /// How many attempts there were before it was last to be sent from the beginning.
    #[serde(default)]
    before: usize,
}

/// One attempt.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = DeliveryAttempt)]
pub(crate) struct Attempt {
    /// When it was made.
    pub(crate) at: DateTime<Utc>,
    /// The status of the answer; null when there was none.
    #[schema(example = 503)]
    pub(crate) status: Option<u16>,
    /// Why there was none: `timed-out`, `unreachable` or `cut`.
    #[schema(example = "timed-out")]
    pub(crate) error: Option<String>,
    /// How long it took.
    pub(crate) milliseconds: u64,
}

/// Something to be told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event<'a, T> {
    /// What it tells of.
    pub(crate) what: &'static str,
    /// The job, application or monitoring.
    pub(crate) about: &'a str,
    /// The lender's id of the application.
    pub(crate) application: &'a str,
    pub(crate) applicant: Option<&'a dictamen_model::identity::Applicant>,
    pub(crate) data: &'a T,
}

#[derive(Serialize)]
struct Message<'a, T> {
    r#type: &'a str,
    timestamp: DateTime<Utc>,
    data: &'a T,
}

/// The step that has an event told; none where nobody is to be told.
pub(crate) fn step<T: Serialize>(
    work: &Work,
    event: &Event<'_, T>,
) -> Result<Option<Step>, Trouble> {
    if work.settings().endpoint.is_none() {
        return Ok(None);
    }
    let message = Message {
        r#type: event.what,
        timestamp: work.store().now(),
        data: event.data,
    };
    let facts = Facts {
        event: event.what.to_owned(),
        about: event.about.to_owned(),
        ..Facts::default()
    };
    let id = Store::new_id()?;
    let added = work.store().prepare_task(NewTask {
        id: &id,
        kind: KIND,
        parent: Some(event.about),
        mark: None,
        stage: WAITING,
        facts: &serde_json::to_string(&facts)?,
        content: &serde_json::to_vec(&message)?,
        application: Some(event.application),
        applicant: event.applicant,
        after: Duration::ZERO,
        keep: Some(KEPT),
        once: &[],
    })?;
    Ok(Some(Step::Add(Box::new(added))))
}

/// What is sent again on request.
pub(crate) fn redeliver(id: &str) -> Step {
    Step::Reopen(id.to_owned(), AGAIN.to_owned())
}

/// Sends it once.
pub(super) async fn work(work: &Work, task: &Task) -> Result<Came, Trouble> {
    let mut facts: Facts = serde_json::from_str(&task.facts)?;
    let body = task.content.as_deref().ok_or(StoreError::Erased)?;
    if task.stage == AGAIN {
        facts.before = facts.attempts.len();
    }
    if work.settings().endpoint.is_none() {
        // Configured away for now; it is sent once there is an address again.
        return Ok(Came::again(
            WAITING,
            task.facts.clone(),
            work.wait(Duration::from_mins(5)),
        ));
    }
    let attempt = send(work, &task.id, body).await;
    let status = attempt.status.unwrap_or_default();
    tracing::info!(
        delivery = task.id,
        about = facts.about,
        event = facts.event,
        status = attempt.status,
        error = attempt.error,
        milliseconds = attempt.milliseconds,
        "delivery attempted"
    );
    facts.attempts.push(attempt);
    let tried = facts.attempts.len().saturating_sub(facts.before);
    if facts.attempts.len() > REMEMBERED {
        facts.attempts.remove(0);
        facts.before = facts.before.saturating_sub(1);
    }
    let text = serde_json::to_string(&facts)?;
    if (200..300).contains(&status) {
        return Ok(Came::done(DELIVERED, text));
    }
    let wait = WAITS.get(tried.saturating_sub(1));
    // Whoever answers that it is gone for good is not asked again.
    Ok(match wait.filter(|_| status != 410) {
        Some(wait) => Came::again(WAITING, text, work.wait(*wait)),
        None => Came::failed(FAILED, text),
    })
}

async fn send(work: &Work, id: &str, body: &[u8]) -> Attempt {
    let at = work.store().now();
    let begun = Instant::now();
    let sent = match &work.settings().endpoint {
        Some(endpoint) => {
            let timestamp = at.timestamp();
            let id = format!("msg_{id}");
            let request = work
                .http()
                .post(endpoint.url.clone())
                .header("content-type", "application/json")
                .header(
                    "webhook-signature",
                    endpoint.signatures(&id, timestamp, body),
                )
                .header("webhook-id", id)
                .header("webhook-timestamp", timestamp)
                .body(body.to_vec());
            request.send().await.map(|answer| answer.status().as_u16())
        }
        None => Ok(0),
    };
    let error = sent.as_ref().err().map(|error| {
        let why = if error.is_timeout() && !error.is_connect() {
            "timed-out"
        } else if error.is_connect() || error.is_builder() {
            "unreachable"
        } else {
            "cut"
        };
        why.to_owned()
    });
    Attempt {
        at,
        status: sent.ok(),
        error,
        milliseconds: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    }
}
