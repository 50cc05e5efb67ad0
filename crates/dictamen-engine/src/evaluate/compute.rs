//! What known values give: order, distance, sums, products.
//!
//! Exact and checked: what does not fit is a failure in plain words, never a wrapped number.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::small;
use crate::{
    canonical,
    program::{Cell, Small},
    tree::Operator,
};

/// Why something cannot be computed, in plain words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failure(pub(super) &'static str);

pub(super) type Fallible<T> = Result<T, Failure>;

pub(super) const TOO_LARGE: Failure = Failure("a number is too large");

/// The front end settles types when a policy is loaded; this is the net under it.
pub(super) const WRONG_TYPE: Failure = Failure("a value has the wrong type");

/// See [`WRONG_TYPE`].
#[cold]
pub(super) fn wrong_type<T>() -> Fallible<T> {
    Err(WRONG_TYPE)
}

/// Two numbers in their short form, where both have one.
#[inline]
pub(super) fn both_short(left: &Cell, right: &Cell) -> Option<(Small, Small)> {
    Some((left.short()?, right.short()?))
}

/// Two numbers in their short form, where both have one and one of them is a decimal, as what is
/// made of them then is.
#[inline]
fn short_decimals(left: &Cell, right: &Cell) -> Option<(Small, Small)> {
    let whole = |digits: &i64| Small {
        digits: *digits,
        scale: 0,
    };
    match (left, right) {
        (Cell::Small(a), Cell::Small(b)) => Some((*a, *b)),
        (Cell::Small(a), Cell::Int(b)) => Some((*a, whole(b))),
        (Cell::Int(a), Cell::Small(b)) => Some((whole(a), *b)),
        _ => None,
    }
}

pub(super) fn negated(value: Cell) -> Fallible<Cell> {
    match value {
        Cell::Int(n) => n.checked_neg().map(Cell::Int).ok_or(TOO_LARGE),
        Cell::Small(Small { digits, scale }) if digits != i64::MIN => Ok(Cell::Small(Small {
            digits: digits.wrapping_neg(),
            scale,
        })),
        Cell::Small(_) | Cell::Decimal(_) => {
            let mut number = value.number().unwrap_or_default();
            number.set_sign_positive(number.is_sign_negative());
            Ok(Cell::Decimal(number))
        }
        missing @ Cell::Missing(_) => Ok(missing),
        _ => wrong_type(),
    }
}

/// How two known values that are no texts stand to each other; `None` when they are unlike.
#[inline]
pub(super) fn order(left: &Cell, right: &Cell) -> Option<Ordering> {
    match both_short(left, right) {
        Some((a, b)) => Some(small::order(a, b)),
        None => order_at_length(left, right),
    }
}

#[inline(never)]
fn order_at_length(left: &Cell, right: &Cell) -> Option<Ordering> {
    match (left, right) {
        (Cell::Bool(a), Cell::Bool(b)) => Some(a.cmp(b)),
        (Cell::Date(a), Cell::Date(b)) => Some(a.cmp(b)),
        (a, b) => Some(order_decimals(a.number()?, b.number()?)),
    }
}

/// As [`Decimal`]'s own order; of like scale, or small enough to be brought to one in 128 bits,
/// without its loop.
#[inline]
pub(super) fn order_decimals(left: Decimal, right: Decimal) -> Ordering {
    const SMALL: u128 = 1 << 64;
    let (a, b) = (left.mantissa(), right.mantissa());
    let (one, other) = (left.scale(), right.scale());
    if one == other {
        return a.cmp(&b);
    }
    // A power of ten that leaves a number of 64 bits within 127.
    let digits = one.abs_diff(other);
    let power = (digits <= 18).then(|| 10_i128.wrapping_pow(digits));
    match power {
        Some(power) if one < other && a.unsigned_abs() < SMALL => a.wrapping_mul(power).cmp(&b),
        Some(power) if one > other && b.unsigned_abs() < SMALL => a.cmp(&b.wrapping_mul(power)),
        _ => left.cmp(&right),
    }
}

/// How a value stands to zero; `None` when the value is no number.
#[inline]
pub(super) fn sign(value: &Cell) -> Option<Ordering> {
    match value {
        Cell::Int(digits) | Cell::Small(Small { digits, .. }) => Some(digits.cmp(&0)),
        Cell::Decimal(number) => Some(number.cmp(&Decimal::ZERO)),
        _ => None,
    }
}

/// Left minus right, for numbers and days.
pub(super) fn distance(left: Cell, right: Cell) -> Option<String> {
    match (left, right) {
        (Cell::Date(a), Cell::Date(b)) => Some(a.signed_duration_since(b).num_days().to_string()),
        (a, b) => a.number()?.checked_sub(b.number()?).map(canonical::plain),
    }
}

