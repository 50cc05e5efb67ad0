//! Reasons about a tree without an applicant: in which cases a condition holds, does not hold,
//! cannot be decided or fails.
//!
//! What is possible is never left out; what is said to be impossible is impossible for every
//! applicant whose characteristics are in their declared ranges. Exact for conjunctions and
//! alternatives of comparisons of one characteristic with known values. It works within limits
//! of steps and depth, and behind them takes everything for possible.

mod compare;
mod ways;

use std::{cell::Cell, collections::BTreeMap, sync::Arc};

use dictamen_model::characteristic::{Value, definitions};

use super::{
    case::{Case, fewer, key},
    compute,
    values::{Known, Values},
};
use crate::{
    declaration::{BandEffect, Declaration},
    tree::{Closure, Node, NodeKind, Step, parts, visit},
};

/// Steps that all questions about one policy may take together.
const STEPS: u32 = 300_000;
/// Questions within questions.
const DEPTH: u32 = 120;

/// What may come of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted(u8);

impl Wanted {
    pub(super) const TRUE: Self = Self(1);
    pub(super) const FALSE: Self = Self(2);
    /// A known value, whether true, false or neither.
    pub(super) const KNOWN: Self = Self(7);
    pub(super) const MISSING: Self = Self(8);
    pub(super) const FAILED: Self = Self(16);
    const ALL: Self = Self(31);

    fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn negated(self) -> Self {
        let swapped = (self.0 & 1) << 1 | (self.0 & 2) >> 1;
        Self((self.0 & !3) | swapped)
    }
}

/// What a policy's trees can refer to.
#[derive(Debug)]
pub(super) struct World<'p> {
    declaration: &'p Declaration,
    declared: Arc<[Values]>,
    terms: Vec<Values>,
    pub(super) columns: Arc<[Vec<Values>]>,
    steps: Cell<u32>,
}

impl<'p> World<'p> {
    pub(super) fn new(declaration: &'p Declaration) -> Self {
        let columns = declaration.tables.iter().map(|table| {
            let column = |i: usize| {
                let cells = table.rows.iter().filter_map(|row| row.get(i));
                hull(cells.map(Values::exactly))
            };
            (0..table.columns.len()).map(column).collect()
        });
        Self {
            declaration,
            declared: definitions().iter().map(Values::declared).collect(),
            terms: terms(declaration),
            columns: columns.collect(),
            steps: Cell::new(STEPS),
        }
    }

    /// The same with other terms, and with all its steps.
    pub(super) fn with_terms(&self, terms: Vec<Values>) -> Self {
        Self {
            declaration: self.declaration,
            declared: Arc::clone(&self.declared),
            terms,
            columns: Arc::clone(&self.columns),
            steps: Cell::new(STEPS),
        }
    }

    /// Gives back all steps.
    pub(super) fn refill(&self) {
        self.steps.set(STEPS);
    }

    /// Ready to reason about one closure.
    pub(super) fn mind<'w>(&'w self, closure: &'w Closure) -> Mind<'w> {
        let mut locals = BTreeMap::new();
        visit(&closure.body, &mut |node| {
            if let NodeKind::Block { steps, .. } = &node.kind {
                for step in steps {
                    if let Step::Let { slot, value, .. } = step {
                        locals.insert(*slot, value);
                    }
                }
            }
        });
        Mind {
            world: self,
            locals,
            depth: Cell::new(0),
        }
    }

    /// The values of a characteristic in a case.
    pub(super) fn values_of(&self, index: usize, case: &Case) -> Values {
        self.look(index, case)
            .cloned()
            .unwrap_or_else(Values::anything)
    }

    /// The same, where it is only looked at.
    pub(super) fn look<'c>(&'c self, index: usize, case: &'c Case) -> Option<&'c Values> {
        let narrowed = case.narrowed.get(&index);
        narrowed.or_else(|| self.declared.get(index))
    }

    /// Takes some steps; `None` when there are not so many left.
    pub(super) fn take(&self, steps: u32) -> Option<()> {
        self.steps.set(self.steps.get().checked_sub(steps)?);
        Some(())
    }
}

