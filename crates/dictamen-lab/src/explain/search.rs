//! The search for the smallest change: levers moved in steps, and every answer decided again.
//!
//! Bounded: a fixed number of places along each lever, a closer look between two of them, and for
//! two levers at once a coarse grid. The number of decisions made is counted and told.

use chrono::NaiveDate;
use dictamen_engine::{Decision, Outcome, Policy, Scratch};
use dictamen_model::{
    DecisionRequest, Parameters,
    characteristic::{Characteristics, ComputeError, Value},
};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};

use super::levers::{AGEING, GROWING, LEVERS, Lever, Reach};
use crate::pipeline;

/// Decisions made for one explanation at most.
pub const MOST_DECISIONS: usize = 2_500;
/// Places looked at along one lever.
const PLACES: i64 = 60;
/// Places looked at along each of two levers.
const COARSE: i64 = 10;
/// Suggestions told at most.
const MOST: usize = 3;

/// A lever and where it is moved to: pesos, months, or days from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) reach: Reach,
    pub(super) from: Decimal,
    pub(super) to: Decimal,
}

impl PartialEq for Reach {
    fn eq(&self, other: &Self) -> bool {
        self.lever == other.lever
    }
}

impl Eq for Reach {}

impl Move {
    /// How much is asked of the applicant: shares of what there is, or of a year.
    fn cost(&self) -> Decimal {
        let whole = match self.reach.lever {
            Lever::Time => Decimal::from(365),
            _ => self.from.max(Decimal::ONE),
        };
        let distance = self.to.checked_sub(self.from).unwrap_or_default().abs();
        distance.checked_div(whole).unwrap_or(Decimal::ONE)
    }
}

/// What was found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) moves: Vec<Move>,
    pub(super) outcome: Outcome,
    pub(super) amount: Option<Decimal>,
    pub(super) before: Characteristics,
    pub(super) after: Characteristics,
}

impl Found {
    fn cost(&self) -> Decimal {
        self.moves.iter().map(Move::cost).sum()
    }
}

/// Everything found, and how many decisions it took.
#[derive(Debug)]
pub(super) struct Searched {
    pub(super) suggestions: Vec<Found>,
    pub(super) made: usize,
}

struct Search<'a> {
    policy: &'a Policy,
    request: &'a DecisionRequest,
    as_of: NaiveDate,
    parameters: &'a Parameters,
    facts: Characteristics,
    scratch: Scratch,
    made: usize,
    /// What the answer has to be at least as good as.
    wanted: Outcome,
}

pub(super) fn search(
    policy: &Policy,
    request: &DecisionRequest,
    as_of: NaiveDate,
    parameters: &Parameters,
    decision: &Decision,
) -> Result<Searched, ComputeError> {
    let facts = pipeline::compute(request, as_of, parameters)?;
    let mut search = Search {
        policy,
        request,
        as_of,
        parameters,
        facts,
        scratch: Scratch::new(),
        made: 0,
        wanted: Outcome::Counter,
    };
    // An offer if there can be one; else at least a person who looks at it.
    let better: &[Outcome] = match decision.outcome {
        Outcome::Approve => &[],
        Outcome::Counter => &[Outcome::Approve],
        Outcome::Refer => &[Outcome::Counter],
        Outcome::Decline => &[Outcome::Counter, Outcome::Refer],
    };
    let mut suggestions = Vec::new();
    for wanted in better {
        search.wanted = *wanted;
        suggestions = search.single();
        if suggestions.is_empty() {
            suggestions = search.double();
        }
        if !suggestions.is_empty() {
            break;
        }
    }
    suggestions.sort_by_key(Found::cost);
    suggestions.truncate(MOST);
    Ok(Searched {
        suggestions,
        made: search.made,
    })
}

