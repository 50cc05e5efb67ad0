//! Characteristics as a decision prints them, without a decision.

use dictamen_model::characteristic::{Characteristics, Value, definitions};
use rust_decimal::RoundingStrategy;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

/// Characteristics in table order: decimals as text with the decimals of their unit, rounded
/// half away from zero; null when missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedCharacteristics(Vec<(&'static str, Json)>);

impl PrintedCharacteristics {
    /// Names and values in table order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Json)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }
}

impl From<&Characteristics> for PrintedCharacteristics {
    fn from(characteristics: &Characteristics) -> Self {
        let printed = definitions().iter().zip(characteristics.iter());
        Self(
            printed
                .map(|(definition, (name, value))| (name, print(value, definition.unit.decimals())))
                .collect(),
        )
    }
}

fn print(value: &Value, decimals: u32) -> Json {
    match value {
        Value::Missing => Json::Null,
        Value::Int(n) => (*n).into(),
        Value::Bool(b) => (*b).into(),
        Value::Date(day) => day.to_string().into(),
        Value::Text(text) => (**text).into(),
        Value::Decimal(number) => {
            let mut rounded =
                number.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
            rounded.rescale(decimals);
            rounded.to_string().into()
        }
    }
}

impl Serialize for PrintedCharacteristics {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}