/// The values of each term over all bands.
fn terms(declaration: &Declaration) -> Vec<Values> {
    let bands = declaration.bands.iter().flat_map(|bands| &bands.bands);
    let given: Vec<_> = bands
        .filter_map(|band| match &band.effect {
            BandEffect::Terms(terms) => Some(terms),
            BandEffect::End { .. } => None,
        })
        .collect();
    let term = |index: usize| {
        let values = given.iter().map(|terms| {
            let found = terms.iter().find(|(i, _)| *i == index);
            found.map_or(
                Values {
                    fails: true,
                    ..Values::nothing()
                },
                |(_, value)| Values::exactly(value),
            )
        });
        hull(values)
    };
    (0..declaration.terms.len()).map(term).collect()
}

fn hull(values: impl Iterator<Item = Values>) -> Values {
    values
        .reduce(|one, other| one.join(&other))
        .unwrap_or_else(Values::nothing)
}

/// What a node comes down to on one way through it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Leaf<'n> {
    /// The value of this node, which has only one way through it.
    Of(&'n Node),
    False,
    Missing,
    Failed,
    Unknown,
}

/// Reasons about the trees of one closure.
pub(super) struct Mind<'w> {
    pub(super) world: &'w World<'w>,
    /// What each `let` binds; nothing is bound twice.
    locals: BTreeMap<usize, &'w Node>,
    depth: Cell<u32>,
}

