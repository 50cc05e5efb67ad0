//! What comes into force when, and what is tried beside it.

use axum::{
    extract::{FromRequest as _, Request, State},
    http::{Uri, header},
    response::Response,
};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use dictamen_store::{Activation, Change, Split};
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    json,
    registry::{change, read, registry},
    versions::state,
};
use crate::{
    access::Caller,
    app::App,
    extract::{JsonBody, Params, no_query},
    openapi::RegistryProblems,
    problem::{Kind, Problem},
    rules::PARAMETERS,
};

/// Most versions that decide silently beside one.
const SHADOWS: usize = 3;

/// A version to come into force.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActivateBody {
    /// The version.
    #[schema(example = "1.1.0")]
    version: String,
    /// From when on: a day (`2027-01-01`, from midnight in Mexico City) or an instant (RFC 3339). At
    /// once when it is absent or has passed.
    #[serde(default)]
    #[schema(example = "2027-01-01")]
    effective_from: Option<String>,
}

/// Going back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RollbackBody {
    /// The version that is to be in force; when another is, nothing is done. So two people who go
    /// back at the same time go back once.
    #[serde(default)]
    #[schema(example = "1.1.0")]
    from: Option<String>,
}

/// A share of applications for another version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SplitBody {
    /// The version that decides them; null ends the split.
    #[schema(example = "1.2.0")]
    challenger: Option<String>,
    /// How many of a hundred.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 99, example = 10)]
    percent: Option<u8>,
}

/// The versions that decide silently.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShadowBody {
    /// All of them, at most three; none ends it.
    #[schema(max_items = 3, example = json!(["1.2.0"]))]
    versions: Vec<String>,
}

/// What is in force of a policy, was and will be.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Activations {
    /// Policy id.
    policy: String,
    /// What is in force, with its split; null before the first activation.
    in_force: Option<Activation>,
    /// The version a rollback would put back; null when there is none.
    before: Option<String>,
    /// What comes into force later, soonest first.
    scheduled: Vec<Activation>,
    /// Versions that decide silently.
    shadows: Vec<String>,
    /// What was in force, latest first; at most 100.
    past: Vec<Activation>,
}

/// What is in force of a policy, was and will be.
#[utoipa::path(
    get, path = "/v1/policies/{policy}/activations", operation_id = "listActivations", tag = "lifecycle",
    params(("policy" = String, Path, description = "Policy id, or `parameters`.", example = "my-first")),
    responses((status = 200, description = "The activations.", body = Activations), RegistryProblems)
)]
pub(crate) async fn list(
    State(app): State<App>,
    Params(policy): Params<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    answer(&app, policy).await
}

/// Take back an activation that has not come into force.
#[utoipa::path(
    delete, path = "/v1/policies/{policy}/activations/{activation}", operation_id = "cancelActivation", tag = "lifecycle",
    params(
        ("policy" = String, Path, description = "Policy id, or `parameters`.", example = "my-first"),
        ("activation" = i64, Path, description = "Number of the activation.", example = 7),
    ),
    responses((status = 200, description = "The activations after that.", body = Activations), RegistryProblems)
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    Params((policy, activation)): Params<(String, String)>,
    uri: Uri,
    caller: Caller,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let (store, lifecycle) = registry(&app)?;
    let activation = activation.parse().map_err(|_| {
        Problem::new(
            Kind::UnknownActivation,
            "an activation is named by its number",
        )
    })?;
    let cancel = Change::Cancel {
        policy: policy.clone(),
        activation,
        by: caller.name().to_owned(),
    };
    change(store, lifecycle, cancel).await?;
    answer(&app, policy).await
}

