//! The hosted widget: the page on which a person chooses an institution, consents and connects.
//!
//! The page is three files of ours without anything from elsewhere. What it may know is told by the
//! session behind its token; what it may do is make one link.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State as Extract;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use serde_json::{Value, json};

use crate::api::Answer;
use crate::api::answer::{Refusal, json};
use crate::api::fields::Fields;
use crate::api::links::{self, Registration, renew};
use crate::api::token::{Known, known, spend};
use crate::institution::{Institution, Resource};
use crate::world::Sandbox;

/// Nothing but what the sandbox itself serves. Pages of any address may show it in a frame, as
/// Belvo's widget is shown.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; base-uri 'none'; form-action 'none'";

/// The widget's addresses.
pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route(
            "/widget/",
            file("text/html; charset=utf-8", include_str!("widget/page.html")),
        )
        .route(
            "/widget/style.css",
            file("text/css; charset=utf-8", include_str!("widget/style.css")),
        )
        .route(
            "/widget/words.js",
            file(
                "text/javascript; charset=utf-8",
                include_str!("widget/words.js"),
            ),
        )
        .route(
            "/widget/app.js",
            file(
                "text/javascript; charset=utf-8",
                include_str!("widget/app.js"),
            ),
        )
        .route("/widget/session/", post(session))
        .route("/widget/links/", post(connect))
}

/// A file of the page.
fn file(kind: &'static str, text: &'static str) -> MethodRouter<Sandbox> {
    get(move || async move {
        let headers: [(HeaderName, &str); 5] = [
            (header::CONTENT_TYPE, kind),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        (headers, text)
    })
}

fn not_valid() -> Refusal {
    Refusal::one(
        StatusCode::UNAUTHORIZED,
        "ACCESS_TOKEN_NOT_VALID",
        "The access token is not valid.",
    )
}

/// What the page needs to know. Of a token that was good once, at least where to return to.
async fn session(Extract(sandbox): Extract<Sandbox>, body: Bytes) -> Answer {
    let mut fields = Fields::read(&body)?;
    let token = fields.required_text("access_token").unwrap_or_default();
    let Known {
        usable, options, ..
    } = known(&sandbox, &token).ok_or_else(not_valid)?;
    let state = sandbox.state();
    let renewed = options.link_id.as_ref().and_then(|id| state.links.get(id));
    let institutions: Vec<Value> = Institution::MEXICAN
        .into_iter()
        .filter(|institution| renewed.is_none_or(|link| link.institution == *institution))
        .filter(|institution| {
            options
                .fetch_resources
                .iter()
                .all(|r| institution.resources().contains(r))
        })
        .map(|institution| {
            let resources: Vec<&str> = institution.resources().iter().map(|r| r.code()).collect();
            json!({
                "name": institution.name(),
                "display_name": institution.display_name(),
                "down": state.down.contains(&institution),
                "email": institution == Institution::Imss,
                "resources": resources,
            })
        })
        .collect();
    let status = if usable {
        StatusCode::OK
    } else {
        StatusCode::UNAUTHORIZED
    };
    Ok(json(
        status,
        &json!({
            "institutions": institutions,
            "renewed": renewed.map(|link| link.institution.name()),
            "company_name": options.company_name,
            "resources": options.fetch_resources.iter().map(|r| r.code()).collect::<Vec<_>>(),
            "callbacks": { "success": options.success, "exit": options.exit, "event": options.event },
        }),
    ))
}

/// Makes the link that the token is good for. A refusal leaves the token usable: people mistype.
async fn connect(Extract(sandbox): Extract<Sandbox>, body: Bytes) -> Answer {
    let mut fields = Fields::read(&body)?;
    let token = fields.required_text("access_token").unwrap_or_default();
    let Some(Known {
        usable: true,
        jti,
        options,
    }) = known(&sandbox, &token)
    else {
        return Err(not_valid());
    };
    if let Some(id) = &options.link_id {
        let row = renew(&sandbox, id)?;
        spend(&sandbox, &jti);
        return Ok(connected(&row.id, row.institution));
    }
    let name = fields.required_text("institution").unwrap_or_default();
    let username = fields.required_text("username");
    let recurrent = fields.choice("access_mode", &["single", "recurrent"]) != Some("single");
    let external_id = links::external_id(&mut fields);
    let email = fields.text("username2");
    fields.finish()?;
    let institution = Institution::named(&name).ok_or_else(Refusal::not_found)?;
    let resources: Vec<Resource> = if options.fetch_resources.is_empty() {
        vec![Resource::EmploymentRecords]
    } else {
        options.fetch_resources
    };
    let storage = if recurrent {
        Some("store".to_owned())
    } else {
        options.credentials_storage
    };
    let row = links::create(
        &sandbox,
        Registration {
            institution,
            curp: username.unwrap_or_default().trim().to_uppercase(),
            email,
            recurrent,
            external_id,
            credentials_storage: storage.unwrap_or_else(|| "365d".to_owned()),
            fetch_resources: resources,
            stale_in: options.stale_in,
        },
    )?;
    spend(&sandbox, &jti);
    Ok(connected(&row.id, institution))
}

fn connected(link: &str, institution: Institution) -> Response {
    json(
        StatusCode::CREATED,
        &json!({ "link": link, "institution": institution.name() }),
    )
}
