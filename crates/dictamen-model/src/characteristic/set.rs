//! The characteristics of one application, indexed as the table is.

use std::sync::Arc;

use super::{Kind, Value, definitions, index_of};

/// The value of every characteristic for one application. A clone shares the values: a decision
/// keeps those it was made on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Characteristics {
    values: Arc<[Value]>,
}

/// Why a value given by hand does not fit a characteristic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OverrideError {
    /// No characteristic has this name.
    #[error("no characteristic is called `{0}`")]
    Unknown(String),
    /// The value is of another type than the table says.
    #[error("`{name}` is {expected}, not {found}")]
    WrongKind {
        /// The characteristic.
        name: String,
        /// The type the table declares.
        expected: &'static str,
        /// The type given.
        found: &'static str,
    },
    /// The table says that this one is never missing.
    #[error("`{0}` is never missing")]
    NeverMissing(String),
}

impl Characteristics {
    /// Takes values in table order. Used by the computation and by tests only.
    pub(crate) fn from_values(values: Vec<Value>) -> Self {
        debug_assert_eq!(values.len(), definitions().len());
        Self {
            values: values.into(),
        }
    }

    /// All missing, or the type's neutral value where the table says a value is never missing;
    /// the starting point for tests that set every characteristic they use.
    pub fn neutral() -> Self {
        let values = definitions()
            .iter()
            .map(|d| match (d.missing, d.kind) {
                (Some(_), _) => Value::Missing,
                (None, Kind::Int) => Value::Int(0),
                (None, Kind::Decimal) => Value::Decimal(rust_decimal::Decimal::ZERO),
                (None, Kind::Bool) => Value::Bool(false),
                (None, Kind::Date) => Value::Date(chrono::NaiveDate::default()),
                (None, Kind::Text) => Value::Text("".into()),
            })
            .collect();
        Self::from_values(values)
    }

    /// The value at a table position; missing when there is no such position.
    pub fn get(&self, index: usize) -> &Value {
        self.values.get(index).unwrap_or(&Value::Missing)
    }

    /// The value of the characteristic called `name`.
    pub fn by_name(&self, name: &str) -> Option<&Value> {
        self.values.get(index_of(name)?)
    }

    /// Names and values in table order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        definitions().iter().map(|d| d.name).zip(self.values.iter())
    }

    /// Replaces one value, as a case of a policy does to stand exactly on a threshold. A whole
    /// number is taken for a decimal characteristic.
    pub fn set(&mut self, name: &str, value: Value) -> Result<(), OverrideError> {
        let index = index_of(name).ok_or_else(|| OverrideError::Unknown(name.to_owned()))?;
        self.set_at(index, value)
    }

    /// As [`set`](Self::set), by table position.
    pub fn set_at(&mut self, index: usize, value: Value) -> Result<(), OverrideError> {
        let (Some(definition), Some(slot)) = (
            definitions().get(index),
            Arc::make_mut(&mut self.values).get_mut(index),
        ) else {
            return Err(OverrideError::Unknown(format!("at {index}")));
        };
        let name = definition.name;
        let value = match (definition.kind, value) {
            (Kind::Decimal, Value::Int(n)) => Value::Decimal(n.into()),
            (_, value) => value,
        };
        match value.kind() {
            None if definition.missing.is_none() => {
                return Err(OverrideError::NeverMissing(name.to_owned()));
            }
            Some(kind) if kind != definition.kind => {
                return Err(OverrideError::WrongKind {
                    name: name.to_owned(),
                    expected: definition.kind.name(),
                    found: kind.name(),
                });
            }
            _ => *slot = value,
        }
        Ok(())
    }
}
