//! An applicant on whom two policies differ, found by trying what lies at their limits.
//!
//! Every try is decided by the ordinary engine. That none was found proves nothing, unless both
//! policies declare the same.

use std::collections::BTreeSet;

use dictamen_engine::{
    Policy, Scratch,
    declaration::Declaration,
    tree::{Node, NodeKind, print_value, visit},
};
use dictamen_model::characteristic::{Characteristics, Value, definitions};
use serde::Serialize;

use super::{
    Diff, Edit, Site,
    try_out::{Chance, candidates},
};
use crate::simulate::{Tally, out::Given, same};

/// Applicants that are tried at most.
const MOST_TRIES: u64 = 400_000;
/// Tries at random, of the above.
const BY_CHANCE: u64 = 60_000;
/// Characteristics that a try at random changes at most.
const MOST_CHANGED: usize = 6;

/// One value that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The characteristic.
    pub characteristic: &'static str,
    /// Its value in the applicant that was begun with.
    pub from: String,
    /// Its value in the witness.
    pub to: String,
}

/// An applicant on whom two policies differ.
#[derive(Debug, Clone, Serialize)]
pub struct Witness {
    /// The row of the portfolio that was begun with; none when it was begun with an applicant of
    /// whom nothing is known.
    pub row: Option<u64>,
    /// What had to be changed, no more than is needed.
    pub changes: Vec<Change>,
    /// What the first policy gives.
    pub before: Given,
    /// What the second gives.
    pub after: Given,
    /// The applicant.
    #[serde(skip)]
    pub characteristics: Characteristics,
}

/// What a search came to.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum Search {
    /// Somebody on whom they differ.
    Found(Box<Witness>),
    /// Nobody among so many.
    NotFound {
        /// How many were tried.
        tried: u64,
    },
    /// There is nobody: both declare the same.
    None,
}

/// Looks for somebody on whom two policies differ, beginning with applicants of a portfolio.
pub fn search(before: &Policy, after: &Policy, diff: &Diff, tally: &Tally) -> Search {
    if diff.is_empty() {
        return Search::None;
    }
    let mut bases: Vec<(Option<u64>, Characteristics)> = tally
        .kept
        .iter()
        .map(|kept| (Some(kept.row), kept.characteristics()))
        .collect();
    bases.push((None, Characteristics::neutral()));
    let values = candidates([before.declaration(), after.declaration()]);
    let values: Vec<(usize, Vec<Value>)> = values.into_iter().collect();
    let mut search = Looking {
        policies: [before, after],
        scratch: [Scratch::new(), Scratch::new()],
        tried: 0,
    };
    let found = search.one_change(&bases, &values);
    let found = found.or_else(|| {
        let touched = touched(before, after, diff);
        search.two_changes(&bases, &values, &touched)
    });
    let found = found.or_else(|| search.by_chance(&bases, &values));
    match found {
        Some((base, witness)) => match search.told(&base, witness) {
            Some(witness) => Search::Found(Box::new(witness)),
            None => Search::NotFound {
                tried: search.tried,
            },
        },
        None => Search::NotFound {
            tried: search.tried,
        },
    }
}

type Base = (Option<u64>, Characteristics);

struct Looking<'p> {
    policies: [&'p Policy; 2],
    scratch: [Scratch; 2],
    tried: u64,
}