/// Bring a version into force.
///
/// On every instance within a second, or at the time that is given. Requests that are being
/// answered end by the version they began with.
#[utoipa::path(
    post, path = "/v1/policies/{policy}:activate", operation_id = "activateVersion", tag = "lifecycle",
    params(("policy" = String, Path, description = "Policy id, or `parameters`.", example = "my-first")),
    request_body = ActivateBody,
    responses((status = 200, description = "The activations after that.", body = Activations), RegistryProblems)
)]
pub(crate) async fn activate(
    app: &App,
    policy: String,
    caller: &Caller,
    body: JsonBody,
) -> Result<Response, Problem> {
    let (store, lifecycle) = registry(app)?;
    let body: ActivateBody = read(
        &body.0,
        "`{\"version\": \"1.1.0\", \"effective_from\": \"2027-01-01\"}`",
    )?;
    let activate = Change::Activate {
        policy: policy.clone(),
        version: body.version,
        effective_from: body.effective_from.as_deref().map(instant).transpose()?,
        by: caller.name().to_owned(),
    };
    change(store, lifecycle, activate).await?;
    answer(app, policy).await
}

/// Put back the version before.
///
/// The one that was in force before the present one was activated. What is scheduled stays
/// scheduled.
#[utoipa::path(
    post, path = "/v1/policies/{policy}:rollback", operation_id = "rollBack", tag = "lifecycle",
    params(("policy" = String, Path, description = "Policy id, or `parameters`.", example = "my-first")),
    request_body = Option<RollbackBody>,
    responses((status = 200, description = "The activations after that.", body = Activations), RegistryProblems)
)]
pub(crate) async fn roll_back(
    app: &App,
    policy: String,
    caller: &Caller,
    body: Option<JsonBody>,
) -> Result<Response, Problem> {
    let (store, lifecycle) = registry(app)?;
    let body: RollbackBody = match body {
        Some(body) => read(&body.0, "`{\"from\": \"1.1.0\"}`, or no body")?,
        None => RollbackBody::default(),
    };
    let roll_back = Change::RollBack {
        policy: policy.clone(),
        from: body.from,
        by: caller.name().to_owned(),
    };
    change(store, lifecycle, roll_back).await?;
    answer(app, policy).await
}

/// Have a share of applications decided by another version.
///
/// Chosen by a hash of the application's id, so that the same application is always on the same
/// side, on every instance. It ends with the next activation or rollback.
#[utoipa::path(
    post, path = "/v1/policies/{policy}:split", operation_id = "splitPolicy", tag = "lifecycle",
    params(("policy" = String, Path, description = "Policy id.", example = "my-first")),
    request_body = SplitBody,
    responses((status = 200, description = "The activations after that.", body = Activations), RegistryProblems)
)]
pub(crate) async fn split(
    app: &App,
    policy: String,
    caller: &Caller,
    body: JsonBody,
) -> Result<Response, Problem> {
    let (store, lifecycle) = registry(app)?;
    not_parameters(&policy)?;
    let body: SplitBody = read(&body.0, "`{\"challenger\": \"1.2.0\", \"percent\": 10}`")?;
    let split = match (body.challenger, body.percent) {
        (None, None) => None,
        (Some(challenger), Some(percent @ 1..=99)) => Some(Split {
            challenger,
            percent,
        }),
        _ => {
            return Err(Problem::new(
                Kind::InvalidBody,
                "give `challenger` with a `percent` of 1 to 99, or `challenger` null alone",
            ));
        }
    };
    let split = Change::Split {
        policy: policy.clone(),
        split,
        by: caller.name().to_owned(),
    };
    change(store, lifecycle, split).await?;
    answer(app, policy).await
}

/// Have versions decide silently.
///
/// Beside every answer by the live version or its challenger, what they would have decided is
/// written to the log. It changes, delays and fails no answer.
#[utoipa::path(
    post, path = "/v1/policies/{policy}:shadow", operation_id = "shadowPolicy", tag = "lifecycle",
    params(("policy" = String, Path, description = "Policy id.", example = "my-first")),
    request_body = ShadowBody,
    responses((status = 200, description = "The activations after that.", body = Activations), RegistryProblems)
)]
pub(crate) async fn shadow(
    app: &App,
    policy: String,
    caller: &Caller,
    body: JsonBody,
) -> Result<Response, Problem> {
    let (store, lifecycle) = registry(app)?;
    not_parameters(&policy)?;
    let body: ShadowBody = read(&body.0, "`{\"versions\": [\"1.2.0\"]}`")?;
    if body.versions.len() > SHADOWS {
        return Err(Problem::new(
            Kind::InvalidBody,
            format!("at most {SHADOWS} versions decide silently"),
        ));
    }
    let shadow = Change::Shadow {
        policy: policy.clone(),
        versions: body.versions,
        by: caller.name().to_owned(),
    };
    change(store, lifecycle, shadow).await?;
    answer(app, policy).await
}

