//! Links: registering, listing, changing, refreshing and deleting them, by Belvo's rules.

use axum::body::Bytes;
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::answer::{Refusal, Wrong, json, json_text, uuid};
use super::fields::Fields;
use super::list::{Field, Filtered, Query};
use super::{Answer, is_async};
use crate::institution::{Institution, Resource};
use crate::people::identifiers;
use crate::records::{Quirks, moment};
use crate::retrieval::{self, Job, Process};
use crate::settings::refresh_hours;
use crate::world::{LinkRow, Sandbox, days_of};

/// The user of the dashboard to whom every link belongs.
const CREATED_BY: &str = "6b2f4c1e-5d0a-4f43-9f1c-7b8e2a9d3c55";

/// What a link is made of.
pub(crate) struct Registration {
    pub(crate) institution: Institution,
    pub(crate) curp: String,
    pub(crate) email: Option<String>,
    pub(crate) recurrent: bool,
    pub(crate) external_id: Option<String>,
    pub(crate) credentials_storage: String,
    pub(crate) fetch_resources: Vec<Resource>,
    pub(crate) stale_in: Option<String>,
}

#[derive(Serialize)]
struct Shown<'a> {
    id: &'a str,
    institution: &'static str,
    access_mode: &'static str,
    status: &'static str,
    refresh_rate: Option<&'a str>,
    created_by: &'static str,
    last_accessed_at: Option<String>,
    external_id: Option<&'a str>,
    created_at: String,
    institution_user_id: &'a str,
    credentials_storage: &'a str,
    stale_in: Option<&'a str>,
    fetch_resources: Vec<&'static str>,
}

/// A link beside the account's refresh rate, as it is shown.
pub(crate) struct LinkView<'a> {
    pub(crate) row: &'a LinkRow,
    pub(crate) refresh_rate: &'a str,
}

impl LinkView<'_> {
    fn mode(&self) -> &'static str {
        if self.row.recurrent {
            "recurrent"
        } else {
            "single"
        }
    }

    fn status(&self) -> &'static str {
        if self.row.valid { "valid" } else { "invalid" }
    }
}

impl Filtered for LinkView<'_> {
    const NAMES: &'static [&'static str] = &[
        "id",
        "institution",
        "access_mode",
        "created_at",
        "external_id",
        "institution_user_id",
        "refresh_rate",
        "status",
    ];

    fn field(&self, name: &str) -> Option<Field<'_>> {
        Some(match name {
            "id" => Field::Id(&self.row.id),
            "institution" => Field::Text(self.row.institution.name()),
            "access_mode" => Field::Text(self.mode()),
            "created_at" => Field::Moment(self.row.created_at),
            "external_id" => self
                .row
                .external_id
                .as_deref()
                .map_or(Field::Null, Field::Text),
            "institution_user_id" => Field::Text(&self.row.institution_user_id),
            "refresh_rate" if self.row.recurrent => Field::Text(self.refresh_rate),
            "refresh_rate" => Field::Null,
            "status" => Field::Text(self.status()),
            _ => return None,
        })
    }

    fn json(&self) -> String {
        let row = self.row;
        let at = |time: DateTime<Utc>| moment(time, Quirks::default());
        let shown = Shown {
            id: &row.id,
            institution: row.institution.name(),
            access_mode: self.mode(),
            status: self.status(),
            refresh_rate: row.recurrent.then_some(self.refresh_rate),
            created_by: CREATED_BY,
            last_accessed_at: row.last_accessed_at.map(at),
            external_id: row.external_id.as_deref(),
            created_at: at(row.created_at),
            institution_user_id: &row.institution_user_id,
            credentials_storage: &row.credentials_storage,
            stale_in: row.stale_in.as_deref(),
            fetch_resources: row.fetch_resources.iter().map(|r| r.code()).collect(),
        };
        serde_json::to_string(&shown).unwrap_or_default()
    }
}

fn show(sandbox: &Sandbox, row: &LinkRow) -> String {
    LinkView {
        row,
        refresh_rate: &sandbox.settings().refresh_rate,
    }
    .json()
}

