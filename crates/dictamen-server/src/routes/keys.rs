//! Handing out API keys, replacing and revoking them.

use axum::{
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use dictamen_model::suggest;
use dictamen_store::{ApiKey, KeyChange, KeyChanged, KeyRefusal, Store};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

use super::json;
use crate::{
    access::{Caller, KEY_DAYS, MOST_KEY_DAYS, MOST_OVERLAP_HOURS, OVERLAP_HOURS, Role, Roles},
    app::App,
    extract::{JsonBody, Params, no_query},
    keeping,
    openapi::{KeyChangeProblems, KeyProblems},
    problem::{DEFECT, Kind, Problem},
};

/// What ends the address of a key that is to be replaced.
const ROTATE: &str = ":rotate";

/// A key, without what proves it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyEntry {
    /// What names it; the second part of its text.
    #[schema(example = "0f4c1d2e3b5a6978")]
    id: String,
    /// Whose it is. A key that replaces another has the same.
    #[schema(example = "loan-origination")]
    name: String,
    /// What it is good for.
    #[schema(value_type = Vec<Role>)]
    roles: Vec<String>,
    /// `holds`, `expired` or `revoked`.
    #[schema(example = "holds")]
    status: &'static str,
    /// When it was made.
    created: DateTime<Utc>,
    /// From when on it does not hold any more.
    expires: DateTime<Utc>,
    /// Since when it is revoked; null when it is not.
    revoked: Option<DateTime<Utc>>,
}

impl KeyEntry {
    fn of(key: &ApiKey, now: DateTime<Utc>) -> Self {
        let status = match key.revoked {
            Some(_) => "revoked",
            None if key.holds(now) => "holds",
            None => "expired",
        };
        Self {
            id: key.id.clone(),
            name: key.name.clone(),
            roles: key.roles.clone(),
            status,
            created: key.created,
            expires: key.expires,
            revoked: key.revoked,
        }
    }
}

/// A key that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewKeyAnswer {
    /// What is sent to prove it. It is shown now and never again.
    #[schema(example = "dk_0f4c1d2e3b5a6978_…")]
    key: String,
    /// As it is listed.
    #[serde(flatten)]
    entry: KeyEntry,
}

/// Every key there ever was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyList {
    /// The keys, by the time they were made.
    keys: Vec<KeyEntry>,
}

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKeyBody {
    /// Whose it is to be: 1 to 64 letters, digits, `-`, `_` or `.`.
    #[schema(example = "loan-origination", pattern = "^[A-Za-z0-9._-]{1,64}$")]
    name: String,
    /// What it is to be good for.
    #[schema(value_type = Vec<Role>, min_items = 1)]
    roles: Vec<String>,
    /// Days for which it holds, from 1 to 3650; 365 when absent.
    #[schema(minimum = 1, maximum = 3650)]
    days: Option<u16>,
}

/// How a key is to be replaced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotationBody {
    /// Days for which the new key holds, from 1 to 3650; 365 when absent.
    #[schema(minimum = 1, maximum = 3650)]
    days: Option<u16>,
    /// Hours for which the old key goes on, from 0 to 720; 24 when absent.
    #[schema(maximum = 720)]
    overlap_hours: Option<u16>,
}

/// Every API key there ever was.
///
/// Without what proves them: that is shown once, when a key is made.
#[utoipa::path(
    get, path = "/v1/keys", operation_id = "listKeys", tag = "access",
    responses((status = 200, description = "The keys.", body = KeyList), KeyProblems)
)]
pub(crate) async fn list(State(app): State<App>, uri: Uri) -> Result<Response, Problem> {
    no_query(&uri)?;
    let keys = store(&app)?.keys().await;
    let keys = keys.map_err(|error| keeping::problem(&error))?;
    let now = app.clock().now();
    json(&KeyList {
        keys: keys.iter().map(|key| KeyEntry::of(key, now)).collect(),
    })
}

/// Make an API key.
///
/// The answer shows its text, which cannot be had again. A name has one key; a second one is made
/// by replacing it. From the first key on, every caller needs one.
#[utoipa::path(
    post, path = "/v1/keys", operation_id = "createKey", tag = "access",
    request_body = NewKeyBody,
    responses((status = 201, description = "The key.", body = NewKeyAnswer), KeyChangeProblems)
)]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    uri: Uri,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let NewKeyBody { name, roles, days } = read(&body)?;
    let roles = known_roles(&roles)?;
    // Else everybody would be locked out from the next request on.
    if !app.access().is_guarded() && !roles.has(Role::Admin) {
        return Err(Problem::new(
            Kind::InvalidKey,
            "the first key needs the role `admin`: without it nobody could make the next",
        ));
    }
    let change = KeyChange::Create {
        name,
        roles: roles.names(),
        expires: in_days(&app, days)?,
    };
    make(&app, &caller, change).await
}

