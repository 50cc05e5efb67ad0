//! The values something can have: a stretch of numbers, some words, true or false, missing.
//!
//! Always at least what is possible. It knows nothing of trees.

use std::{collections::BTreeSet, sync::Arc};

use chrono::Datelike as _;
use dictamen_model::characteristic::{Definition, Kind, Value};

use super::interval::Interval;
use crate::tree::Comparator;

/// The words a text can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Words {
    Only(BTreeSet<Arc<str>>),
    AnyBut(BTreeSet<Arc<str>>),
}

/// What a value is when it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Known {
    /// It never is.
    Nothing,
    /// A number, or a day by its number in the calendar.
    Number(Interval),
    Truth {
        yes: bool,
        no: bool,
    },
    Text(Words),
    /// Nothing is known of it.
    Anything,
}

/// The values something can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Values {
    pub(super) known: Known,
    /// Whether it can be missing.
    pub(super) missing: bool,
    /// Whether computing it can fail.
    pub(super) fails: bool,
}

impl Values {
    pub(super) fn known(known: Known) -> Self {
        Self {
            known,
            missing: false,
            fails: false,
        }
    }

    pub(super) fn anything() -> Self {
        Self {
            known: Known::Anything,
            missing: true,
            fails: true,
        }
    }

    pub(super) fn nothing() -> Self {
        Self::known(Known::Nothing)
    }

    /// The values a characteristic is declared to have.
    pub(super) fn declared(definition: &Definition) -> Self {
        let whole = matches!(definition.kind, Kind::Int | Kind::Date);
        let known = match definition.kind {
            Kind::Int | Kind::Decimal | Kind::Date => {
                Known::Number(definition.range.map_or(Interval::all(whole), |range| {
                    Interval::between(range.low, range.high, whole)
                }))
            }
            Kind::Bool => Known::Truth {
                yes: true,
                no: true,
            },
            Kind::Text if definition.values.is_empty() => {
                Known::Text(Words::AnyBut(BTreeSet::new()))
            }
            Kind::Text => Known::Text(Words::Only(
                definition
                    .values
                    .iter()
                    .map(|word| Arc::from(*word))
                    .collect(),
            )),
        };
        Self {
            known,
            missing: definition.missing.is_some(),
            fails: false,
        }
    }

    /// Exactly this value.
    pub(super) fn exactly(value: &Value) -> Self {
        let known = match value {
            Value::Missing => {
                return Self {
                    missing: true,
                    ..Self::nothing()
                };
            }
            Value::Int(n) => Known::Number(Interval::single((*n).into(), true)),
            Value::Decimal(d) => Known::Number(Interval::single(*d, false)),
            Value::Date(day) => {
                Known::Number(Interval::single(day.num_days_from_ce().into(), true))
            }
            Value::Bool(b) => Known::Truth { yes: *b, no: !b },
            Value::Text(text) => Known::Text(Words::Only(BTreeSet::from([Arc::clone(text)]))),
        };
        Self::known(known)
    }

    /// Whether nothing is possible: there is no such applicant.
    pub(super) fn is_impossible(&self) -> bool {
        self.known.is_nothing() && !self.missing && !self.fails
    }

    /// Whether it is missing and cannot be anything else.
    pub(super) fn is_surely_missing(&self) -> bool {
        self.missing && self.known.is_nothing()
    }

    pub(super) fn join(&self, other: &Self) -> Self {
        Self {
            known: self.known.join(&other.known),
            missing: self.missing || other.missing,
            fails: self.fails || other.fails,
        }
    }

    /// What is in both.
    pub(super) fn meet(&self, other: &Self) -> Self {
        Self {
            known: self.known.meet(&other.known),
            missing: self.missing && other.missing,
            fails: self.fails && other.fails,
        }
    }

    /// Exactly the values of both, where they are one set.
    pub(super) fn exactly_with(&self, other: &Self) -> Option<Self> {
        let alike = self.known == other.known;
        let joined = self.known.exactly_with(&other.known)?;
        // Being missing is one more value, so nothing is mixed up.
        (alike || !self.fails && !other.fails).then_some(Self {
            known: joined,
            missing: self.missing || other.missing,
            fails: self.fails || other.fails,
        })
    }

    /// Whether it can have every value of another.
    pub(super) fn covers(&self, other: &Self) -> bool {
        (self.missing || !other.missing)
            && (self.fails || !other.fails)
            && self.known.covers(&other.known)
    }
}

