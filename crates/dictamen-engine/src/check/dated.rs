//! Public figures whose tables end: said while there is time to add the next ones.

use chrono::{Days, NaiveDate};
use dictamen_model::Parameters;

use crate::Diagnostic;

/// How long before its last day a table's end is told.
const NOTICE: Days = Days::new(60);

/// Warns of every table of the parameters that has ended by a day or ends within 60 days of it.
pub fn ending(parameters: &Parameters, day: NaiveDate) -> Vec<Diagnostic> {
    let until = day.checked_add_days(NOTICE).unwrap_or(NaiveDate::MAX);
    let ending = parameters
        .tables()
        .into_iter()
        .filter(|table| table.valid_until() <= until);
    ending
        .map(|table| {
            let (name, last) = (table.name(), table.valid_until());
            let message = if last < day {
                format!("the table `{name}` ended on {last}, and reports after it are not decided")
            } else {
                let left = last.signed_duration_since(day).num_days();
                format!("the table `{name}` ends on {last}, in {left} days")
            };
            let help = format!(
                "when the next figure is published, add a `[[{name}.rows]]` with its first day, \
                 value and source, and move `valid_until` of `[{name}]`"
            );
            Diagnostic::warning("parameters::ends-soon", message).help(help)
        })
        .collect()
}
