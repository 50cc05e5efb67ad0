//! Arguments of the declaring functions, read leniently: what does not fit is reported and the
//! script goes on, so that all mistakes show at once.

use std::sync::Arc;

use dictamen_model::characteristic::Value;
use rhai::{Array, Dynamic, FnPtr};
use rust_decimal::Decimal;

use super::sandbox::plain_type;

/// Why an argument does not fit.
pub(super) type Misfit = String;

/// A text that is not empty.
pub(super) fn text(what: &str, value: &Dynamic) -> Result<Arc<str>, Misfit> {
    let text = value
        .clone()
        .into_immutable_string()
        .map_err(|_| format!("{what} must be a text, not {}", plain_type(value)))?;
    if text.trim().is_empty() {
        Err(format!("{what} is empty"))
    } else {
        Ok(text.as_str().into())
    }
}

/// A whole number.
pub(super) fn whole(what: &str, value: &Dynamic) -> Result<i64, Misfit> {
    value
        .as_int()
        .map_err(|_| format!("{what} must be a whole number, not {}", plain_type(value)))
}

/// A number, whole or not.
pub(super) fn number(what: &str, value: &Dynamic) -> Result<Decimal, Misfit> {
    match scalar(value) {
        Some(Value::Int(n)) => Ok(n.into()),
        Some(Value::Decimal(d)) => Ok(d),
        _ => Err(format!(
            "{what} must be a number, not {}",
            plain_type(value)
        )),
    }
}

/// A closure.
pub(super) fn closure(what: &str, value: &Dynamic) -> Result<FnPtr, Misfit> {
    value.clone().try_cast::<FnPtr>().ok_or_else(|| {
        format!(
            "{what} must be a closure such as `|a| a.weeks_total < 26`, not {}",
            plain_type(value)
        )
    })
}

/// A list.
pub(super) fn list(what: &str, value: &Dynamic) -> Result<Array, Misfit> {
    value
        .clone()
        .into_array()
        .map_err(|_| format!("{what} must be a list in `[ ]`, not {}", plain_type(value)))
}

/// A value that deciding code can hold: a number, true or false, or a text.
pub(super) fn scalar(value: &Dynamic) -> Option<Value> {
    if let Ok(n) = value.as_int() {
        return Some(Value::Int(n));
    }
    if let Ok(d) = value.as_decimal() {
        return Some(Value::Decimal(d));
    }
    if let Ok(b) = value.as_bool() {
        return Some(Value::Bool(b));
    }
    let text = value.clone().into_immutable_string().ok()?;
    Some(Value::Text(text.as_str().into()))
}
