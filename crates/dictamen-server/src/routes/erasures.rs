//! Erasing what is personal in somebody's decisions.

use std::collections::BTreeMap;

use axum::{extract::State, http::Uri, response::Response};
use dictamen_model::identity::Applicant;
use dictamen_store::Subject;
use serde::Serialize;
use utoipa::ToSchema;

use super::json;
use crate::{
    app::App,
    extract::{JsonBody, no_query},
    keeping,
    openapi::ErasureProblems,
    problem::{Kind, Problem},
};

/// Whose personal data is to be erased: exactly one of the two.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `subject` reads")]
#[schema(example = json!({ "application_id": "APP-0009" }))]
pub(crate) struct ErasureRequest {
    /// Of one application, by the lender's id.
    #[schema(required = false, nullable = false)]
    application_id: Option<String>,
    /// Of all applications of the person with this CURP.
    #[schema(required = false, nullable = false)]
    curp: Option<String>,
}

/// What was erased.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErasureAnswer {
    /// Ids of the decisions whose personal part is gone; empty when there was nothing to erase.
    decisions: Vec<String>,
}

/// Erase what is personal.
///
/// Destroys the keys of the requests, characteristics and answers of an application or a person.
/// The facts of the decisions stay, and the log still verifies; that it was done is in the log.
/// Whom it is about goes in the body, since addresses end up in the logs of whatever is between.
#[utoipa::path(
    post, path = "/v1/erasures", operation_id = "erase", tag = "log",
    request_body = ErasureRequest,
    responses((status = 200, description = "It is erased.", body = ErasureAnswer), ErasureProblems)
)]
pub(crate) async fn erase(
    State(app): State<App>,
    uri: Uri,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let log = super::log::log(&app)?;
    let erased = match subject(&body)? {
        Whose::Application(id) => log.erase(Subject::Application(&id)).await,
        Whose::Applicant(applicant) => log.erase(Subject::Applicant(&applicant)).await,
    };
    let erased = erased.map_err(|error| keeping::problem(&error))?;
    json(&ErasureAnswer {
        decisions: erased.decisions,
    })
}

enum Whose {
    Application(String),
    Applicant(Applicant),
}

fn subject(body: &[u8]) -> Result<Whose, Problem> {
    let asked: BTreeMap<String, String> = serde_json::from_slice(body).map_err(|error| {
        // What the library says may quote the body.
        if error.is_data() {
            refused()
        } else {
            Problem::new(Kind::MalformedJson, Kind::MalformedJson.title())
        }
    })?;
    let mut asked = asked.into_iter();
    match (asked.next(), asked.next()) {
        (Some((key, text)), None) if !text.trim().is_empty() => match key.as_str() {
            "application_id" => Ok(Whose::Application(text)),
            "curp" => Ok(Whose::Applicant(Applicant::of_curp(&text))),
            _ => Err(refused()),
        },
        _ => Err(refused()),
    }
}

fn refused() -> Problem {
    Problem::new(
        Kind::InvalidRequest,
        "send an object with either `application_id` or `curp`, as text",
    )
}
