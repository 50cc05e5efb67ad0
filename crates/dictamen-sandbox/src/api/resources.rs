//! What is retrieved through a link: retrieving, listing, reading and deleting it. One way for all
//! four resources.

use axum::body::Bytes;
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse as _;

use super::answer::{Refusal, Wrong, json_text, uuid};
use super::fields::Fields;
use super::links::{accepted, find};
use super::list::{Field, Filtered, Query};
use super::{Answer, is_async, on_the_way};
use crate::institution::Resource;
use crate::retrieval::{self, Job, Process, Wanted};
use crate::world::{Sandbox, Stored};

impl Filtered for Stored {
    const NAMES: &'static [&'static str] = &[
        "id",
        "link",
        "internal_identification",
        "collected_at",
        "created_at",
    ];

    fn field(&self, name: &str) -> Option<Field<'_>> {
        Some(match name {
            "id" => Field::Id(&self.id),
            "link" => Field::Id(&self.link),
            "internal_identification" => Field::Text(&self.internal_identification),
            "collected_at" | "created_at" => Field::Moment(self.at),
            _ => return None,
        })
    }

    fn json(&self) -> String {
        self.json.clone()
    }
}

pub(super) fn list(
    Extract(sandbox): Extract<Sandbox>,
    resource: Resource,
    headers: &HeaderMap,
    uri: &Uri,
) -> Answer {
    let query = Query::of(uri);
    if resource == Resource::Employments && !query.names("link") {
        let wrong = Wrong::new("required", "This field is required.");
        return Err(Refusal::bad(wrong.field("link")));
    }
    let mut state = sandbox.state();
    state.drop_stale();
    let rows = state.stored.get(&resource).into_iter().flatten().rev();
    query.page(rows, sandbox.settings().page_size, headers, uri)
}

pub(super) fn retrieve(
    Extract(sandbox): Extract<Sandbox>,
    resource: Resource,
    headers: &HeaderMap,
    uri: &Uri,
    body: &Bytes,
) -> Answer {
    let mut fields = Fields::read(body)?;
    let link = fields.required_uuid("link");
    let wanted = Wanted {
        attach_pdf: fields.flag("attach_pdf", false),
        reference: fields.day("reference_date"),
        from: fields.day("date_from"),
        to: fields.day("date_to"),
    };
    let save = fields.flag("save_data", true);
    fields.finish()?;
    let row = find(&sandbox, &link.unwrap_or_default()).map_err(|_| {
        Refusal::bad(Wrong::new("does_not_exist", "Object does not exist.").field("link"))
    })?;
    let mut state = sandbox.state();
    if !row.institution.resources().contains(&resource) {
        return Err(Refusal::one(
            StatusCode::BAD_REQUEST,
            "unsupported_operation",
            "The resource you are trying to access is not supported by this institution",
        ));
    }
    retrieval::usable(&row, state.now())?;
    retrieval::log_in_to(&sandbox, &mut state, &row)?;
    if is_async(headers) {
        let request_id = uuid();
        drop(state);
        retrieval::start(
            &sandbox,
            Job {
                link: row.id,
                resources: vec![resource],
                request_id: request_id.clone(),
                process: Process::Asked,
            },
        );
        return Ok(accepted(&request_id));
    }
    let got = retrieval::gather(&sandbox, &mut state, &row, resource, wanted)?;
    let query = Query::of(uri);
    let chosen: Vec<String> = got
        .iter()
        .map(|row| query.chosen(row.json.clone()))
        .collect();
    let text = format!("[{}]", chosen.join(","));
    if !save {
        return Ok(on_the_way(json_text(StatusCode::OK, text), &row.curp));
    }
    retrieval::keep(&sandbox, &mut state, resource, got);
    Ok(on_the_way(json_text(StatusCode::CREATED, text), &row.curp))
}

pub(super) fn detail(
    Extract(sandbox): Extract<Sandbox>,
    resource: Resource,
    Path(id): Path<String>,
    uri: &Uri,
) -> Answer {
    let id = super::fields::uuid(&id).ok_or_else(Refusal::not_found)?;
    let mut state = sandbox.state();
    state.drop_stale();
    let mut rows = state.stored.get(&resource).into_iter().flatten();
    let row = rows
        .find(|row| row.id == id)
        .ok_or_else(Refusal::not_found)?;
    let response = json_text(StatusCode::OK, Query::of(uri).chosen(row.json.clone()));
    Ok(on_the_way(response, &row.internal_identification))
}

pub(super) fn delete(
    Extract(sandbox): Extract<Sandbox>,
    resource: Resource,
    Path(id): Path<String>,
) -> Answer {
    let id = super::fields::uuid(&id).ok_or_else(Refusal::not_found)?;
    let mut state = sandbox.state();
    let there = state
        .stored
        .get(&resource)
        .into_iter()
        .flatten()
        .any(|row| row.id == id);
    if !there {
        return Err(Refusal::not_found());
    }
    // Belvo documents the limit for employment records and for links.
    let limit = match resource {
        Resource::EmploymentRecords => sandbox.settings().deletes_per_minute,
        _ => 0,
    };
    if !state.admit_delete(limit) {
        return Err(Refusal::throttled());
    }
    if let Some(rows) = state.stored.get_mut(&resource) {
        rows.retain(|row| row.id != id);
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
