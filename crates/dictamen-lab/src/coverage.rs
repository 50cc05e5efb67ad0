//! Coverage of a policy by its cases: what no case has ever tried.
//!
//! Seven kinds of things are looked for: each rule fired, passed and undecided; each *condition* (a part
//! of a rule, choice or `when` without `&&`, `||` or `!`) true, false, and **independently effective**;
//! each bin; each band; each value that the policy handles when it is missing; each way through a
//! choice or an offer; and each reason.
//!
//! A condition is independently effective (masking MC/DC, over the three values true, false and
//! unknown) when there are two cases, one in which it is true and one in which it is false, and in each
//! of them the rule would fire, pass or stay undecided otherwise if that one condition were the other:
//! nothing else in the rule hides it. For an offer and the scorecard it is the whole answer that would
//! be another. Whatever was observed, the ordinary engine said it; see [`probe`].
//!
//! What the engine's reasoning proves nobody can reach is *not reachable*, and not a gap.

mod html;
mod items;
mod parts;
mod probe;
mod reach;

use std::collections::BTreeMap;

use dictamen_engine::{Diagnostic, Policy, PolicySource, Span};
use dictamen_model::Parameters;
use serde::Serialize;

use crate::cases;

pub use html::html;

/// What there is to be covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A rule fired, passed or undecided.
    Rules,
    /// A condition true or false.
    Conditions,
    /// A condition that decides by itself.
    Effects,
    /// A bin of the scorecard.
    Bins,
    /// A band of the score.
    Bands,
    /// A missing value that the policy handles.
    Missing,
    /// A way through a choice or an offer.
    Branches,
    /// A reason code.
    Reasons,
}

impl Kind {
    /// Every kind, in the order they are told.
    pub const ALL: [Self; 8] = [
        Self::Rules,
        Self::Conditions,
        Self::Effects,
        Self::Bins,
        Self::Bands,
        Self::Missing,
        Self::Branches,
        Self::Reasons,
    ];

    /// What it is called in a report.
    pub fn title(self) -> &'static str {
        match self {
            Self::Rules => "rules fired, passed, undecided",
            Self::Conditions => "conditions true, false",
            Self::Effects => "conditions independently effective",
            Self::Bins => "bins",
            Self::Bands => "bands",
            Self::Missing => "missing values handled",
            Self::Branches => "branches",
            Self::Reasons => "reasons",
        }
    }

    /// The code of a finding that one is not covered.
    fn code(self) -> &'static str {
        match self {
            Self::Rules => "coverage::rule",
            Self::Conditions => "coverage::condition",
            Self::Effects => "coverage::effect",
            Self::Bins => "coverage::bin",
            Self::Bands => "coverage::band",
            Self::Missing => "coverage::missing",
            Self::Branches => "coverage::branch",
            Self::Reasons => "coverage::reason",
        }
    }
}

/// Whether cases have been there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// They have.
    Covered,
    /// They have not.
    Uncovered,
    /// Nobody can get there.
    Unreachable,
}

/// One thing to be covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// Reason code, band or stage it belongs to.
    pub subject: String,
    /// What is wanted of it, such as `fires`.
    pub what: String,
    /// Whether it came.
    pub state: State,
    /// Cases that show it, by path: one, or a pair for an effect, the one in which it is true first.
    pub shown_by: Vec<String>,
    /// What a case would need, as a sentence; only where it is not covered.
    pub needs: Option<String>,
    /// Where it is written.
    pub span: Option<Span>,
}

/// How many there are of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Figures {
    /// Those that can be reached.
    pub total: usize,
    /// Those among them that cases have reached.
    pub covered: usize,
    /// Those that nobody can reach, which are not among the total.
    pub unreachable: usize,
}

impl Figures {
    /// Covered ones in a hundred, rounded down; 100 when there is nothing.
    pub fn percent(self) -> usize {
        let hundreds = self.covered.saturating_mul(100);
        hundreds.checked_div(self.total).unwrap_or(100)
    }
}

/// What the cases of a policy cover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The policy's id.
    pub policy: String,
    /// The policy's version.
    pub version: String,
    /// Cases that were run.
    pub cases: usize,
    /// Figures by kind.
    pub summary: BTreeMap<Kind, Figures>,
    /// Everything, in the order of the script.
    pub items: Vec<Item>,
}

impl Coverage {
    /// Every gap as a finding, to be shown in the script.
    pub fn findings(&self) -> Vec<Diagnostic> {
        let gaps = self.items.iter();
        let gaps = gaps.filter(|item| item.state == State::Uncovered);
        gaps.map(|item| {
            let message = format!("no case in which {} {}", item.subject, item.what);
            Diagnostic::warning(item.kind.code(), message)
                .at(item.span.clone())
                .help_opt(item.needs.clone())
        })
        .collect()
    }
}

/// Looks at what the cases of a policy cover. `policy` is the policy loaded from `source`. Cases that
/// cannot be run cover nothing; whether a case passes does not matter.
pub fn run(policy: &Policy, source: &PolicySource, parameters: &Parameters) -> Coverage {
    let cases = cases::prepare(policy, source, parameters);
    let items = items::all(policy, source, &cases);
    let mut summary: BTreeMap<Kind, Figures> = BTreeMap::new();
    for item in &items {
        let figures = summary.entry(item.kind).or_default();
        match item.state {
            State::Unreachable => figures.unreachable = figures.unreachable.saturating_add(1),
            State::Covered => {
                figures.total = figures.total.saturating_add(1);
                figures.covered = figures.covered.saturating_add(1);
            }
            State::Uncovered => figures.total = figures.total.saturating_add(1),
        }
    }
    Coverage {
        policy: policy.id().to_owned(),
        version: policy.version().to_owned(),
        cases: cases.len(),
        summary,
        items,
    }
}

#[cfg(test)]
mod tests;
