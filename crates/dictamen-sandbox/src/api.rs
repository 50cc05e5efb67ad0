//! The addresses of the sandbox, and what stands before them: firewall, faults and secrets.
//!
//! Everything under `/api/` is Belvo's. What only a sandbox has is under `/sandbox/`, and the hosted
//! widget under `/widget/`.

pub(crate) mod answer;
mod control;
pub(crate) mod fields;
mod institutions;
pub(crate) mod links;
mod list;
mod resources;
pub(crate) mod token;

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Path, Request, State as Extract};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Router, body};
use dictamen_belvo::webhook::Secret;
use futures_util::{StreamExt as _, stream};

use crate::faults::{Effect, Fault, Stage};
use crate::institution::Resource;
use crate::widget;
use crate::world::Sandbox;
use answer::{Refusal, empty, json, json_text};

/// What a handler answers.
pub(crate) type Answer = Result<Response, Refusal>;

/// The largest body that is read.
const LARGEST_BODY: usize = 1024 * 1024;

/// A fault of a person that strikes the answer on its way.
#[derive(Debug, Clone, Copy)]
struct OnTheWay(&'static Fault);

/// All addresses.
pub fn router(sandbox: Sandbox) -> Router {
    let mut api = Router::new()
        .route(
            "/api/",
            get(|| async { json(StatusCode::OK, &serde_json::json!({})) }),
        )
        .route("/api/institutions/", get(institutions::list))
        .route("/api/institutions/{id}/", get(institutions::detail))
        .route(
            "/api/links/",
            get(links::list).post(links::register).patch(links::resume),
        )
        .route(
            "/api/links/{id}/",
            get(links::detail)
                .patch(links::modify)
                .put(links::update)
                .delete(links::delete),
        )
        .route("/api/links/{id}/refresh/", post(links::refresh));
    for resource in Resource::ALL {
        api = api
            .route(&format!("/api/{}/", resource.path()), collection(resource))
            .route(
                &format!("/api/{}/{{id}}/", resource.path()),
                element(resource),
            );
    }
    let control = control::router();
    let guarded = api
        .merge(control)
        .layer(from_fn_with_state(sandbox.clone(), authenticate));
    Router::new()
        .merge(guarded)
        .route("/api/token/", post(token::create))
        .layer(from_fn_with_state(sandbox.clone(), mischief))
        .merge(widget::router())
        .fallback(|| async { Refusal::not_found().into_response() })
        .method_not_allowed_fallback(|method: Method| async move {
            let message = format!("Method \"{method}\" not allowed.");
            Refusal::one(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                message,
            )
            .into_response()
        })
        .layer(axum::extract::DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(sandbox)
}

fn collection(resource: Resource) -> axum::routing::MethodRouter<Sandbox> {
    let listed = get(
        move |state: Extract<Sandbox>, headers: HeaderMap, uri: Uri| async move {
            resources::list(state, resource, &headers, &uri)
        },
    );
    let retrieved = listed.post(
        move |state: Extract<Sandbox>, headers: HeaderMap, uri: Uri, body: Bytes| async move {
            resources::retrieve(state, resource, &headers, &uri, &body)
        },
    );
    match resource {
        // Owners can be resumed with a token, which no institution of employment asks for.
        Resource::Owners => retrieved.patch(links::resume),
        _ => retrieved,
    }
}

fn element(resource: Resource) -> axum::routing::MethodRouter<Sandbox> {
    get(
        move |state: Extract<Sandbox>, path: Path<String>, uri: Uri| async move {
            resources::detail(state, resource, path, &uri)
        },
    )
    .delete(
        move |state: Extract<Sandbox>, path: Path<String>| async move {
            resources::delete(state, resource, path)
        },
    )
}

/// Whether the caller wants to be told later.
pub(crate) fn is_async(headers: &HeaderMap) -> bool {
    headers
        .get("x-belvo-request-mode")
        .is_some_and(|mode| mode.as_bytes().eq_ignore_ascii_case(b"async"))
}

async fn authenticate(
    Extract(sandbox): Extract<Sandbox>,
    request: Request,
    next: Next,
) -> Response {
    let settings = sandbox.settings();
    let secret = Secret::basic(&settings.secret_id, &settings.secret_password);
    let given = request
        .headers()
        .get(header::AUTHORIZATION)
        .map(HeaderValue::as_bytes);
    if secret.is(given.unwrap_or_default()) {
        return next.run(request).await;
    }
    Refusal::one(
        StatusCode::UNAUTHORIZED,
        "authentication_failed",
        "Invalid Secret Keys",
    )
    .into_response()
}

/// One log line per request to Belvo's addresses. Queries stay out of it: they may name a person.
async fn mischief(Extract(sandbox): Extract<Sandbox>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if !path.starts_with("/api/") {
        return next.run(request).await;
    }
    let method = request.method().clone();
    let response = mischievous(&sandbox, request, next).await;
    tracing::info!(%method, path, status = response.status().as_u16(), "answered");
    response
}

/// The firewall, and everything that goes wrong on purpose. The sandbox's own addresses are spared.
async fn mischievous(sandbox: &Sandbox, request: Request, next: Next) -> Response {
    let address = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip());
    let limit = sandbox.settings().requests_per_30s;
    if address.is_some_and(|address| !sandbox.state().admit(address, limit)) {
        return Refusal::Firewall.into_response();
    }
    let mut faults = named_in(request.headers());
    faults.extend(
        sandbox
            .state()
            .strike(|fault| matches!(fault.stage, Stage::Retrieval | Stage::Answer)),
    );
    let refusing = faults
        .iter()
        .find(|fault| matches!(fault.effect, Effect::Error { .. } | Effect::Firewall));
    if let Some(fault) = refusing {
        return Refusal::Fault(fault).into_response();
    }
    let mut response = next.run(request).await;
    if let Some(OnTheWay(fault)) = response.extensions().get().copied() {
        faults.push(fault);
    }
    for fault in faults {
        response = spoil(response, fault.effect).await;
    }
    response
}

/// The faults that a request asks for itself.
fn named_in(headers: &HeaderMap) -> Vec<&'static Fault> {
    headers
        .get_all("x-sandbox-fault")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|names| names.split(','))
        .filter_map(|name| Fault::named(name.trim()))
        .collect()
}

