//! Belvo's notices: stored first, looked at later, and never more than a reason to look.

use std::time::Duration;

use dictamen_belvo::webhook::{Meaning, Notice};
use dictamen_model::wire::{WebhookCode, WebhookType};
use dictamen_store::{NewTask, Once, Step, Store, StoreError, Task, TaskState};
use serde::{Deserialize, Serialize};

use super::{
    Came, Trouble, Work,
    application::{self, Facts as ApplicationFacts},
    monitoring,
};

pub(crate) const KIND: &str = "notice";

/// How long a notice is kept, and by how long after it a repetition is known for one.
const KEPT: Duration = Duration::from_hours(7 * 24);

/// Keeps a notice unless it is a repetition; done when it is durable.
pub(crate) async fn add(work: &Work, notice: &Notice, body: &[u8]) -> Result<(), Trouble> {
    let once: Vec<Once<'_>> = notice
        .keys
        .iter()
        .map(|key| Once {
            scope: "belvo notice",
            key,
            request: &[],
            lasts: KEPT,
        })
        .collect();
    let id = Store::new_id()?;
    let added = work.store().prepare_task(NewTask {
        id: &id,
        kind: KIND,
        parent: None,
        mark: None,
        stage: "waiting",
        facts: "{}",
        content: body,
        application: None,
        applicant: None,
        after: Duration::ZERO,
        keep: Some(KEPT),
        once: &once,
    })?;
    work.store().add(added).await?;
    work.ring();
    Ok(())
}

/// What may be read in clear of a notice once it was looked at.
#[derive(Serialize, Deserialize)]
struct Facts<'a> {
    r#type: Option<&'a str>,
    code: Option<&'a str>,
    applications: usize,
}

/// Finds whom it concerns, and has them looked at.
pub(super) async fn work(work: &Work, task: &Task) -> Result<Came, Trouble> {
    let body = task.content.as_deref().ok_or(StoreError::Erased)?;
    let notice = Notice::parse(body).map_err(|_| Trouble::Unreadable)?;
    let mut found = Vec::new();
    if let Some(link) = &notice.webhook.link_id {
        found = work.store().marked(link).await?;
    }
    if let Some(id) = &notice.webhook.external_id
        && !found.iter().any(|task| task.id == id.expose())
    {
        found.extend(work.store().task(id.expose()).await?);
    }
    found.retain(|task| task.kind == application::KIND);
    let mut with = Vec::new();
    for application in &found {
        match application.state {
            TaskState::Waiting => with.push(Step::Wake(application.id.clone())),
            TaskState::Done if is_news(&notice) => {
                let facts: ApplicationFacts = serde_json::from_str(&application.facts)?;
                if facts.recurrent {
                    with.push(monitoring::step(work, application, &facts, &notice)?);
                }
            }
            TaskState::Done | TaskState::Failed => {}
        }
    }
    // Of one that nobody waits for, its type and code may still be of use to whoever runs it.
    let webhook = &notice.webhook;
    let facts = Facts {
        r#type: webhook.webhook_type.as_ref().map(WebhookType::as_str),
        code: webhook.webhook_code.as_ref().map(WebhookCode::as_str),
        applications: found.len(),
    };
    work.ring();
    Ok(Came {
        with,
        ..Came::done("read", serde_json::to_string(&facts)?)
    })
}

/// Whether it tells of something that came after the first retrieval.
fn is_news(notice: &Notice) -> bool {
    let is_record = notice.is_about(&WebhookType::EmploymentRecords);
    let is_first = notice.webhook.webhook_code == Some(WebhookCode::HistoricalUpdate);
    match notice.meaning() {
        Meaning::Changed => true,
        Meaning::Fetch => is_record && !is_first,
        Meaning::Reconnect | Meaning::Deleted | Meaning::Unknown => false,
    }
}
