//! What policies can decide on, and its values for one applicant.

use axum::{extract::State, http::Uri, response::Response};
use dictamen_lab::pipeline;
use dictamen_model::characteristic;
use dictamen_model::suggest;

use super::{cannot_compute, in_time, json, parameters, parse};
use crate::{
    answer::{Characteristic, CharacteristicList, Computed},
    app::App,
    extract::{JsonBody, Params, no_query, query},
    openapi::{ComputeProblems, DecisionRequestBody, LookupProblems},
    problem::{Kind, Problem},
};

/// Every characteristic with type, unit, range and meaning.
#[utoipa::path(
    get, path = "/v1/characteristics", operation_id = "listCharacteristics", tag = "characteristics",
    responses((status = 200, description = "The characteristics.", body = CharacteristicList), LookupProblems)
)]
pub(crate) async fn list(uri: Uri) -> Result<Response, Problem> {
    no_query(&uri)?;
    json(&CharacteristicList::all())
}

/// One characteristic.
#[utoipa::path(
    get, path = "/v1/characteristics/{name}", operation_id = "getCharacteristic",
    tag = "characteristics",
    params(("name" = String, Path, description = "Name of the characteristic.", example = "weeks_total")),
    responses((status = 200, description = "The characteristic.", body = Characteristic), LookupProblems)
)]
pub(crate) async fn one(Params(name): Params<String>, uri: Uri) -> Result<Response, Problem> {
    no_query(&uri)?;
    let definitions = characteristic::definitions();
    let Some(definition) = definitions.iter().find(|d| d.name == name) else {
        let near = suggest::help(&name, definitions.iter().map(|d| d.name));
        return Err(Problem::new(
            Kind::UnknownCharacteristic,
            near.unwrap_or_else(|| "`/v1/characteristics` lists them all".to_owned()),
        ));
    };
    json(&Characteristic::from(definition))
}

/// Compute the characteristics of one applicant.
///
/// Takes the body of a decision, decides nothing.
#[utoipa::path(
    post, path = "/v1/characteristics", operation_id = "computeCharacteristics",
    tag = "characteristics",
    params(("as_of" = Option<NaiveDate>, Query,
            description = "The day the facts are taken to hold, when the body names none.",
            example = "2026-09-15")),
    request_body = DecisionRequestBody,
    responses((status = 200, description = "The values.", body = Computed), ComputeProblems)
)]
pub(crate) async fn compute(
    State(app): State<App>,
    uri: Uri,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let mut asked = None;
    for (_, value) in query(&uri, &["as_of"])? {
        asked = Some(super::day(&value)?);
    }
    let set = parameters(&app)?;
    let today = app.clock().today();
    let computed = in_time(&app, body.len(), move || {
        let request = parse(&body)?;
        let as_of = super::settle_as_of(asked, request.as_of, today)?;
        let characteristics = pipeline::compute(&request, as_of, &set.parameters)
            .map_err(|error| cannot_compute(&error))?;
        Ok(Computed::new(as_of, &characteristics, &set.parameters))
    });
    json(&computed.await?)
}
