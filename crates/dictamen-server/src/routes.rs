//! The addresses of the service, one module per subject.

pub(crate) mod activations;
pub(crate) mod batch;
pub(crate) mod characteristics;
pub(crate) mod decisions;
pub(crate) mod drafts;
pub(crate) mod drift;
pub(crate) mod erasures;
pub(crate) mod explain;
pub(crate) mod health;
pub(crate) mod keys;
pub(crate) mod log;
pub(crate) mod policies;
mod registry;
pub(crate) mod versions;

use std::sync::Arc;

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use chrono::NaiveDate;
use dictamen_model::{DecisionRequest, RequestError, characteristic::ComputeError};
use serde::Serialize;

use crate::{
    answer,
    app::App,
    problem::{DEFECT, Item, Kind, Problem},
    rules::ParameterSet,
};

/// An answer in JSON.
fn json(value: &impl Serialize) -> Result<Response, Problem> {
    answer::line(value).map(json_bytes).map_err(unwritable)
}

fn json_bytes(bytes: Vec<u8>) -> Response {
    let mut response = bytes.into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

pub(crate) fn unwritable(_: serde_json::Error) -> Problem {
    Problem::new(Kind::Internal, "the answer could not be written")
}

fn parameters(app: &App) -> Result<Arc<ParameterSet>, Problem> {
    app.rules().parameters().cloned().ok_or_else(no_parameters)
}

pub(crate) fn no_parameters() -> Problem {
    Problem::new(
        Kind::NotReady,
        "no usable parameter tables are loaded; `/readyz` says what is wrong",
    )
}

/// Reads a request body, telling what is not JSON from what is not a request.
fn parse(body: &[u8]) -> Result<DecisionRequest, Problem> {
    DecisionRequest::parse(body).map_err(invalid)
}

pub(crate) fn invalid(error: RequestError) -> Problem {
    let is_json = error
        .problems
        .iter()
        .all(|problem| problem.code != "json::malformed");
    let items: Vec<Item> = error
        .problems
        .into_iter()
        .map(|problem| Item {
            pointer: problem.pointer,
            code: problem.code.to_owned(),
            message: problem.message,
            help: problem.help,
        })
        .collect();
    if !is_json {
        let detail = match items.as_slice() {
            [only] => only.message.clone(),
            _ => Kind::MalformedJson.title().to_owned(),
        };
        return Problem::new(Kind::MalformedJson, detail).with(items);
    }
    let detail = match items.len() {
        1 => "1 problem, listed under `errors`".to_owned(),
        n => format!("{n} problems, listed under `errors`"),
    };
    Problem::new(Kind::InvalidRequest, detail).with(items)
}

pub(crate) fn cannot_compute(error: &ComputeError) -> Problem {
    Problem::new(Kind::CannotCompute, error.to_string()).with(vec![Item {
        pointer: String::new(),
        code: error.code().to_owned(),
        message: error.to_string(),
        help: Some(error.help().to_owned()),
    }])
}

/// Reads a day of the query.
fn day(text: &str) -> Result<NaiveDate, Problem> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|_| text.len() == 10)
        .ok_or_else(|| {
            Problem::new(
                Kind::InvalidQuery,
                "`as_of` is to be a calendar day such as `2026-09-15`",
            )
        })
}

/// The day to decide for: the query's, the body's or today.
fn settle_as_of(
    query: Option<NaiveDate>,
    body: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<NaiveDate, Problem> {
    match (query, body) {
        (Some(query), Some(body)) if query != body => Err(Problem::new(
            Kind::ConflictingAsOf,
            "`as_of` in the query and `as_of` in the body differ; send one of them",
        )),
        (query, body) => Ok(query.or(body).unwrap_or(today)),
    }
}

/// Bodies from this size are worked on away from the runtime's threads: an ordinary employment
/// history takes well under a millisecond, which is less than handing it over costs.
const LARGE_BODY: usize = 256 * 1024;

/// Does the work of a request with a body of `size` bytes, within the time limit.
async fn in_time<T: Send + 'static>(
    app: &App,
    size: usize,
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    if size < LARGE_BODY {
        return work();
    }
    let limit = app.limits().timeout;
    match tokio::time::timeout(limit, tokio::task::spawn_blocking(work)).await {
        Ok(Ok(done)) => done,
        Ok(Err(_)) => Err(Problem::new(Kind::Internal, DEFECT)),
        Err(_) => Err(Problem::new(
            Kind::DeadlineExceeded,
            format!("no answer after {} s; try again", limit.as_secs()),
        )),
    }
}
