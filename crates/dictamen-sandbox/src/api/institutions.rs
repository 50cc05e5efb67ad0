//! The institutions a link can be made with.

use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, StatusCode, Uri};

use super::Answer;
use super::answer::{Refusal, json};
use super::list::{Field, Filtered, Query};
use crate::institution::Institution;
use crate::world::Sandbox;

struct View {
    institution: Institution,
    down: bool,
}

impl Filtered for View {
    const NAMES: &'static [&'static str] = &["name", "type", "country_code", "status"];

    fn field(&self, name: &str) -> Option<Field<'_>> {
        Some(Field::Text(match name {
            "name" => self.institution.name(),
            "type" => "employment",
            "country_code" => "MX",
            "status" if self.down => "down",
            "status" => "healthy",
            _ => return None,
        }))
    }

    fn json(&self) -> String {
        self.institution.describe(self.down).to_string()
    }
}

pub(super) async fn list(
    Extract(sandbox): Extract<Sandbox>,
    headers: HeaderMap,
    uri: Uri,
) -> Answer {
    let down = sandbox.state().down.clone();
    let views = Institution::ALL.map(|institution| View {
        down: down.contains(&institution),
        institution,
    });
    Query::of(&uri).page(views.iter(), sandbox.settings().page_size, &headers, &uri)
}

pub(super) async fn detail(Extract(sandbox): Extract<Sandbox>, Path(id): Path<String>) -> Answer {
    let institution = id.parse().ok().and_then(Institution::numbered);
    let institution = institution.ok_or_else(Refusal::not_found)?;
    let down = sandbox.state().down.contains(&institution);
    Ok(json(StatusCode::OK, &institution.describe(down)))
}
