//! Makes an applicant that shows something as ordinary as possible: as few characteristics as can
//! be away from the usual ones, and those as little as can be.

use dictamen_model::characteristic::{Characteristics, Value, definitions};
use rust_decimal::Decimal;

/// Halvings of the distance between a value and the usual one.
const HALVINGS: usize = 64;

/// `shows` says whether an applicant still shows it.
pub(super) fn shrink(
    mut facts: Characteristics,
    usual: &Characteristics,
    read: &[usize],
    mut shows: impl FnMut(&Characteristics) -> bool,
) -> Characteristics {
    // What one change makes possible may make another possible.
    for _ in 0..3 {
        let before = facts.clone();
        for at in read {
            if facts.get(*at) != usual.get(*at) {
                try_with(&mut facts, *at, usual.get(*at).clone(), &mut shows);
            }
        }
        if facts == before {
            break;
        }
    }
    for at in read {
        if facts.get(*at) != usual.get(*at) {
            approach(&mut facts, *at, usual.get(*at), &mut shows);
        }
    }
    facts
}

/// Brings a value as near to another as it can be.
pub(super) fn approach(
    facts: &mut Characteristics,
    at: usize,
    to: &Value,
    shows: &mut impl FnMut(&Characteristics) -> bool,
) {
    let Some((far, near)) = number(facts.get(at)).zip(number(to).or(Some(Decimal::ZERO))) else {
        return;
    };
    let whole = matches!(facts.get(at), Value::Int(_));
    let places = if whole { 0 } else { 2 };
    // A round number first; then the nearest that still shows it.
    let (mut shown, mut hidden) = (far, near);
    if !whole {
        let rounded = far.round_dp(places);
        if rounded != far && try_with(facts, at, Value::Decimal(rounded), shows) {
            shown = rounded;
        }
    }
    if try_with(facts, at, value(near, whole), shows) {
        return;
    }
    for _ in 0..HALVINGS {
        let middle = shown
            .checked_add(hidden)
            .and_then(|sum| sum.checked_div(Decimal::TWO))
            .map(|middle| middle.round_dp(places));
        let Some(middle) = middle.filter(|middle| *middle != shown && *middle != hidden) else {
            break;
        };
        if try_with(facts, at, value(middle, whole), shows) {
            shown = middle;
        } else {
            hidden = middle;
        }
    }
}

fn try_with(
    facts: &mut Characteristics,
    at: usize,
    value: Value,
    shows: &mut impl FnMut(&Characteristics) -> bool,
) -> bool {
    let Some(definition) = definitions().get(at) else {
        return false;
    };
    let mut changed = facts.clone();
    if changed.set(definition.name, value).is_err() || !shows(&changed) {
        return false;
    }
    *facts = changed;
    true
}

fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(number) => Some((*number).into()),
        Value::Decimal(number) => Some(*number),
        _ => None,
    }
}

fn value(number: Decimal, whole: bool) -> Value {
    if whole {
        i64::try_from(number).map_or(Value::Missing, Value::Int)
    } else {
        Value::Decimal(number)
    }
}
