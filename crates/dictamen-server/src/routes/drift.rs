//! How far today's applicants of a policy differ from those of an earlier time.

use axum::{extract::State, http::Uri, response::Response};
use chrono::{DateTime, Utc};
use dictamen_lab::drift::{LEAST, Shift};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::{decisions::find_live, json, log};
use crate::{
    app::App,
    drift::{CountError, Counted, MOST, Window, count, scale},
    extract::{Params, query},
    keeping,
    openapi::DriftProblems,
    problem::{Kind, Problem},
};

/// How the applicants of two windows compare.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DriftAnswer {
    /// Policy id.
    #[schema(example = "nomina-personal-loan-mx")]
    policy: String,
    /// The live version; decisions of other versions are left out, because their points mean
    /// something else.
    #[schema(example = "1.0.0")]
    version: String,
    /// Content hash of the version.
    #[schema(example = "sha256:2c26b46b68ffc68f…")]
    hash: String,
    /// The earlier decisions.
    reference: DriftWindow,
    /// The decisions that are held against them.
    live: DriftWindow,
    /// Decisions each window must have for an index to be given.
    #[schema(example = 500)]
    least: u64,
    /// Outcomes, the score and each line of the scorecard.
    subjects: Vec<DriftSubject>,
}

/// The decisions of a window.
#[derive(Debug, Serialize, ToSchema)]
struct DriftWindow {
    /// Logged at this instant or later.
    from: DateTime<Utc>,
    /// Logged before this instant.
    to: DateTime<Utc>,
    /// Decisions of this version.
    decisions: u64,
    /// Those of them that were scored.
    scored: u64,
    /// Decisions of other versions, which are left out.
    other_versions: u64,
}

/// What was compared.
#[derive(Debug, Serialize, ToSchema)]
struct DriftSubject {
    /// `outcome`, `score`, or the code of a line of the scorecard.
    #[schema(example = "S10")]
    subject: String,
    /// What it is about.
    #[schema(example = "time in the current job")]
    about: String,
    /// Population stability index with four decimals; null with too few decisions.
    #[schema(example = "0.0230")]
    psi: Option<String>,
    /// What chance alone gives on average for these classes and numbers of decisions.
    #[schema(example = "0.0080")]
    by_chance: Option<String>,
    /// `stable` below 0.10, `look` from 0.10 to 0.25, `shifted` above, or
    /// `not_enough_decisions`.
    #[schema(example = "stable")]
    reading: &'static str,
    /// The classes. Of a line of the scorecard they are told apart by points: bins that give the
    /// same points are one class, and so is an unknown value that gives the points of a bin.
    classes: Vec<DriftClass>,
}

/// A class.
#[derive(Debug, Serialize, ToSchema)]
struct DriftClass {
    /// What is in it.
    #[schema(example = "from 365 to below 730 days")]
    class: String,
    /// Decisions of the reference in it.
    reference: u64,
    /// Their share of the reference, with four decimals; null when the reference is empty.
    #[schema(example = "0.1000")]
    reference_share: Option<String>,
    /// Decisions of the live window in it.
    live: u64,
    /// Their share of the live window, with four decimals; null when that is empty.
    #[schema(example = "0.0800")]
    live_share: Option<String>,
}

/// What follows the `?`.
#[derive(Debug, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query; `windows` reads it")]
pub(crate) struct DriftQuery {
    /// The reference begins at this instant (RFC 3339).
    #[param(example = "2026-01-01T06:00:00Z")]
    reference_from: DateTime<Utc>,
    /// The reference ends before this instant.
    #[param(example = "2026-04-01T06:00:00Z")]
    reference_to: DateTime<Utc>,
    /// The live window begins at this instant.
    #[param(example = "2026-09-01T06:00:00Z")]
    from: DateTime<Utc>,
    /// The live window ends before this instant; now when absent.
    #[param(required = false, example = "2026-10-01T06:00:00Z")]
    to: Option<DateTime<Utc>>,
}