pub(super) fn in_range(value: Decimal, low: Decimal, high: Decimal, inclusive: bool) -> bool {
    let above = order_decimals(value, low).is_ge();
    let order = order_decimals(value, high);
    above && (order.is_lt() || inclusive && order.is_eq())
}

/// Two numbers combined; `None` when one is missing.
#[inline]
pub(super) fn arithmetic(op: Operator, left: &Cell, right: &Cell) -> Fallible<Option<Cell>> {
    if let Some((a, b)) = short_decimals(left, right) {
        let result = match op {
            Operator::Add => small::add(a, b),
            Operator::Subtract => small::subtract(a, b),
            Operator::Multiply => small::multiply(a, b),
            Operator::Divide | Operator::Remainder => None,
        };
        if let Some(result) = result {
            return Ok(Some(Cell::Small(result)));
        }
    }
    arithmetic_at_length(op, left, right)
}

/// The first unless it stands so to the second; a decimal when one of them is.
#[inline]
pub(super) fn extreme(unless: Ordering, left: &Cell, right: &Cell) -> Fallible<Option<Cell>> {
    if let (Cell::Int(a), Cell::Int(b)) = (left, right) {
        let chosen = if a.cmp(b) == unless { b } else { a };
        return Ok(Some(Cell::Int(*chosen)));
    }
    if let Some((a, b)) = short_decimals(left, right) {
        let chosen = if small::order(a, b) == unless { b } else { a };
        return Ok(Some(Cell::Small(chosen)));
    }
    extreme_at_length(unless, left, right)
}

#[inline(never)]
fn extreme_at_length(unless: Ordering, left: &Cell, right: &Cell) -> Fallible<Option<Cell>> {
    if let (Cell::Missing(_), _) | (_, Cell::Missing(_)) = (left, right) {
        return Ok(None);
    }
    let (Some(a), Some(b)) = (left.number(), right.number()) else {
        return wrong_type();
    };
    let chosen = if order_decimals(a, b) == unless { b } else { a };
    Ok(Some(Cell::exact(chosen)))
}

#[inline(never)]
fn arithmetic_at_length(op: Operator, left: &Cell, right: &Cell) -> Fallible<Option<Cell>> {
    if let (Cell::Missing(_), _) | (_, Cell::Missing(_)) = (left, right) {
        return Ok(None);
    }
    if matches!(op, Operator::Divide | Operator::Remainder) && sign(right) == Some(Ordering::Equal)
    {
        return Err(Failure("division by zero"));
    }
    let computed = match (left, right, op) {
        (Cell::Int(a), Cell::Int(b), Operator::Add) => a.checked_add(*b).map(Cell::Int),
        (Cell::Int(a), Cell::Int(b), Operator::Subtract) => a.checked_sub(*b).map(Cell::Int),
        (Cell::Int(a), Cell::Int(b), Operator::Multiply) => a.checked_mul(*b).map(Cell::Int),
        (Cell::Int(a), Cell::Int(b), Operator::Remainder) => a.checked_rem(*b).map(Cell::Int),
        (left, right, op) => {
            let (Some(a), Some(b)) = (left.number(), right.number()) else {
                return wrong_type();
            };
            let result = match op {
                Operator::Add => a.checked_add(b),
                Operator::Subtract => a.checked_sub(b),
                Operator::Multiply => a.checked_mul(b),
                Operator::Divide => a.checked_div(b),
                Operator::Remainder => a.checked_rem(b),
            };
            result.map(Cell::exact)
        }
    };
    computed.map(Some).ok_or(TOO_LARGE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Decimals of every size and scale, near each other often enough.
    fn decimals() -> impl Strategy<Value = Decimal> {
        let mantissa = prop_oneof![
            -100_i128..100,
            any::<i64>().prop_map(i128::from),
            any::<u64>().prop_map(i128::from),
            -79_228_162_514_264_337_593_543_950_335_i128..=79_228_162_514_264_337_593_543_950_335,
        ];
        (mantissa, 0_u32..=28).prop_map(|(m, s)| Decimal::from_i128_with_scale(m, s))
    }

    proptest! {
        #[test]
        fn decimals_are_ordered_as_the_library_orders_them(a in decimals(), b in decimals(), places in 0_u32..=28) {
            prop_assert_eq!(order_decimals(a, b), a.cmp(&b), "{} {}", a, b);
            let mut same = a;
            same.rescale(places);
            prop_assert_eq!(order_decimals(a, same), a.cmp(&same), "{} {}", a, same);
        }
    }
}
