//! Looking again at somebody whose application was decided: what changed since, and whether it
//! would be decided otherwise today.
//!
//! The decision stays what it is, and none is added beside it: what is found is an entry of its own
//! kind in the log, in clear by codes, and sealed with its figures in the task.

use std::time::Duration;

use dictamen_belvo::webhook::Notice;
use dictamen_store::{Kind, NewTask, Once, Step, Store, StoreError, Task, TaskFilter, TaskState};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use super::{
    Came, Trouble, Work,
    application::{self, Content as ApplicationContent, Facts as ApplicationFacts},
    deciding,
    delivery::{self, Event},
};
use crate::app::App;

pub(crate) const KIND: &str = "monitoring";

/// Stages: it is to be looked at; something is to be told; nothing new; it could not be seen.
pub(crate) const WAITING: &str = "waiting";
pub(crate) const SEEN: &str = "seen";
pub(crate) const UNCHANGED: &str = "unchanged";
pub(crate) const FAILED: &str = "failed";

/// How often it is tried to see.
const TRIES: i64 = 8;

/// What may be read in clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// The application's id.
    pub(crate) application: String,
    /// The decision that stands.
    pub(crate) decision_id: String,
    /// What changed since.
    #[serde(default)]
    pub(crate) changes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) outcome_before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) outcome_now: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) score_now: Option<i64>,
    /// Version of the policy that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
}

/// One thing that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = RecordChange)]
pub(crate) struct Change {
    /// `job_lost`, `hired`, `job_changed`, `salary_up` or `salary_down`.
    #[schema(example = "salary_up")]
    pub(crate) code: String,
    /// As it was when it was decided.
    pub(crate) before: Value,
    /// As it is.
    pub(crate) now: Value,
}

/// What was found. Sealed.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Content {
    #[serde(default)]
    pub(crate) changes: Vec<Change>,
    /// What would be decided today.
    #[serde(default)]
    pub(crate) decision: Option<Box<RawValue>>,
}

/// What is told.
#[derive(Serialize)]
struct Told<'a> {
    id: &'a str,
    application: &'a str,
    application_id: &'a str,
    decision_id: &'a str,
    changes: &'a [Change],
    outcome_before: &'a str,
    outcome_now: &'a str,
    would_change: bool,
    decision: &'a RawValue,
}

/// The parts of a decision that are compared.
#[derive(Deserialize)]
struct Compared {
    outcome: String,
    #[serde(default)]
    score: Option<i64>,
    #[serde(default)]
    characteristics: Value,
}

/// Has an application looked at again, once for each retrieval.
pub(super) fn step(
    work: &Work,
    application: &Task,
    facts: &ApplicationFacts,
    notice: &Notice,
) -> Result<Step, Trouble> {
    let own: ApplicationContent = match application.content.as_deref() {
        Some(content) => serde_json::from_slice(content)?,
        None => return Err(StoreError::Erased.into()),
    };
    let begun = Facts {
        application: application.id.clone(),
        decision_id: facts.decision_id.clone().unwrap_or_default(),
        changes: Vec::new(),
        outcome_before: None,
        outcome_now: None,
        score_now: None,
        version: None,
    };
    let request = notice.webhook.request_id.as_deref();
    let cause = request.or(notice.keys.first().map(String::as_str));
    let key = format!("{} {}", application.id, cause.unwrap_or_default());
    let once = [Once {
        scope: "monitoring",
        key: &key,
        request: &[],
        lasts: Duration::from_hours(7 * 24),
    }];
    let id = Store::new_id()?;
    let added = work.store().prepare_task(NewTask {
        id: &id,
        kind: KIND,
        parent: Some(&application.id),
        mark: None,
        stage: WAITING,
        facts: &serde_json::to_string(&begun)?,
        content: b"{}",
        application: Some(&own.application_id),
        applicant: None,
        after: Duration::ZERO,
        keep: None,
        once: &once,
    })?;
    Ok(Step::Add(Box::new(added)))
}

