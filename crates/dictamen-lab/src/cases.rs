//! Cases: situations a policy folder describes, with what its authors expect to be decided.
//!
//! A case is a file under `cases/`, TOML or JSON:
//!
//! ```toml
//! title = "one week short of the minimum"   # required
//! base = "base/prime.json"                  # a request body under cases/; or an inline `request`
//! as_of = "2026-09-15"                      # optional; else the body's
//! missing = ["salary_real_change_12m"]      # made missing after computing
//!
//! [application]                             # fields of the application replaced before computing
//! requested_amount = 60000
//!
//! [characteristics]                         # values replaced after computing
//! weeks_total = 25
//! share_of_income = "0.2499"
//!
//! [expect]
//! outcome = "DECLINE"                       # required
//! stage = "knock-out"                       # all others optional
//! reasons = ["E05"]                         # exact, in order
//! score = 715                               # "none" when no score is expected; so for band, offer
//! band = "B"
//! missing = ["weeks_total"]                 # the set of what was missing where it mattered
//! points = { S10 = 100 }                    # those named
//! offer = { amount = "72500.00" }           # those named
//! characteristics = { age = 38 }            # those named, as printed
//! ```
//!
//! `cases/base/*.json` holds request bodies, which are not cases. A case that decides otherwise
//! than expected *fails*; one that cannot be run is an *error*. The two are never mixed up: a
//! failure questions the policy, an error questions the case.

mod compare;
mod expect;
mod format;
mod node;
mod prepared;
mod read;
mod run;
mod write;

use dictamen_engine::{Diagnostic, Policy, PolicySource};
use dictamen_model::Parameters;
use serde::Serialize;

pub use prepared::{Prepared, prepare, prepare_one};

/// The folder of cases within a policy folder.
const CASES: &str = "cases/";
/// The folder of request bodies shared by cases.
const BASE: &str = "cases/base/";

/// What became of all cases of one policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suite {
    /// The policy's id.
    pub policy: String,
    /// The policy's version.
    pub version: String,
    /// Every case, sorted by path.
    pub cases: Vec<Case>,
    /// Problems of the folder as a whole, such as having no case at all.
    pub problems: Vec<Diagnostic>,
}

/// What became of one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Case {
    /// Path within the policy folder.
    pub path: String,
    /// Its title, when it could be read.
    pub title: Option<String>,
    /// What became of it.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// What became of one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "lowercase")]
pub enum Verdict {
    /// The policy decided as expected.
    Pass,
    /// The policy decided otherwise.
    Fail {
        /// Every difference.
        differences: Vec<Difference>,
    },
    /// The case could not be run.
    Error {
        /// Everything that keeps it from running.
        problems: Vec<Diagnostic>,
    },
}

/// One difference between what was expected and what was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What differs, such as `outcome` or `offer.amount`.
    pub what: String,
    /// What the case expects.
    pub expected: String,
    /// What the policy decided.
    pub found: String,
}

/// How many cases passed, failed and could not be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Decided as expected.
    pub passed: usize,
    /// Decided otherwise.
    pub failed: usize,
    /// Could not be run, or a problem of the folder.
    pub errors: usize,
}

impl Counts {
    /// Whether at least one case ran and all of them passed.
    pub fn is_success(self) -> bool {
        self.failed == 0 && self.errors == 0 && self.passed > 0
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            passed: self.passed.saturating_add(other.passed),
            failed: self.failed.saturating_add(other.failed),
            errors: self.errors.saturating_add(other.errors),
        }
    }
}

impl Suite {
    /// How many cases passed, failed and could not be run.
    pub fn counts(&self) -> Counts {
        self.cases.iter().fold(
            Counts {
                errors: self.problems.len(),
                ..Counts::default()
            },
            |counts, case| {
                counts.plus(match case.verdict {
                    Verdict::Pass => Counts {
                        passed: 1,
                        ..Counts::default()
                    },
                    Verdict::Fail { .. } => Counts {
                        failed: 1,
                        ..Counts::default()
                    },
                    Verdict::Error { .. } => Counts {
                        errors: 1,
                        ..Counts::default()
                    },
                })
            },
        )
    }
}

/// Runs every case of a policy folder. `policy` is the policy loaded from `source`.
///
/// A folder without any case gets a problem of its own: an untested policy must not look like a
/// tested one.
pub fn run(policy: &Policy, source: &PolicySource, parameters: &Parameters) -> Suite {
    let mut problems = Vec::new();
    let mut cases = Vec::new();
    for (path, content) in source.iter() {
        if !path.starts_with(CASES) || path.starts_with(BASE) {
            continue;
        }
        match extension(path) {
            "toml" | "json" => cases.push(run::run(policy, source, parameters, path, content)),
            "md" | "txt" => {}
            other => problems.push(
                Diagnostic::error(
                    "case::not-a-case",
                    format!("`{path}` is not a case: `.{other}` files are not read"),
                )
                .help("write cases as `.toml` or `.json`, notes as `.md`"),
            ),
        }
    }
    if cases.is_empty() {
        problems.push(
            Diagnostic::error("case::none", "the policy has no case, so nothing is tested")
                .help("add one file per situation under `cases/`"),
        );
    }
    Suite {
        policy: policy.id().to_owned(),
        version: policy.version().to_owned(),
        cases,
        problems,
    }
}

/// Whether the file at a path within a policy folder is a case.
fn is_case(path: &str) -> bool {
    let case = path.starts_with(CASES) && !path.starts_with(BASE);
    case && matches!(extension(path), "toml" | "json")
}

fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

#[cfg(test)]
mod tests;
