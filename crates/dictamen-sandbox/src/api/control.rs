//! What only a sandbox has: moving time, letting things happen to people, choosing what goes wrong.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Answer;
use super::answer::{Refusal, Wrong, json};
use crate::faults::{FAULTS, Rule};
use crate::institution::Institution;
use crate::people::LifeEvent;
use crate::records::{Quirks, moment};
use crate::retrieval;
use crate::settings::{WebhookTarget, is_local};
use crate::world::Sandbox;

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/sandbox/", get(summary))
        .route("/sandbox/time/", post(time))
        .route("/sandbox/faults/", get(faults).put(set_faults))
        .route("/sandbox/webhook/", put(set_webhook))
        .route("/sandbox/webhooks/", get(webhooks))
        .route("/sandbox/institutions/{name}/", put(set_institution))
        .route("/sandbox/people/{curp}/events/", post(happen))
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8], expected: &str) -> Result<T, Refusal> {
    serde_json::from_slice(body)
        .map_err(|_| Refusal::bad(Wrong::new("invalid", format!("Expected {expected}."))))
}

async fn summary(Extract(sandbox): Extract<Sandbox>) -> Answer {
    let state = sandbox.state();
    let rules: Vec<String> = state.rules().map(ToString::to_string).collect();
    Ok(json(
        StatusCode::OK,
        &json!({
            "now": moment(state.now(), Quirks::default()),
            "seed": sandbox.settings().seed,
            "links": state.links.len(),
            "faults": rules,
            "webhook": state.target.as_ref().map(|target| &*target.url),
            "down": state.down.iter().map(|institution| institution.name()).collect::<Vec<_>>(),
        }),
    ))
}

#[derive(Deserialize)]
struct Advance {
    #[serde(default)]
    days: u32,
    #[serde(default)]
    minutes: u32,
}

/// Moves time forward and refreshes what falls due.
async fn time(Extract(sandbox): Extract<Sandbox>, body: Bytes) -> Answer {
    let by: Advance = read(&body, "{\"days\": 7} or {\"minutes\": 10}")?;
    let days = TimeDelta::days(i64::from(by.days.min(36_500)));
    sandbox.advance(days);
    sandbox.advance(TimeDelta::minutes(i64::from(by.minutes)));
    retrieval::refresh_due(&sandbox);
    let now = moment(sandbox.now(), Quirks::default());
    Ok(json(StatusCode::OK, &json!({ "now": now })))
}

async fn faults() -> Answer {
    let all: Vec<Value> = FAULTS
        .iter()
        .map(|fault| {
            json!({
                "name": fault.name,
                "prefix": fault.prefix,
                "curp": fault.curp(),
                "stage": fault.stage,
                "meaning": fault.meaning(),
            })
        })
        .collect();
    Ok(json(StatusCode::OK, &Value::Array(all)))
}

async fn set_faults(Extract(sandbox): Extract<Sandbox>, body: Bytes) -> Answer {
    let texts: Vec<String> = read(&body, "a list of rules such as [\"hang:5%\", \"half:2x\"]")?;
    let rules: Result<Vec<Rule>, _> = texts.iter().map(|text| text.parse()).collect();
    let rules = rules.map_err(|error: crate::faults::UnknownRule| {
        Refusal::bad(Wrong::new("invalid_choice", error.to_string()))
    })?;
    sandbox.state().set_rules(&rules);
    let texts: Vec<String> = rules.iter().map(ToString::to_string).collect();
    Ok(json(StatusCode::OK, &json!(texts)))
}

#[derive(Deserialize)]
struct Target {
    url: Option<String>,
    authorization: Option<String>,
}

async fn set_webhook(Extract(sandbox): Extract<Sandbox>, body: Bytes) -> Answer {
    let target: Target = read(
        &body,
        "{\"url\": \"http://127.0.0.1:8080/…\", \"authorization\": \"Basic …\"}",
    )?;
    if target.url.as_deref().is_some_and(|url| !is_local(url)) {
        let message = "The sandbox sends notices to this machine only.";
        return Err(Refusal::bad(Wrong::new("invalid", message).field("url")));
    }
    let url = target.url.clone();
    let authorization = target.authorization;
    sandbox.state().target = target.url.map(|url| WebhookTarget { url, authorization });
    Ok(json(StatusCode::OK, &json!({ "url": url })))
}

async fn webhooks(Extract(sandbox): Extract<Sandbox>) -> Answer {
    let sent = sandbox.state().sent.clone();
    Ok(json(StatusCode::OK, &json!(sent)))
}

#[derive(Deserialize)]
struct Health {
    status: String,
}

async fn set_institution(
    Extract(sandbox): Extract<Sandbox>,
    Path(name): Path<String>,
    body: Bytes,
) -> Answer {
    let institution = Institution::named(&name).ok_or_else(Refusal::not_found)?;
    let health: Health = read(&body, "{\"status\": \"down\"} or {\"status\": \"healthy\"}")?;
    let mut state = sandbox.state();
    state.down.retain(|down| *down != institution);
    if health.status == "down" {
        state.down.push(institution);
    }
    Ok(json(
        StatusCode::OK,
        &json!({ "name": name, "status": health.status }),
    ))
}

/// Lets something happen to a person today; the next retrieval shows it.
async fn happen(
    Extract(sandbox): Extract<Sandbox>,
    Path(curp): Path<String>,
    body: Bytes,
) -> Answer {
    let event: LifeEvent = read(
        &body,
        "{\"event\": \"raise\", \"percent\": 10}, \"job_change\" with \"percent\", \"job_loss\" or \"hired\"",
    )?;
    sandbox.happen(&curp.to_uppercase(), event);
    Ok(json(StatusCode::CREATED, &json!(event)))
}
