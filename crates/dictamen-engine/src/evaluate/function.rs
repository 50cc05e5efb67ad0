//! The registered functions, computed exactly.

use dictamen_model::characteristic::Value;
use rust_decimal::{Decimal, RoundingStrategy};

use super::value::{Stop, number};
use crate::tree::Function;

/// Months for which an annuity is computed: a hundred years.
const MAX_MONTHS: i64 = 1_200;
/// Decimals a number can have.
const MAX_PLACES: i64 = 28;

/// Computes a call. The arguments have the types the function asks for.
pub(super) fn call(function: Function, arguments: &[Value]) -> Result<Value, Stop> {
    match (function, arguments) {
        (Function::AnnuityFactor, [rate, Value::Int(months)]) => {
            annuity_factor(decimal(rate)?, *months).map(Value::Decimal)
        }
        (Function::RoundHalfUp, [value, Value::Int(places)]) => {
            let Some(places) = u32::try_from(*places)
                .ok()
                .filter(|_| *places <= MAX_PLACES)
            else {
                return Stop::failed("`round_half_up` needs between 0 and 28 places");
            };
            let strategy = RoundingStrategy::MidpointAwayFromZero;
            Ok(Value::Decimal(
                decimal(value)?.round_dp_with_strategy(places, strategy),
            ))
        }
        (Function::FloorTo, [value, step]) => multiple(value, step, false),
        (Function::CeilTo, [value, step]) => multiple(value, step, true),
        (Function::Min, [Value::Int(one), Value::Int(other)]) => Ok(Value::Int(*one.min(other))),
        (Function::Max, [Value::Int(one), Value::Int(other)]) => Ok(Value::Int(*one.max(other))),
        (Function::Min, [one, other]) => Ok(Value::Decimal(decimal(one)?.min(decimal(other)?))),
        (Function::Max, [one, other]) => Ok(Value::Decimal(decimal(one)?.max(decimal(other)?))),
        (Function::Abs, [Value::Int(n)]) => n.checked_abs().map(Value::Int).ok_or_else(overflow),
        (Function::Abs, [value]) => Ok(Value::Decimal(decimal(value)?.abs())),
        (Function::DaysBetween, [Value::Date(from), Value::Date(to)]) => {
            Ok(Value::Int(to.signed_duration_since(*from).num_days()))
        }
        _ => Stop::failed(format!(
            "`{}` got an argument of the wrong type",
            function.name()
        )),
    }
}

pub(super) fn overflow() -> Stop {
    Stop::Failed("a number is too large".to_owned())
}

fn decimal(value: &Value) -> Result<Decimal, Stop> {
    number(value).ok_or_else(|| Stop::Failed("a number is needed".to_owned()))
}

/// `(1 - (1 + i)^-n) / i`: the present value of one peso a month for `n` months at rate `i` per
/// month (textbook annuity immediate); `n` when the rate is zero.
fn annuity_factor(rate: Decimal, months: i64) -> Result<Decimal, Stop> {
    let Some(n) = u64::try_from(months)
        .ok()
        .filter(|_| (1..=MAX_MONTHS).contains(&months))
    else {
        return Stop::failed("`annuity_factor` needs between 1 and 1200 months");
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
    factor.ok_or_else(overflow)
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
fn multiple(value: &Value, step: &Value, up: bool) -> Result<Value, Stop> {
    let (number, by) = (decimal(value)?, decimal(step)?);
    if by <= Decimal::ZERO {
        return Stop::failed("the step must be greater than zero");
    }
    let exact = || {
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
    let result = exact().ok_or_else(overflow)?;
    match (value, step) {
        (Value::Int(_), Value::Int(_)) => i64::try_from(result)
            .map(Value::Int)
            .map_err(|_| overflow()),
        _ => Ok(Value::Decimal(result)),
    }
}
