//! What a run says, without what it was made of: the part of a decision that a policy is to blame for.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::Evaluated;
use crate::{Offer, Outcome};

/// What a policy says to an applicant, as far as a case can expect it. Two policies that give equal
/// answers to everybody are the same policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What the application gets.
    pub outcome: Outcome,
    /// The stage in which the run ended.
    pub stage: Arc<str>,
    /// Codes of the reasons, most important first.
    pub reasons: Vec<Arc<str>>,
    /// Sum of the scorecard, when it was computed.
    pub score: Option<i64>,
    /// The band the score falls in.
    pub band: Option<Arc<str>>,
    /// Names of the characteristics that were missing where it mattered.
    pub missing: BTreeSet<Arc<str>>,
    /// Points by code, when a score was computed.
    pub points: Option<BTreeMap<Arc<str>, i64>>,
    /// What is offered.
    pub offer: Option<Offer>,
}

impl Evaluated<'_> {
    /// What the run says, at a fraction of the cost of a decision.
    pub fn answer(&self) -> Answer {
        let missing = self.missing().into_iter();
        Answer {
            outcome: self.outcome(),
            stage: self.stage(),
            reasons: self.reasons().into_iter().map(|r| r.code).collect(),
            score: self.score(),
            band: self.band_id().cloned(),
            missing: missing.map(|missing| missing.characteristic).collect(),
            points: self.score().map(|_| self.points()),
            offer: self.granted().map(|granted| self.offer(granted)),
        }
    }
}
