//! One change of what a policy declares, and making it.

use dictamen_engine::{
    Outcome,
    declaration::{BandEffect, Declaration},
    tree::{Closure, Place},
};
use dictamen_model::characteristic::Value;
use rust_decimal::Decimal;

use crate::paths::{Way, characteristics, reads_param};

/// A closure of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// The condition of a rule.
    Rule {
        /// Among the stages.
        stage: usize,
        /// Among the rules of the stage.
        rule: usize,
    },
    /// What a characteristic of the scorecard is binned by.
    Scored(usize),
    /// The offer.
    Offer,
}

/// What is changed.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Param {
        index: usize,
        value: Value,
    },
    /// Another tree, which differs from the one before at the end of the way.
    Tree {
        at: At,
        way: Way,
        closure: Closure,
    },
    DropRule {
        stage: usize,
        rule: usize,
    },
    /// A rule and the one behind it.
    SwapRules {
        stage: usize,
        rule: usize,
    },
    /// The rule becomes the first of the next stage.
    MoveRule {
        stage: usize,
        rule: usize,
    },
    /// A stage and the one behind it.
    SwapStages {
        stage: usize,
    },
    StageOutcome {
        stage: usize,
        outcome: Outcome,
    },
    Bound {
        scored: usize,
        bin: usize,
        bound: Decimal,
    },
    Points {
        scored: usize,
        bin: usize,
        points: i64,
    },
    Missing {
        scored: usize,
        points: Option<i64>,
    },
    Base(i64),
    CutOff {
        band: usize,
        cut_off: i64,
    },
    Effect {
        band: usize,
        effect: BandEffect,
    },
    Otherwise(Outcome),
}

/// A policy with one thing changed.
#[derive(Debug, Clone)]
pub(super) struct Mutant {
    /// The kind of change, a stable name.
    pub(super) operator: &'static str,
    /// Where the thing is written.
    pub(super) place: Place,
    /// Reason code, param, band or stage it is about; the beginning of a file's name.
    pub(super) subject: String,
    /// What is changed into what.
    pub(super) what: String,
    pub(super) change: Change,
}

/// The closure at a place of a declaration.
pub(crate) fn closure(declaration: &Declaration, at: At) -> Option<&Closure> {
    match at {
        At::Rule { stage, rule } => {
            let rule = declaration.stages.get(stage)?.rules.get(rule)?;
            Some(&rule.condition)
        }
        At::Scored(scored) => {
            let scorecard = declaration.scorecard.as_ref()?;
            Some(&scorecard.characteristics.get(scored)?.input)
        }
        At::Offer => Some(&declaration.offer.as_ref()?.closure),
    }
}

/// Every closure of a declaration, in the order in which a run meets them.
pub(crate) fn closures(declaration: &Declaration) -> impl Iterator<Item = (At, &Closure)> {
    let stages = declaration.stages.iter().enumerate();
    let rules = stages.flat_map(|(stage, declared)| {
        let rules = declared.rules.iter().enumerate();
        rules.map(move |(rule, found)| (At::Rule { stage, rule }, &found.condition))
    });
    let scorecard = declaration.scorecard.iter();
    let scored = scorecard.flat_map(|scorecard| scorecard.characteristics.iter().enumerate());
    let scored = scored.map(|(at, scored)| (At::Scored(at), &scored.input));
    let offer = declaration.offer.iter();
    rules
        .chain(scored)
        .chain(offer.map(|offer| (At::Offer, &offer.closure)))
}

impl Change {
    /// The declaration with the change made.
    pub(super) fn made(&self, declaration: &Declaration) -> Declaration {
        let mut changed = declaration.clone();
        // Every change is of something that is there.
        let _ = self.make(&mut changed);
        changed
    }

