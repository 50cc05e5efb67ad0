//! Deciding again what was decided, by the policy of then or by another.

use std::sync::Arc;

use dictamen_lab::{
    pipeline,
    replay::{Cause, Change, Comparison, Verdict, compare},
};
use dictamen_model::{DecisionRequest, suggest};
use dictamen_store::{DecisionFacts, Sealed};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::{
    answer::{self, DecisionAnswer, Explain},
    problem::{Kind, Problem},
    routes::{self, decisions},
    rules::{Arm, LoadedPolicy, RuleBook, Versions},
};

/// A decision made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// How it compares with the one that was made.
    pub comparison: Comparison,
    /// The answer as it is now, one line of JSON.
    pub answer: Vec<u8>,
}

/// A decision made again, as it is answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplayAnswer<'a> {
    /// The decision that was made again.
    decision_id: &'a str,
    /// `identical`: the same bytes. `same_answer`: other causes, the same answer. `changed`:
    /// another answer.
    #[schema(value_type = String, example = "identical")]
    result: Verdict,
    /// The causes that differ: `policy`, `parameters`, `engine` or `input`.
    #[schema(value_type = Vec<ReplayCause>)]
    causes: &'a [Cause],
    /// What came out differently, causes left out.
    #[schema(value_type = Vec<ReplayChange>)]
    changes: &'a [Change],
    /// The answer as it is now.
    #[schema(value_type = DecisionAnswer<'static>)]
    decision: &'a RawValue,
}

/// A cause that differs.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the lab writes")]
pub(crate) struct ReplayCause {
    /// `policy`, `parameters`, `engine` or `input`.
    #[schema(example = "policy")]
    cause: String,
    /// What the logged answer names.
    #[schema(value_type = Value)]
    logged: serde_json::Value,
    /// What the new answer names.
    #[schema(value_type = Value)]
    now: serde_json::Value,
}

/// A value that differs.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the lab writes")]
pub(crate) struct ReplayChange {
    /// JSON Pointer into the answer.
    #[schema(example = "/offer/amount")]
    pointer: String,
    /// In the logged answer; null when it is not there.
    #[schema(value_type = Value)]
    logged: serde_json::Value,
    /// In the new answer; null when it is not there.
    #[schema(value_type = Value)]
    now: serde_json::Value,
}

/// Writes a decision made again as one line of JSON.
///
/// # Errors
///
/// Never for what [`replay`] gives; the type says so because JSON writing can fail in general.
pub fn write(decision_id: &str, replayed: &Replayed) -> Result<Vec<u8>, serde_json::Error> {
    answer::line(&ReplayAnswer {
        decision_id,
        result: replayed.comparison.verdict,
        causes: &replayed.comparison.causes,
        changes: &replayed.comparison.changes,
        decision: serde_json::from_slice(&replayed.answer)?,
    })
}

/// Decides again on what was decided on, as of the day of then.
///
/// `policy` is `ID` or `ID@VERSION`; without it the version that decided is taken: the one with
/// the same content, else the one with the same name, else the live one.
///
/// # Errors
///
/// When there is no such policy, no parameters are loaded, or the request of then cannot be
/// decided any more.
pub fn replay(
    book: &RuleBook,
    facts: &DecisionFacts,
    sealed: &Sealed,
    policy: Option<&str>,
) -> Result<Replayed, Problem> {
    let loaded = policy_for(book, facts, policy)?;
    let set = book.parameters().ok_or_else(routes::no_parameters)?;
    let request = DecisionRequest::parse(&sealed.request).map_err(routes::invalid)?;
    let (decision, _) = pipeline::answer(
        &loaded.policy,
        &request,
        facts.as_of,
        &set.parameters,
        false,
    )
    .map_err(|error| routes::cannot_compute(&error))?;
    // Which side of a split asked is no cause and no result: it is as it was.
    let arm = facts.arm.as_deref().and_then(Arm::by_name);
    let answer =
        answer::write_for(arm, &decision, None, Explain::None).map_err(routes::unwritable)?;
    let comparison = compare(&sealed.answer, &answer).map_err(routes::unwritable)?;
    Ok(Replayed { comparison, answer })
}

/// The policy that decides again: the one that was named, or the one of then.
pub(crate) fn policy_for(
    book: &RuleBook,
    facts: &DecisionFacts,
    policy: Option<&str>,
) -> Result<Arc<LoadedPolicy>, Problem> {
    match policy.map(|policy| policy.split_once('@').ok_or(policy)) {
        None => of_then(book, facts),
        Some(Ok((id, version))) => decisions::find_version(book, id, version),
        Some(Err(id)) => decisions::find_live(book, id),
    }
}

fn of_then(book: &RuleBook, facts: &DecisionFacts) -> Result<Arc<LoadedPolicy>, Problem> {
    let then = &facts.policy;
    let versions = book.policy(&then.id).ok_or_else(|| {
        let help = suggest::help(&then.id, book.ids());
        Problem::new(
            Kind::UnknownPolicy,
            format!(
                "the policy that decided, `{}`, is not loaded; {}",
                then.id,
                help.unwrap_or_default()
            ),
        )
    })?;
    let same = |loaded: &&Arc<LoadedPolicy>| *loaded.policy.stamp().hash == *then.hash;
    let by_content = versions
        .names()
        .filter_map(|name| versions.get(name))
        .chain(versions.live());
    let found = by_content
        .into_iter()
        .find(same)
        .or_else(|| versions.get(&then.version))
        .or_else(|| Versions::live(versions));
    found.cloned().ok_or_else(|| {
        Problem::new(
            Kind::NoLiveVersion,
            format!(
                "neither version {} nor a live one of `{}` is loaded",
                then.version, then.id
            ),
        )
    })
}