impl Looking<'_> {
    fn differs(&mut self, facts: &Characteristics) -> bool {
        self.tried = self.tried.saturating_add(1);
        let ([before, after], [one, other]) = (self.policies, &mut self.scratch);
        !same(&before.evaluate(facts, one), &after.evaluate(facts, other))
    }

    fn one_change(
        &mut self,
        bases: &[Base],
        values: &[(usize, Vec<Value>)],
    ) -> Option<(Base, Characteristics)> {
        for base in bases {
            if self.differs(&base.1) {
                return Some((base.clone(), base.1.clone()));
            }
            for (index, options) in values {
                for value in options {
                    let mut facts = base.1.clone();
                    if facts.set_at(*index, value.clone()).is_ok() && self.differs(&facts) {
                        return Some((base.clone(), facts));
                    }
                }
            }
        }
        None
    }

    /// One of the characteristics that edits touch, and another.
    fn two_changes(
        &mut self,
        bases: &[Base],
        values: &[(usize, Vec<Value>)],
        touched: &BTreeSet<usize>,
    ) -> Option<(Base, Characteristics)> {
        let firsts = values.iter().filter(|(index, _)| touched.contains(index));
        for (first, options) in firsts {
            for base in bases {
                for value in options {
                    let mut facts = base.1.clone();
                    if facts.set_at(*first, value.clone()).is_err() {
                        continue;
                    }
                    for (second, others) in values.iter().filter(|(index, _)| index != first) {
                        for other in others {
                            if self.tried >= MOST_TRIES.saturating_sub(BY_CHANCE) {
                                return None;
                            }
                            let mut both = facts.clone();
                            if both.set_at(*second, other.clone()).is_ok() && self.differs(&both) {
                                return Some((base.clone(), both));
                            }
                        }
                    }
                }
            }
        }
        None
    }

    fn by_chance(
        &mut self,
        bases: &[Base],
        values: &[(usize, Vec<Value>)],
    ) -> Option<(Base, Characteristics)> {
        let mut chance = Chance::new(7);
        for _ in 0..BY_CHANCE {
            let base = bases.get(chance.below(bases.len().max(1)))?;
            let mut facts = base.1.clone();
            for _ in 0..=chance.below(MOST_CHANGED) {
                let (index, options) = values.get(chance.below(values.len().max(1)))?;
                if let Some(value) = options.get(chance.below(options.len().max(1))) {
                    // A value that does not fit leaves the other as it is.
                    let _ = facts.set_at(*index, value.clone());
                }
            }
            if self.differs(&facts) {
                return Some((base.clone(), facts));
            }
        }
        None
    }

    /// Takes back what need not have been changed, and tells the rest.
    fn told(&mut self, base: &Base, mut witness: Characteristics) -> Option<Witness> {
        let (row, begun) = base;
        let mut changes = Vec::new();
        for (index, definition) in definitions().iter().enumerate() {
            let (from, to) = (begun.get(index).clone(), witness.get(index).clone());
            if from == to {
                continue;
            }
            let mut without = witness.clone();
            if without.set_at(index, from.clone()).is_ok() && self.differs(&without) {
                witness = without;
                continue;
            }
            changes.push(Change {
                characteristic: definition.name,
                from: shown(&from),
                to: shown(&to),
            });
        }
        let ([before, after], [one, other]) = (self.policies, &mut self.scratch);
        let (before, after) = (
            before.evaluate(&witness, one),
            after.evaluate(&witness, other),
        );
        let (before, after) =
            (!same(&before, &after)).then(|| (Given::of(&before), Given::of(&after)))?;
        Some(Witness {
            row: *row,
            changes,
            before,
            after,
            characteristics: witness,
        })
    }
}

/// Characteristics that edited closures and lines read; all that are scored where bands, points or
/// what follows them were edited.
fn touched(before: &Policy, after: &Policy, diff: &Diff) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut read = |node: &Node| {
        visit(node, &mut |node| {
            if let NodeKind::Characteristic(index) = node.kind {
                found.insert(index);
            }
        });
    };
    for declaration in [before.declaration(), after.declaration()] {
        for edit in &diff.edits {
            for stage in &declaration.stages {
                for rule in &stage.rules {
                    let of_rule = match edit {
                        Edit::Literal {
                            site: Site::Rule(code),
                            ..
                        }
                        | Edit::Closure {
                            site: Site::Rule(code),
                            ..
                        }
                        | Edit::RuleRemoved { code }
                        | Edit::RuleMoved { code, .. } => *code == rule.code,
                        Edit::RuleAdded { rule: added, .. } => added.code == rule.code,
                        Edit::StageOutcome { stage: edited, .. }
                        | Edit::RuleOrder { stage: edited, .. } => *edited == stage.name,
                        Edit::Param { name, .. } => reads(declaration, &rule.condition.body, name),
                        Edit::StageOrder { .. } | Edit::Table { .. } => true,
                        _ => false,
                    };
                    if of_rule {
                        read(&rule.condition.body);
                    }
                }
            }
            let card = declaration.scorecard.iter();
            for line in card.flat_map(|card| &card.characteristics) {
                let of_line = match edit {
                    Edit::Literal {
                        site: Site::Line(code),
                        ..
                    }
                    | Edit::Closure {
                        site: Site::Line(code),
                        ..
                    }
                    | Edit::LineRemoved { code }
                    | Edit::Bin { code, .. }
                    | Edit::Bins { code, .. }
                    | Edit::MissingPoints { code, .. } => *code == line.code,
                    Edit::LineAdded { line: added } => added.code == line.code,
                    Edit::Param { name, .. } => reads(declaration, &line.input.body, name),
                    Edit::CutOff { .. }
                    | Edit::Bands { .. }
                    | Edit::Base { .. }
                    | Edit::Scoring { .. } => true,
                    _ => false,
                };
                if of_line {
                    read(&line.input.body);
                }
            }
            if let Some(offer) = &declaration.offer {
                let of_offer = match edit {
                    Edit::Literal { site, .. } | Edit::Closure { site, .. } => *site == Site::Offer,
                    Edit::Param { name, .. } => reads(declaration, &offer.closure.body, name),
                    Edit::Term { .. } | Edit::BandEffect { .. } | Edit::Ending { .. } => true,
                    _ => false,
                };
                if of_offer {
                    read(&offer.closure.body);
                }
            }
        }
    }
    found
}

/// Whether a closure reads a param.
fn reads(declaration: &Declaration, node: &Node, param: &str) -> bool {
    let at = declaration
        .params
        .iter()
        .position(|known| *known.name == *param);
    let mut found = false;
    visit(node, &mut |node| {
        found |= matches!(node.kind, NodeKind::Param(read) if Some(read) == at);
    });
    found
}

fn shown(value: &Value) -> String {
    match value {
        Value::Missing => "unknown".to_owned(),
        Value::Text(text) => text.to_string(),
        other => print_value(other),
    }
}
