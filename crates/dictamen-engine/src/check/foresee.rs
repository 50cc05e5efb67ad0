//! Every way a policy can decide, each with the applicants it may take: the policy carried out on
//! cases of applicants instead of one.
//!
//! The ways of a region together take every applicant of it whose characteristics are in their
//! declared ranges; a way may be told that nobody takes. Relations among characteristics are not
//! known here, only those that assumptions state. Nothing is decided here: whoever finds an
//! applicant has the ordinary engine decide.

mod compare;
mod ending;
mod region;
mod scoring;
mod stages;

use std::{collections::BTreeSet, sync::Arc};

use dictamen_model::characteristic::{Value, definitions, index_of};
use rust_decimal::Decimal;

use super::{
    case::Case,
    closures,
    reason::{Wanted, World},
    values::Values,
};
use crate::{
    Outcome, Policy,
    declaration::{BandEffect, Declaration},
    invariants::{Claim, Direction, Invariants, Measure, PARTS},
    policy::SCORE,
    reasons::HUMAN_REVIEW,
    tree::{Closure, Node, NodeKind, visit},
};

/// Ways of one region that are told apart; with more of them nothing is said.
const MOST: usize = 4_000;

/// Applicants told apart by what is known of their characteristics.
#[derive(Debug, Clone)]
pub struct Region(Case);

/// What ends a way.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ending {
    /// A rule, by stage and position in it.
    Rule(usize, usize),
    /// A stage in which nothing fired and something was undecided or failed.
    Doubt(usize),
    /// The scorecard: something was undecided or failed.
    Score,
    /// A band, by position.
    Band(usize),
    /// The offer, in a band if there are any.
    Offer(Option<usize>),
    /// `otherwise`.
    Otherwise(Option<usize>),
}

/// One way a policy can decide.
#[derive(Debug, Clone)]
pub struct Way {
    case: Case,
    ending: Ending,
    outcome: Outcome,
    /// Of the parts of a decision, then of the codes that promises ask for.
    decision: Vec<Values>,
    /// Whether something could not be computed on it.
    failed: bool,
}

impl Way {
    /// Who may take it.
    pub fn region(&self) -> Region {
        Region(self.case.clone())
    }

    /// How it ends.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The rule that fires on it, by stage and position in the stage.
    pub fn rule(&self) -> Option<(usize, usize)> {
        match self.ending {
            Ending::Rule(stage, rule) => Some((stage, rule)),
            _ => None,
        }
    }

    /// The band it gets to, by position.
    pub fn band(&self) -> Option<usize> {
        match self.ending {
            Ending::Band(band) => Some(band),
            Ending::Offer(band) | Ending::Otherwise(band) => band,
            _ => None,
        }
    }

    /// Whether something could not be computed on it.
    pub fn fails(&self) -> bool {
        self.failed
    }
}

/// Carries out a policy on regions of applicants.
#[derive(Debug)]
pub struct Prover<'p> {
    declaration: &'p Declaration,
    promised: &'p Invariants,
    world: World<'p>,
    /// Of what is asked of decisions.
    asked: World<'p>,
    /// With the terms of each band.
    banded: Vec<World<'p>>,
    read: Vec<usize>,
    cuts: Vec<Vec<Decimal>>,
    human_review: Option<usize>,
    requested: (Option<usize>, Option<usize>),
}

impl<'p> Prover<'p> {
    /// Ready to carry out a policy. `promised` says what is assumed and what is asked.
    pub fn new(policy: &'p Policy, promised: &'p Invariants) -> Self {
        let declaration = policy.declaration();
        let world = World::new(declaration);
        let bands = declaration.bands.iter().flat_map(|bands| &bands.bands);
        let banded = bands.map(|band| match &band.effect {
            BandEffect::Terms(terms) => {
                let term = |index: usize| {
                    let given = terms.iter().find(|(at, _)| *at == index);
                    given.map_or_else(Values::anything, |(_, value)| Values::exactly(value))
                };
                world.with_terms((0..declaration.terms.len()).map(term).collect())
            }
            BandEffect::End { .. } => world.with_terms(Vec::new()),
        });
        let banded = banded.collect();
        let mut prover = Self {
            declaration,
            promised,
            world,
            asked: World::new(&promised.world),
            banded,
            read: Vec::new(),
            cuts: vec![Vec::new(); definitions().len()],
            human_review: index_of("human_review_requested"),
            requested: (
                index_of("requested_amount"),
                index_of("requested_term_months"),
            ),
        };
        prover.look_up();
        prover
    }

