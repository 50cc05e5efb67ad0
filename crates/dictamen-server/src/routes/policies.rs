//! What policies there are, and what each of them declares.

use axum::{extract::State, http::Uri, response::Response};
use dictamen_engine::{CatalogueReason, ParamInfo, StageInfo};
use dictamen_model::suggest;
use serde::Serialize;
use utoipa::ToSchema;

use super::{decisions::find_version, json};
use crate::{
    app::App,
    extract::{Params, no_query},
    openapi::LookupProblems,
    problem::{Kind, Problem},
    rules::{LoadedPolicy, RuleBook, Versions},
};

/// Every policy.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicyList {
    /// Sorted by id.
    policies: Vec<PolicySummary>,
}

/// A policy and its versions.
#[derive(Debug, Serialize, ToSchema)]
struct PolicySummary {
    /// Policy id.
    #[schema(example = "nomina-personal-loan-mx")]
    id: String,
    /// The version for requests that name none; null when the policy has numbered versions only.
    #[schema(example = "1.0.0")]
    live_version: Option<String>,
    /// Every version in force, the live one included.
    #[schema(example = json!(["1.0.0"]))]
    versions: Vec<String>,
}

/// What a version of a policy declares.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicyDetail<'a> {
    /// Policy id.
    #[schema(example = "nomina-personal-loan-mx")]
    id: &'a str,
    /// Policy version.
    #[schema(example = "1.0.0")]
    version: &'a str,
    /// Hash of its scripts, tables and reasons.
    #[schema(example = "sha256:2c26b46b68ffc68f…")]
    hash: &'a str,
    /// Whether requests that name no version get it.
    live: bool,
    /// Every version of the policy in force.
    #[schema(example = json!(["1.0.0"]))]
    versions: Vec<String>,
    /// Its stages with their rules, in the order in which they run.
    stages: Vec<StageInfo>,
    /// Its named thresholds, in the order in which they are declared.
    params: Vec<ParamInfo>,
    /// Its reasons with their texts, sorted by code; those of the engine included.
    reasons: Vec<&'a CatalogueReason>,
}

/// Every policy with its versions.
#[utoipa::path(
    get, path = "/v1/policies", operation_id = "listPolicies", tag = "policies",
    responses((status = 200, description = "The policies in force.", body = PolicyList), LookupProblems)
)]
pub(crate) async fn list(State(app): State<App>, uri: Uri) -> Result<Response, Problem> {
    no_query(&uri)?;
    let rules = app.rules();
    let policies = rules.policies().map(|(id, versions)| PolicySummary {
        id: id.to_owned(),
        live_version: versions.live().map(|live| live.policy.version().to_owned()),
        versions: versions.names().map(str::to_owned).collect(),
    });
    json(&PolicyList {
        policies: policies.collect(),
    })
}

/// What the live version of a policy declares.
///
/// Of a policy that has numbered versions only, use the address of the version.
#[utoipa::path(
    get, path = "/v1/policies/{policy}", operation_id = "getPolicy", tag = "policies",
    params(("policy" = String, Path, description = "Policy id.", example = "nomina-personal-loan-mx")),
    responses((status = 200, description = "The policy.", body = PolicyDetail<'static>), LookupProblems)
)]
pub(crate) async fn live(
    State(app): State<App>,
    Params(policy): Params<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let rules = app.rules();
    let loaded = super::decisions::find_live(&rules, &policy)?;
    detail(&rules, &loaded)
}

/// What a version of a policy declares.
#[utoipa::path(
    get, path = "/v1/policies/{policy}/versions/{version}", operation_id = "getPolicyVersion",
    tag = "policies",
    params(
        ("policy" = String, Path, description = "Policy id.", example = "nomina-personal-loan-mx"),
        ("version" = String, Path, description = "Policy version.", example = "1.0.0"),
    ),
    responses((status = 200, description = "The version.", body = PolicyDetail<'static>), LookupProblems)
)]
pub(crate) async fn version(
    State(app): State<App>,
    Params((policy, version)): Params<(String, String)>,
    uri: Uri,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let rules = app.rules();
    let loaded = find_version(&rules, &policy, &version)?;
    detail(&rules, &loaded)
}

fn detail(rules: &RuleBook, loaded: &LoadedPolicy) -> Result<Response, Problem> {
    let stamp = loaded.policy.stamp();
    let versions = rules.policy(&stamp.id).map(Versions::names);
    json(&PolicyDetail {
        id: &stamp.id,
        version: &stamp.version,
        hash: &stamp.hash,
        live: rules.is_live(loaded),
        versions: versions.into_iter().flatten().map(str::to_owned).collect(),
        stages: loaded.policy.stages(),
        params: loaded.policy.params(),
        reasons: loaded.policy.reasons().collect(),
    })
}

/// The versions of a policy, or a problem that names the policies there are.
pub(super) fn find<'a>(rules: &'a RuleBook, policy: &str) -> Result<&'a Versions, Problem> {
    rules.policy(policy).ok_or_else(|| {
        let known: Vec<&str> = rules.ids().collect();
        let known = if known.is_empty() {
            "no policy is in force; `/readyz` says what is wrong".to_owned()
        } else {
            format!("known policies: {}", known.join(", "))
        };
        let near = suggest::nearest(policy, rules.ids());
        let near = near.map(|near| format!("; did you mean `{near}`?"));
        Problem::new(
            Kind::UnknownPolicy,
            format!("{known}{}", near.unwrap_or_default()),
        )
    })
}
