//! How a decision was reached: every rule met, its verdict, and the operands of its comparisons.
//!
//! Values are exact here, not rounded for printing. A trace holds characteristics, never
//! personal data.

use std::sync::Arc;

use serde::Serialize;

/// What became of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Its condition holds.
    Fired,
    /// Its condition does not hold.
    Passed,
    /// Its condition needs a value that is missing.
    Undecided,
    /// Its condition could not be computed (overflow, division by zero).
    Failed,
    /// The run ended before it.
    NotReached,
}

/// The trace of one decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Trace {
    /// Every rule, bin input and the offer, in the order of the policy.
    pub rules: Vec<RuleTrace>,
}

/// What became of one rule, bin input or the offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleTrace {
    /// The stage it belongs to.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub stage: Arc<str>,
    /// Its code; `OFFER` for the offer.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub rule: Arc<str>,
    /// What became of it.
    pub verdict: Verdict,
    /// The comparisons met, in the order they were met.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub comparisons: Vec<Comparison>,
    /// The value a scorecard characteristic was binned by; null when missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<serde_json::Value>,
    /// Points given, for a scorecard characteristic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<i64>,
    /// The characteristics that were missing where they mattered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub missing: Vec<Arc<str>>,
    /// Why it could not be computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// One comparison with the values it met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comparison {
    /// The comparison as written, such as `a.weeks_total < min_weeks`.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "a.weeks_total < min_weeks"))]
    pub text: Arc<str>,
    /// Value on the left; null when missing.
    pub left: serde_json::Value,
    /// The operator; `is` for a condition that is one characteristic, or `is_missing` of one.
    #[cfg_attr(feature = "openapi", schema(example = "<"))]
    pub operator: &'static str,
    /// Value on the right; null when missing.
    pub right: serde_json::Value,
    /// Whether it holds; null when a side is missing.
    pub holds: Option<bool>,
    /// Left minus right, for numbers and dates (in days).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "12"))]
    pub distance: Option<String>,
}