    /// What is read, and where it is cut.
    fn look_up(&mut self) {
        let mut read = BTreeSet::new();
        let mut cuts: Vec<BTreeSet<Decimal>> = vec![BTreeSet::new(); self.cuts.len()];
        let mut take = |closure: &Closure| {
            visit(&closure.body, &mut |node| {
                if let NodeKind::Characteristic(index) = node.kind {
                    read.insert(index);
                }
                region::cut(self.declaration, node, &mut cuts);
            });
        };
        closures(self.declaration).for_each(&mut take);
        for assumption in self.promised.assumptions() {
            take(&assumption.condition);
        }
        for invariant in self.promised.invariants() {
            match &invariant.claim {
                Claim::Never(closure) | Claim::Always(closure) => take(closure),
                Claim::Monotone { .. } | Claim::Independent(_) => {}
            }
        }
        let scored = self.declaration.scorecard.iter();
        for scored in scored.flat_map(|scorecard| &scorecard.characteristics) {
            if let NodeKind::Characteristic(index) = scored.input.body.kind
                && let Some(cuts) = cuts.get_mut(index)
            {
                cuts.extend(scored.bins.iter().map(|(bound, _)| *bound));
            }
        }
        read.extend(self.human_review);
        if self.declaration.offer.is_some() {
            read.extend([self.requested.0, self.requested.1].into_iter().flatten());
        }
        self.read = read.into_iter().collect();
        self.cuts = cuts
            .into_iter()
            .map(|cuts| cuts.into_iter().collect())
            .collect();
    }

    /// The characteristics that the answer can depend on, and those that promises ask for.
    pub fn read(&self) -> &[usize] {
        &self.read
    }

    /// Whether the answer can depend on a characteristic.
    pub fn decides_by(&self, index: usize) -> bool {
        let mut trees = closures(self.declaration);
        let asked = [self.requested.0, self.requested.1];
        trees.any(|closure| reads(&closure.body, index))
            || self.human_review == Some(index)
            || (self.declaration.offer.is_some() && asked.contains(&Some(index)))
    }

    /// The numbers at which a characteristic is told apart, ascending.
    pub fn cuts(&self, index: usize) -> &[Decimal] {
        self.cuts.get(index).map_or(&[], Vec::as_slice)
    }

    /// Everybody who is as assumed.
    pub fn everybody(&self) -> Vec<Region> {
        let mut cases = vec![Case::default()];
        for assumption in self.promised.assumptions() {
            let world = self.asking(Vec::new());
            let mind = world.mind(&assumption.condition);
            let body = &assumption.condition.body;
            cases = mind.among(&cases, body, Wanted::TRUE);
        }
        cases.into_iter().map(Region).collect()
    }

    /// The world of promises, about one decision.
    fn asking(&self, decision: Vec<Values>) -> World<'p> {
        self.asked.with_terms(decision)
    }

    /// The ways of those in a region; `None` when there are too many to tell.
    pub fn ways(&self, region: &Region) -> Option<Vec<Way>> {
        self.refill();
        let mut walk = stages::Walk::new(self);
        walk.run(&region.0)?;
        Some(walk.ways)
    }

    fn refill(&self) {
        self.world.refill();
        self.banded.iter().for_each(World::refill);
    }

    /// Those on a way who may break the promise at a position; none of them when it is kept there.
    pub fn breaking(&self, at: usize, way: &Way) -> Vec<Region> {
        let claim = self.promised.invariants().get(at).map(|found| &found.claim);
        let (closure, wanted) = match claim {
            Some(Claim::Never(closure)) => (closure, Wanted::TRUE),
            Some(Claim::Always(closure)) => (closure, Wanted::FALSE),
            _ => return Vec::new(),
        };
        let world = self.asking(way.decision.clone());
        let mind = world.mind(closure);
        let cases = mind.assume(&closure.body, wanted, &way.case);
        cases.into_iter().map(Region).collect()
    }

    fn known(&self, outcome: Outcome) -> Vec<Values> {
        let missing = || Values::exactly(&Value::Missing);
        let mut parts: Vec<Values> = PARTS.iter().map(|_| missing()).collect();
        if let Some(part) = parts.first_mut() {
            *part = Values::exactly(&Value::from(outcome.name()));
        }
        let no = || Values::exactly(&Value::Bool(false));
        parts.extend(self.promised.codes().iter().map(|_| no()));
        parts
    }
}

/// What is told of a reason code: whether it may and whether it may not be given.
fn given(decision: &mut [Values], codes: &[Arc<str>], code: &str, may: Values) {
    let at = codes.iter().position(|known| &**known == code);
    let at = at.and_then(|at| at.checked_add(PARTS.len()));
    if let Some(part) = at.and_then(|at| decision.get_mut(at)) {
        *part = may;
    }
}

/// Whether a tree reads a characteristic.
fn reads(node: &Node, characteristic: usize) -> bool {
    let mut found = false;
    visit(node, &mut |node| {
        found |= matches!(node.kind, NodeKind::Characteristic(index) if index == characteristic);
    });
    found
}