/// How far the applicants of two windows differ.
///
/// The population stability index of outcomes, of the score by bands, and of each line of the
/// scorecard, over the decisions that the policy's live version made, by the time they were
/// logged. Customarily read: below 0.10 stable, from 0.10 to 0.25 worth a look, above 0.25 shifted
/// (Siddiqi, Credit Risk Scorecards). A class that is empty in one window counts there as half a
/// decision. With fewer than 500 decisions in a window there is no index. A window may hold
/// 100,000 decisions at most.
#[utoipa::path(
    get, path = "/v1/policies/{policy}/drift", operation_id = "getDrift", tag = "policies",
    params(
        ("policy" = String, Path, description = "Policy id.", example = "nomina-personal-loan-mx"),
        DriftQuery,
    ),
    responses((status = 200, description = "How they compare.", body = DriftAnswer), DriftProblems)
)]
pub(crate) async fn drift(
    State(app): State<App>,
    Params(policy): Params<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    let (reference, live) = windows(&uri, app.clock().now())?;
    let log = log::log(&app)?;
    let loaded = find_live(&app.rules(), &policy)?;
    let scale = scale(&loaded);
    let counting = async {
        let before = count(log, &loaded, &scale, reference).await;
        let before = before.map_err(|error| problem(&error, "reference_from"))?;
        let now = count(log, &loaded, &scale, live).await;
        Ok((before, now.map_err(|error| problem(&error, "from"))?))
    };
    let limit = app.limits().timeout;
    let counted = tokio::time::timeout(limit, counting).await;
    let (before, now) = counted.unwrap_or_else(|_| {
        Err(Problem::new(
            Kind::DeadlineExceeded,
            format!(
                "the windows could not be counted within {} s; take shorter ones",
                limit.as_secs()
            ),
        ))
    })?;
    let subjects = scale.compare(&before.tally, &now.tally);
    let stamp = loaded.policy.stamp();
    json(&DriftAnswer {
        policy: stamp.id.to_string(),
        version: stamp.version.to_string(),
        hash: stamp.hash.to_string(),
        reference: shown(reference, &before),
        live: shown(live, &now),
        least: LEAST,
        subjects: subjects.into_iter().map(subject).collect(),
    })
}

fn shown(window: Window, counted: &Counted) -> DriftWindow {
    DriftWindow {
        from: window.from,
        to: window.to,
        decisions: counted.tally.decisions(),
        scored: counted.tally.scored(),
        other_versions: counted.other_versions,
    }
}

fn subject(shift: Shift) -> DriftSubject {
    let text = |figure: Option<Decimal>| figure.map(|figure| figure.to_string());
    DriftSubject {
        subject: shift.subject.name().to_owned(),
        about: shift.about,
        psi: text(shift.psi),
        by_chance: text(shift.by_chance),
        reading: shift.reading.name(),
        classes: shift
            .classes
            .into_iter()
            .map(|class| DriftClass {
                class: class.class,
                reference: class.reference,
                reference_share: text(class.reference_share),
                live: class.live,
                live_share: text(class.live_share),
            })
            .collect(),
    }
}

fn problem(error: &CountError, parameter: &str) -> Problem {
    match error {
        CountError::TooMany => Problem::new(
            Kind::InvalidQuery,
            format!(
                "the window from `{parameter}` holds more than {MOST} decisions; take a shorter one"
            ),
        ),
        CountError::Log(error) => keeping::problem(error),
    }
}

fn windows(uri: &Uri, now: DateTime<Utc>) -> Result<(Window, Window), Problem> {
    let refuse = |detail: String| Problem::new(Kind::InvalidQuery, detail);
    let names = ["reference_from", "reference_to", "from", "to"];
    let pairs = query(uri, &names)?;
    let instant = |name: &str, absent: Option<DateTime<Utc>>| {
        let given = pairs.iter().find(|(key, _)| key == name);
        let Some((_, value)) = given else {
            return absent.ok_or_else(|| refuse(format!("`{name}` is to be given")));
        };
        DateTime::parse_from_rfc3339(value)
            .map(|at| at.to_utc())
            .map_err(|_| {
                refuse(format!(
                    "`{name}` is to be an instant such as `2026-09-15T06:00:00Z`"
                ))
            })
    };
    let window = |first: &str, second: &str, absent| {
        let (from, to) = (instant(first, None)?, instant(second, absent)?);
        if from < to {
            return Ok(Window { from, to });
        }
        Err(refuse(format!("`{first}` is to be before `{second}`")))
    };
    Ok((
        window("reference_from", "reference_to", None)?,
        window("from", "to", Some(now))?,
    ))
}
