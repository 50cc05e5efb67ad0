//! What Belvo does at an institution: logging in, reading what it knows of a person, and doing so
//! again in the background.

use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use dictamen_model::identity::Curp;
use serde_json::{Map, Value, json};

use crate::api::answer::{Refusal, uuid};
use crate::faults::{Effect, Fault, Shape, Stage};
use crate::institution::{Institution, Resource};
use crate::notices::{self, Notice};
use crate::people::identifiers;
use crate::records::{self, Quirks, Situation, Subject, mexican_day};
use crate::settings::refresh_hours;
use crate::world::{LinkRow, Sandbox, State, Stored};

/// What is asked for beside the resource.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wanted {
    pub(crate) attach_pdf: bool,
    pub(crate) reference: Option<NaiveDate>,
    pub(crate) from: Option<NaiveDate>,
    pub(crate) to: Option<NaiveDate>,
}

/// Why something is retrieved in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Process {
    /// A link was made or refreshed.
    Historical,
    /// A recurrent link is due.
    Recurrent,
    /// A client asked, and waits for the notice.
    Asked,
}

/// A retrieval in the background.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) link: String,
    pub(crate) resources: Vec<Resource>,
    pub(crate) request_id: String,
    pub(crate) process: Process,
}

/// Logs in with a CURP.
pub(crate) fn log_in(
    sandbox: &Sandbox,
    state: &mut State,
    institution: Institution,
    curp: &str,
) -> Result<(), Refusal> {
    if state.down.contains(&institution) {
        return Err(fault("institution-down"));
    }
    if let Some(asked) = Fault::of_curp(curp).filter(|fault| fault.stage == Stage::Login) {
        return Err(Refusal::Fault(asked));
    }
    match institution {
        Institution::Imss if curp.chars().count() != 18 => return Err(fault("imss-curp-length")),
        Institution::Imss if !identifiers::looks_like_a_curp(curp) => {
            return Err(fault("imss-curp-wrong"));
        }
        Institution::Imss if !Curp::parse(curp).is_valid() => {
            return Err(fault("imss-curp-unknown"));
        }
        Institution::Issste if !identifiers::looks_like_a_curp(curp) => {
            return Err(fault("login-error"));
        }
        Institution::Inss if !identifiers::looks_like_a_cpf(curp) => {
            return Err(fault("login-error"));
        }
        Institution::Imss | Institution::Issste | Institution::Planet | Institution::Inss => {}
    }
    if let Some(struck) = state.strike(|fault| fault.stage == Stage::Login).first() {
        return Err(Refusal::Fault(struck));
    }
    let limit = sandbox.settings().logins_per_day;
    if institution == Institution::Imss && !state.admit_login(curp, limit) {
        return Err(fault("imss-quota"));
    }
    Ok(())
}

fn fault(name: &str) -> Refusal {
    Fault::named(name).map_or_else(Refusal::not_found, Refusal::Fault)
}

/// Logs in for a link. Enough failures make the link invalid.
pub(crate) fn log_in_to(
    sandbox: &Sandbox,
    state: &mut State,
    row: &LinkRow,
) -> Result<(), Refusal> {
    let result = log_in(sandbox, state, row.institution, &row.curp);
    let now = state.now();
    if let Some(link) = state.links.get_mut(&row.id) {
        if result.is_ok() {
            link.failures = 0;
            link.last_accessed_at = Some(now);
        } else {
            link.failures = link.failures.saturating_add(1);
            let limit = sandbox.settings().failures_until_invalid;
            link.valid = link.valid && (limit == 0 || link.failures < limit);
        }
    }
    result
}

/// Whether a link can be used at all.
pub(crate) fn usable(row: &LinkRow, now: DateTime<Utc>) -> Result<(), Refusal> {
    if !row.valid {
        return Err(fault("invalid-link"));
    }
    if !row.has_credentials(now) {
        return Err(Refusal::one(
            StatusCode::NOT_FOUND,
            "expired_credentials",
            "The credentials of this link have expired",
        ));
    }
    Ok(())
}

