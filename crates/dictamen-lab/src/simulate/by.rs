//! What applicants are grouped by.

use std::{borrow::Cow, fmt::Write as _};

use dictamen_engine::{Evaluated, declaration::Declaration, tree::NodeKind};
use dictamen_model::characteristic::{Definition, Kind, Value, definitions, index_of};
use rust_decimal::Decimal;

use super::Row;

/// The value of whoever has none.
pub(crate) const UNKNOWN: &str = "unknown";

/// One way of grouping applicants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// The band the first policy puts them in.
    Band,
    /// The outcome the first policy gives them.
    Outcome,
    /// A characteristic that is a code, or true or false.
    Value(String),
    /// A characteristic that is a number, by the bins of the first policy.
    Bins(String, Vec<Decimal>),
    /// What the lender wrote beside the request, or a column of that name.
    Segment(String),
}

/// Why applicants cannot be grouped so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` has too many values to group by: {kind}")]
pub struct ByError {
    /// The characteristic.
    pub name: String,
    /// Its type.
    pub kind: &'static str,
}

impl By {
    /// The grouping called `name`: `band`, `outcome`, a characteristic, or whatever the lender calls
    /// a column. A characteristic that is a number is grouped by the bins it has in the scorecard.
    ///
    /// # Errors
    ///
    /// When it is a number without bins, or a day.
    pub fn parse(name: &str, declaration: &Declaration) -> Result<Self, ByError> {
        let definition = index_of(name).and_then(|index| definitions().get(index));
        match (name, definition) {
            ("band", _) => Ok(Self::Band),
            ("outcome", _) => Ok(Self::Outcome),
            (_, None) => Ok(Self::Segment(name.to_owned())),
            (_, Some(definition)) => match definition.kind {
                Kind::Text | Kind::Bool => Ok(Self::Value(name.to_owned())),
                Kind::Int | Kind::Decimal => bins(definition, declaration)
                    .map(|bins| Self::Bins(name.to_owned(), bins))
                    .ok_or_else(|| ByError {
                        name: name.to_owned(),
                        kind: "it is a number that the scorecard has no bins for",
                    }),
                Kind::Date => Err(ByError {
                    name: name.to_owned(),
                    kind: "it is a day",
                }),
            },
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Band => "band",
            Self::Outcome => "outcome",
            Self::Value(name) | Self::Bins(name, _) | Self::Segment(name) => name,
        }
    }

    /// Whether it is the lender's own column, which is what people are compared by for fairness.
    pub fn is_segment(&self) -> bool {
        matches!(self, Self::Segment(_))
    }

    pub(super) fn of<'a>(&self, row: &'a Row, decided: &Evaluated<'a>) -> Cow<'a, str> {
        match self {
            Self::Band => decided.band().unwrap_or("not scored").into(),
            Self::Outcome => decided.outcome().name().into(),
            Self::Segment(name) => match row.segments.get(name) {
                Some(value) => value.as_str().into(),
                None => UNKNOWN.into(),
            },
            Self::Value(name) => match row.characteristics.by_name(name) {
                Some(Value::Text(text)) => (&**text).into(),
                Some(Value::Bool(true)) => "true".into(),
                Some(Value::Bool(false)) => "false".into(),
                _ => UNKNOWN.into(),
            },
            Self::Bins(name, bins) => {
                let number = match row.characteristics.by_name(name) {
                    Some(Value::Int(n)) => Some(Decimal::from(*n)),
                    Some(Value::Decimal(d)) => Some(*d),
                    _ => None,
                };
                number.map_or(UNKNOWN.into(), |number| bin(bins, number).into())
            }
        }
    }
}

fn bins(definition: &Definition, declaration: &Declaration) -> Option<Vec<Decimal>> {
    let lines = &declaration.scorecard.as_ref()?.characteristics;
    let at = index_of(definition.name)?;
    let line = lines
        .iter()
        .find(|line| matches!(line.input.body.kind, NodeKind::Characteristic(i) if i == at))?;
    Some(line.bins.iter().map(|(lower, _)| *lower).collect())
}

/// What a bin is called; its number first, so that names sort as bins do.
fn bin(bins: &[Decimal], number: Decimal) -> String {
    let below = bins.iter().filter(|lower| **lower <= number).count();
    let (from, to) = (
        below.checked_sub(1).and_then(|i| bins.get(i)),
        bins.get(below),
    );
    let mut name = format!("{below}: ");
    // Writing to a String cannot fail.
    let _ = match (from, to) {
        (Some(from), Some(to)) => write!(name, "{from} to below {to}"),
        (Some(from), None) => write!(name, "{from} or more"),
        (None, Some(to)) => write!(name, "below {to}"),
        (None, None) => write!(name, "all"),
    };
    name
}
