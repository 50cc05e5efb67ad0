//! The decision: what an application gets, why, and by what.
//!
//! Plain data, serialised with keys in a fixed order so that equal inputs give equal bytes.
//! Amounts and rates are decimal strings. It knows nothing of how the answer was reached; that
//! is the [`Trace`](crate::Trace).

mod json;

use std::{collections::BTreeMap, fmt, sync::Arc};

use chrono::NaiveDate;
use dictamen_model::characteristic::{Characteristics, definitions, index_of};
use serde::{Serialize, ser::SerializeMap};

use crate::{Trace, canonical};

/// What an application gets, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Outcome {
    /// Granted as requested.
    Approve,
    /// Granted with a smaller amount or a shorter term than requested.
    Counter,
    /// To be looked at by a person.
    Refer,
    /// Not granted.
    Decline,
}

impl Outcome {
    /// The name scripts, cases and JSON use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Approve => "APPROVE",
            Self::Counter => "COUNTER",
            Self::Refer => "REFER",
            Self::Decline => "DECLINE",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A decision together with the trace that proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// What is answered.
    pub decision: Decision,
    /// How it was reached: every rule met with its verdict and the operands of its comparisons.
    pub trace: Trace,
}

/// The answer to one application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Decision {
    /// Derived from everything the decision depends on: the same question has the same id.
    #[cfg_attr(
        feature = "openapi",
        schema(example = "6f1ed002-ab55-8d1c-a2a7-7a9c4c2e9b10")
    )]
    pub decision_id: String,
    /// The lender's id of the application.
    #[cfg_attr(feature = "openapi", schema(example = "APP-0009"))]
    pub application_id: String,
    /// What the application gets.
    pub outcome: Outcome,
    /// Sum of the scorecard; null when the run ended before it or the policy has none.
    #[cfg_attr(feature = "openapi", schema(example = 715))]
    pub score: Option<i64>,
    /// The band the score falls in.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "B"))]
    pub band: Option<Arc<str>>,
    /// What is offered; present with APPROVE and COUNTER when the policy computes an offer.
    pub offer: Option<Offer>,
    /// Why, most important first. Never empty with COUNTER, REFER and DECLINE.
    pub reasons: Vec<Reason>,
    /// What was missing where it mattered, and for which rule.
    pub missing: Vec<MissingInput>,
    /// The stage in which the run ended.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "OFFER"))]
    pub stage: Arc<str>,
    /// Points per scorecard characteristic, by reason code; null when no score was computed.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<BTreeMap<String, i64>>))]
    pub points: Option<BTreeMap<Arc<str>, i64>>,
    /// Every characteristic the policy could have read, rounded for printing.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub characteristics: Printed,
    /// The policy that decided.
    pub policy: PolicyStamp,
    /// The dated public parameters it was decided with.
    pub parameters: ParametersStamp,
    /// Version of the engine.
    #[cfg_attr(feature = "openapi", schema(example = "0.1.0"))]
    pub engine: &'static str,
    /// Hash over everything that was decided on: application id, as-of date and every
    /// characteristic, unrounded. What no rule can reach (names, sex, order of arrays, unknown
    /// fields) does not enter.
    #[cfg_attr(feature = "openapi", schema(example = "sha256:9f86d081884c7d65…"))]
    pub input_hash: String,
    /// The day the facts are taken to hold.
    #[cfg_attr(feature = "openapi", schema(example = "2026-09-15"))]
    pub as_of: NaiveDate,
}

/// Characteristics as a decision prints them: decimals as text, rounded by their unit; null when
/// missing. Printed when it is written, not before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed(Characteristics);

impl Printed {
    /// Takes what is to be printed.
    pub fn new(characteristics: Characteristics) -> Self {
        Self(characteristics)
    }

    /// The characteristic called `name`, as printed.
    pub fn get(&self, name: &str) -> Option<serde_json::Value> {
        let at = index_of(name)?;
        let definition = definitions().get(at)?;
        Some(canonical::printed(self.0.get(at), definition.unit))
    }
}

impl Serialize for Printed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let definitions = definitions();
        let mut map = serializer.serialize_map(Some(definitions.len()))?;
        for (definition, (name, value)) in definitions.iter().zip(self.0.iter()) {
            map.serialize_entry(name, &canonical::printed(value, definition.unit))?;
        }
        map.end()
    }
}

/// What is offered. Amounts in MXN with two decimals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Offer {
    /// Amount granted.
    #[cfg_attr(feature = "openapi", schema(example = "72500.00"))]
    pub amount: String,
    /// Months to pay.
    #[cfg_attr(feature = "openapi", schema(example = 36))]
    pub term_months: i64,
    /// Nominal annual rate without IVA, 1 = 100 %.
    #[cfg_attr(feature = "openapi", schema(example = "0.36"))]
    pub annual_rate: String,
    /// Payment per month.
    #[cfg_attr(feature = "openapi", schema(example = "3562.84"))]
    pub monthly_payment: String,
    /// Always `MXN`.
    #[cfg_attr(feature = "openapi", schema(example = "MXN"))]
    pub currency: &'static str,
    /// The largest amount the policy would have granted for this term.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "72500.00"))]
    pub max_amount: Option<String>,
    /// The largest monthly payment the policy allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "4004.86"))]
    pub max_payment: Option<String>,
    /// What kept the amount from being larger, in the policy's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "income_multiple"))]
    pub limiting_factor: Option<Arc<str>>,
}

/// One reason for the outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reason {
    /// Code in the policy's catalogue.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "L01"))]
    pub code: Arc<str>,
    /// 1 is the most important.
    #[cfg_attr(feature = "openapi", schema(example = 1))]
    pub rank: usize,
    /// What the applicant is told.
    pub text: ReasonText,
    /// Points lost against the best bin, for a reason that comes from the scorecard.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = 80))]
    pub points_lost: Option<i64>,
    /// What would settle a referral, where the catalogue says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub evidence: Option<Arc<str>>,
}

/// A reason in the languages of the applicant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReasonText {
    /// Mexican Spanish.
    #[serde(rename = "es-MX")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub es_mx: Arc<str>,
    /// English.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub en: Arc<str>,
}

/// A characteristic that was missing where it mattered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MissingInput {
    /// The characteristic.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "weeks_total"))]
    pub characteristic: Arc<str>,
    /// The rule, scorecard characteristic or offer that needed it.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "E05"))]
    pub needed_by: Arc<str>,
}

/// The policy that decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyStamp {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "nomina-personal-loan-mx"))]
    pub id: Arc<str>,
    /// Its version.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "1.0.0"))]
    pub version: Arc<str>,
    /// Hash of its scripts, tables and reasons.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "sha256:2c26b46b68ffc68f…"))]
    pub hash: Arc<str>,
}

/// The dated public parameters a decision was made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParametersStamp {
    /// Hash of the parameter tables.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "sha256:fcde2b2edba56bf4…"))]
    pub hash: Arc<str>,
}