/// Replace an API key.
///
/// A new key with the same name and roles; the old one goes on for a while, so that whoever uses it
/// can change over. No more than two keys of a name hold at the same time.
#[utoipa::path(
    post, path = "/v1/keys/{key}:rotate", operation_id = "rotateKey", tag = "access",
    params(("key" = String, Path, description = "Id of the key.", example = "0f4c1d2e3b5a6978")),
    request_body = RotationBody,
    responses((status = 201, description = "The new key.", body = NewKeyAnswer), KeyChangeProblems)
)]
pub(crate) async fn rotate(
    State(app): State<App>,
    caller: Caller,
    Params(key): Params<String>,
    uri: Uri,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    // The router knows no parameter with something behind it.
    let Some(id) = key.strip_suffix(ROTATE) else {
        return Err(Problem::new(
            Kind::NotFound,
            "to replace a key, post to the key's address followed by `:rotate`",
        ));
    };
    let RotationBody {
        days,
        overlap_hours,
    } = read(&body)?;
    let hours = overlap_hours.unwrap_or(OVERLAP_HOURS);
    if hours > MOST_OVERLAP_HOURS {
        return Err(Problem::new(
            Kind::InvalidKey,
            format!("`overlap_hours` is to be from 0 to {MOST_OVERLAP_HOURS}"),
        ));
    }
    let change = KeyChange::Rotate {
        id: id.to_owned(),
        expires: in_days(&app, days)?,
        old_until: after(&app, TimeDelta::hours(hours.into())),
    };
    make(&app, &caller, change).await
}

/// Revoke an API key.
///
/// It does not hold any more from the answer on; on other instances a few seconds later.
#[utoipa::path(
    delete, path = "/v1/keys/{key}", operation_id = "revokeKey", tag = "access",
    params(("key" = String, Path, description = "Id of the key.", example = "0f4c1d2e3b5a6978")),
    responses((status = 200, description = "The key, revoked.", body = KeyEntry), KeyChangeProblems)
)]
pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Params(id): Params<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    match change(&app, &caller, KeyChange::Revoke { id }).await? {
        KeyChanged::Revoked(key) => json(&KeyEntry::of(&key, app.clock().now())),
        KeyChanged::Made(_) => Err(Problem::new(Kind::Internal, DEFECT)),
    }
}

async fn make(app: &App, caller: &Caller, asked: KeyChange) -> Result<Response, Problem> {
    match change(app, caller, asked).await? {
        KeyChanged::Made(new) => {
            let answer = json(&NewKeyAnswer {
                key: new.text.expose().to_owned(),
                entry: KeyEntry::of(&new.key, app.clock().now()),
            })?;
            Ok((StatusCode::CREATED, answer).into_response())
        }
        KeyChanged::Revoked(_) => Err(Problem::new(Kind::Internal, DEFECT)),
    }
}

async fn change(app: &App, caller: &Caller, change: KeyChange) -> Result<KeyChanged, Problem> {
    let changed = store(app)?.change_keys(change, caller.name()).await;
    let changed = changed.map_err(|error| keeping::problem(&error))?;
    let changed = changed.map_err(|refusal| refused(&refusal))?;
    // Without it, the keys are read within a second anyway.
    if app.access().refresh().await.is_err() {
        tracing::warn!("a key was changed; it is taken up when the database is back");
    }
    Ok(changed)
}

fn refused(refusal: &KeyRefusal) -> Problem {
    let kind = match refusal {
        KeyRefusal::Unknown => Kind::UnknownKey,
        KeyRefusal::Taken | KeyRefusal::TwoHold | KeyRefusal::NotHeld => Kind::KeyConflict,
        KeyRefusal::Name | KeyRefusal::NoRole | KeyRefusal::Ended => Kind::InvalidKey,
    };
    Problem::new(kind, refusal.to_string())
}

fn store(app: &App) -> Result<&Store, Problem> {
    app.log().ok_or_else(|| {
        Problem::new(
            Kind::NoLog,
            "it was started with `--no-log`; it has no keys and keeps nothing",
        )
    })
}

/// What serde says may quote what was sent.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // Serde takes an array for a struct as well.
    if body.trim_ascii_start().first() == Some(&b'[') {
        return Err(Problem::new(Kind::InvalidKey, "send a JSON object"));
    }
    serde_json::from_slice(body).map_err(|error| {
        if error.is_data() {
            let place = format!("line {}, column {}", error.line(), error.column());
            let detail = format!("a field is missing, unknown or of another type, at {place}");
            Problem::new(Kind::InvalidKey, detail)
        } else {
            Problem::new(Kind::MalformedJson, Kind::MalformedJson.title())
        }
    })
}

fn known_roles(names: &[String]) -> Result<Roles, Problem> {
    let role = |name: &String| {
        Role::by_name(name).ok_or_else(|| {
            let known = Role::ALL.map(|(name, _)| name);
            let help = suggest::help(name, known).unwrap_or_default();
            Problem::new(Kind::InvalidKey, format!("unknown role; {help}"))
        })
    };
    names.iter().map(role).collect()
}

fn in_days(app: &App, days: Option<u16>) -> Result<DateTime<Utc>, Problem> {
    let days = days.unwrap_or(KEY_DAYS);
    if !(1..=MOST_KEY_DAYS).contains(&days) {
        return Err(Problem::new(
            Kind::InvalidKey,
            format!("`days` is to be from 1 to {MOST_KEY_DAYS}"),
        ));
    }
    Ok(after(app, TimeDelta::days(days.into())))
}

fn after(app: &App, time: TimeDelta) -> DateTime<Utc> {
    let now = app.clock().now();
    now.checked_add_signed(time).unwrap_or(now)
}