/// Reads one resource of the person of a link.
pub(crate) fn gather(
    sandbox: &Sandbox,
    state: &mut State,
    row: &LinkRow,
    resource: Resource,
    wanted: Wanted,
) -> Result<Vec<Stored>, Refusal> {
    let asked = Fault::of_curp(&row.curp);
    if let Some(fault) = asked.filter(|fault| fault.stage == Stage::Retrieval) {
        return Err(Refusal::Fault(fault));
    }
    let struck = state.strike(|fault| fault.stage == Stage::Record);
    let now = state.now();
    let today = mexican_day(now);
    let mut quirks = Quirks::default();
    let mut report = today;
    for fault in asked.into_iter().chain(struck) {
        match fault.effect {
            Effect::Shape(Shape::Of2023) => quirks.shape_2023 = true,
            Effect::Shape(Shape::NoHistory) => quirks.no_history = true,
            Effect::Shape(Shape::NoSalary) => quirks.no_salary = true,
            Effect::Shape(Shape::NoStatus) => quirks.no_status = true,
            Effect::Shape(Shape::Offset) => quirks.offset = true,
            Effect::Shape(Shape::OldReport) => report = crate::random::after(today, -42),
            _ => {}
        }
    }
    let person = state.person(sandbox.settings().seed, &row.curp, row.institution);
    let subject = Subject {
        person: &person,
        institution: row.institution,
        link: &row.id,
        email: row.email.as_deref(),
        id: uuid(),
        now,
        report,
        attach_pdf: wanted.attach_pdf,
        quirks,
    };
    let one = |json: String| vec![(subject.id.clone(), json)];
    let elements = match resource {
        Resource::Owners => one(records::owner(&subject)),
        Resource::EmploymentRecords => one(records::employment_record(&subject)),
        Resource::CurrentEmployments => one(records::current_employment(&subject)),
        Resource::EmploymentMetrics => records::metrics(&subject, wanted.reference)
            .map(one)
            .ok_or_else(|| fault("unavailable-data"))?,
        Resource::Employments => records::employments(&subject, wanted.from, wanted.to),
    };
    if resource == Resource::EmploymentRecords {
        let seen = Situation::of(&person.timeline, report);
        if let Some(link) = state.links.get_mut(&row.id) {
            link.seen = Some(seen);
        }
    }
    let stored = elements.into_iter().map(|(id, json)| Stored {
        id,
        link: row.id.clone(),
        internal_identification: row.curp.clone(),
        at: now,
        json,
    });
    Ok(stored.collect())
}

/// Keeps what was retrieved.
pub(crate) fn keep(sandbox: &Sandbox, state: &mut State, resource: Resource, got: Vec<Stored>) {
    let rows = state.stored.entry(resource).or_default();
    if sandbox.settings().refresh_replaces {
        rows.retain(|row| got.iter().all(|new| row.link != new.link));
    }
    rows.extend(got);
}

/// Forgets a link and everything that was retrieved through it.
pub(crate) fn remove(state: &mut State, link: &str) {
    state.links.remove(link);
    for rows in state.stored.values_mut() {
        rows.retain(|row| row.link != link);
    }
}

/// Retrieves in the background; the notices follow.
pub(crate) fn start(sandbox: &Sandbox, job: Job) {
    let sandbox = sandbox.clone();
    tokio::spawn(async move {
        tokio::time::sleep(sandbox.settings().notices.delay).await;
        for resource in job.resources.clone() {
            for notice in run(&sandbox, &job, resource) {
                notices::send(&sandbox, &notice);
            }
        }
    });
}

