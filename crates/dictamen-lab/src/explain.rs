//! Why an applicant got their answer, and the smallest change that would lead to a better one.
//!
//! Everything met with its values and distances comes from the decision's trace. A change is only
//! told when the ordinary engine, asked again with it, gives a better answer. What an applicant can
//! change is one table ([`levers`]); age, history and identity are not in it and are never touched.

pub mod levers;
mod score;
mod search;
mod sentence;

use chrono::NaiveDate;
use dictamen_engine::{
    Decision, Outcome, Policy, Reason, RuleTrace, Trace, Verdict, words::Language,
};
use dictamen_model::{DecisionRequest, Parameters, characteristic::ComputeError};
use serde::Serialize;

pub use score::Scored;
pub use search::MOST_DECISIONS;
pub(crate) use sentence::pesos;

use crate::pipeline;

/// One thing that would be different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What the applicant would do: `requested_amount`, `requested_term_months`,
    /// `existing_monthly_debt` or `time`.
    pub lever: &'static str,
    /// As it is; days from now for `time`, which is 0.
    pub from: String,
    /// As it would have to be; days from now for `time`.
    pub to: String,
    /// The characteristics that move with it, as they would then be.
    pub characteristics: Vec<Moved>,
}

/// A characteristic that a change moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Its name.
    pub name: &'static str,
    /// As it is.
    pub from: String,
    /// As it would be.
    pub to: String,
}

/// A change that leads to a better answer, shown by deciding again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// One change, or two that only help together.
    pub changes: Vec<Change>,
    /// What the answer would be.
    pub outcome: Outcome,
    /// The amount that would be offered, in MXN.
    pub amount: Option<String>,
    /// The whole of it, for the applicant.
    pub sentence: String,
}

/// Why, and what would change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The decision that is explained.
    pub decision_id: String,
    /// The lender's id of the application.
    pub application_id: String,
    /// The language of the sentences: `es-MX` or `en`.
    pub language: &'static str,
    /// What was decided.
    pub outcome: Outcome,
    /// The score, where there is one.
    pub score: Option<i64>,
    /// The band, where there is one.
    pub band: Option<String>,
    /// Why, most important first.
    pub reasons: Vec<Reason>,
    /// Every rule that was met, with its values and their distances: first those that settled the
    /// answer, then the others in the order in which they were met.
    pub conditions: Vec<RuleTrace>,
    /// The characteristics of the scorecard, those that lost most points first; empty without a
    /// score.
    pub scorecard: Vec<Scored>,
    /// What would lead to a better answer, the smallest change first.
    pub suggestions: Vec<Suggestion>,
    /// What is said when nothing is suggested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without_suggestion: Option<String>,
    /// Decisions that were made in the search.
    pub decisions_made: usize,
    /// The day the facts are taken to hold.
    pub as_of: NaiveDate,
    /// The decision itself.
    #[serde(skip)]
    pub decision: Decision,
}

/// Explains what a policy decides on a request.
///
/// # Errors
///
/// When the characteristics cannot be computed for that day.
pub fn explain(
    policy: &Policy,
    request: &DecisionRequest,
    as_of: NaiveDate,
    parameters: &Parameters,
    language: Language,
) -> Result<Explanation, ComputeError> {
    let decided = pipeline::decide(policy, request, as_of, parameters)?;
    let found = search::search(policy, request, as_of, parameters, &decided.decision)?;
    let decision = decided.decision;
    let suggestions: Vec<Suggestion> = found
        .suggestions
        .iter()
        .map(|found| sentence::suggestion(found, language))
        .collect();
    let without = suggestions
        .is_empty()
        .then(|| sentence::without(&decision, language));
    Ok(Explanation {
        decision_id: decision.decision_id.clone(),
        application_id: decision.application_id.clone(),
        language: language.tag(),
        outcome: decision.outcome,
        score: decision.score,
        band: decision.band.as_ref().map(ToString::to_string),
        reasons: decision.reasons.clone(),
        scorecard: score::scorecard(policy, &decision, &decided.trace, language),
        conditions: conditions(decided.trace),
        suggestions,
        without_suggestion: without,
        decisions_made: found.made,
        as_of,
        decision,
    })
}

/// What was met: what settled the answer first.
fn conditions(trace: Trace) -> Vec<RuleTrace> {
    let met = trace
        .rules
        .into_iter()
        .filter(|rule| rule.verdict != Verdict::NotReached && rule.points.is_none());
    let (first, rest): (Vec<_>, Vec<_>) = met.partition(|rule| {
        matches!(
            rule.verdict,
            Verdict::Fired | Verdict::Undecided | Verdict::Failed
        )
    });
    first.into_iter().chain(rest).collect()
}
