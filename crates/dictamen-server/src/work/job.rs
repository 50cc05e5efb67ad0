//! Deciding later: an application that was accepted with everything a decision takes.

use std::time::Duration;

use axum::body::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use dictamen_store::{Adding, NewTask, Once, Store, StoreError, Task};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    Came, Trouble, Work, deciding,
    delivery::{self, Event},
};
use crate::{
    app::App,
    problem::{Kind, Problem},
};

pub(crate) const KIND: &str = "job";

/// Stages.
pub(crate) const WAITING: &str = "waiting";
pub(crate) const DECIDED: &str = "decided";
pub(crate) const FAILED: &str = "failed";

/// How long a job is kept once it has ended; its decision is in the log for good.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// What may be read in clear of a job.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Facts {
    pub(crate) policy: String,
    pub(crate) as_of: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) decision_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<Failure>,
}

/// Why a job has no decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = JobFailure)]
pub(crate) struct Failure {
    /// Stable code, as of the problem that the same request would be answered with.
    #[schema(example = "unknown-policy")]
    pub(crate) code: String,
    /// What is wrong.
    pub(crate) detail: String,
}

/// What a job is about.
#[derive(Serialize, Deserialize)]
struct Content {
    application_id: String,
    /// The body of the request.
    body: String,
}

/// What is told of a job that has ended.
#[derive(Serialize)]
struct Told<'a> {
    id: &'a str,
    application_id: &'a str,
    decision: Option<&'a RawValue>,
    failure: Option<&'a Failure>,
}

/// A job that is to be added.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewJob<'a> {
    pub(crate) policy: &'a str,
    pub(crate) as_of: NaiveDate,
    pub(crate) application_id: &'a str,
    pub(crate) applicant: Option<&'a dictamen_model::identity::Applicant>,
    pub(crate) body: &'a str,
    pub(crate) once: &'a [Once<'a>],
}

/// Keeps a job; done when it is durable. Its id, when it was made, and what became of it.
pub(crate) async fn add(
    work: &Work,
    new: NewJob<'_>,
) -> Result<(String, DateTime<Utc>, Adding), Trouble> {
    let facts = Facts {
        policy: new.policy.to_owned(),
        as_of: new.as_of,
        decision_id: None,
        failure: None,
    };
    let content = Content {
        application_id: new.application_id.to_owned(),
        body: new.body.to_owned(),
    };
    let id = Store::new_id()?;
    let added = work.store().prepare_task(NewTask {
        id: &id,
        kind: KIND,
        parent: None,
        mark: None,
        stage: WAITING,
        facts: &serde_json::to_string(&facts)?,
        content: &serde_json::to_vec(&content)?,
        application: Some(new.application_id),
        applicant: new.applicant,
        after: Duration::ZERO,
        keep: Some(KEPT),
        once: new.once,
    })?;
    let created = added.created();
    let adding = work.store().add(added).await?;
    work.ring();
    Ok((id, created, adding))
}

pub(super) async fn work(
    work: &Work,
    app: &App,
    task: &Task,
    gives_up: bool,
) -> Result<Came, Trouble> {
    let mut facts: Facts = serde_json::from_str(&task.facts)?;
    let content = task.content.as_deref().ok_or(StoreError::Erased)?;
    let content: Content = serde_json::from_slice(content)?;
    let told = |facts: &Facts, decision: Option<&RawValue>| {
        let data = Told {
            id: &task.id,
            application_id: &content.application_id,
            decision,
            failure: facts.failure.as_ref(),
        };
        delivery::step(
            work,
            &Event {
                what: if decision.is_some() {
                    "job.decided"
                } else {
                    "job.failed"
                },
                about: &task.id,
                application: &content.application_id,
                applicant: None,
                data: &data,
            },
        )
    };
    let decided = if gives_up {
        Err(Problem::new(
            Kind::Internal,
            "deciding it ended the service again and again",
        ))
    } else {
        let body = Bytes::from(content.body.clone());
        deciding::decide(app, &facts.policy, body, Some(facts.as_of)).await
    };
    match decided {
        Ok(None) => Err(Trouble::NotReady),
        Ok(Some(made)) => {
            facts.decision_id = Some(made.facts.decision_id.clone());
            let decision: &RawValue = serde_json::from_str(made.text())?;
            let with = told(&facts, Some(decision))?.into_iter().collect();
            let text = serde_json::to_string(&facts)?;
            Ok(Came {
                with,
                made: Some(Box::new(made)),
                ..Came::done(DECIDED, text)
            })
        }
        Err(problem) if problem.passes() && !gives_up => Err(Trouble::NotReady),
        Err(problem) => {
            facts.failure = Some(Failure {
                code: problem.kind().code().to_owned(),
                detail: problem.detail().to_owned(),
            });
            let with = told(&facts, None)?.into_iter().collect();
            let text = serde_json::to_string(&facts)?;
            Ok(Came {
                with,
                ..Came::failed(FAILED, text)
            })
        }
    }
}
