//! What known values give: order, distance, sums, products.
//!
//! Exact and checked: what does not fit is a failure in plain words, never a wrapped number.

use std::cmp::Ordering;

use dictamen_model::characteristic::Value;
use rust_decimal::Decimal;

use super::{
    function,
    value::{Stop, number},
};
use crate::{
    canonical,
    tree::{Comparator, Operator},
};

pub(super) fn negative(mut number: Decimal) -> Decimal {
    number.set_sign_positive(number.is_sign_negative());
    number
}

/// The front end settles types when a policy is loaded; this is the net under it.
pub(super) fn wrong_type<T>() -> Result<T, Stop> {
    Stop::failed("a value has the wrong type")
}

pub(super) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (a, b) => Some(number(a)?.cmp(&number(b)?)),
    }
}

pub(super) fn holds(op: Comparator, ordering: Ordering) -> bool {
    match op {
        Comparator::Less => ordering.is_lt(),
        Comparator::AtMost => ordering.is_le(),
        Comparator::Equal => ordering.is_eq(),
        Comparator::NotEqual => ordering.is_ne(),
        Comparator::AtLeast => ordering.is_ge(),
        Comparator::Greater => ordering.is_gt(),
    }
}

pub(super) fn distance(left: &Value, right: &Value) -> Option<String> {
    match (left, right) {
        (Value::Date(a), Value::Date(b)) => {
            Some(a.signed_duration_since(*b).num_days().to_string())
        }
        (a, b) => number(a)?.checked_sub(number(b)?).map(canonical::plain),
    }
}

pub(super) fn in_range(value: Decimal, low: Decimal, high: Decimal, inclusive: bool) -> bool {
    value >= low
        && if inclusive {
            value <= high
        } else {
            value < high
        }
}

pub(super) fn arithmetic(op: Operator, left: &Value, right: &Value) -> Result<Value, Stop> {
    if matches!(op, Operator::Divide | Operator::Remainder)
        && number(right).is_some_and(|d| d.is_zero())
    {
        return Stop::failed("division by zero");
    }
    let computed = match (left, right, op) {
        (Value::Int(a), Value::Int(b), Operator::Add) => a.checked_add(*b).map(Value::Int),
        (Value::Int(a), Value::Int(b), Operator::Subtract) => a.checked_sub(*b).map(Value::Int),
        (Value::Int(a), Value::Int(b), Operator::Multiply) => a.checked_mul(*b).map(Value::Int),
        (Value::Int(a), Value::Int(b), Operator::Remainder) => a.checked_rem(*b).map(Value::Int),
        (left, right, op) => {
            let (Some(a), Some(b)) = (number(left), number(right)) else {
                return wrong_type();
            };
            let result = match op {
                Operator::Add => a.checked_add(b),
                Operator::Subtract => a.checked_sub(b),
                Operator::Multiply => a.checked_mul(b),
                Operator::Divide => a.checked_div(b),
                Operator::Remainder => a.checked_rem(b),
            };
            result.map(Value::Decimal)
        }
    };
    computed.ok_or_else(function::overflow)
}
