//! The value of one characteristic.
//!
//! Exact: a number is an integer or a decimal, never a binary float. A value that cannot be
//! known is [`Value::Missing`], which is neither zero nor false.

use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Kind;

/// The value of a characteristic for one application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Cannot be known from what was received.
    Missing,
    /// A count of days, weeks, months, years, jobs or points.
    Int(i64),
    /// An amount, a ratio or a multiple, unrounded.
    Decimal(Decimal),
    /// A statement that holds or does not.
    Bool(bool),
    /// A calendar day.
    Date(NaiveDate),
    /// A code or a name from a small vocabulary; never personal data.
    Text(Arc<str>),
}

impl Value {
    /// The type of the value; `None` when it is missing.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::Missing => None,
            Self::Int(_) => Some(Kind::Int),
            Self::Decimal(_) => Some(Kind::Decimal),
            Self::Bool(_) => Some(Kind::Bool),
            Self::Date(_) => Some(Kind::Date),
            Self::Text(_) => Some(Kind::Text),
        }
    }

    /// Whether the value cannot be known.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<Decimal> for Value {
    fn from(value: Decimal) -> Self {
        Self::Decimal(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<NaiveDate> for Value {
    fn from(value: NaiveDate) -> Self {
        Self::Date(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}
