//! What sums, products, functions and tables can give.

use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive as _};

use super::{
    case::Case,
    interval::{End, Interval},
    reason::Mind,
    values::{Known, Values},
};
use crate::evaluate;
use crate::tree::{Function, Node, NodeKind, Operator};

/// The values that a computation can have in a case.
pub(super) fn computed<'w>(mind: &Mind<'w>, node: &'w Node, case: &Case) -> Values {
    match &node.kind {
        NodeKind::Negate(inner) => {
            let values = mind.values(inner, case);
            let Some(interval) = values.known.number() else {
                return without_number(&[values]);
            };
            let fails = values.fails || (interval.whole && interval.low == End::Unbounded);
            Values {
                known: Known::Number(interval.negated()),
                fails,
                ..values
            }
        }
        NodeKind::Arithmetic { op, left, right } => {
            arithmetic(*op, mind.values(left, case), mind.values(right, case))
        }
        NodeKind::Call {
            function,
            arguments,
        } => {
            let arguments = arguments.iter().map(|a| mind.values(a, case));
            call(*function, &arguments.collect::<Vec<_>>())
        }
        NodeKind::Lookup {
            table, column, key, ..
        } => {
            let key = mind.values(key, case);
            let found = mind.world.columns.get(*table).and_then(|c| c.get(*column));
            let known = found.map_or(Known::Anything, |found| found.known.clone());
            // A key without a row, or a row with an empty cell, gives nothing.
            Values {
                known,
                missing: true,
                fails: key.fails,
            }
        }
        _ => Values::anything(),
    }
}

/// A computation of which a part never is a number: it is missing, fails or is never reached.
fn without_number(parts: &[Values]) -> Values {
    let unknown = parts
        .iter()
        .all(|part| matches!(part.known, Known::Anything | Known::Number(_)));
    Values {
        known: if unknown {
            Known::Anything
        } else {
            Known::Nothing
        },
        missing: parts.iter().any(|part| part.missing),
        fails: unknown || parts.iter().any(|part| part.fails),
    }
}

fn arithmetic(op: Operator, left: Values, right: Values) -> Values {
    let (Some(one), Some(other)) = (left.known.number(), right.known.number()) else {
        return without_number(&[left, right]);
    };
    if one.is_empty() || other.is_empty() {
        return without_number(&[
            Values {
                known: Known::Nothing,
                ..left
            },
            right,
        ]);
    }
    let (found, fails) = one.combined(op, &other);
    Values {
        known: Known::Number(found),
        missing: left.missing || right.missing,
        fails: left.fails || right.fails || fails,
    }
}

fn call(function: Function, arguments: &[Values]) -> Values {
    let numbers: Option<Vec<Interval>> = arguments.iter().map(|a| a.known.number()).collect();
    let Some(numbers) = numbers.filter(|n| n.iter().all(|n| !n.is_empty())) else {
        return without_number(arguments);
    };
    let (found, fails) = match (function, numbers.as_slice()) {
        (Function::Min, [one, other]) => (one.smaller(other), false),
        (Function::Max, [one, other]) => (one.larger(other), false),
        (Function::Abs, [one]) => (one.absolute(), one.whole && one.low == End::Unbounded),
        (Function::DaysBetween, [from, to]) => {
            let (days, _) = to.combined(Operator::Subtract, from);
            (days, false)
        }
        (Function::RoundHalfUp, [number, places]) => round_half_up(number, places),
        (Function::AnnuityFactor, [rate, months]) => annuity_factor(rate, months),
        (Function::FloorTo, [number, step]) => multiple(number, step, false),
        (Function::CeilTo, [number, step]) => multiple(number, step, true),
        _ => (Interval::all(false), true),
    };
    Values {
        known: Known::Number(found),
        missing: arguments.iter().any(|a| a.missing),
        fails: fails || arguments.iter().any(|a| a.fails),
    }
}

/// Falls with the rate and grows with the months. Near a rate of zero the quotient is rounded so
/// coarsely that nothing is said of it.
fn annuity_factor(rate: &Interval, months: &Interval) -> (Interval, bool) {
    let unknown = (Interval::all(false), true);
    let (Some((low, high)), Some((first, last))) = (rate.bounds(), months.bounds()) else {
        return unknown;
    };
    let (first, last) = (first.to_i64(), last.to_i64());
    let (Some(first), Some(last)) = (first, last) else {
        return unknown;
    };
    if low < Decimal::new(1, 6) && (low, high) != (Decimal::ZERO, Decimal::ZERO) {
        return unknown;
    }
    // The largest power of all is in the third: where it fits, all others do.
    let least = evaluate::annuity_factor(high, first);
    let most = evaluate::annuity_factor(low, last);
    let largest = evaluate::annuity_factor(high, last);
    let (Some(least), Some(most), Some(_)) = (least, most, largest) else {
        return unknown;
    };
    let slack = Decimal::new(1, 12);
    let low = least
        .checked_mul(slack)
        .and_then(|slack| least.checked_sub(slack));
    let high = most
        .checked_mul(slack)
        .and_then(|slack| most.checked_add(slack));
    match (low, high) {
        (Some(low), Some(high)) => (Interval::between(low, high, false), false),
        _ => unknown,
    }
}

fn round_half_up(number: &Interval, places: &Interval) -> (Interval, bool) {
    let places = places.only().and_then(|places| u32::try_from(places).ok());
    let Some(places) = places.filter(|places| *places <= 28) else {
        return (Interval::all(false), true);
    };
    let strategy = RoundingStrategy::MidpointAwayFromZero;
    let found = number.mapped(|n| Some(n.round_dp_with_strategy(places, strategy)));
    (
        Interval {
            whole: false,
            ..found
        },
        false,
    )
}

/// The multiples of a step, which lie less than one step away.
fn multiple(number: &Interval, step: &Interval, up: bool) -> (Interval, bool) {
    let whole = number.whole && step.whole;
    let Some(by) = step.only().filter(|by| *by > Decimal::ZERO) else {
        return (Interval::all(whole), true);
    };
    let grows = |n: Decimal| {
        if up {
            n.checked_add(by)
        } else {
            n.checked_sub(by)
        }
    };
    let moved = number.mapped(grows);
    let nearest = number.mapped(|n| n.checked_rem(by).filter(Decimal::is_zero).map(|_| n));
    // An end that is a multiple itself stays where it is.
    let stays = |moved: End, nearest: End| {
        if nearest == End::Unbounded {
            moved
        } else {
            nearest
        }
    };
    let (low, high) = if up {
        (number.low, stays(moved.high, nearest.high))
    } else {
        (stays(moved.low, nearest.low), number.high)
    };
    let found = Interval { low, high, whole };
    let bounded = found.low != End::Unbounded && found.high != End::Unbounded;
    (found.closed(), !bounded)
}
