//! The table of all characteristics, by subject.

mod application;
mod consistency;
mod employment;
mod income;
mod metrics;
mod record;
mod salary;
mod weeks;

use rust_decimal::Decimal;

use super::{Definition, Range, Value};
use crate::facts::{EmploymentFacts, Facts, RecordFacts};
use crate::history::History;

/// All subjects, in the order in which they are documented.
pub(super) fn all() -> Vec<Definition> {
    [
        application::entries(),
        record::entries(),
        weeks::entries(),
        employment::entries(),
        income::entries(),
        salary::entries(),
        consistency::entries(),
        metrics::entries(),
    ]
    .concat()
}

/// Declares characteristics:
///
/// ```text
/// name: Kind Unit [low, high] {"closed", "vocabulary"}, "meaning",
///     missing "when", from ["source.field"] => |facts| value;
/// ```
///
/// Range, vocabulary and `missing` are optional.
macro_rules! entries {
    ($(
        $name:ident : $kind:ident $unit:ident $([$low:expr, $high:expr])? $({$($value:literal),+})?,
        $meaning:literal,
        $(missing $missing:expr,)?
        from [$($source:literal),* $(,)?] => $compute:expr;
    )*) => {
        /// The entries of this subject.
        pub(super) fn entries() -> Vec<$crate::characteristic::Definition> {
            vec![$(
                $crate::characteristic::Definition {
                    name: stringify!($name),
                    kind: $crate::characteristic::Kind::$kind,
                    unit: $crate::characteristic::Unit::$unit,
                    range: $crate::characteristic::table::optional!(
                        $($crate::characteristic::table::range($low, $high))?
                    ),
                    values: &[$($($value),+)?],
                    missing: $crate::characteristic::table::optional!($($missing)?),
                    meaning: $meaning,
                    source: &[$($source),*],
                    compute: $compute,
                },
            )*]
        }
    };
}
use entries;

macro_rules! optional {
    () => {
        None
    };
    ($given:expr) => {
        Some($given)
    };
}
use optional;

fn range(low: i64, high: i64) -> Range {
    Range {
        low: Decimal::from(low),
        high: Decimal::from(high),
    }
}

/// More days, weeks, jobs or years than the calendar can hold.
const MANY: i64 = 1_000_000_000;
/// More pesos than all salaries of a record can add up to.
const RICH: i64 = i64::MAX;

/// When what depends on the record is missing.
pub(super) const NO_RECORD: &str = "there is no employment record";
/// When what depends on the jobs is missing.
pub(super) const NO_JOBS_KNOWN: &str = "there is no record, or it has no date or no list of jobs";
/// When what depends on a current job is missing.
const NOT_EMPLOYED: &str = "not employed, or the jobs are not known";
/// When what depends on today's income is missing.
pub(super) const NO_INCOME: &str = "not employed, or no current salary is known";

/// A count as a value.
fn count(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Reads a value off the record, if there is one.
fn of_record<'f, 'r, T: Into<Value>>(
    facts: &'f Facts<'r>,
    read: impl FnOnce(&'f RecordFacts<'r>) -> Option<T>,
) -> Value {
    facts.record.as_ref().and_then(read).into()
}

/// Reads a value off the jobs, if they are known.
fn of_jobs<T: Into<Value>>(facts: &Facts<'_>, read: impl FnOnce(&History) -> Option<T>) -> Value {
    facts.history().and_then(read).into()
}

/// Reads a value off everything known from the jobs, if they are known.
fn of_employment<T: Into<Value>>(
    facts: &Facts<'_>,
    read: impl FnOnce(&EmploymentFacts) -> Option<T>,
) -> Value {
    facts.employment().and_then(read).into()
}