    /// The characteristics that the changed parts read, by table position.
    pub(super) fn concerns(&self, declaration: &Declaration) -> Vec<usize> {
        let among = |at: At| match *self {
            Self::Param { index, .. } => {
                closure(declaration, at).is_some_and(|found| reads_param(&found.body, index))
            }
            Self::Tree { at: changed, .. } => at == changed,
            Self::DropRule { stage, rule } | Self::MoveRule { stage, rule } => {
                at == At::Rule { stage, rule }
            }
            Self::SwapRules { stage, rule } => {
                let next = rule.saturating_add(1);
                at == At::Rule { stage, rule } || at == At::Rule { stage, rule: next }
            }
            Self::SwapStages { stage: first } => {
                let next = first.saturating_add(1);
                matches!(at, At::Rule { stage, .. } if stage == first || stage == next)
            }
            Self::StageOutcome { stage: changed, .. } => {
                matches!(at, At::Rule { stage, .. } if stage == changed)
            }
            Self::Bound { scored, .. }
            | Self::Points { scored, .. }
            | Self::Missing { scored, .. } => at == At::Scored(scored),
            Self::Base(_) | Self::CutOff { .. } | Self::Effect { .. } | Self::Otherwise(_) => false,
        };
        let concerned = closures(declaration).filter(|(at, _)| among(*at));
        let mut read: Vec<usize> = concerned
            .flat_map(|(_, closure)| characteristics(&closure.body))
            .collect();
        read.sort_unstable();
        read.dedup();
        read
    }

    fn make(&self, declaration: &mut Declaration) -> Option<()> {
        match self {
            Self::Param { index, value } => {
                declaration.params.get_mut(*index)?.value = value.clone();
            }
            Self::Tree { at, closure, .. } => {
                *closure_mut(declaration, *at)? = closure.clone();
            }
            Self::DropRule { stage, rule } => {
                let rules = &mut declaration.stages.get_mut(*stage)?.rules;
                if *rule < rules.len() {
                    rules.remove(*rule);
                }
            }
            Self::SwapRules { stage, rule } => {
                let rules = &mut declaration.stages.get_mut(*stage)?.rules;
                let next = rule.saturating_add(1);
                if next < rules.len() {
                    rules.swap(*rule, next);
                }
            }
            Self::MoveRule { stage, rule } => {
                let rules = &mut declaration.stages.get_mut(*stage)?.rules;
                if *rule < rules.len() {
                    let moved = rules.remove(*rule);
                    let next = declaration.stages.get_mut(stage.saturating_add(1))?;
                    next.rules.insert(0, moved);
                }
            }
            Self::SwapStages { stage } => {
                let next = stage.saturating_add(1);
                if next < declaration.stages.len() {
                    declaration.stages.swap(*stage, next);
                }
            }
            Self::StageOutcome { stage, outcome } => {
                declaration.stages.get_mut(*stage)?.outcome = *outcome;
            }
            Self::Bound { scored, bin, bound } => {
                bins(declaration, *scored)?.get_mut(*bin)?.0 = *bound;
            }
            Self::Points {
                scored,
                bin,
                points,
            } => bins(declaration, *scored)?.get_mut(*bin)?.1 = *points,
            Self::Missing { scored, points } => {
                let scorecard = declaration.scorecard.as_mut()?;
                scorecard.characteristics.get_mut(*scored)?.missing = *points;
            }
            Self::Base(base) => declaration.scorecard.as_mut()?.base = *base,
            Self::CutOff { band, cut_off } => {
                let bands = &mut declaration.bands.as_mut()?.bands;
                bands.get_mut(*band)?.cut_off = *cut_off;
            }
            Self::Effect { band, effect } => {
                let bands = &mut declaration.bands.as_mut()?.bands;
                bands.get_mut(*band)?.effect = effect.clone();
            }
            Self::Otherwise(outcome) => declaration.otherwise.as_mut()?.outcome = *outcome,
        }
        Some(())
    }
}

fn bins(declaration: &mut Declaration, scored: usize) -> Option<&mut Vec<(Decimal, i64)>> {
    let scorecard = declaration.scorecard.as_mut()?;
    Some(&mut scorecard.characteristics.get_mut(scored)?.bins)
}

pub(crate) fn closure_mut(declaration: &mut Declaration, at: At) -> Option<&mut Closure> {
    match at {
        At::Rule { stage, rule } => {
            let rule = declaration.stages.get_mut(stage)?.rules.get_mut(rule)?;
            Some(&mut rule.condition)
        }
        At::Scored(scored) => {
            let scorecard = declaration.scorecard.as_mut()?;
            Some(&mut scorecard.characteristics.get_mut(scored)?.input)
        }
        At::Offer => Some(&mut declaration.offer.as_mut()?.closure),
    }
}