pub(super) async fn list(
    Extract(sandbox): Extract<Sandbox>,
    headers: HeaderMap,
    uri: Uri,
) -> Answer {
    let state = sandbox.state();
    let refresh_rate = &sandbox.settings().refresh_rate;
    let mut views: Vec<LinkView<'_>> = state
        .links
        .values()
        .map(|row| LinkView { row, refresh_rate })
        .collect();
    views.sort_by(|a, b| (b.row.created_at, &b.row.id).cmp(&(a.row.created_at, &a.row.id)));
    Query::of(&uri).page(views.iter(), sandbox.settings().page_size, &headers, &uri)
}

pub(super) async fn register(Extract(sandbox): Extract<Sandbox>, uri: Uri, body: Bytes) -> Answer {
    let mut fields = Fields::read(&body)?;
    let registration = read(&mut fields);
    fields.finish()?;
    let registration = registration.ok_or_else(Refusal::not_found)?;
    let row = create(&sandbox, registration)?;
    Ok(json_text(
        StatusCode::CREATED,
        Query::of(&uri).chosen(show(&sandbox, &row)),
    ))
}

/// Reads and checks a registration.
fn read(fields: &mut Fields) -> Option<Registration> {
    let institution = fields.required_text("institution").and_then(|name| {
        let institution = Institution::named(&name);
        if institution.is_none() {
            let message = format!("Object with name={name} does not exist.");
            fields.wrong(Wrong::new("does_not_exist", message).field("institution"));
        }
        institution
    });
    let username = fields.required_text("username");
    let recurrent = fields.choice("access_mode", &["single", "recurrent"]) != Some("single");
    let resources = fetch_resources(fields, institution);
    let storage = storage(fields, recurrent);
    let stale_in = stale_in(fields);
    let external_id = external_id(fields);
    let resources = if !fields.has("fetch_resources") && fields.flag("fetch_historical", false) {
        institution
            .map(|i| i.resources().iter().copied().take(2).collect())
            .unwrap_or_default()
    } else {
        resources
    };
    if storage == "nostore" && resources.is_empty() && !recurrent {
        fields.wrong(Wrong::new(
            "invalid_fetch_resources",
            "Single links without stored credentials must fetch resources",
        ));
    }
    Some(Registration {
        institution: institution?,
        curp: username?.trim().to_uppercase(),
        email: fields.text("username2"),
        recurrent,
        external_id,
        credentials_storage: storage,
        fetch_resources: resources,
        stale_in,
    })
}

pub(crate) fn fetch_resources(
    fields: &mut Fields,
    institution: Option<Institution>,
) -> Vec<Resource> {
    let Some(names) = fields.texts("fetch_resources") else {
        return Vec::new();
    };
    let supported = institution.map_or(&Resource::ALL[..], Institution::resources);
    let known: Vec<Resource> = names
        .iter()
        .filter_map(|name| Resource::named(name))
        .filter(|resource| supported.contains(resource))
        .collect();
    if known.len() != names.len() {
        let codes: Vec<&str> = supported.iter().map(|resource| resource.code()).collect();
        let message = format!(
            "The institution only supports the following resources: {}",
            codes.join(", ")
        );
        fields.wrong(Wrong::new("invalid", message).field("resources"));
    }
    known
}

pub(crate) fn storage(fields: &mut Fields, recurrent: bool) -> String {
    let given = fields.text("credentials_storage");
    let usable = given.as_deref().is_none_or(|text| {
        matches!(text, "store" | "nostore") || days_of(text).is_some_and(|d| (1..=365).contains(&d))
    });
    if !usable {
        let message = "Enter store, nostore, or a number of days between 1d and 365d.";
        fields.wrong(Wrong::new("invalid", message).field("credentials_storage"));
    } else if recurrent && given.as_deref().is_some_and(|text| text != "store") {
        fields.wrong(Wrong::new(
            "invalid_credentials_storage",
            "Recurrent links must store the credentials",
        ));
    }
    given.unwrap_or_else(|| if recurrent { "store" } else { "365d" }.to_owned())
}

pub(crate) fn stale_in(fields: &mut Fields) -> Option<String> {
    let text = fields.text("stale_in")?;
    if days_of(&text).is_some() {
        return Some(text);
    }
    fields.wrong(
        Wrong::new("invalid", "This value does not match the required pattern.").field("stale_in"),
    );
    None
}

