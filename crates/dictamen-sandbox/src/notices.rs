//! Sending notices (webhooks), as unreliably as asked for.
//!
//! A notice that is not answered with success within five seconds is sent again, with a wait that
//! grows by the same amount each time. Whether a retry keeps the id of its notice is not documented, so
//! it does or does not, as asked for.

use std::time::Duration;

use axum::http::header;
use serde_json::{Map, Value};

use crate::api::answer::hex_id;
use crate::faults::{Effect, Fault, NoticeFault, Stage};
use crate::world::{Sandbox, Sent};

/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is to be told.
#[derive(Debug, Clone)]
pub(crate) struct Notice {
    pub(crate) kind: &'static str,
    pub(crate) process: Option<&'static str>,
    pub(crate) code: &'static str,
    pub(crate) link: String,
    pub(crate) curp: String,
    pub(crate) request_id: String,
    pub(crate) external_id: Option<String>,
    pub(crate) data: Map<String, Value>,
}

impl Notice {
    /// The envelope, without the fields that are to be left out. Belvo's order of fields.
    fn body(&self, id: &str, without: &[String]) -> String {
        let fields = [
            ("webhook_id", Value::from(id)),
            ("webhook_type", self.kind.into()),
            ("process_type", self.process.into()),
            ("webhook_code", self.code.into()),
            ("link_id", self.link.clone().into()),
            ("request_id", self.request_id.clone().into()),
            ("external_id", self.external_id.clone().into()),
            ("data", Value::Object(self.data.clone())),
        ];
        let written: Vec<String> = fields
            .iter()
            .filter(|(name, _)| !without.iter().any(|left_out| left_out == name))
            .map(|(name, value)| format!("\"{name}\":{value}"))
            .collect();
        format!("{{{}}}", written.join(","))
    }
}

/// Sends a notice in the background; nowhere when nobody wants any.
pub(crate) fn send(sandbox: &Sandbox, notice: &Notice) {
    let settings = &sandbox.settings().notices;
    let mut state = sandbox.state();
    if state.target.is_none() {
        return;
    }
    let asked = Fault::of_curp(&notice.curp);
    let struck = state.strike(|fault| fault.stage == Stage::Webhook);
    let by_fault = |which: NoticeFault| {
        asked
            .into_iter()
            .chain(struck.iter().copied())
            .any(|fault| fault.effect == Effect::Notice(which))
    };
    let lost = by_fault(NoticeFault::Lost) || state.by_chance(settings.lost_percent);
    let twice = by_fault(NoticeFault::Twice) || state.by_chance(settings.twice_percent);
    let late = by_fault(NoticeFault::Late) || state.by_chance(settings.late_percent);
    drop(state);
    if lost {
        return;
    }
    let id = hex_id();
    let hold = settings
        .delay
        .max(Duration::from_millis(200))
        .saturating_mul(u32::from(late).saturating_mul(2));
    for _ in 0..(if twice { 2 } else { 1 }) {
        let sandbox = sandbox.clone();
        let sent = Sent {
            webhook_id: id.clone(),
            webhook_type: notice.kind,
            webhook_code: notice.code,
            link_id: notice.link.clone(),
            attempts: 0,
            status: None,
        };
        let notice = notice.clone();
        tokio::spawn(async move {
            tokio::time::sleep(hold).await;
            deliver(&sandbox, sent, &notice).await;
        });
    }
}

async fn deliver(sandbox: &Sandbox, mut sent: Sent, notice: &Notice) {
    let settings = &sandbox.settings().notices;
    let place = {
        let mut state = sandbox.state();
        state.sent.push(sent.clone());
        state.sent.len().saturating_sub(1)
    };
    for attempt in 0..=settings.retries {
        tokio::time::sleep(settings.backoff.saturating_mul(attempt)).await;
        if attempt > 0 && settings.new_ids {
            sent.webhook_id = hex_id();
        }
        let target = sandbox.state().target.clone();
        let (Some(target), Some(http)) = (target, sandbox.http()) else {
            return;
        };
        let mut request = http
            .post(&target.url)
            .timeout(PATIENCE)
            .header(header::CONTENT_TYPE, "application/json")
            .body(notice.body(&sent.webhook_id, &settings.without));
        if let Some(authorization) = &target.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let status = request.send().await.ok().map(|response| response.status());
        sent.attempts = sent.attempts.saturating_add(1);
        sent.status = status.map(|status| status.as_u16());
        if let Some(row) = sandbox.state().sent.get_mut(place) {
            *row = sent.clone();
        }
        tracing::info!(
            webhook_type = sent.webhook_type,
            webhook_code = sent.webhook_code,
            attempt = sent.attempts,
            status = sent.status,
            "notice sent"
        );
        if status.is_some_and(|status| status.is_success()) {
            return;
        }
    }
}
