//! The registered functions, computed exactly.

use std::cmp::Ordering;

use rust_decimal::{Decimal, RoundingStrategy};

use super::{
    compute::{Failure, Fallible, TOO_LARGE, both_short, sign, wrong_type},
    small,
};
use crate::{program::Cell, tree::Function};

/// Months for which an annuity is computed: a hundred years.
const MAX_MONTHS: i64 = 1_200;
/// Decimals a number can have.
const MAX_PLACES: i64 = 28;

/// Computes a call of a function that has no instruction of its own. The arguments have the types
/// the function asks for.
pub(super) fn call(function: Function, first: &Cell, second: Option<&Cell>) -> Fallible<Cell> {
    match (function, first, second) {
        (Function::AnnuityFactor, rate, Some(Cell::Int(months))) => {
            annuity_factor(decimal(rate)?, *months).map(Cell::exact)
        }
        (Function::RoundHalfUp, value, Some(Cell::Int(places))) => {
            let Some(places) = u32::try_from(*places)
                .ok()
                .filter(|_| *places <= MAX_PLACES)
            else {
                return Err(Failure("`round_half_up` needs between 0 and 28 places"));
            };
            if let Some(rounded) = value.short().and_then(|value| small::round(value, places)) {
                return Ok(Cell::Small(rounded));
            }
            let strategy = RoundingStrategy::MidpointAwayFromZero;
            let rounded = decimal(value)?.round_dp_with_strategy(places, strategy);
            Ok(Cell::exact(rounded))
        }
        (Function::FloorTo, value, Some(step)) => multiple(value, step, false),
        (Function::CeilTo, value, Some(step)) => multiple(value, step, true),
        (Function::Abs, Cell::Int(n), None) => n.checked_abs().map(Cell::Int).ok_or(TOO_LARGE),
        (Function::Abs, value, None) => Ok(Cell::exact(decimal(value)?.abs())),
        (Function::DaysBetween, Cell::Date(from), Some(Cell::Date(to))) => {
            Ok(Cell::Int(to.signed_duration_since(*from).num_days()))
        }
        _ => wrong_type(),
    }
}

fn decimal(value: &Cell) -> Fallible<Decimal> {
    value.number().map_or_else(wrong_type, Ok)
}

/// `(1 - (1 + i)^-n) / i`: the present value of one peso a month for `n` months at rate `i` per
/// month (textbook annuity immediate); `n` when the rate is zero.
pub(super) fn annuity_factor(rate: Decimal, months: i64) -> Fallible<Decimal> {
    let Some(n) = u64::try_from(months)
        .ok()
        .filter(|_| (1..=MAX_MONTHS).contains(&months))
    else {
        return Err(Failure("`annuity_factor` needs between 1 and 1200 months"));
    };
    if rate.is_zero() {
        return Ok(n.into());
    }
    let base = Decimal::ONE
        .checked_add(rate)
        .filter(|base| *base > Decimal::ZERO);
    let discount = base
        .and_then(|base| power(base, n))
        .and_then(|p| Decimal::ONE.checked_div(p));
    let factor = discount
        .and_then(|discount| Decimal::ONE.checked_sub(discount))
        .and_then(|annuity| annuity.checked_div(rate));
    factor.ok_or(TOO_LARGE)
}

/// A whole power by squaring; every product is rounded to 28 significant digits.
fn power(mut base: Decimal, mut exponent: u64) -> Option<Decimal> {
    let mut result = Decimal::ONE;
    loop {
        if exponent & 1 == 1 {
            result = result.checked_mul(base)?;
        }
        exponent >>= 1;
        if exponent == 0 {
            return Some(result);
        }
        base = base.checked_mul(base)?;
    }
}

/// The nearest multiple of a step below or above. Exact: no division is involved.
fn multiple(value: &Cell, step: &Cell, up: bool) -> Fallible<Cell> {
    if sign(step).is_some_and(Ordering::is_le) {
        return Err(Failure("the step must be greater than zero"));
    }
    if let Some(found) = both_short(value, step).and_then(|(n, by)| small::multiple(n, by, up)) {
        return match (value, step) {
            (Cell::Int(_), Cell::Int(_)) => Ok(Cell::Int(found.digits)),
            _ => Ok(Cell::Small(found)),
        };
    }
    let (number, by) = (decimal(value)?, decimal(step)?);
    let nearest = || {
        let mut rest = number.checked_rem(by)?;
        if rest < Decimal::ZERO {
            rest = rest.checked_add(by)?;
        }
        let below = number.checked_sub(rest)?;
        if up && !rest.is_zero() {
            below.checked_add(by)
        } else {
            Some(below)
        }
    };
    let result = nearest().ok_or(TOO_LARGE)?;
    match (value, step) {
        (Cell::Int(_), Cell::Int(_)) => i64::try_from(result).map(Cell::Int).map_err(|_| TOO_LARGE),
        _ => Ok(Cell::exact(result)),
    }
}