/// The caller's own id; null in silence when it looks like something personal.
pub(crate) fn external_id(fields: &mut Fields) -> Option<String> {
    let text = fields.text("external_id")?;
    let personal = identifiers::looks_like_a_curp(&text.to_uppercase())
        || text.contains('@')
        || (text.len() == 11 && text.bytes().all(|b| b.is_ascii_digit()));
    if personal {
        return None;
    }
    if text.chars().count() < 3 {
        let message = "Ensure this field has at least 3 characters.";
        fields.wrong(Wrong::new("min_length", message).field("external_id"));
        return None;
    }
    if !text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    {
        let message = "This value does not match the required pattern.";
        fields.wrong(Wrong::new("invalid", message).field("external_id"));
        return None;
    }
    Some(text)
}

/// Logs in and makes the link; what it fetches comes later, in the background.
pub(crate) fn create(sandbox: &Sandbox, wanted: Registration) -> Result<LinkRow, Refusal> {
    let row = {
        let mut state = sandbox.state();
        let now = state.now();
        let user_id = institution_user_id(sandbox.settings().seed, &wanted);
        let taken = state
            .links
            .values()
            .any(|link| link.institution_user_id == user_id);
        if taken && !sandbox.settings().duplicate_links {
            let wrong = Wrong::new("duplicated", "Link already exists");
            return Err(Refusal::bad(wrong.with("institution_user_id", user_id)));
        }
        retrieval::log_in(sandbox, &mut state, wanted.institution, &wanted.curp)?;
        let rate = refresh_hours(&sandbox.settings().refresh_rate).unwrap_or(168);
        let row = LinkRow {
            id: uuid(),
            institution: wanted.institution,
            curp: wanted.curp,
            email: wanted.email,
            recurrent: wanted.recurrent,
            valid: true,
            failures: 0,
            created_at: now,
            last_accessed_at: Some(now),
            refreshed_at: None,
            due: wanted.recurrent.then(|| later(now, TimeDelta::hours(rate))),
            external_id: wanted.external_id,
            institution_user_id: user_id,
            credentials_storage: wanted.credentials_storage,
            fetch_resources: wanted.fetch_resources,
            stale_in: wanted.stale_in,
            seen: None,
        };
        state.links.insert(row.id.clone(), row.clone());
        row
    };
    retrieval::start(
        sandbox,
        Job {
            link: row.id.clone(),
            resources: row.fetch_resources.clone(),
            request_id: uuid(),
            process: Process::Historical,
        },
    );
    Ok(row)
}

pub(crate) fn later(now: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    now.checked_add_signed(by).unwrap_or(now)
}

/// 44 characters, the same for the same person at the same institution.
fn institution_user_id(seed: u64, wanted: &Registration) -> String {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    hash.update(wanted.institution.name());
    hash.update(&wanted.curp);
    URL_SAFE.encode(hash.finalize())
}

/// The link with an id, or the answer that there is none.
pub(crate) fn find(sandbox: &Sandbox, id: &str) -> Result<LinkRow, Refusal> {
    let id = super::fields::uuid(id).ok_or_else(Refusal::not_found)?;
    sandbox
        .state()
        .links
        .get(&id)
        .cloned()
        .ok_or_else(Refusal::not_found)
}

pub(super) async fn detail(
    Extract(sandbox): Extract<Sandbox>,
    Path(id): Path<String>,
    uri: Uri,
) -> Answer {
    let row = find(&sandbox, &id)?;
    Ok(json_text(
        StatusCode::OK,
        Query::of(&uri).chosen(show(&sandbox, &row)),
    ))
}

/// Changes what is retrieved and how long it is kept.
pub(super) async fn modify(
    Extract(sandbox): Extract<Sandbox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let row = find(&sandbox, &id)?;
    let mut fields = Fields::read(&body)?;
    let mode = fields.choice("access_mode", &["single", "recurrent"]);
    let stale = stale_in(&mut fields);
    let has_resources = fields.has("fetch_resources");
    let resources = fetch_resources(&mut fields, Some(row.institution));
    if mode == Some("recurrent") && row.credentials_storage == "nostore" {
        fields.wrong(Wrong::new(
            "invalid_credentials_storage",
            "Recurrent links must store the credentials",
        ));
    }
    fields.finish()?;
    let mut state = sandbox.state();
    let now = state.now();
    let link = state
        .links
        .get_mut(&row.id)
        .ok_or_else(Refusal::not_found)?;
    if let Some(mode) = mode {
        let recurrent = mode == "recurrent";
        if recurrent && !link.recurrent {
            // The first update comes on the next day.
            link.due = Some(later(now, TimeDelta::days(1)));
            "store".clone_into(&mut link.credentials_storage);
        } else if !recurrent {
            link.due = None;
        }
        link.recurrent = recurrent;
    }
    if stale.is_some() {
        link.stale_in = stale;
    }
    if has_resources {
        link.fetch_resources = resources;
    }
    let shown = show(&sandbox, link);
    Ok(json_text(StatusCode::OK, shown))
}