impl Search<'_> {
    fn now(&self, lever: Lever) -> Decimal {
        let application = &self.request.application;
        match lever {
            Lever::Amount => application.requested_amount,
            Lever::Term => application.requested_term_months.into(),
            Lever::Debt => application.existing_monthly_debt,
            Lever::Time => Decimal::ZERO,
        }
    }

    /// Where a lever is looked at, the nearest first: both ways for the term.
    fn places(&self, reach: Reach, count: i64) -> Vec<Vec<Decimal>> {
        let now = self.now(reach.lever);
        let furthest = Decimal::from(reach.furthest);
        match reach.lever {
            Lever::Amount | Lever::Debt => vec![between(now, Decimal::ZERO, count, reach.step)],
            Lever::Term => {
                vec![
                    between(now, Decimal::ONE, count, reach.step),
                    between(now, furthest.max(now), count, reach.step),
                ]
            }
            Lever::Time if self.employed() => vec![between(now, furthest, count, reach.step)],
            Lever::Time => Vec::new(),
        }
    }

    /// Time only helps whom it adds something to.
    fn employed(&self) -> bool {
        let current = self.facts.by_name("tenure_current_days");
        current.is_some_and(|value| !value.is_missing())
    }

    /// The smallest single changes, at most one for each lever and direction.
    fn single(&mut self) -> Vec<Found> {
        let mut found = Vec::new();
        for reach in LEVERS {
            let now = self.now(reach.lever);
            for places in self.places(reach, PLACES) {
                let mut before = now;
                for place in places {
                    let moved = |to| Move {
                        reach,
                        from: now,
                        to,
                    };
                    if self.try_out(&[moved(place)]).is_some() {
                        let nearest = self.nearest(reach, before, place);
                        found.extend(self.try_out(&[moved(nearest)]));
                        break;
                    }
                    before = place;
                }
            }
        }
        found
    }

    /// The place nearest to one that does not help, of those between it and one that does.
    fn nearest(&mut self, reach: Reach, mut not_yet: Decimal, mut helps: Decimal) -> Decimal {
        let from = self.now(reach.lever);
        for _ in 0..32 {
            let middle = not_yet
                .checked_add(helps)
                .and_then(|sum| sum.checked_div(Decimal::TWO))
                .map(|middle| rounded(middle, reach.step, helps < not_yet));
            let Some(to) = middle.filter(|to| *to != not_yet && *to != helps) else {
                break;
            };
            if self.try_out(&[Move { reach, from, to }]).is_some() {
                helps = to;
            } else {
                not_yet = to;
            }
        }
        helps
    }

    /// The smallest of two changes that only help together.
    fn double(&mut self) -> Vec<Found> {
        let mut best: Option<Found> = None;
        for (at, one) in LEVERS.iter().enumerate() {
            for two in LEVERS.iter().skip(at.saturating_add(1)) {
                let firsts: Vec<Decimal> = self.places(*one, COARSE).concat();
                let seconds: Vec<Decimal> = self.places(*two, COARSE).concat();
                for first in firsts {
                    for second in &seconds {
                        let moves = [
                            Move {
                                reach: *one,
                                from: self.now(one.lever),
                                to: first,
                            },
                            Move {
                                reach: *two,
                                from: self.now(two.lever),
                                to: *second,
                            },
                        ];
                        let cost: Decimal = moves.iter().map(Move::cost).sum();
                        if best.as_ref().is_some_and(|best| best.cost() <= cost) {
                            continue;
                        }
                        if let Some(found) = self.try_out(&moves) {
                            best = Some(found);
                        }
                    }
                }
            }
        }
        best.into_iter().collect()
    }

    /// Decides with some changes; something when the answer is as good as wanted.
    fn try_out(&mut self, moves: &[Move]) -> Option<Found> {
        let after = self.with(moves, 0)?;
        let (outcome, amount) = self.decide(&after)?;
        if outcome > self.wanted {
            return None;
        }
        let days = moves.iter().find(|moved| moved.reach.lever == Lever::Time);
        if let Some(days) = days {
            let years = days.to.to_i64()?.checked_div(365)?.checked_add(1)?;
            let older = self.with(moves, years)?;
            let (then, _) = self.decide(&older)?;
            if then > self.wanted {
                return None;
            }
        }
        Some(Found {
            moves: moves.to_vec(),
            outcome,
            amount,
            before: self.facts.clone(),
            after,
        })
    }

    fn decide(&mut self, facts: &Characteristics) -> Option<(Outcome, Option<Decimal>)> {
        if self.made >= MOST_DECISIONS {
            return None;
        }
        self.made = self.made.saturating_add(1);
        let decided = self.policy.evaluate(facts, &mut self.scratch);
        Some((decided.outcome(), decided.amount()))
    }

    /// The characteristics with some changes, and with some years more of age.
    fn with(&self, moves: &[Move], years: i64) -> Option<Characteristics> {
        let mut request = None;
        let mut days = 0_i64;
        for moved in moves {
            let application = |request: &mut Option<DecisionRequest>| {
                request
                    .get_or_insert_with(|| self.request.clone())
                    .application
                    .clone()
            };
            let mut changed = application(&mut request);
            match moved.reach.lever {
                Lever::Amount => changed.requested_amount = moved.to,
                Lever::Term => changed.requested_term_months = moved.to.to_i64()?,
                Lever::Debt => changed.existing_monthly_debt = moved.to,
                Lever::Time => days = moved.to.to_i64()?,
            }
            if changed.requested_amount <= Decimal::ZERO {
                return None;
            }
            if let Some(request) = &mut request {
                request.application = changed;
            }
        }
        // What follows from the application is computed anew, not guessed.
        let mut facts = match &request {
            Some(request) => pipeline::compute(request, self.as_of, self.parameters).ok()?,
            None => self.facts.clone(),
        };
        for (name, each) in GROWING {
            if let Some(Value::Int(known)) = facts.by_name(name) {
                let grown = known.checked_add(days.checked_div(each)?)?;
                facts.set(name, Value::Int(grown)).ok()?;
            }
        }
        for name in AGEING {
            if let Some(Value::Int(known)) = facts.by_name(name) {
                let older = known.checked_add(years)?;
                facts.set(name, Value::Int(older)).ok()?;
            }
        }
        Some(facts)
    }
}

/// Places from one number to another, without the first, in whole steps.
fn between(from: Decimal, to: Decimal, count: i64, step: i64) -> Vec<Decimal> {
    let width = to.checked_sub(from).unwrap_or_default();
    let mut places = Vec::new();
    for at in 1..=count {
        let share = width
            .checked_mul(at.into())
            .and_then(|share| share.checked_div(count.into()))
            .unwrap_or_default();
        let place = from.checked_add(share).unwrap_or(from);
        let place = if at == count {
            to
        } else {
            rounded(place, step, to < from)
        };
        if place != from && !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

/// The nearest whole number of steps, away from where it began.
fn rounded(number: Decimal, step: i64, down: bool) -> Decimal {
    let step = Decimal::from(step);
    let steps = number.checked_div(step).unwrap_or_default();
    let steps = if down { steps.floor() } else { steps.ceil() };
    steps.checked_mul(step).unwrap_or(number)
}
