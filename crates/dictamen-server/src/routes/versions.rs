//! Candidates, and the versions they become.

#[expect(unused_imports, reason = "named by the schemas")]
use std::collections::BTreeMap;

use axum::{extract::State, http::Uri, response::Response};
use dictamen_store::{Candidate, Change, Made, PolicyState, Store, Version};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    drafts::question,
    json,
    registry::{change, publishable, registry},
};
use crate::{
    access::Caller,
    app::App,
    extract::{Params, no_query},
    keeping,
    lifecycle::check::Files,
    openapi::RegistryProblems,
    problem::{DEFECT, Kind, Problem},
};

/// What ends the address of a candidate that is approved.
const APPROVE: &str = ":approve";

/// The candidates of a policy.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CandidateList {
    /// Oldest first, those that were approved among them.
    candidates: Vec<Candidate>,
}

/// A candidate and its files.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CandidateFiles {
    #[serde(flatten)]
    candidate: Candidate,
    /// Texts by path.
    #[schema(value_type = BTreeMap<String, String>)]
    files: Files,
}

/// The versions of a policy.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionList {
    /// In the order they were published.
    versions: Vec<Version>,
}

/// A version and its files.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionFiles {
    #[serde(flatten)]
    version: Version,
    /// Texts by path.
    #[schema(value_type = BTreeMap<String, String>)]
    files: Files,
}

/// What was submitted for a policy.
#[utoipa::path(
    get, path = "/v1/policies/{policy}/candidates", operation_id = "listCandidates", tag = "lifecycle",
    params(("policy" = String, Path, description = "Policy id, or `parameters`.", example = "my-first")),
    responses((status = 200, description = "The candidates.", body = CandidateList), RegistryProblems)
)]
pub(crate) async fn candidates(
    State(app): State<App>,
    Params(policy): Params<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let (store, _) = registry(&app)?;
    let candidates = store.candidates(&policy).await;
    json(&CandidateList {
        candidates: candidates.map_err(|error| keeping::problem(&error))?,
    })
}

/// A candidate and its files.
#[utoipa::path(
    get, path = "/v1/policies/{policy}/candidates/{content}", operation_id = "getCandidate", tag = "lifecycle",
    params(
        ("policy" = String, Path, description = "Policy id, or `parameters`.", example = "my-first"),
        ("content" = String, Path, description = "Hash of its files.", example = "sha256:2c26b46b68ffc68f…"),
    ),
    responses((status = 200, description = "The candidate.", body = CandidateFiles), RegistryProblems)
)]
pub(crate) async fn candidate(
    State(app): State<App>,
    Params((policy, content)): Params<(String, String)>,
    uri: Uri,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let (store, _) = registry(&app)?;
    let candidate = find(store, &policy, &content).await?;
    let files = files(store, &candidate.content).await?;
    json(&CandidateFiles { candidate, files })
}

/// Approve a candidate.
///
/// It becomes an immutable version; it comes into force when it is activated. Nobody who wrote in
/// the draft or submitted it can approve it, unless the service was started for a single person. It
/// is checked again, with the parameters in force by now.
#[utoipa::path(
    post, path = "/v1/policies/{policy}/candidates/{content}:approve", operation_id = "approveCandidate", tag = "lifecycle",
    params(
        ("policy" = String, Path, description = "Policy id, or `parameters`.", example = "my-first"),
        ("content" = String, Path, description = "Hash of its files.", example = "sha256:2c26b46b68ffc68f…"),
    ),
    responses((status = 200, description = "The version.", body = Version), RegistryProblems)
)]
pub(crate) async fn approve(
    State(app): State<App>,
    Params((policy, content)): Params<(String, String)>,
    uri: Uri,
    caller: Caller,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let (store, lifecycle) = registry(&app)?;
    let Some(hash) = content.strip_suffix(APPROVE) else {
        return Err(Problem::new(
            Kind::NotFound,
            "to approve a candidate, post to its address followed by `:approve`",
        ));
    };
    let candidate = find(store, &policy, hash).await?;
    if candidate.approver.is_none() {
        let content = store.policy_content(&candidate.content).await;
        let content = content.map_err(|error| keeping::problem(&error))?;
        let content = content.ok_or_else(|| Problem::new(Kind::Internal, DEFECT))?;
        let check = lifecycle.checker().check(question(&app, &policy, &content));
        publishable(&check.await)?;
    }
    let approve = Change::Approve {
        policy,
        content: candidate.content,
        alone: lifecycle.single_person(),
        by: caller.name().to_owned(),
    };
    let Made::Version(version) = change(store, lifecycle, approve).await?.made else {
        return Err(Problem::new(Kind::Internal, DEFECT));
    };
    json(&version)
}

/// The versions of a policy.
#[utoipa::path(
    get, path = "/v1/policies/{policy}/versions", operation_id = "listVersions", tag = "lifecycle",
    params(("policy" = String, Path, description = "Policy id, or `parameters`.", example = "my-first")),
    responses((status = 200, description = "The versions.", body = VersionList), RegistryProblems)
)]
pub(crate) async fn versions(
    State(app): State<App>,
    Params(policy): Params<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let (store, _) = registry(&app)?;
    json(&VersionList {
        versions: state(store, &policy).await?.versions,
    })
}

/// A version and its files.
#[utoipa::path(
    get, path = "/v1/policies/{policy}/versions/{version}/files", operation_id = "getVersionFiles", tag = "lifecycle",
    params(
        ("policy" = String, Path, description = "Policy id, or `parameters`.", example = "my-first"),
        ("version" = String, Path, description = "Policy version.", example = "1.0.0"),
    ),
    responses((status = 200, description = "The version.", body = VersionFiles), RegistryProblems)
)]
pub(crate) async fn version_files(
    State(app): State<App>,
    Params((policy, version)): Params<(String, String)>,
    uri: Uri,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let (store, _) = registry(&app)?;
    let state = state(store, &policy).await?;
    let version = state.version(&version).cloned().ok_or_else(|| {
        Problem::new(
            Kind::UnknownVersion,
            "no version of this name was published; `GET …/versions` lists those that were",
        )
    })?;
    let files = files(store, &version.content).await?;
    json(&VersionFiles { version, files })
}

/// What the registry knows of a policy that has a version.
pub(super) async fn state(store: &Store, policy: &str) -> Result<PolicyState, Problem> {
    let registry = store.registry().await;
    let mut registry = registry.map_err(|error| keeping::problem(&error))?;
    registry.policies.remove(policy).ok_or_else(|| {
        Problem::new(
            Kind::UnknownPolicy,
            "no version of it was published; `GET …/candidates` lists what waits for approval",
        )
    })
}

async fn find(store: &Store, policy: &str, content: &str) -> Result<Candidate, Problem> {
    let candidates = store.candidates(policy).await;
    let candidates = candidates.map_err(|error| keeping::problem(&error))?;
    let found = candidates.into_iter().find(|c| c.content == content);
    found.ok_or_else(|| {
        Problem::new(
            Kind::UnknownCandidate,
            "no draft with this hash was submitted; `GET …/candidates` lists those that were",
        )
    })
}

async fn files(store: &Store, content: &str) -> Result<Files, Problem> {
    let found = store.policy_content(content).await;
    let found = found.map_err(|error| keeping::problem(&error))?;
    let found = found.ok_or_else(|| Problem::new(Kind::Internal, DEFECT))?;
    Ok(found.files().clone())
}
