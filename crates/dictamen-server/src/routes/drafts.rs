//! Drafts: saved as often as wanted, checked each time, submitted once.

use std::collections::BTreeMap;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use dictamen_store::{Candidate, Change, Content, ContentProblem, Draft, Expected, Made, Store};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    json,
    registry::{self, change, name, pointer, publishable, registry},
};
use crate::{
    access::Caller,
    app::App,
    extract::{JsonBody, Params, no_query},
    keeping,
    lifecycle::check::{Checked, Files, Question},
    openapi::RegistryProblems,
    problem::{DEFECT, Item, Kind, Problem},
    rules::PARAMETERS,
};

/// What ends the address of a draft that is submitted.
const SUBMIT: &str = ":submit";

/// A draft to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftBody {
    /// Every file of the policy's folder, cases included: text by path, with `/` between folders.
    #[schema(example = json!({"policy.rhai": "policy(\"my-first\", \"0.1.0\");\n…", "reasons.toml": "…"}))]
    files: BTreeMap<String, String>,
}

/// A draft and what was found in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftAnswer {
    #[serde(flatten)]
    draft: Draft,
    /// What was found. Errors are no reason not to save a draft, but one not to submit it.
    check: Checked,
}

/// A draft and its files.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftFiles {
    #[serde(flatten)]
    draft: Draft,
    /// Texts by path.
    #[schema(value_type = BTreeMap<String, String>)]
    files: Files,
}

/// The drafts of a policy.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftList {
    /// By name.
    drafts: Vec<Draft>,
}

/// A candidate and what was found in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CandidateAnswer {
    #[serde(flatten)]
    candidate: Candidate,
    /// What was found.
    check: Checked,
}

/// The drafts of a policy.
#[utoipa::path(
    get, path = "/v1/policies/{policy}/drafts", operation_id = "listDrafts", tag = "lifecycle",
    params(("policy" = String, Path, description = "Policy id, or `parameters`.", example = "my-first")),
    responses((status = 200, description = "The drafts.", body = DraftList), RegistryProblems)
)]
pub(crate) async fn list(
    State(app): State<App>,
    Params(policy): Params<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let (store, _) = registry(&app)?;
    let drafts = store.drafts(&policy).await;
    json(&DraftList {
        drafts: drafts.map_err(|error| keeping::problem(&error))?,
    })
}

/// A draft and its files.
#[utoipa::path(
    get, path = "/v1/policies/{policy}/drafts/{draft}", operation_id = "getDraft", tag = "lifecycle",
    params(
        ("policy" = String, Path, description = "Policy id, or `parameters`.", example = "my-first"),
        ("draft" = String, Path, description = "Name of the draft.", example = "lower-cut-off"),
    ),
    responses(
        (status = 200, description = "The draft.", body = DraftFiles,
         headers(("ETag" = String, description = "Hash of its files, for `If-Match`."))),
        RegistryProblems,
    )
)]
pub(crate) async fn one(
    State(app): State<App>,
    Params((policy, draft)): Params<(String, String)>,
    uri: Uri,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let (store, _) = registry(&app)?;
    let (draft, files) = find(store, &policy, &draft).await?;
    let tag = tag(&draft.content);
    let body = json(&DraftFiles {
        draft,
        files: files.files().clone(),
    })?;
    Ok(([(header::ETAG, tag)], body).into_response())
}

/// Save a draft.
///
/// It is checked on the way, and what was found is told: a draft with errors is saved as well. To
/// replace a draft, send the `ETag` it was got with as `If-Match`, or `*` to replace whatever is
/// there. The policy `parameters` holds the dated public parameters.
#[utoipa::path(
    put, path = "/v1/policies/{policy}/drafts/{draft}", operation_id = "saveDraft", tag = "lifecycle",
    params(
        ("policy" = String, Path, description = "Policy id, or `parameters`.", example = "my-first"),
        ("draft" = String, Path, description = "Name of the draft.", example = "lower-cut-off"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the draft to replace, or `*`."),
    ),
    request_body = DraftBody,
    responses(
        (status = 200, description = "Saved, and what was found.", body = DraftAnswer,
         headers(("ETag" = String, description = "Hash of its files, for `If-Match`."))),
        RegistryProblems,
    )
)]
pub(crate) async fn save(
    State(app): State<App>,
    Params((policy, draft)): Params<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    caller: Caller,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let (store, lifecycle) = registry(&app)?;
    name(&policy)?;
    name(&draft)?;
    let expected = registry::expected(&headers)?;
    let body: DraftBody = registry::read(&body, "`{\"files\": {\"policy.rhai\": \"…\"}}`")?;
    let content = Content::new(body.files).map_err(|problems| unusable(&problems))?;
    let there = store.draft(&policy, &draft).await;
    let there = there.map_err(|error| keeping::problem(&error))?;
    if there.is_some() && expected.is_none() {
        return Err(Problem::new(
            Kind::NoPrecondition,
            "to replace it, send its `ETag` as `If-Match`, or `*` whatever it holds",
        ));
    }
    // `*` asks for something to be there; who saves a draft for the first time may send it too.
    let expected = match expected {
        Some(Expected::Any) if there.is_none() => Expected::None,
        expected => expected.unwrap_or(Expected::None),
    };
    let check = lifecycle
        .checker()
        .check(question(&app, &policy, &content))
        .await;
    let save = Change::SaveDraft {
        policy,
        name: draft,
        content,
        expected,
        by: caller.name().to_owned(),
    };
    let Made::Draft(draft) = change(store, lifecycle, save).await?.made else {
        return Err(Problem::new(Kind::Internal, DEFECT));
    };
    let tag = tag(&draft.content);
    let body = json(&DraftAnswer { draft, check })?;
    Ok(([(header::ETAG, tag)], body).into_response())
}

