//! A threshold that is varied: the same policy with each of several values of a param.

use dictamen_engine::{Policy, declaration::Declaration};
use dictamen_model::{characteristic::Value, suggest};
use rust_decimal::Decimal;

/// Values that all thresholds together can be varied over.
pub const MOST_POINTS: usize = 512;

/// `NAME=LOW..HIGH` or `NAME=LOW..HIGH:STEP`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vary {
    /// The param.
    pub name: String,
    /// Its values, ascending.
    pub values: Vec<Decimal>,
}

/// Why a threshold cannot be varied so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct VaryError {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

fn wrong(message: impl Into<String>, help: Option<String>) -> VaryError {
    VaryError {
        message: message.into(),
        help,
    }
}

impl Vary {
    /// Reads `NAME=LOW..HIGH[:STEP]`, both ends included; a step of 1 unless given.
    ///
    /// # Errors
    ///
    /// When it is written otherwise or has more than [`MOST_POINTS`] values.
    pub fn parse(text: &str) -> Result<Self, VaryError> {
        let form = || {
            let help = "write NAME=LOW..HIGH or NAME=LOW..HIGH:STEP, for instance min_weeks_total=0..104:4";
            wrong(
                format!("`{text}` names no values of a threshold"),
                Some(help.to_owned()),
            )
        };
        let (name, range) = text.split_once('=').ok_or_else(form)?;
        let (low, rest) = range.split_once("..").ok_or_else(form)?;
        let (high, step) = rest.split_once(':').unwrap_or((rest, "1"));
        let number = |text: &str| text.trim().parse::<Decimal>().map_err(|_| form());
        let (low, high, step) = (number(low)?, number(high)?, number(step)?);
        if step <= Decimal::ZERO || high < low {
            return Err(form());
        }
        let mut values = Vec::new();
        let mut at = low;
        while at <= high {
            if values.len() >= MOST_POINTS {
                let help = "give a larger step".to_owned();
                let message = format!("`{text}` has more than {MOST_POINTS} values");
                return Err(wrong(message, Some(help)));
            }
            values.push(at.normalize());
            at = at.checked_add(step).ok_or_else(form)?;
        }
        Ok(Self {
            name: name.trim().to_owned(),
            values,
        })
    }

    /// The policy with each of the values.
    ///
    /// # Errors
    ///
    /// When the policy has no such param, or it cannot take one of the values.
    pub(super) fn policies(&self, policy: &Policy) -> Result<Vec<Policy>, VaryError> {
        let declared = policy.declaration();
        let names = declared.params.iter().map(|param| &*param.name);
        let Some(at) = declared
            .params
            .iter()
            .position(|param| *param.name == *self.name)
        else {
            let message = format!("policy `{}` has no param `{}`", policy.id(), self.name);
            return Err(wrong(message, suggest::help(&self.name, names)));
        };
        let amended = self.values.iter().map(|value| {
            let mut changed: Declaration = declared.clone();
            let param = changed.params.get_mut(at)?;
            param.value = like(&param.value, *value)?;
            policy.amended(changed)
        });
        let policies: Option<Vec<Policy>> = amended.collect();
        policies.ok_or_else(|| {
            let message = format!("`{}` cannot take these values", self.name);
            wrong(
                message,
                Some("whole numbers stay whole; only numbers can be varied".to_owned()),
            )
        })
    }
}

/// The number as a value of the same type; a whole number may become one with decimals.
fn like(value: &Value, number: Decimal) -> Option<Value> {
    match value {
        Value::Int(_) if number.is_integer() => number.try_into().ok().map(Value::Int),
        Value::Int(_) | Value::Decimal(_) => Some(Value::Decimal(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_what_is_none() {
        let values = |text| {
            let vary: Vary = Vary::parse(text).unwrap();
            vary.values
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(values("a=0..3"), ["0", "1", "2", "3"]);
        assert_eq!(values("a = 0.1..0.35:0.1"), ["0.1", "0.2", "0.3"]);
        assert_eq!(values("a=-2..0:2"), ["-2", "0"]);
        assert_eq!(values("a=5..5"), ["5"]);
        for text in [
            "",
            "a",
            "a=1",
            "a=1..",
            "a=x..2",
            "a=2..1",
            "a=0..1:0",
            "a=0..1:-1",
            "a=0..512",
        ] {
            assert!(Vary::parse(text).is_err(), "{text}");
        }
    }
}
