//! Explaining what was decided: why, and what would change it.

use dictamen_engine::{Outcome, Reason, RuleTrace, words::Language};
use dictamen_lab::explain::{Explanation, explain};
use dictamen_model::DecisionRequest;
use dictamen_store::{DecisionFacts, Sealed};
use utoipa::ToSchema;

use crate::{problem::Problem, replay, routes, rules::RuleBook};

/// Why, and what would change it.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the lab writes")]
pub(crate) struct ExplainAnswer {
    /// The decision that is explained, as it is made now.
    decision_id: String,
    /// The lender's id of the application.
    application_id: String,
    /// The language of the sentences: `es-MX` or `en`.
    #[schema(example = "es-MX")]
    language: String,
    /// What was decided.
    outcome: Outcome,
    /// The score, where there is one.
    score: Option<i64>,
    /// The band, where there is one.
    band: Option<String>,
    /// Why, most important first.
    reasons: Vec<Reason>,
    /// Every rule that was met, with its values and their distances: first those that settled the
    /// answer.
    conditions: Vec<RuleTrace>,
    /// The characteristics of the scorecard, those that lost most points first.
    scorecard: Vec<ExplainedPoints>,
    /// What would lead to a better answer, the smallest change first; each was decided again.
    suggestions: Vec<Suggestion>,
    /// What is said when nothing is suggested; absent otherwise.
    #[schema(nullable = false)]
    without_suggestion: Option<String>,
    /// Decisions that were made in the search.
    decisions_made: usize,
    /// The day the facts are taken to hold.
    as_of: chrono::NaiveDate,
}

/// Points of one characteristic of the scorecard.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the lab writes")]
pub(crate) struct ExplainedPoints {
    /// Its reason code.
    code: String,
    /// What its reason says.
    text: String,
    /// What was binned, a decimal to four places; null when missing.
    #[schema(value_type = Value)]
    value: serde_json::Value,
    /// Points given.
    points: i64,
    /// Points of the best bin.
    best: i64,
    /// The next lower bound that gives more points; absent where no larger value does.
    #[schema(nullable = false)]
    next: Option<String>,
}

/// A change that leads to a better answer.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the lab writes")]
pub(crate) struct Suggestion {
    /// One change, or two that only help together.
    changes: Vec<SuggestedChange>,
    /// What the answer would be.
    outcome: Outcome,
    /// The amount that would be offered, in MXN.
    amount: Option<String>,
    /// The whole of it, for the applicant.
    #[schema(
        example = "Con 8 semanas cotizadas más (en 56 días, si conserva su empleo), podríamos ofrecerle $38,500."
    )]
    sentence: String,
}

/// One thing that would be different.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the lab writes")]
pub(crate) struct SuggestedChange {
    /// `requested_amount`, `requested_term_months`, `existing_monthly_debt` or `time`.
    #[schema(example = "time")]
    lever: String,
    /// As it is; 0 for `time`.
    from: String,
    /// As it would have to be; days from now for `time`.
    to: String,
    /// The characteristics that move with it.
    characteristics: Vec<MovedCharacteristic>,
}

/// A characteristic that a change moves.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the lab writes")]
pub(crate) struct MovedCharacteristic {
    /// Its name.
    name: String,
    /// As it is.
    from: String,
    /// As it would be.
    to: String,
}

/// Explains what was decided on, as of the day of then. `policy` as for
/// [`replay::replay`].
///
/// # Errors
///
/// As [`replay::replay`].
pub fn of_log(
    book: &RuleBook,
    facts: &DecisionFacts,
    sealed: &Sealed,
    policy: Option<&str>,
    language: Language,
) -> Result<Explanation, Problem> {
    let loaded = replay::policy_for(book, facts, policy)?;
    let set = book.parameters().ok_or_else(routes::no_parameters)?;
    let request = DecisionRequest::parse(&sealed.request).map_err(routes::invalid)?;
    explain(
        &loaded.policy,
        &request,
        facts.as_of,
        &set.parameters,
        language,
    )
    .map_err(|error| routes::cannot_compute(&error))
}
