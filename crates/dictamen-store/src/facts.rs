//! What entries say in clear: canonical JSON, keys in order, nothing personal.
//!
//! The structs list their fields in alphabetical order, so that what serde writes is canonical
//! as it is. What an applicant could be told apart by (characteristics, the application's id, the
//! request) is not here: it is sealed.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use dictamen_engine::{Decision, MissingInput};
use serde::{Deserialize, Serialize};

use crate::{Head, StoreError};

/// Of a decision, everything but what is personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionFacts {
    /// Blind reference of the application: a keyed hash of its id.
    pub application: String,
    /// The side of a split that decided; none when there was no split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
    /// The day the facts were taken to hold.
    pub as_of: NaiveDate,
    /// The band the score fell in.
    pub band: Option<String>,
    /// The decision's id, a hash of its causes.
    pub decision_id: String,
    /// Version of the engine.
    pub engine: String,
    /// Hash over everything that was decided on.
    pub input_hash: String,
    /// What was missing where it mattered.
    pub missing: Vec<Missing>,
    /// What was offered.
    pub offer: Option<OfferFacts>,
    /// What the application got.
    pub outcome: String,
    /// Hash of the public parameters.
    pub parameters: String,
    /// Points by reason code.
    pub points: Option<BTreeMap<String, i64>>,
    /// The policy that decided.
    pub policy: PolicyFacts,
    /// Reason codes, most important first.
    pub reasons: Vec<String>,
    /// Sum of the scorecard.
    pub score: Option<i64>,
    /// The stage in which the run ended.
    pub stage: String,
}

/// What was offered: amounts in MXN, the rate as a share of one, all as decimal texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = LoggedOffer))]
pub struct OfferFacts {
    /// Amount granted.
    pub amount: String,
    /// Nominal annual rate.
    pub annual_rate: String,
    /// Always `MXN`.
    pub currency: String,
    /// What kept the amount from being larger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limiting_factor: Option<String>,
    /// The largest amount the policy would have granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_amount: Option<String>,
    /// The largest monthly payment the policy allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_payment: Option<String>,
    /// Payment per month.
    pub monthly_payment: String,
    /// Months to pay.
    pub term_months: i64,
}

/// A characteristic that was missing where it mattered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = LoggedMissing))]
pub struct Missing {
    /// Its name.
    pub characteristic: String,
    /// What needed it.
    pub needed_by: String,
}

/// A policy version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = LoggedPolicy))]
pub struct PolicyFacts {
    /// Content hash.
    pub hash: String,
    /// Id.
    pub id: String,
    /// Version.
    pub version: String,
}

impl DecisionFacts {
    /// What may be said in clear of a decision; `application` is its blind reference.
    pub(crate) fn of(decision: &Decision, application: String) -> Self {
        let missing = |input: &MissingInput| Missing {
            characteristic: input.characteristic.to_string(),
            needed_by: input.needed_by.to_string(),
        };
        Self {
            application,
            arm: None,
            as_of: decision.as_of,
            band: decision.band.as_deref().map(str::to_owned),
            decision_id: decision.decision_id.clone(),
            engine: decision.engine.to_owned(),
            input_hash: decision.input_hash.clone(),
            missing: decision.missing.iter().map(missing).collect(),
            offer: decision.offer.as_ref().map(|offer| OfferFacts {
                amount: offer.amount.clone(),
                annual_rate: offer.annual_rate.clone(),
                currency: offer.currency.to_owned(),
                limiting_factor: offer.limiting_factor.as_deref().map(str::to_owned),
                max_amount: offer.max_amount.clone(),
                max_payment: offer.max_payment.clone(),
                monthly_payment: offer.monthly_payment.clone(),
                term_months: offer.term_months,
            }),
            outcome: decision.outcome.name().to_owned(),
            parameters: decision.parameters.hash.to_string(),
            points: decision.points.as_ref().map(|points| {
                let pairs = points.iter().map(|(code, n)| (code.to_string(), *n));
                pairs.collect()
            }),
            policy: PolicyFacts {
                hash: decision.policy.hash.to_string(),
                id: decision.policy.id.to_string(),
                version: decision.policy.version.to_string(),
            },
            reasons: decision
                .reasons
                .iter()
                .map(|r| r.code.to_string())
                .collect(),
            score: decision.score,
            stage: decision.stage.to_string(),
        }
    }
}

/// Of the first entry of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenesisFacts {
    /// Version of the engine that began the chain.
    pub engine: String,
    /// Ends of the chains that were there: none of them can disappear unseen.
    pub heads: Vec<Head>,
    /// The layout of what is stored.
    pub schema: i64,
    /// The key that signs the chain's checkpoints: 64 hexadecimal digits.
    pub signer: String,
}

/// Of an erasure on request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureFacts {
    /// Ids of the decisions whose personal part was destroyed.
    pub decisions: Vec<String>,
}

/// Of an erasure by age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionFacts {
    /// Decisions written before this instant lost their personal part.
    pub before: DateTime<Utc>,
    /// How many they were.
    pub erased: i64,
}

/// Of a replacement of the master key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationFacts {
    /// How many keys were wrapped anew.
    pub rewrapped: i64,
    /// Id of the master key in force from then on.
    pub to: String,
}

pub(crate) fn write(facts: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(facts)
        .map_err(|_| StoreError::Damaged("facts that cannot be written as JSON".into()))
}

pub(crate) fn read<'a, T: Deserialize<'a>>(facts: &'a str) -> Result<T, StoreError> {
    serde_json::from_str(facts)
        .map_err(|_| StoreError::Damaged("an entry's facts are not those of its kind".into()))
}
