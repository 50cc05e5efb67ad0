//! What walking a tree yields: a value, the names of what is missing, or a settlement.

use std::sync::Arc;

use dictamen_model::characteristic::Value;
use rust_decimal::Decimal;

use crate::Outcome;

/// The result of one node.
#[derive(Debug, Clone)]
pub(super) enum Result {
    /// A value; never [`Value::Missing`].
    Known(Value),
    /// Cannot be known: the characteristics, by table position, that were missing.
    Missing(Vec<usize>),
    /// The end of an offer.
    Settled(Settlement),
}

/// How an offer ended.
#[derive(Debug, Clone)]
pub(super) enum Settlement {
    /// Granted.
    Granted {
        terms: Box<Terms>,
        reductions: Vec<Arc<str>>,
    },
    /// Declined or referred.
    Ended { outcome: Outcome, code: Arc<str> },
}

/// The terms of a granted offer, unrounded.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    pub(super) amount: Decimal,
    pub(super) term_months: i64,
    pub(super) annual_rate: Decimal,
    pub(super) monthly_payment: Decimal,
    pub(super) max_amount: Option<Decimal>,
    pub(super) max_payment: Option<Decimal>,
    pub(super) limiting_factor: Option<Arc<str>>,
}

/// Why a walk stopped before its end.
#[derive(Debug, Clone)]
pub(super) enum Stop {
    /// A `return`.
    Return(Result),
    /// Something that cannot be computed, in plain words.
    Failed(String),
}

impl Stop {
    pub(super) fn failed<T>(why: impl Into<String>) -> std::result::Result<T, Self> {
        Err(Self::Failed(why.into()))
    }
}

impl Result {
    pub(super) fn bool(value: bool) -> Self {
        Self::Known(Value::Bool(value))
    }
}

/// The characteristics missing on either side, each once, in table order.
pub(super) fn union(mut one: Vec<usize>, other: &[usize]) -> Vec<usize> {
    one.extend_from_slice(other);
    one.sort_unstable();
    one.dedup();
    one
}

/// A number of either kind as a decimal.
pub(super) fn number(value: &Value) -> Option<Decimal> {
    crate::table::number(value)
}
