//! What the log says of a change of the registry and of a silent decision: fields in alphabetical
//! order, as everywhere in the log.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::DecisionFacts;

/// A version, by name and by what it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionFacts {
    /// The hash that decisions by it carry.
    pub hash: String,
    /// Its name.
    pub version: String,
}

/// Of a change of the registry: what was done, by whom, with what.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PolicyChangeFacts {
    /// The activation it made or is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation: Option<i64>,
    /// Everybody who had a hand in what was approved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// Who did it.
    pub by: String,
    /// What was done: `policy-submitted`, `policy-approved`, `policy-activated`,
    /// `policy-rolled-back`, `policy-activation-cancelled`, `policy-split` or `policy-shadows-set`.
    pub change: String,
    /// Hash of the files, cases included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// From when on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_from: Option<DateTime<Utc>>,
    /// Of a split, how many of a hundred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// The policy.
    pub policy: String,
    /// The versions it is about; of a split the challenger, none when it ends.
    pub versions: Vec<VersionFacts>,
}

/// Of a decision that nobody was told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShadowFacts {
    /// The decision that was answered.
    pub answered: String,
    /// What the shadow decided.
    pub decision: DecisionFacts,
}
