//! What a policy tells about itself: for the API, the documentation and the command line.

use std::sync::Arc;

use serde::Serialize;

use super::{END, Ending, OFFER, Policy, SCORE};
use crate::{CatalogueReason, Outcome, PolicyStamp, canonical};

/// A named threshold of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParamInfo {
    /// Its name.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub name: Arc<str>,
    /// Its value; decimals as strings.
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
    /// The file it is written in.
    pub file: String,
    /// The line it is written on, from 1.
    pub line: usize,
}

impl Policy {
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
        let info = |param: &crate::declaration::Param| ParamInfo {
            name: Arc::clone(&param.name),
            value: canonical::json(&param.value),
            unit: Arc::clone(&param.unit),
            source: Arc::clone(&param.source),
        };
        self.declaration.params.iter().map(info).collect()
    }

    /// Its stages with their rules, in the order they run.
    pub fn stages(&self) -> Vec<StageInfo> {
        let mut stages: Vec<StageInfo> = self
            .stages
            .iter()
            .map(|stage| StageInfo {
                name: Arc::clone(&stage.name),
                outcome: Some(stage.outcome),
                rules: stage
                    .rules
                    .iter()
                    .map(|r| info(&r.code, &r.file, r.line))
                    .collect(),
            })
            .collect();
        if let Some(scorecard) = &self.scorecard {
            let scored = scorecard.characteristics.iter();
            stages.push(StageInfo {
                name: SCORE.into(),
                outcome: None,
                rules: scored.map(|s| info(&s.code, &s.file, s.line)).collect(),
            });
        }
        stages.push(match &self.ending {
            Ending::Offer { file, line, .. } => StageInfo {
                name: OFFER.into(),
                outcome: None,
                rules: vec![info(OFFER, file, *line)],
            },
            Ending::Otherwise { outcome, .. } => StageInfo {
                name: END.into(),
                outcome: Some(*outcome),
                rules: Vec::new(),
            },
        });
        stages
    }

    /// Its reason catalogue, system reasons included, sorted by code.
    pub fn reasons(&self) -> impl Iterator<Item = &CatalogueReason> {
        self.reasons.iter()
    }
}

fn info(code: &str, file: &str, line: usize) -> RuleInfo {
    RuleInfo {
        code: code.into(),
        file: file.to_owned(),
        line,
    }
}
