//! Explaining a decision of the log.

use axum::{http::Uri, response::Response};
use dictamen_engine::words::Language;
use dictamen_model::suggest;
use dictamen_store::Sealed;

use super::{in_time, json, log};
use crate::{
    app::App,
    explain::{self, ExplainAnswer},
    extract::query,
    keeping,
    openapi::ReplayProblems,
    problem::{Kind, Problem},
};

/// What may follow the `?` of an explanation.
#[derive(Debug, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query")]
pub(crate) struct ExplainQuery {
    /// The language of the sentences: `es-MX` (default) or `en`.
    #[param(required = false, inline)]
    lang: Option<LanguageName>,
    /// Explain what another policy decides: its id, for its live version, or `id@version`.
    #[param(required = false, example = "nomina-personal-loan-mx@1.1.0")]
    policy: Option<String>,
}

#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the query")]
pub(crate) enum LanguageName {
    #[schema(rename = "es-MX")]
    Spanish,
    #[schema(rename = "en")]
    English,
}

/// Say why, and what would change it.
///
/// Every condition with its values and distances, the scorecard with what was lost, and the smallest
/// changes of what an applicant can change (amount, term, other debts, time in the job) that lead to
/// a better answer. Each of them was decided again; age, history and identity are never touched. On
/// the same request and as of the same day, by the policy version that decided, or by another.
/// Nothing is logged.
#[utoipa::path(
    post, path = "/v1/decisions/{decision}:explain", operation_id = "explainDecision", tag = "log",
    params(
        ("decision" = String, Path, description = "Decision id.", example = "6f1ed002-ab55-8d1c-a2a7-7a9c4c2e9b10"),
        ExplainQuery,
    ),
    responses((status = 200, description = "Why, and what would change it.", body = ExplainAnswer), ReplayProblems)
)]
pub(crate) async fn explain_decision(app: App, id: &str, uri: &Uri) -> Result<Response, Problem> {
    let (mut policy, mut language) = (None, Language::Spanish);
    for (key, value) in query(uri, &["lang", "policy"])? {
        if key == "policy" {
            policy = Some(value);
            continue;
        }
        language = [Language::Spanish, Language::English]
            .into_iter()
            .find(|language| language.tag() == value)
            .ok_or_else(|| {
                let help = suggest::help(&value, ["es-MX", "en"]);
                let help = help.unwrap_or_else(|| "it is `es-MX` or `en`".to_owned());
                Problem::new(
                    Kind::InvalidQuery,
                    format!("unknown value of `lang`; {help}"),
                )
            })?;
    }
    let kept = log::log(&app)?;
    let (_, facts) = log::find(kept, id).await?;
    let sealed = kept
        .open_sealed(id)
        .await
        .map_err(|error| keeping::problem(&error))?;
    let sealed: Sealed = sealed.ok_or_else(log::unknown)?;
    let (rules, size) = (app.rules(), sealed.request.len());
    let found = in_time(&app, size, move || {
        explain::of_log(&rules, &facts, &sealed, policy.as_deref(), language)
    })
    .await?;
    json(&found)
}