impl Known {
    pub(super) fn is_nothing(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Number(interval) => interval.is_empty(),
            Self::Truth { yes, no } => !yes && !no,
            Self::Text(Words::Only(words)) => words.is_empty(),
            Self::Text(Words::AnyBut(_)) | Self::Anything => false,
        }
    }

    pub(super) fn number(&self) -> Option<Interval> {
        match self {
            Self::Number(interval) => Some(*interval),
            _ => None,
        }
    }

    fn join(&self, other: &Self) -> Self {
        match (self, other) {
            (one, other) if one.is_nothing() => other.clone(),
            (one, other) if other.is_nothing() => one.clone(),
            (Self::Number(a), Self::Number(b)) => Self::Number(a.join(b)),
            (Self::Truth { yes, no }, Self::Truth { yes: y, no: n }) => Self::Truth {
                yes: *yes || *y,
                no: *no || *n,
            },
            (Self::Text(a), Self::Text(b)) => Self::Text(a.join(b)),
            _ => Self::Anything,
        }
    }

    fn exactly_with(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (one, other) if one == other || other.is_nothing() => Some(one.clone()),
            (one, other) if one.is_nothing() => Some(other.clone()),
            (Self::Number(a), Self::Number(b)) => a.exactly_with(b).map(Self::Number),
            (Self::Truth { .. }, Self::Truth { .. })
            | (Self::Text(Words::Only(_)), Self::Text(Words::Only(_))) => Some(self.join(other)),
            _ => None,
        }
    }

    fn meet(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Anything, known) | (known, Self::Anything) => known.clone(),
            (Self::Number(a), Self::Number(b)) => Self::Number(a.meet(b)),
            (Self::Truth { yes, no }, Self::Truth { yes: y, no: n }) => Self::Truth {
                yes: *yes && *y,
                no: *no && *n,
            },
            (Self::Text(a), Self::Text(b)) => Self::Text(a.meet(b)),
            (one, other) if one.is_nothing() || other.is_nothing() => Self::Nothing,
            // Unlike things: nothing is left out.
            (one, _) => one.clone(),
        }
    }

    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Anything, _) => true,
            (_, other) if other.is_nothing() => true,
            (Self::Number(a), Self::Number(b)) => a.covers(b),
            (one, other) => one.join(other) == *one,
        }
    }

    /// The values of it that stand so to some value of another: none, one set or two.
    pub(super) fn related(&self, op: Comparator, other: &Self) -> Vec<Self> {
        if self.is_nothing() || other.is_nothing() {
            return Vec::new();
        }
        let found = match (self, other) {
            (Self::Number(a), Self::Number(b)) => {
                return a.related(op, b).into_iter().map(Self::Number).collect();
            }
            (Self::Truth { yes, no }, Self::Truth { yes: y, no: n }) => match op {
                Comparator::Equal => Self::Truth {
                    yes: *yes && *y,
                    no: *no && *n,
                },
                Comparator::NotEqual => Self::Truth {
                    yes: *yes && *n,
                    no: *no && *y,
                },
                _ => self.clone(),
            },
            (Self::Text(a), Self::Text(b)) => match op {
                Comparator::Equal => Self::Text(a.meet(b)),
                Comparator::NotEqual => Self::Text(a.unlike(b)),
                _ => self.clone(),
            },
            _ => self.clone(),
        };
        if found.is_nothing() {
            Vec::new()
        } else {
            vec![found]
        }
    }
}

impl Words {
    fn meet(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Only(a), Self::Only(b)) => Self::Only(a.intersection(b).cloned().collect()),
            (Self::Only(only), Self::AnyBut(not)) | (Self::AnyBut(not), Self::Only(only)) => {
                Self::Only(only.difference(not).cloned().collect())
            }
            (Self::AnyBut(a), Self::AnyBut(b)) => Self::AnyBut(a.union(b).cloned().collect()),
        }
    }

    fn join(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Only(a), Self::Only(b)) => Self::Only(a.union(b).cloned().collect()),
            (Self::Only(only), Self::AnyBut(not)) | (Self::AnyBut(not), Self::Only(only)) => {
                Self::AnyBut(not.difference(only).cloned().collect())
            }
            (Self::AnyBut(a), Self::AnyBut(b)) => {
                Self::AnyBut(a.intersection(b).cloned().collect())
            }
        }
    }

    /// The words that are not some word of another.
    fn unlike(&self, other: &Self) -> Self {
        match other {
            Self::Only(words) if words.len() == 1 => self.meet(&Self::AnyBut(words.clone())),
            _ => self.clone(),
        }
    }
}