/// Lets a person's fault strike the answer.
fn on_the_way(mut response: Response, curp: &str) -> Response {
    if let Some(fault) = Fault::of_curp(curp).filter(|fault| fault.stage == Stage::Answer) {
        response.extensions_mut().insert(OnTheWay(fault));
    }
    response
}

async fn spoil(response: Response, effect: Effect) -> Response {
    let status = response.status();
    match effect {
        Effect::Empty(status) => empty(status),
        Effect::Late(milliseconds) => {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            response
        }
        Effect::Hang => std::future::pending().await,
        Effect::Malformed => {
            let text = text_of(response).await;
            let cut = text.len().saturating_sub(1);
            let cut = (0..=cut)
                .rev()
                .find(|cut| text.is_char_boundary(*cut))
                .unwrap_or(0);
            json_text(
                status,
                text.get(..cut).unwrap_or_default().to_owned() + ",}",
            )
        }
        Effect::Half => {
            let text = text_of(response).await;
            let half = text.len().checked_div(2).unwrap_or(0);
            let sent = Bytes::from(text.as_bytes().get(..half).unwrap_or_default().to_vec());
            let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
            // The first part leaves before the connection ends.
            let pause = stream::once(async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Err(broken)
            });
            let parts = stream::once(async { Ok(sent) }).chain(pause);
            let mut response = json_text(status, String::new());
            *response.body_mut() = Body::from_stream(parts);
            response
                .headers_mut()
                .insert(header::CONTENT_LENGTH, text.len().into());
            response
        }
        Effect::WrongShape => json_text(status, "{\"results\":\"soon\",\"id\":42}".to_owned()),
        Effect::Error { .. } | Effect::Firewall | Effect::Shape(_) | Effect::Notice(_) => response,
    }
}

async fn text_of(response: Response) -> String {
    let bytes = body::to_bytes(response.into_body(), usize::MAX)
        .await
        .unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
