//! Proving that a mutant answers as the policy does, whoever applies.
//!
//! By the engine's own reasoning over trees: who would be decided otherwise, and whether there is
//! anybody like that who gets so far. What is not proven here is not called equivalent, however long
//! a search has found nothing.

mod condition;
mod lattice;
mod score;

use std::collections::BTreeSet;

use dictamen_engine::{
    Applicants, Comes, Reasoning,
    declaration::Declaration,
    tree::{Closure, Comparator, Node, NodeKind, Place},
};
use dictamen_model::characteristic::Value;
use rust_decimal::Decimal;

use super::change::{At, Change, Mutant};
pub(crate) use score::attainable;

/// Why a mutant is none.
#[derive(Debug)]
pub(super) struct Same(pub(super) String);

/// What is known of all mutants of one policy.
pub(super) struct Prover<'d> {
    original: &'d Declaration,
    /// Every score there can be; `None` when there are too many to say.
    scores: Option<BTreeSet<i64>>,
}

impl<'d> Prover<'d> {
    pub(super) fn new(original: &'d Declaration) -> Self {
        let scores = attainable(original);
        Self { original, scores }
    }

    /// Why a mutant is the same policy, or at least everybody for whom it may be another.
    pub(super) fn prove(&self, mutant: &Mutant, changed: &Declaration) -> Result<Same, Applicants> {
        let reasoning = Reasoning::new(self.original);
        match &mutant.change {
            Change::Param { .. } | Change::Tree { .. } => {
                condition::prove(self, &reasoning, &mutant.change, changed)
            }
            Change::DropRule { stage, rule } | Change::MoveRule { stage, rule } => {
                let heard = self.condition(*stage, *rule).map(|closure| {
                    let everybody = Applicants::everybody();
                    not_false(&reasoning, closure, &everybody)
                });
                let heard = heard.unwrap_or_else(Applicants::everybody);
                self.reaching(&reasoning, heard, *stage, "the rule never fires")
            }
            Change::SwapRules { stage, rule } => {
                let next = rule.saturating_add(1);
                let (Some(one), Some(other)) =
                    (self.condition(*stage, *rule), self.condition(*stage, next))
                else {
                    return Err(Applicants::everybody());
                };
                let fires = reasoning.among(&Applicants::everybody(), one, Comes::True);
                let both = reasoning.among(&fires, other, Comes::True);
                self.reaching(&reasoning, both, *stage, "no application meets both rules")
            }
            Change::SwapStages { stage } => {
                let heard = |stage: usize, among: &Applicants| {
                    let rules = self.original.stages.get(stage);
                    let rules = rules.into_iter().flat_map(|stage| &stage.rules);
                    rules.fold(Applicants::nobody(), |all, rule| {
                        all.and(not_false(&reasoning, &rule.condition, among))
                    })
                };
                let one = heard(*stage, &Applicants::everybody());
                let both = heard(stage.saturating_add(1), &one);
                let why = "no application is met by both stages";
                self.reaching(&reasoning, both, *stage, why)
            }
            Change::StageOutcome { stage, .. } => {
                let rules = self.original.stages.get(*stage);
                let rules = rules.into_iter().flat_map(|stage| &stage.rules);
                let fires = rules.fold(Applicants::nobody(), |all, rule| {
                    let everybody = Applicants::everybody();
                    all.and(reasoning.among(&everybody, &rule.condition, Comes::True))
                });
                self.reaching(&reasoning, fires, *stage, "no rule of it fires")
            }
            Change::Bound { scored, bin, bound } => self.bound(&reasoning, *scored, *bin, *bound),
            Change::Points {
                scored,
                bin,
                points,
            } => self.points(&reasoning, *scored, *bin, *points),
            Change::Missing { scored, .. } => {
                let input = At::Scored(*scored);
                let input = super::change::closure(self.original, input);
                let missing = input.map_or_else(Applicants::everybody, |input| {
                    reasoning.among(&Applicants::everybody(), input, Comes::Missing)
                });
                self.scored(&reasoning, missing, "it is never missing")
            }
            Change::CutOff { band, cut_off } => self.cut_off(*band, *cut_off),
            Change::Effect { band, effect } => self.effect(*band, effect),
            Change::Base(_) | Change::Otherwise(_) => Err(Applicants::everybody()),
        }
    }

    fn condition(&self, stage: usize, rule: usize) -> Option<&'d Closure> {
        super::change::closure(self.original, At::Rule { stage, rule })
    }

    /// Those of some applicants who get to a stage; when there are none, why.
    fn reaching(
        &self,
        reasoning: &Reasoning<'_>,
        applicants: Applicants,
        stage: usize,
        none: &str,
    ) -> Result<Same, Applicants> {
        if applicants.is_empty() {
            return Ok(Same(none.to_owned()));
        }
        let mut left = applicants;
        for (at, before) in self.original.stages.iter().enumerate().take(stage) {
            left = reasoning.behind(&left, at);
            if left.is_empty() {
                return Ok(Same(format!(
                    "whoever would be decided otherwise does not get that far: {} or a stage before \
                     it ends the run",
                    before.name
                )));
            }
        }
        Err(left)
    }

    /// Those of some applicants who get a score; when there are none, why.
    fn scored(
        &self,
        reasoning: &Reasoning<'_>,
        applicants: Applicants,
        none: &str,
    ) -> Result<Same, Applicants> {
        let stages = self.original.stages.len();
        let left = match self.reaching(reasoning, applicants, stages, none) {
            Ok(same) => return Ok(same),
            Err(left) => left,
        };
        let left = reasoning.scored(&left);
        if left.is_empty() {
            let why = "whoever would be scored otherwise gets no score: something else is missing";
            return Ok(Same(why.to_owned()));
        }
        Err(left)
    }
}

/// Those who are met by a rule: it fires, is undecided or fails.
fn not_false(reasoning: &Reasoning<'_>, closure: &Closure, among: &Applicants) -> Applicants {
    let met = [Comes::True, Comes::Missing, Comes::Failed];
    met.into_iter().fold(Applicants::nobody(), |all, comes| {
        all.and(reasoning.among(among, closure, comes))
    })
}

/// A closure that says whether an input lies in a stretch, the end not included.
pub(crate) fn within(input: &Closure, low: Decimal, high: Option<Decimal>) -> Closure {
    let place = Place::default();
    let node = |kind| Node { kind, place };
    let compare = |op, number| {
        node(NodeKind::Compare {
            op,
            left: Box::new(input.body.clone()),
            right: Box::new(node(NodeKind::Constant(Value::Decimal(number)))),
            text: "".into(),
        })
    };
    let low = compare(Comparator::AtLeast, low);
    let body = match high {
        Some(high) => node(NodeKind::And(vec![low, compare(Comparator::Less, high)])),
        None => low,
    };
    Closure {
        body,
        slots: input.slots,
    }
}
