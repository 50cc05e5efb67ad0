//! Keeping decisions: what the service asks of the decision log, and what it tells a client when
//! the log says no.

use std::time::Instant;

use axum::http::Uri;
use dictamen_store::{Appended, Begun, Claim, Prepared, Store, StoreError};

use crate::{
    access::Caller,
    app::App,
    problem::{Kind, Problem},
    telemetry::Facts,
};

/// Keys are for one kind of address, and each caller has their own.
fn scope(caller: &Caller) -> String {
    format!("decisions {}", caller.name())
}

/// What to do with a request.
pub(crate) enum Beginning {
    /// Decide, and keep the answer under the claim.
    Decide(Option<Claim>),
    /// It was answered before, with these bytes.
    Repeat(Vec<u8>),
}

/// Begins a request that may carry an idempotency key.
pub(crate) async fn begin(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    uri: &Uri,
    body: &[u8],
) -> Result<Beginning, Problem> {
    let (Some(log), Some(key)) = (app.log(), key) else {
        return Ok(Beginning::Decide(None));
    };
    let query = uri.query().unwrap_or_default();
    let request = [uri.path().as_bytes(), query.as_bytes(), body];
    match log.begin(&scope(caller), key, &request).await {
        Ok(Begun::Claimed(claim)) => Ok(Beginning::Decide(Some(claim))),
        Ok(Begun::Answered(bytes)) => Ok(Beginning::Repeat(bytes)),
        Ok(Begun::OtherBody) => Err(Problem::new(
            Kind::IdempotencyKeyReused,
            "address, query or body differ from those first sent under this key; take a new key \
             for a new request",
        )),
        Ok(Begun::Running) => Err(Problem::new(
            Kind::StillRunning,
            "the first request under this key is not answered yet; ask again in a moment",
        )),
        Err(error) => Err(problem(&error)),
    }
}

/// What became of a decision that was to be logged.
pub(crate) enum Kept {
    /// It was written.
    Now,
    /// It was in the log before.
    Before,
    /// Other bytes are the answer to the request.
    Answered(Vec<u8>),
}

/// Makes a decision durable.
pub(crate) async fn log(
    app: &App,
    log: &Store,
    decision: Prepared,
    claim: Option<Claim>,
) -> Result<Kept, Problem> {
    let since = Instant::now();
    let appended = log.log(decision, claim).await;
    let appended = appended.map_err(|error| problem(&error))?;
    app.metrics().logged(since);
    Ok(match appended {
        Appended::Logged(true) => Kept::Now,
        Appended::Logged(false) => Kept::Before,
        Appended::Answered(bytes) => Kept::Answered(bytes),
    })
}

/// Counts and notes a decision that was made beside the requests.
pub(crate) fn decided_beside(app: &App, facts: &Facts, since: Instant) {
    app.metrics().decided(facts, since.elapsed());
    tracing::info!(
        policy = &*facts.policy,
        version = &*facts.version,
        outcome = facts.outcome,
        decision_id = facts.decision_id,
        "decided beside the requests"
    );
}

/// What a client is told.
pub(crate) fn problem(error: &StoreError) -> Problem {
    match error {
        StoreError::Unavailable(_) => Problem::new(
            Kind::LogUnavailable,
            "nothing was acknowledged; the same request can safely be sent again",
        ),
        StoreError::Erased => Problem::new(
            Kind::Erased,
            "what was decided on is gone for good; the facts of the decision are still there",
        ),
        error => {
            tracing::error!(code = error.code(), %error, "the decision log failed");
            Problem::new(
                Kind::Internal,
                "the decision log is damaged or was written with other keys; the service's log \
                 has more",
            )
        }
    }
}