/// Updates the credentials: the link is valid again.
pub(super) async fn update(
    Extract(sandbox): Extract<Sandbox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let row = find(&sandbox, &id)?;
    let mut fields = Fields::read(&body)?;
    for name in ["password", "password2", "token", "username_type"] {
        fields.text(name);
    }
    fields.finish()?;
    let row = renew(&sandbox, &row.id)?;
    let shown = show(&sandbox, &row);
    Ok(json_text(StatusCode::OK, shown))
}

/// Logs in anew and makes a link valid again. A recurrent one is updated.
pub(crate) fn renew(sandbox: &Sandbox, id: &str) -> Result<LinkRow, Refusal> {
    let row = {
        let mut state = sandbox.state();
        let row = state
            .links
            .get(id)
            .cloned()
            .ok_or_else(Refusal::not_found)?;
        retrieval::log_in(sandbox, &mut state, row.institution, &row.curp)?;
        let now = state.now();
        let link = state.links.get_mut(id).ok_or_else(Refusal::not_found)?;
        link.valid = true;
        link.failures = 0;
        link.last_accessed_at = Some(now);
        link.clone()
    };
    if row.recurrent {
        retrieval::start(
            sandbox,
            Job {
                link: row.id.clone(),
                resources: row.fetch_resources.clone(),
                request_id: uuid(),
                process: Process::Recurrent,
            },
        );
    }
    Ok(row)
}

/// Resuming with a token: no institution of employment asks for one, so there is nothing to resume.
pub(super) async fn resume(body: Bytes) -> Answer {
    let mut fields = Fields::read(&body)?;
    fields.required_text("session");
    fields.required_uuid("link");
    fields.finish()?;
    Err(Refusal::bad(Wrong::new(
        "session_expired",
        "The session you are trying to resume has expired, please start again from register/retrieve endpoint",
    )))
}

pub(super) async fn delete(
    Extract(sandbox): Extract<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let row = find(&sandbox, &id)?;
    if is_async(&headers) {
        let request_id = uuid();
        retrieval::delete_later(&sandbox, row, request_id.clone());
        return Ok(accepted(&request_id));
    }
    let mut state = sandbox.state();
    if !state.admit_delete(sandbox.settings().deletes_per_minute) {
        return Err(Refusal::throttled());
    }
    retrieval::remove(&mut state, &row.id);
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(crate) fn accepted(request_id: &str) -> Response {
    json(StatusCode::ACCEPTED, &json!({ "request_id": request_id }))
}

/// Asks for a historical update.
pub(super) async fn refresh(
    Extract(sandbox): Extract<Sandbox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let row = find(&sandbox, &id)?;
    let mut fields = Fields::read(&body)?;
    let mut resources = fetch_resources(&mut fields, Some(row.institution));
    fields.finish()?;
    if resources.is_empty() {
        resources = row.institution.resources().to_vec();
    }
    let request_id = uuid();
    {
        let mut state = sandbox.state();
        let now = state.now();
        retrieval::usable(&row, now)?;
        let wait = TimeDelta::minutes(sandbox.settings().refresh_minutes);
        let rest = row
            .refreshed_at
            .map(|at| later(at, wait).signed_duration_since(now));
        if let Some(rest) = rest.filter(|rest| *rest > TimeDelta::zero()) {
            let minutes = rest
                .num_seconds()
                .saturating_add(59)
                .checked_div(60)
                .unwrap_or(1);
            return Err(Refusal::one(
                StatusCode::CONFLICT,
                "link_refreshed",
                format!(
                    "The link has already been refreshed. Please wait {minutes} minutes before trying again."
                ),
            ));
        }
        retrieval::log_in_to(&sandbox, &mut state, &row)?;
        if let Some(link) = state.links.get_mut(&row.id) {
            link.refreshed_at = Some(now);
        }
    }
    retrieval::start(
        &sandbox,
        Job {
            link: row.id,
            resources,
            request_id: request_id.clone(),
            process: Process::Historical,
        },
    );
    Ok(accepted(&request_id))
}
