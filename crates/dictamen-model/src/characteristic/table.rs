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

/// The values of all subjects, in the order of [`all`].
pub(super) fn compute(facts: &Facts<'_>, values: &mut Vec<Value>) {
    application::compute(facts, values);
    record::compute(facts, values);
    weeks::compute(facts, values);
    employment::compute(facts, values);
    income::compute(facts, values);
    salary::compute(facts, values);
    consistency::compute(facts, values);
    metrics::compute(facts, values);
}

/// Declares characteristics:
///
/// ```text
/// name: Kind Unit [low, high] {"closed", "vocabulary"}, "meaning",
///     called "in English" | "in Spanish", es "meaning in Spanish",
///     missing ("when", "when in Spanish"), from ["source.field"] => |facts| value;
/// ```
///
/// Range, vocabulary and `missing` are optional.
macro_rules! entries {
    ($(
        $name:ident : $kind:ident $unit:ident $([$low:expr, $high:expr])? $({$($value:literal),+})?,
        $meaning:literal,
        called $label:literal | $label_es:literal,
        es $meaning_es:literal,
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
                    missing: $crate::characteristic::table::optional!($($missing.0)?),
                    missing_es: $crate::characteristic::table::optional!($($missing.1)?),
                    meaning: $meaning,
                    meaning_es: $meaning_es,
                    label: $label,
                    label_es: $label_es,
                    source: &[$($source),*],
                },
            )*]
        }

        /// Reads the values of this subject off what is known, in the order of the entries.
        pub(super) fn compute(
            facts: &$crate::facts::Facts<'_>,
            values: &mut Vec<$crate::characteristic::Value>,
        ) {
            $(
                let read: fn(&$crate::facts::Facts<'_>) -> $crate::characteristic::Value = $compute;
                values.push(read(facts));
            )*
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

/// A text in English and in Mexican Spanish.
type InWords = (&'static str, &'static str);

/// When what depends on the record is missing.
pub(super) const NO_RECORD: InWords = ("there is no employment record", "no hay registro laboral");
/// When what depends on the jobs is missing.
pub(super) const NO_JOBS_KNOWN: InWords = (
    "there is no record, or it has no date or no list of jobs",
    "no hay registro, o este no tiene fecha o lista de empleos",
);
/// When what depends on a current job is missing.
const NOT_EMPLOYED: InWords = (
    "not employed, or the jobs are not known",
    "sin empleo vigente, o se desconocen los empleos",
);
/// When what depends on today's income is missing.
pub(super) const NO_INCOME: InWords = (
    "not employed, or no current salary is known",
    "sin empleo vigente, o se desconoce el salario actual",
);

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
fn of_jobs<'r, T: Into<Value>>(
    facts: &Facts<'r>,
    read: impl FnOnce(&History<'r>) -> Option<T>,
) -> Value {
    facts.history().and_then(read).into()
}

/// Reads a value off everything known from the jobs, if they are known.
fn of_employment<'r, T: Into<Value>>(
    facts: &Facts<'r>,
    read: impl FnOnce(&EmploymentFacts<'r>) -> Option<T>,
) -> Value {
    facts.employment().and_then(read).into()
}