/// Retrieves one resource and says what is to be told. What fails is told by nothing: Belvo
/// documents no notice of a failed retrieval.
fn run(sandbox: &Sandbox, job: &Job, resource: Resource) -> Vec<Notice> {
    let mut state = sandbox.state();
    let Some(row) = state.links.get(&job.link).cloned() else {
        return Vec::new();
    };
    let before = row.seen.clone();
    let Ok(got) = gather(sandbox, &mut state, &row, resource, Wanted::default()) else {
        return Vec::new();
    };
    let after = state.links.get(&row.id).and_then(|link| link.seen.clone());
    let notice = |code: &'static str, data: Map<String, Value>| Notice {
        kind: resource.code(),
        process: Some(if code == "historical_update" {
            "historical_update"
        } else {
            "recurrent_update"
        }),
        code,
        link: row.id.clone(),
        curp: row.curp.clone(),
        request_id: job.request_id.clone(),
        external_id: row.external_id.clone(),
        data,
    };
    let count = got.len();
    let total = |key: &str| Map::from_iter([(key.to_owned(), json!(count))]);
    // Of Brazil it is documented that an answer that was waited for is told as news.
    let asked_as_news =
        resource == Resource::Employments || sandbox.settings().notices.asked_as_news;
    let as_news = match job.process {
        Process::Historical => false,
        Process::Recurrent => true,
        Process::Asked => asked_as_news,
    };
    if !as_news {
        keep(sandbox, &mut state, resource, got);
        return vec![notice("historical_update", total(resource.total_key()))];
    }
    let is_record = resource == Resource::EmploymentRecords;
    let recurrent = job.process == Process::Recurrent;
    if recurrent && is_record && before == after && before.is_some() {
        return Vec::new();
    }
    keep(sandbox, &mut state, resource, got);
    let (code, key) = resource.news();
    let mut notices = vec![notice(code, total(key))];
    if let (true, Some(before), Some(after)) = (recurrent && is_record, before, after) {
        let changes = after.changes_since(&before);
        if !changes.is_empty() {
            let data = Map::from_iter([("employment_changes".to_owned(), json!(changes))]);
            notices.push(notice("employment_changes", data));
        }
    }
    notices
}

/// Deletes a link in the background and says so.
pub(crate) fn delete_later(sandbox: &Sandbox, row: LinkRow, request_id: String) {
    let sandbox = sandbox.clone();
    tokio::spawn(async move {
        tokio::time::sleep(sandbox.settings().notices.delay).await;
        remove(&mut sandbox.state(), &row.id);
        notices::send(
            &sandbox,
            &Notice {
                kind: "LINK",
                process: None,
                code: "link_deleted",
                link: row.id,
                curp: row.curp,
                request_id,
                external_id: row.external_id,
                data: Map::new(),
            },
        );
    });
}

/// Refreshes the recurrent links that are due.
pub(crate) fn refresh_due(sandbox: &Sandbox) {
    let due: Vec<LinkRow> = {
        let state = sandbox.state();
        let now = state.now();
        let is_due = |link: &&LinkRow| link.due.is_some_and(|due| due <= now);
        state.links.values().filter(is_due).cloned().collect()
    };
    let hours = refresh_hours(&sandbox.settings().refresh_rate).unwrap_or(168);
    for row in due {
        let mut state = sandbox.state();
        let now = state.now();
        if let Some(link) = state.links.get_mut(&row.id) {
            link.due = now.checked_add_signed(TimeDelta::hours(hours));
        }
        if !row.valid {
            continue;
        }
        let request_id = uuid();
        let result = log_in_to(sandbox, &mut state, &row);
        drop(state);
        match result {
            Ok(()) => start(
                sandbox,
                Job {
                    link: row.id,
                    resources: row.fetch_resources,
                    request_id,
                    process: Process::Recurrent,
                },
            ),
            Err(refusal) => {
                let (code, message) = refusal.code_and_message();
                notices::send(
                    sandbox,
                    &Notice {
                        kind: "LINK",
                        process: Some("recurrent_update"),
                        code: "invalid_credentials",
                        link: row.id,
                        curp: row.curp,
                        request_id,
                        external_id: row.external_id,
                        data: Map::from_iter([
                            ("error_code".to_owned(), json!(code)),
                            ("error_message".to_owned(), json!(message)),
                            ("status".to_owned(), json!(400)),
                        ]),
                    },
                );
            }
        }
    }
}
