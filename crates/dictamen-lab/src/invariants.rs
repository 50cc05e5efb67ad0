//! What a policy promises, shown for everybody: proved, refuted with an applicant, or not decided.
//!
//! A promise is first looked at exactly, over regions of applicants: where a region may break it, it
//! is taken apart where the policy tells applicants apart, until nothing is left or the budget is
//! spent. An applicant who breaks it is found by trying those that stand at the policy's own
//! thresholds, each decided by the ordinary engine, and then made as ordinary as possible. Nothing
//! here evaluates a rule on its own, and the same question has the same answer on every machine.

mod builtin;
mod example;
mod search;
mod shrink;

use dictamen_engine::{
    Policy,
    invariants::{Claim, Direction, Invariants, Measure},
};
use dictamen_model::characteristic::definitions;
use serde::Serialize;

pub use example::{Applicant, Example};
use search::Search;

/// How much is tried. In steps and not in time, so that the answer does not depend on the machine.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Regions taken apart for one promise.
    pub regions: usize,
    /// Decisions made in the search of one applicant.
    pub trials: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            regions: 400,
            trials: 10_000,
        }
    }
}

/// What became of one promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// It holds for every applicant within the declared ranges and the assumptions.
    Proved {
        /// How that is known.
        because: String,
        /// Applicants who show what can be shown.
        #[serde(skip_serializing_if = "Option::is_none")]
        witness: Option<Example>,
    },
    /// It does not hold.
    Refuted {
        /// What is wrong.
        because: String,
        /// Whom it does not hold for, as ordinary as possible; none where nobody can be named.
        #[serde(skip_serializing_if = "Option::is_none")]
        example: Option<Example>,
    },
    /// Neither was found.
    NotDecided {
        /// Regions that were looked at.
        looked_at: usize,
        /// Regions left in which it may not hold.
        open: usize,
        /// Decisions that were made in the search of an applicant.
        trials: usize,
    },
}

/// One promise and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// What its author calls it, or how it is written.
    pub name: String,
    /// `invariants.rhai` with its line; nothing for what every policy promises.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// What became of it.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// Everything that was shown of one policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// The policy's id.
    pub policy: String,
    /// Its version.
    pub version: String,
    /// What was taken to hold of every applicant.
    pub assumptions: Vec<String>,
    /// The applicant that examples are held against: approved where somebody is.
    pub usual: Applicant,
    /// What every policy promises, then what this one does.
    pub promises: Vec<Checked>,
}

/// How many promises came out how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Proved.
    pub proved: usize,
    /// Refuted.
    pub refuted: usize,
    /// Neither.
    pub not_decided: usize,
}

impl Verification {
    /// How many promises came out how.
    pub fn counts(&self) -> Counts {
        let count = |is: fn(&Verdict) -> bool| {
            self.promises
                .iter()
                .filter(|found| is(&found.verdict))
                .count()
        };
        Counts {
            proved: count(|verdict| matches!(verdict, Verdict::Proved { .. })),
            refuted: count(|verdict| matches!(verdict, Verdict::Refuted { .. })),
            not_decided: count(|verdict| matches!(verdict, Verdict::NotDecided { .. })),
        }
    }
}

impl Counts {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            proved: self.proved.saturating_add(other.proved),
            refuted: self.refuted.saturating_add(other.refuted),
            not_decided: self.not_decided.saturating_add(other.not_decided),
        }
    }
}

/// Shows what every policy promises and what this one does.
pub fn verify(policy: &Policy, invariants: &Invariants, limits: Limits) -> Verification {
    let mut search = Search::new(policy, invariants, limits);
    let mut promises = builtin::all(&mut search);
    for (at, invariant) in invariants.invariants().iter().enumerate() {
        let verdict = match invariant.claim {
            Claim::Never(_) | Claim::Always(_) => search.condition(at),
            Claim::Monotone {
                characteristic,
                direction,
                measure,
            } => search.monotone(characteristic, direction, measure),
            Claim::Independent(characteristic) => search.independent(characteristic),
        };
        let written = invariants.written(invariant.place);
        promises.push(Checked {
            name: invariant.name.as_ref().map_or(written, ToString::to_string),
            line: Some(invariant.place.line),
            verdict,
        });
    }
    let assumptions = invariants.assumptions().iter().map(|assumption| {
        let written = invariants.written(assumption.place);
        assumption
            .name
            .as_ref()
            .map_or(written, ToString::to_string)
    });
    Verification {
        policy: policy.id().to_owned(),
        version: policy.version().to_owned(),
        assumptions: assumptions.collect(),
        usual: search.usual_applicant(),
        promises,
    }
}

/// The name of a characteristic.
fn name_of(characteristic: usize) -> &'static str {
    definitions()
        .get(characteristic)
        .map_or("?", |definition| definition.name)
}

/// What a monotone promise means, in words.
fn meaning(characteristic: usize, direction: Direction, measure: Measure) -> String {
    let more = match direction {
        Direction::Up => "more",
        Direction::Down => "less",
    };
    let worse = match measure {
        Measure::Outcome => "a worse outcome",
        Measure::Score => "a lower score",
        Measure::Amount => "a smaller amount",
    };
    format!("{more} {} leads to {worse}", name_of(characteristic))
}