impl<'w> Mind<'w> {
    /// What a `let` binds.
    pub(super) fn bound(&self, slot: usize) -> Option<&'w Node> {
        self.locals.get(&slot).copied()
    }

    /// Takes one step down; nothing when there is no more time or room, and everything is then
    /// to be taken for possible.
    fn deeper<T>(&self, look: impl FnOnce() -> T) -> Option<T> {
        self.world.take(1)?;
        let depth = self.depth.get();
        if depth >= DEPTH {
            return None;
        }
        self.depth.set(depth.saturating_add(1));
        let found = look();
        self.depth.set(depth);
        Some(found)
    }

    /// The cases among the given ones in which one of the wanted things comes of a node.
    pub(super) fn among(&self, cases: &[Case], node: &'w Node, wanted: Wanted) -> Vec<Case> {
        let found = cases
            .iter()
            .flat_map(|case| self.assume(node, wanted, case));
        fewer(found.collect())
    }

    /// The part of a case in which one of the wanted things comes of a node.
    pub(super) fn assume(&self, node: &'w Node, wanted: Wanted, case: &Case) -> Vec<Case> {
        if wanted == Wanted::ALL {
            return vec![case.clone()];
        }
        let found = self.deeper(|| match &node.kind {
            NodeKind::Not(inner) => self.assume(inner, wanted.negated(), case),
            NodeKind::And(nodes) => self.logic(nodes, Wanted::FALSE, Wanted::TRUE, wanted, case),
            NodeKind::Or(nodes) => self.logic(nodes, Wanted::TRUE, Wanted::FALSE, wanted, case),
            NodeKind::IsMissing(inner) => self.is_missing(inner, wanted, case),
            NodeKind::Compare {
                op, left, right, ..
            } => self.comparison(*op, left, right, wanted, case),
            NodeKind::OneOf { value, options } => self.one_of(value, options, wanted, case),
            NodeKind::Within {
                value,
                low,
                high,
                inclusive,
            } => self.within([value, low, high], *inclusive, wanted, case),
            NodeKind::Characteristic(index) => self.characteristic(*index, wanted, case),
            NodeKind::Constant(_) | NodeKind::Param(_) | NodeKind::Term(_) => {
                keep(&self.values(node, case), wanted, case)
            }
            NodeKind::Local(_)
            | NodeKind::If { .. }
            | NodeKind::Block { .. }
            | NodeKind::Return(_)
            | NodeKind::Inlined { .. }
            | NodeKind::Coalesce(_)
            | NodeKind::Switch { .. } => self.by_ways(node, wanted, case),
            NodeKind::Negate(_)
            | NodeKind::Arithmetic { .. }
            | NodeKind::Call { .. }
            | NodeKind::Lookup { .. }
            | NodeKind::Grant { .. }
            | NodeKind::Settle { .. } => self.of_parts(node, wanted, case),
        });
        fewer(found.unwrap_or_else(|| vec![case.clone()]))
    }

    fn by_ways(&self, node: &'w Node, wanted: Wanted, case: &Case) -> Vec<Case> {
        let ways = self.ways(node, case);
        ways.iter()
            .flat_map(|(case, leaf)| self.leaf(leaf, wanted, case))
            .collect()
    }

    fn leaf(&self, leaf: &Leaf<'w>, wanted: Wanted, case: &Case) -> Vec<Case> {
        let comes = match leaf {
            Leaf::Of(node) => return self.assume(node, wanted, case),
            Leaf::False => Wanted::FALSE,
            Leaf::Missing => Wanted::MISSING,
            Leaf::Failed => Wanted::FAILED,
            Leaf::Unknown => Wanted::ALL,
        };
        if wanted.has(comes) {
            vec![case.clone()]
        } else {
            Vec::new()
        }
    }

    fn characteristic(&self, index: usize, wanted: Wanted, case: &Case) -> Vec<Case> {
        let mut values = self.world.values_of(index, case);
        values.missing = values.missing && wanted.has(Wanted::MISSING);
        values.known = match values.known {
            Known::Truth { yes, no } => Known::Truth {
                yes: yes && wanted.has(Wanted::TRUE),
                no: no && wanted.has(Wanted::FALSE),
            },
            known if wanted.has(Wanted::KNOWN) => known,
            _ => Known::Nothing,
        };
        if values.is_impossible() {
            Vec::new()
        } else {
            vec![case.with(index, values)]
        }
    }

    /// `&&` and `||`: one part that `settles` settles it, whatever is missing.
    fn logic(
        &self,
        nodes: &'w [Node],
        settles: Wanted,
        goes_on: Wanted,
        wanted: Wanted,
        case: &Case,
    ) -> Vec<Case> {
        let mut found = Vec::new();
        if wanted.has(settles) {
            for node in nodes {
                found.extend(self.assume(node, settles, case));
            }
        }
        let rest = goes_on.or(Wanted::MISSING);
        if wanted.and(rest) == rest {
            found.extend(self.all(nodes, rest, case, None));
        } else if wanted.has(goes_on) {
            found.extend(self.all(nodes, goes_on, case, None));
        } else if wanted.has(Wanted::MISSING) {
            for at in 0..nodes.len() {
                found.extend(self.all(nodes, rest, case, Some(at)));
            }
        }
        if wanted.has(Wanted::FAILED) {
            for node in nodes {
                found.extend(self.assume(node, Wanted::FAILED, case));
            }
        }
        found
    }

    /// The part of a case in which one of the wanted things comes of each node; of the one at
    /// `missing` nothing is known.
    fn all(
        &self,
        nodes: &'w [Node],
        wanted: Wanted,
        case: &Case,
        missing: Option<usize>,
    ) -> Vec<Case> {
        let mut cases = vec![case.clone()];
        let first = missing.and_then(|at| nodes.get(at));
        if let Some(first) = first {
            cases = self.among(&cases, first, Wanted::MISSING);
        }
        for (i, node) in nodes.iter().enumerate() {
            if cases.is_empty() {
                break;
            }
            if missing != Some(i) {
                cases = self.among(&cases, node, wanted);
            }
        }
        cases
    }

    fn is_missing(&self, inner: &'w Node, wanted: Wanted, case: &Case) -> Vec<Case> {
        let mut of_inner = wanted.and(Wanted::FAILED);
        if wanted.has(Wanted::TRUE) {
            of_inner = of_inner.or(Wanted::MISSING);
        }
        if wanted.has(Wanted::FALSE) {
            of_inner = of_inner.or(Wanted::KNOWN);
        }
        self.assume(inner, of_inner, case)
    }

    /// What needs every part it is made of, and is there when they are. Only a cell of a table can
    /// be missing, or be true or false, by itself.
    fn of_parts(&self, node: &'w Node, wanted: Wanted, case: &Case) -> Vec<Case> {
        let mut all = Vec::new();
        parts(node, &mut |part| all.push(part));
        let mut found = Vec::new();
        if wanted.has(Wanted::MISSING) {
            for part in &all {
                found.extend(self.assume(part, Wanted::MISSING, case));
            }
        }
        let is_cell = matches!(node.kind, NodeKind::Lookup { .. });
        if wanted.has(Wanted::KNOWN) || (is_cell && wanted.has(Wanted::MISSING)) {
            let mut known = vec![case.clone()];
            for part in &all {
                known = self.among(&known, part, Wanted::KNOWN);
            }
            if is_cell {
                let there = wanted.and(Wanted::KNOWN.or(Wanted::MISSING));
                known.retain(|case| !keep(&self.values(node, case), there, case).is_empty());
            }
            found.extend(known);
        }
        if wanted.has(Wanted::FAILED) && self.values(node, case).fails {
            found.push(case.clone());
        }
        found
    }

    /// The values a node can have in a case.
    pub(super) fn values(&self, node: &'w Node, case: &Case) -> Values {
        let found = self.deeper(|| match &node.kind {
            NodeKind::Constant(value) => Values::exactly(value),
            NodeKind::Param(index) => {
                let param = self.world.declaration.params.get(*index);
                param.map_or_else(Values::anything, |param| Values::exactly(&param.value))
            }
            NodeKind::Characteristic(index) => self.world.values_of(*index, case),
            NodeKind::Term(index) => {
                let term = self.world.terms.get(*index);
                term.cloned().unwrap_or_else(Values::anything)
            }
            NodeKind::Negate(_)
            | NodeKind::Arithmetic { .. }
            | NodeKind::Call { .. }
            | NodeKind::Lookup { .. } => compute::computed(self, node, case),
            NodeKind::Not(_)
            | NodeKind::And(_)
            | NodeKind::Or(_)
            | NodeKind::Compare { .. }
            | NodeKind::OneOf { .. }
            | NodeKind::Within { .. }
            | NodeKind::IsMissing(_) => self.truth(node, case),
            NodeKind::Grant { .. } | NodeKind::Settle { .. } => Values {
                missing: !self.assume(node, Wanted::MISSING, case).is_empty(),
                ..Values::anything()
            },
            _ => self.hull(node, case),
        });
        let found = found.unwrap_or_else(Values::anything);
        match case.computed.get(&key(node)) {
            Some(known) => found.meet(known),
            None => found,
        }
    }

    fn truth(&self, node: &'w Node, case: &Case) -> Values {
        let can = |wanted| !self.assume(node, wanted, case).is_empty();
        Values {
            known: Known::Truth {
                yes: can(Wanted::TRUE),
                no: can(Wanted::FALSE),
            },
            missing: can(Wanted::MISSING),
            fails: can(Wanted::FAILED),
        }
    }

    fn hull(&self, node: &'w Node, case: &Case) -> Values {
        let ways = self.ways(node, case);
        hull(ways.iter().map(|(case, leaf)| match leaf {
            Leaf::Of(node) => self.values(node, case),
            Leaf::False => Values::exactly(&Value::Bool(false)),
            Leaf::Missing => Values::exactly(&Value::Missing),
            Leaf::Failed => Values {
                fails: true,
                ..Values::nothing()
            },
            Leaf::Unknown => Values::anything(),
        }))
    }
}

fn keep_if(kept: bool, case: &Case) -> Vec<Case> {
    if kept { vec![case.clone()] } else { Vec::new() }
}

/// The case, if one of the wanted things can come of the values.
fn keep(values: &Values, wanted: Wanted, case: &Case) -> Vec<Case> {
    let known = match values.known {
        Known::Truth { yes, no } => {
            (yes && wanted.has(Wanted::TRUE)) || (no && wanted.has(Wanted::FALSE))
        }
        ref known => !known.is_nothing() && wanted.has(Wanted::KNOWN),
    };
    let other = (values.missing && wanted.has(Wanted::MISSING))
        || (values.fails && wanted.has(Wanted::FAILED));
    keep_if(known || other, case)
}
