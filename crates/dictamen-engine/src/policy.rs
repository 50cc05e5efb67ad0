//! A compiled policy: what a folder declared, ready to decide.

use std::sync::Arc;

use chrono::NaiveDate;
use dictamen_model::characteristic::Characteristics;
use serde::Serialize;

use crate::{
    CatalogueReason, Decided, Diagnostic, Outcome, ParametersStamp, PolicySource, PolicyStamp,
};

/// A compiled policy. Immutable; share one between threads with an [`Arc`].
#[derive(Debug)]
pub struct Policy {
    stamp: PolicyStamp,
}

/// A policy that loaded, with what somebody should look at.
#[derive(Debug)]
pub struct Loaded {
    /// The policy.
    pub policy: Policy,
    /// Findings that do not keep it from deciding.
    pub warnings: Vec<Diagnostic>,
}

/// What a policy decides on.
#[derive(Debug, Clone, Copy)]
pub struct Application<'a> {
    /// The lender's id of the application.
    pub application_id: &'a str,
    /// The day the facts are taken to hold.
    pub as_of: NaiveDate,
    /// The characteristics computed for that day.
    pub characteristics: &'a Characteristics,
    /// The parameters they were computed with.
    pub parameters: &'a ParametersStamp,
    /// Whether the applicant asked for a person to look at an automatic decline.
    pub human_review_requested: bool,
}

/// A named threshold of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParamInfo {
    /// Its name.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub name: Arc<str>,
    /// Its value.
    pub value: serde_json::Value,
    /// Its unit, in the analyst's words.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub unit: Arc<str>,
    /// Where it comes from.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub source: Arc<str>,
}

/// One stage of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StageInfo {
    /// Its name.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub name: Arc<str>,
    /// What a rule that fires leads to; null where the band or the offer says so.
    pub outcome: Option<Outcome>,
    /// Its rules, in order.
    pub rules: Vec<RuleInfo>,
}

/// One rule of a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleInfo {
    /// The reason code.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub code: Arc<str>,
    /// Where it is written.
    pub file: String,
    /// The line it is written on, from 1.
    pub line: usize,
}

impl Policy {
    /// Runs the policy's script once, under limits, and compiles what it declares.
    ///
    /// # Errors
    ///
    /// Every problem found, not just the first.
    pub fn load(_source: &PolicySource) -> Result<Loaded, Vec<Diagnostic>> {
        Err(vec![Diagnostic::error("policy::empty", "not yet")])
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.stamp.id
    }

    /// Its version.
    pub fn version(&self) -> &str {
        &self.stamp.version
    }

    /// Id, version and hash, as decisions carry them.
    pub fn stamp(&self) -> &PolicyStamp {
        &self.stamp
    }

    /// Its named thresholds, in the order they were declared.
    pub fn params(&self) -> Vec<ParamInfo> {
        Vec::new()
    }

    /// Its stages with their rules, in order.
    pub fn stages(&self) -> Vec<StageInfo> {
        Vec::new()
    }

    /// Its reason catalogue, system reasons included, sorted by code.
    pub fn reasons(&self) -> impl Iterator<Item = &CatalogueReason> {
        std::iter::empty()
    }

    /// Decides one application. Never fails and never panics: what cannot be computed refers.
    pub fn decide(&self, application: &Application<'_>) -> Decided {
        let decision = crate::Decision {
            decision_id: String::new(),
            application_id: application.application_id.to_owned(),
            outcome: Outcome::Refer,
            score: None,
            band: None,
            offer: None,
            reasons: Vec::new(),
            missing: Vec::new(),
            stage: "".into(),
            points: None,
            characteristics: crate::decision::PrintedCharacteristics::default(),
            policy: self.stamp.clone(),
            parameters: application.parameters.clone(),
            engine: crate::ENGINE_VERSION,
            input_hash: String::new(),
            as_of: application.as_of,
        };
        Decided {
            decision,
            trace: crate::Trace::default(),
        }
    }
}
