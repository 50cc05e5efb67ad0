//! Characteristics as text, so that an interrupted run still knows the applicants it has kept.

use std::collections::BTreeMap;

use dictamen_model::characteristic::{Characteristics, Value};
use serde::{Deserialize, Serialize};

/// One applicant that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Where it stands in the portfolio.
    pub(crate) row: u64,
    /// Place of the outcome the first policy gives.
    pub(crate) outcome: usize,
    /// What is known of it: a letter for the type, and the value exactly.
    values: BTreeMap<String, String>,
}

impl Kept {
    pub(crate) fn new(row: u64, outcome: usize, characteristics: &Characteristics) -> Self {
        let known = characteristics.iter().filter_map(|(name, value)| {
            let text = match value {
                Value::Missing => return None,
                Value::Int(n) => format!("i{n}"),
                Value::Decimal(d) => format!("d{d}"),
                Value::Bool(b) => format!("b{b}"),
                Value::Date(d) => format!("t{d}"),
                Value::Text(text) => format!("s{text}"),
            };
            Some((name.to_owned(), text))
        });
        Self {
            row,
            outcome,
            values: known.collect(),
        }
    }

    pub(crate) fn characteristics(&self) -> Characteristics {
        let mut characteristics = Characteristics::neutral();
        for (name, text) in &self.values {
            let mut signs = text.chars();
            let kind = signs.next();
            let text = signs.as_str();
            let value = match kind {
                Some('i') => text.parse().ok().map(Value::Int),
                Some('d') => text.parse().ok().map(Value::Decimal),
                Some('b') => text.parse().ok().map(Value::Bool),
                Some('t') => text.parse().ok().map(Value::Date),
                _ => Some(Value::Text(text.into())),
            };
            // What another version of the program kept may have become another type.
            if let Some(value) = value {
                let _ = characteristics.set(name, value);
            }
        }
        characteristics
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_exactly() {
        let mut facts = Characteristics::neutral();
        for (name, value) in [
            ("weeks_total", Value::Int(-3)),
            (
                "density_24m",
                Value::Decimal("0.3333333333333333333333333333".parse().unwrap()),
            ),
            ("curp_valid", Value::Bool(true)),
            ("institution", Value::Text("imss".into())),
        ] {
            facts.set(name, value).unwrap();
        }
        let kept = Kept::new(7, 2, &facts);
        assert_eq!(kept.characteristics(), facts);
        let text = serde_json::to_string(&kept).unwrap();
        assert_eq!(serde_json::from_str::<Kept>(&text).unwrap(), kept);
    }
}