/// What ends the address of a policy says what is to become of it: the router knows no parameter
/// with something behind it.
pub(crate) async fn change_policy(
    State(app): State<App>,
    Params(policy): Params<String>,
    uri: Uri,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let known = policy.rsplit_once(':');
    let Some((id, verb @ ("activate" | "rollback" | "split" | "shadow"))) = known else {
        return Err(Problem::new(
            Kind::NotFound,
            "post to the policy's address followed by `:activate`, `:rollback`, `:split` or \
             `:shadow`",
        ));
    };
    registry(&app)?;
    let id = id.to_owned();
    if verb == "rollback" && !request.headers().contains_key(header::CONTENT_TYPE) {
        return roll_back(&app, id, &caller, None).await;
    }
    let body = JsonBody::from_request(request, &app).await?;
    match verb {
        "activate" => activate(&app, id, &caller, body).await,
        "split" => split(&app, id, &caller, body).await,
        "shadow" => shadow(&app, id, &caller, body).await,
        _ => roll_back(&app, id, &caller, Some(body)).await,
    }
}

async fn answer(app: &App, policy: String) -> Result<Response, Problem> {
    let (store, _) = registry(app)?;
    let state = state(store, &policy).await?;
    let now = store.now();
    let scheduled = state.scheduled(now);
    let begun = state.activations.len().saturating_sub(scheduled.len());
    let past = state.activations.iter().take(begun.saturating_sub(1));
    json(&Activations {
        in_force: state.in_force(now).cloned(),
        before: state.before(now).map(str::to_owned),
        scheduled: scheduled.to_vec(),
        past: past.rev().take(100).cloned().collect(),
        shadows: state.shadows,
        policy,
    })
}

fn not_parameters(policy: &str) -> Result<(), Problem> {
    if policy == PARAMETERS {
        return Err(Problem::new(
            Kind::InvalidBody,
            "parameters decide nothing: they are activated, and nothing else",
        ));
    }
    Ok(())
}

/// Reads a day, which begins at midnight in Mexico City, or an instant.
fn instant(text: &str) -> Result<DateTime<Utc>, Problem> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|_| text.len() == 10)
        .and_then(|day| {
            let zone = chrono_tz::America::Mexico_City;
            // Where midnight is skipped, as it was when clocks were put forward, the day begins
            // later.
            let midnight = day.and_time(NaiveTime::MIN).and_local_timezone(zone);
            let later = || {
                let one = NaiveTime::from_hms_opt(1, 0, 0)?;
                day.and_time(one).and_local_timezone(zone).earliest()
            };
            midnight.earliest().or_else(later)
        })
        .map(|at| at.with_timezone(&Utc));
    let instant = || {
        DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|at| at.to_utc())
    };
    let found = day.or_else(instant);
    // Years that the log cannot keep are mistakes.
    let sane = |at: &DateTime<Utc>| (2000..2200).contains(&chrono::Datelike::year(at));
    found.filter(sane).ok_or_else(|| {
        Problem::new(
            Kind::InvalidBody,
            "`effective_from` is to be a day such as `2027-01-01` or an instant such as \
             `2027-01-01T06:00:00Z`",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::instant;

    #[test]
    fn days_begin_in_mexico_city() {
        for (text, utc) in [
            ("2027-01-01", Some("2027-01-01T06:00:00Z")),
            ("2027-01-01T00:00:00-06:00", Some("2027-01-01T06:00:00Z")),
            ("2027-01-01T06:00:00.5Z", Some("2027-01-01T06:00:00.5Z")),
            ("2027-1-1", None),
            ("2027-02-29", None),
            ("tomorrow", None),
            ("", None),
            ("99999-01-01", None),
            ("+262142-12-31T23:59:59Z", None),
        ] {
            let expected = utc.map(|utc| utc.parse().unwrap());
            assert_eq!(instant(text).ok(), expected, "{text}");
        }
    }
}