/// Throw a draft away.
///
/// What was submitted of it stays.
#[utoipa::path(
    delete, path = "/v1/policies/{policy}/drafts/{draft}", operation_id = "deleteDraft", tag = "lifecycle",
    params(
        ("policy" = String, Path, description = "Policy id, or `parameters`.", example = "my-first"),
        ("draft" = String, Path, description = "Name of the draft.", example = "lower-cut-off"),
        ("If-Match" = Option<String>, Header, description = "`ETag` the draft is to have."),
    ),
    responses((status = 204, description = "It is gone."), RegistryProblems)
)]
pub(crate) async fn delete(
    State(app): State<App>,
    Params((policy, draft)): Params<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let (store, lifecycle) = registry(&app)?;
    let delete = Change::DeleteDraft {
        policy,
        name: draft,
        expected: registry::expected(&headers)?.unwrap_or(Expected::Any),
    };
    change(store, lifecycle, delete).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Submit a draft.
///
/// It becomes a candidate that nobody can change, known by the hash of its files, for somebody
/// else to approve. What has errors or a case that does not pass is refused, and says why.
#[utoipa::path(
    post, path = "/v1/policies/{policy}/drafts/{draft}:submit", operation_id = "submitDraft", tag = "lifecycle",
    params(
        ("policy" = String, Path, description = "Policy id, or `parameters`.", example = "my-first"),
        ("draft" = String, Path, description = "Name of the draft.", example = "lower-cut-off"),
        ("If-Match" = Option<String>, Header, description = "`ETag` the draft is to have."),
    ),
    responses((status = 200, description = "The candidate.", body = CandidateAnswer), RegistryProblems)
)]
pub(crate) async fn submit(
    State(app): State<App>,
    Params((policy, draft)): Params<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    caller: Caller,
) -> Result<Response, Problem> {
    no_query(&uri)?;
    let (store, lifecycle) = registry(&app)?;
    let Some(draft) = draft.strip_suffix(SUBMIT) else {
        return Err(Problem::new(
            Kind::NotFound,
            "to submit a draft, post to its address followed by `:submit`",
        ));
    };
    let (found, content) = find(store, &policy, draft).await?;
    if let Some(Expected::Content(tag)) = registry::expected(&headers)?
        && tag != found.content
    {
        return Err(Problem::new(
            Kind::OtherDraft,
            "get it again: it is another by now",
        ));
    }
    let check = lifecycle
        .checker()
        .check(question(&app, &policy, &content))
        .await;
    publishable(&check)?;
    let (Some(version), Some(hash)) = (check.version.clone(), check.hash.clone()) else {
        return Err(Problem::new(Kind::Internal, DEFECT));
    };
    let submit = Change::Submit {
        policy,
        draft: draft.to_owned(),
        content: found.content,
        version,
        hash,
        by: caller.name().to_owned(),
    };
    let Made::Candidate(candidate) = change(store, lifecycle, submit).await?.made else {
        return Err(Problem::new(Kind::Internal, DEFECT));
    };
    json(&CandidateAnswer { candidate, check })
}

async fn find(store: &Store, policy: &str, name: &str) -> Result<(Draft, Content), Problem> {
    let unknown = || Problem::new(Kind::UnknownDraft, "the policy has no draft of this name");
    let problem = |error| keeping::problem(&error);
    let draft = store.draft(policy, name).await.map_err(problem)?;
    let draft = draft.ok_or_else(unknown)?;
    // Replaced in between, its files may be gone: it is another draft by now.
    let content = store.policy_content(&draft.content).await;
    let content = content
        .map_err(problem)?
        .ok_or_else(|| Problem::new(Kind::OtherDraft, "get it again: it is being replaced"))?;
    Ok((draft, content))
}

/// Everything that is needed to look at a folder.
pub(super) fn question(app: &App, policy: &str, content: &Content) -> Question {
    let rules = app.rules();
    let texts = |path: &str, bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        (path.to_owned(), text)
    };
    let parameters = rules.parameters().map(|set| {
        let files = set.files().iter();
        files.map(|(path, bytes)| texts(path, bytes)).collect()
    });
    let in_force = rules.policies().filter(|_| policy == PARAMETERS);
    let in_force = in_force.filter_map(|(id, versions)| {
        let files = versions.live()?.source.iter();
        let files = files.map(|(path, bytes)| texts(path, bytes)).collect();
        Some((id.to_owned(), files))
    });
    Question {
        policy: policy.to_owned(),
        files: content.files().clone(),
        parameters,
        in_force: in_force.collect(),
    }
}

fn unusable(problems: &[ContentProblem]) -> Problem {
    let items = problems.iter().map(|problem| Item {
        pointer: problem
            .path
            .as_deref()
            .map_or_else(|| "/files".to_owned(), pointer),
        code: "draft::path".to_owned(),
        message: problem.message.to_owned(),
        help: Some("paths are those of a policy's folder, such as `cases/short.toml`".to_owned()),
    });
    Problem::new(Kind::InvalidBody, "these files are not those of a folder")
        .with(items.take(100).collect())
}

fn tag(content: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{content}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}
