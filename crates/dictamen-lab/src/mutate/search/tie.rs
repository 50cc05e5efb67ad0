//! Applicants for whom both sides of a comparison are equal, or as good as.
//!
//! The trace of the ordinary engine says how far apart the sides of each comparison are. Where one
//! characteristic moves that distance, it is moved until nothing is left of it.

use dictamen_engine::{Application, ParametersStamp, Trace};
use dictamen_model::characteristic::{Characteristics, Kind, Unit, Value, definitions};
use rust_decimal::Decimal;

use super::{Duel, Witness};
use crate::{
    mutate::change::{At, Change, Mutant, closure},
    paths::{characteristics, reads_param},
};

/// Steps towards a tie.
const STEPS: usize = 8;
/// Cases begun with.
const BASES: usize = 40;

pub(super) fn search(duel: &mut Duel<'_>, mutant: &Mutant) -> Option<Witness> {
    let declaration = duel.session.policy.declaration();
    let offer = closure(declaration, At::Offer)?;
    let concerned = match &mutant.change {
        Change::Tree { at, .. } => *at == At::Offer,
        Change::Param { index, .. } => reads_param(&offer.body, *index),
        Change::Effect { .. } => true,
        _ => false,
    };
    if !concerned {
        return None;
    }
    let read = characteristics(&offer.body);
    let movable: Vec<usize> = read
        .into_iter()
        .filter(|index| {
            let definition = definitions().get(*index);
            definition.is_some_and(|d| d.kind == Kind::Decimal && d.unit != Unit::None)
        })
        .collect();
    let bases = duel.session.unlike(|answer| &*answer.stage == "OFFER");
    for case in bases.into_iter().take(BASES) {
        let facts = duel.session.applicant(case, &[])?;
        let comparisons = distances(duel, &facts).len();
        for comparison in 0..comparisons {
            for index in &movable {
                for value in ties(duel, &facts, comparison, *index) {
                    let changed = vec![(*index, value)];
                    if duel.tells(case, &changed) {
                        return Some(Witness { case, changed });
                    }
                }
            }
        }
    }
    None
}

/// How far apart the sides of each comparison of the offer are.
fn distances(duel: &Duel<'_>, facts: &Characteristics) -> Vec<Option<Decimal>> {
    let trace = traced(duel, facts);
    let offer = trace.rules.into_iter().find(|rule| &*rule.rule == "OFFER");
    let comparisons = offer.into_iter().flat_map(|rule| rule.comparisons);
    comparisons
        .map(|met| met.distance.and_then(|d| Decimal::from_str_exact(&d).ok()))
        .collect()
}

fn traced(duel: &Duel<'_>, facts: &Characteristics) -> Trace {
    let application = Application {
        application_id: "tie",
        as_of: chrono::NaiveDate::default(),
        characteristics: facts,
        parameters: &ParametersStamp { hash: "".into() },
    };
    duel.session.policy.decide(&application).trace
}

/// Values of one characteristic at which a comparison ties, and those beside them.
fn ties(duel: &Duel<'_>, facts: &Characteristics, comparison: usize, index: usize) -> Vec<Value> {
    let (Some(definition), Value::Decimal(start)) = (definitions().get(index), facts.get(index))
    else {
        return Vec::new();
    };
    let distance = |value: Decimal| {
        let mut facts = facts.clone();
        facts.set(definition.name, Value::Decimal(value)).ok()?;
        distances(duel, &facts).get(comparison).copied().flatten()
    };
    let Some(tied) = root(*start, distance) else {
        return Vec::new();
    };
    let places = definition.unit.decimals();
    let step = Decimal::new(1, places);
    let printed = tied.round_dp(places);
    let beside = [
        Some(printed),
        printed.checked_sub(step),
        printed.checked_add(step),
        Some(tied),
    ];
    let possible = |value: &Decimal| {
        definition
            .range
            .is_none_or(|range| range.low <= *value && *value <= range.high)
    };
    let beside = beside.into_iter().flatten().filter(possible);
    beside.map(Value::Decimal).collect()
}

/// Where a function is zero, going from one value along the line through two.
fn root(start: Decimal, of: impl Fn(Decimal) -> Option<Decimal>) -> Option<Decimal> {
    let (mut last, mut at) = (start, start.checked_add(Decimal::ONE)?);
    let mut before = of(last)?;
    for _ in 0..STEPS {
        if before.is_zero() {
            return Some(last);
        }
        let now = of(at)?;
        if now.is_zero() {
            return Some(at);
        }
        let rise = now.checked_sub(before)?;
        let run = at.checked_sub(last)?;
        let next = at.checked_sub(now.checked_mul(run.checked_div(rise)?)?)?;
        (last, before) = (at, now);
        if next == at {
            return Some(at);
        }
        at = next;
    }
    None
}
