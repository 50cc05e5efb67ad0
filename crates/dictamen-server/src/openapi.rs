//! The OpenAPI document and the routes it describes, made from the same list.
//!
//! What the document says of a body is what the types say that write it; requests are read by
//! the model, so their shape is described by [`request`] and held against it by tests.

mod problems;
mod request;
mod security;

use axum::{Router, body::Bytes, http::header, routing};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{
    answer,
    app::App,
    problem, replay,
    routes::{
        activations, batch, characteristics, decisions, drafts, drift, erasures, explain, health,
        keys, log, policies, versions,
    },
};

pub(crate) use problems::{
    AnyProblems, ComputeProblems, DecisionProblems, DriftProblems, ErasureProblems,
    KeyChangeProblems, KeyProblems, LogProblems, LookupProblems, RegistryProblems, ReplayProblems,
};
pub(crate) use request::{DecisionRequestBody, example_answer};

/// Where the document is.
const DOCUMENT: &str = "/openapi.json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Dictamen",
        description = "Decides credit applications on Mexican employment records.\n\n\
            * An application and the records **exactly as Belvo sends them** go in; an outcome \
            with score, offer, reasons in es-MX and English, and the proof of how it was reached \
            come out.\n\
            * A decline is an answer (200). Every error is `application/problem+json` (RFC 9457); \
            its `code` and `type` (`urn:dictamen:problem:<code>`) are stable.\n\
            * Amounts and rates are text with a fixed number of decimals; days are `YYYY-MM-DD`.\n\
            * The same question gets the same bytes: nothing in an answer depends on the clock \
            once `as_of` is given.\n\
            * A decision is answered once it is durable in the decision log. `Idempotency-Key` \
            makes a retry get the first answer.\n\
            * From the first key on, every caller proves who they are, by an API key or by a token of \
            the lender's OpenID provider, and each address says which role it needs.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    // Their addresses are such that the router can only match them in part.
    paths(
        keys::rotate,
        log::replay_decision,
        explain::explain_decision,
        drafts::submit,
        versions::approve,
        activations::activate,
        activations::roll_back,
        activations::split,
        activations::shadow,
    ),
    components(schemas(problem::Body, problem::Item, replay::ReplayCause, replay::ReplayChange)),
    tags(
        (name = "decisions", description = "Deciding applications."),
        (name = "log", description = "What was decided, made again, and forgotten."),
        (name = "policies", description = "What decides."),
        (name = "lifecycle", description = "How policies come into force, where they live in the service's store: drafts, \
            approval by somebody else, activation, rollback, trials. A service on a rules folder has none of it."),
        (name = "characteristics", description = "What can be decided on."),
        (name = "access", description = "Who may ask."),
        (name = "operation", description = "Running the service."),
    )
)]
struct Base;

fn described() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Base::openapi())
        .routes(routes!(decisions::live))
        .routes(routes!(decisions::pinned))
        .routes(routes!(batch::live))
        .routes(routes!(batch::pinned))
        .routes(routes!(log::list))
        .routes(routes!(log::one))
        .routes(routes!(erasures::erase))
        .routes(routes!(policies::list))
        .routes(routes!(policies::live))
        .routes(routes!(policies::version))
        .routes(routes!(drafts::list))
        .routes(routes!(drafts::one, drafts::save, drafts::delete))
        .routes(routes!(versions::candidates))
        .routes(routes!(versions::candidate))
        .routes(routes!(versions::versions))
        .routes(routes!(versions::version_files))
        .routes(routes!(activations::list))
        .routes(routes!(activations::cancel))
        .routes(routes!(drift::drift))
        .routes(routes!(characteristics::list, characteristics::compute))
        .routes(routes!(characteristics::one))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::revoke))
        .routes(routes!(health::index))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
}

/// The OpenAPI 3.1 document of the service.
pub fn document() -> utoipa::openapi::OpenApi {
    security::told(described().into_openapi())
}

/// Every route, the document and its viewer included.
pub(crate) fn routes() -> Router<App> {
    let (router, document) = described().split_for_parts();
    let document = security::told(document);
    // The viewer's files are part of the binary: it works without a network.
    let viewer = SwaggerUi::new("/docs").config(Config::from(DOCUMENT).validator_url("none"));
    // Written once: the document is large and never changes while the service runs.
    let document = Bytes::from(answer::line(&document).unwrap_or_default());
    let json = [(header::CONTENT_TYPE, "application/json")];
    router
        .route("/v1/decisions/{decision}", routing::post(log::ask_again))
        .route(
            "/v1/policies/{policy}",
            routing::post(activations::change_policy),
        )
        .route(
            "/v1/policies/{policy}/drafts/{draft}",
            routing::post(drafts::submit),
        )
        .route(
            "/v1/policies/{policy}/candidates/{content}",
            routing::post(versions::approve),
        )
        .route("/v1/keys/{key}", routing::post(keys::rotate))
        .route(DOCUMENT, routing::get(|| async move { (json, document) }))
        .merge(viewer)
}
