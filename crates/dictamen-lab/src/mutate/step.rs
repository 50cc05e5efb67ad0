//! The values beside a value: one step less and one step more, a step being what its type can tell
//! apart.

use dictamen_model::characteristic::Value;
use rust_decimal::Decimal;

/// The values beside one. A whole number moves by one, a decimal by its last place as written, a day by
/// a day; true and false are each other's. A text has none.
pub(super) fn beside(value: &Value) -> Vec<Value> {
    match value {
        Value::Int(n) => [n.checked_sub(1), n.checked_add(1)]
            .into_iter()
            .flatten()
            .map(Value::Int)
            .collect(),
        Value::Decimal(d) => around(*d, step(d.scale()))
            .into_iter()
            .map(Value::Decimal)
            .collect(),
        Value::Bool(b) => vec![Value::Bool(!b)],
        Value::Date(day) => [day.pred_opt(), day.succ_opt()]
            .into_iter()
            .flatten()
            .map(Value::Date)
            .collect(),
        Value::Text(_) | Value::Missing => Vec::new(),
    }
}

/// One step less and one step more.
pub(super) fn around(number: Decimal, step: Decimal) -> Vec<Decimal> {
    let moved = [number.checked_sub(step), number.checked_add(step)];
    moved.into_iter().flatten().collect()
}

/// The last of so many decimal places.
pub(super) fn step(places: u32) -> Decimal {
    Decimal::try_new(1, places).unwrap_or(Decimal::ONE)
}

/// The step that rounding to so many places goes in.
pub(super) fn beside_number(places: i64) -> Option<Decimal> {
    let places = u32::try_from(places).ok()?;
    Decimal::try_new(1, places).ok()
}