pub(super) async fn work(
    work: &Work,
    app: &App,
    task: &Task,
    gives_up: bool,
) -> Result<Came, Trouble> {
    let Some(belvo) = &work.settings().belvo else {
        return Err(Trouble::NotReady);
    };
    let failed = || Came::failed(FAILED, task.facts.clone());
    if gives_up {
        return Ok(failed());
    }
    let mut facts: Facts = serde_json::from_str(&task.facts)?;
    let application = work.store().task(&facts.application).await?;
    let content = application.and_then(|application| application.content);
    let Some(content) = content else {
        return Ok(failed());
    };
    let content: ApplicationContent = serde_json::from_slice(&content)?;
    let sealed = match work.store().open_sealed(&facts.decision_id).await {
        Ok(Some(sealed)) => sealed,
        Ok(None) | Err(StoreError::Erased) => return Ok(failed()),
        Err(error) => return Err(error.into()),
    };
    let application_facts = work.store().task(&facts.application).await?;
    let application_facts: ApplicationFacts =
        serde_json::from_str(&application_facts.ok_or(Trouble::Unreadable)?.facts)?;
    let link = content.link.as_deref().unwrap_or_default();
    let records = match application::records(&belvo.client, link).await {
        Ok(records) if !records.is_empty() => records,
        Err(_) if task.attempts < TRIES => {
            let wait = work.wait(Duration::from_mins(5));
            return Ok(Came::again(WAITING, task.facts.clone(), wait));
        }
        Ok(_) | Err(_) => return Ok(failed()),
    };
    let body = application::request(&content.application, &records)?;
    let made = match deciding::decide(app, &application_facts.policy, body, None).await {
        Ok(Some(made)) => made,
        Ok(None) => return Err(Trouble::NotReady),
        Err(problem) if problem.passes() => return Err(Trouble::NotReady),
        Err(_) => return Ok(failed()),
    };
    let before: Compared = serde_json::from_slice(&sealed.answer)?;
    let now: Compared = serde_json::from_slice(&made.bytes)?;
    let changes = changes(&before.characteristics, &now.characteristics);
    facts.changes = changes.iter().map(|change| change.code.clone()).collect();
    facts.outcome_before = Some(before.outcome.clone());
    facts.outcome_now = Some(now.outcome.clone());
    facts.score_now = now.score;
    facts.version = Some(made.facts.version.to_string());
    let text = serde_json::to_string(&facts)?;
    let decision: &RawValue = serde_json::from_str(made.text())?;
    let kept = Content {
        changes: changes.clone(),
        decision: Some(decision.to_owned()),
    };
    let kept = Some(serde_json::to_vec(&kept)?);
    if is_known(work, task, &facts, before.score).await? {
        return Ok(Came {
            content: kept,
            ..Came::done(UNCHANGED, text)
        });
    }
    let told = Told {
        id: &task.id,
        application: &facts.application,
        application_id: &content.application_id,
        decision_id: &facts.decision_id,
        changes: &changes,
        outcome_before: &before.outcome,
        outcome_now: &now.outcome,
        would_change: before.outcome != now.outcome,
        decision,
    };
    let event = Event {
        what: "application.monitored",
        about: &task.id,
        application: &content.application_id,
        applicant: made.applicant.as_ref(),
        data: &told,
    };
    let mut with = vec![Step::Note(Kind::Monitoring, text.clone())];
    with.extend(delivery::step(work, &event)?);
    Ok(Came {
        with,
        applicant: made.applicant,
        content: kept,
        ..Came::done(SEEN, text)
    })
}

/// Whether the same was found the last time, or by the decision itself.
async fn is_known(
    work: &Work,
    task: &Task,
    found: &Facts,
    score_before: Option<i64>,
) -> Result<bool, Trouble> {
    let filter = TaskFilter {
        kind: KIND,
        parent: Some(&found.application),
        state: Some(TaskState::Done),
    };
    let (earlier, _) = work.store().tasks(filter, None, 50).await?;
    let last = earlier
        .iter()
        .find(|earlier| earlier.id != task.id && earlier.stage == SEEN);
    let Some(last) = last else {
        return Ok(found.changes.is_empty()
            && found.outcome_before == found.outcome_now
            && found.score_now == score_before);
    };
    Ok(serde_json::from_str::<Facts>(&last.facts)? == *found)
}

/// What a record tells now that it did not when it was decided.
fn changes(before: &Value, now: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    let mut add = |code: &str, name: &str| {
        found.push(Change {
            code: code.to_owned(),
            before: before.get(name).cloned().unwrap_or_default(),
            now: now.get(name).cloned().unwrap_or_default(),
        });
    };
    let flag = |value: &Value, name: &str| value.get(name).and_then(Value::as_bool);
    let employed = "employed_now";
    let both = match (flag(before, employed), flag(now, employed)) {
        (Some(true), Some(false)) => {
            add("job_lost", employed);
            false
        }
        (Some(false), Some(true)) => {
            add("hired", employed);
            false
        }
        (Some(true), Some(true)) => true,
        _ => false,
    };
    let tenure = "tenure_current_days";
    let days = |value: &Value| value.get(tenure).and_then(Value::as_i64);
    // Time passes: a job that is shorter than before is another.
    if both
        && days(before)
            .zip(days(now))
            .is_some_and(|(before, now)| now < before)
    {
        add("job_changed", tenure);
    }
    let income = "monthly_income_gross";
    let amount = |value: &Value| -> Option<Decimal> { value.get(income)?.as_str()?.parse().ok() };
    if let (true, Some(was), Some(is)) = (both, amount(before), amount(now)) {
        match is.cmp(&was) {
            std::cmp::Ordering::Greater => add("salary_up", income),
            std::cmp::Ordering::Less => add("salary_down", income),
            std::cmp::Ordering::Equal => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn codes(before: &Value, now: &Value) -> Vec<String> {
        let found = changes(before, now);
        found.into_iter().map(|change| change.code).collect()
    }

    #[test]
    fn what_changed() {
        let with = |employed: Value, days: Value, income: Value| json!({ "employed_now": employed, "tenure_current_days": days, "monthly_income_gross": income });
        let was = || with(json!(true), json!(700), json!("19471.20"));
        assert_eq!(codes(&was(), &was()), [""; 0]);
        assert_eq!(
            codes(&was(), &with(json!(true), json!(731), json!("19471.21"))),
            ["salary_up"]
        );
        assert_eq!(
            codes(&was(), &with(json!(true), json!(3), json!("9000.00"))),
            ["job_changed", "salary_down"]
        );
        assert_eq!(
            codes(&was(), &with(json!(false), json!(null), json!(null))),
            ["job_lost"]
        );
        assert_eq!(
            codes(&with(json!(false), json!(null), json!(null)), &was()),
            ["hired"]
        );
        assert_eq!(codes(&json!(null), &was()), [""; 0]);
        assert_eq!(
            codes(
                &was(),
                &json!({ "employed_now": "?", "monthly_income_gross": 7 })
            ),
            [""; 0]
        );
    }
}
