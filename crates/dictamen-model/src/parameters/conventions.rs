//! Choices that no law settles, each with a name, a unit and a meaning.

use std::fmt::Write as _;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::reader::Reader;
use crate::money::MonthConvention;

/// One convention as it is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Convention {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: Decimal,
    /// The unit of the value.
    pub unit: String,
    /// What it settles.
    pub meaning: String,
}

/// All conventions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conventions {
    all: Vec<Convention>,
    /// Length of a month for daily salaries of the IMSS.
    pub days_per_month: MonthConvention,
    /// The same for the ISSSTE.
    pub issste_days_per_month: MonthConvention,
    /// Days of a year in rates per year.
    pub days_per_year: Decimal,
    /// The highest salary the IMSS registers, in UMA.
    pub cap_uma_multiple: Decimal,
    /// Multiple of the cap above which a salary cannot be right.
    pub cap_tolerance_high: Decimal,
    /// Multiple of the cap from which on a salary counts as capped.
    pub cap_tolerance_low: Decimal,
    /// The longest pause, in days, that does not interrupt continuous employment.
    pub gap_bridge_days: i64,
    /// The shortest pause, in days, that counts as a gap.
    pub gap_min_days: i64,
    /// Multiple of the minimum wage under which an open job beside another was forgotten.
    pub zombie_salary_floor: Decimal,
    /// Weeks of difference that are always tolerated.
    pub weeks_tolerance_min: i64,
    /// The same as a share of the reported weeks.
    pub weeks_tolerance_share: Decimal,
    /// Days before a job within which an earlier salary is compared with.
    pub salary_jump_lookback_days: i64,
    /// Salary changes up to this ratio do not count.
    pub salary_change_floor: Decimal,
    /// Fewest months with a known salary for slope and volatility.
    pub statistics_min_points: i64,
    /// Ratio of the larger above which two incomes disagree.
    pub income_disagreement: Decimal,
    /// Days between a report and a current employment that may be compared with it.
    pub current_employment_max_skew_days: i64,
}

impl Conventions {
    /// All of them, as written down.
    pub fn all(&self) -> &[Convention] {
        &self.all
    }

    pub(super) fn write_canonical(&self, lines: &mut String) {
        for convention in &self.all {
            // Writing to a String cannot fail.
            let _ = writeln!(
                lines,
                "{} {} {}",
                convention.name,
                convention.value.normalize(),
                convention.unit
            );
        }
    }
}

const NAMES: [&str; 16] = [
    "days_per_month",
    "issste_days_per_month",
    "days_per_year",
    "cap_uma_multiple",
    "cap_tolerance_high",
    "cap_tolerance_low",
    "gap_bridge_days",
    "gap_min_days",
    "zombie_salary_floor",
    "weeks_tolerance_min",
    "weeks_tolerance_share",
    "salary_jump_lookback_days",
    "salary_change_floor",
    "statistics_min_points",
    "income_disagreement",
    "current_employment_max_skew_days",
];

/// Reads all conventions; each is needed.
pub(super) fn read(reader: &mut Reader) -> Option<Conventions> {
    const TABLE: &str = "conventions";
    let table = reader.table(TABLE)?;
    reader.only(&table, TABLE, &NAMES);
    let mut all = Vec::with_capacity(NAMES.len());
    for name in NAMES {
        let place = format!("{TABLE}.{name}");
        let Some(entry) = table.get(name).and_then(toml::Value::as_table) else {
            let message = "this is needed, as a table with value, unit and meaning";
            reader.problem(&place, "parameters::missing", message);
            continue;
        };
        reader.only(entry, &place, &["value", "unit", "meaning"]);
        let value = reader.decimal(entry, &place, "value");
        let unit = reader.text(entry, &place, "unit");
        let meaning = reader.text(entry, &place, "meaning");
        if let (Some(value), Some(unit), Some(meaning)) = (value, unit, meaning) {
            all.push(Convention {
                name,
                value,
                unit,
                meaning,
            });
        }
    }
    let mut take = Take { all: &all, reader };
    let days_per_month = take.month("days_per_month");
    let issste_days_per_month = take.month("issste_days_per_month");
    let days_per_year = take.positive("days_per_year");
    let cap_uma_multiple = take.positive("cap_uma_multiple");
    let cap_tolerance_high = take.positive("cap_tolerance_high");
    let cap_tolerance_low = take.positive("cap_tolerance_low");
    let gap_bridge_days = take.whole("gap_bridge_days");
    let gap_min_days = take.whole("gap_min_days");
    let zombie_salary_floor = take.positive("zombie_salary_floor");
    let weeks_tolerance_min = take.whole("weeks_tolerance_min");
    let weeks_tolerance_share = take.not_negative("weeks_tolerance_share");
    let salary_jump_lookback_days = take.whole("salary_jump_lookback_days");
    let salary_change_floor = take.not_negative("salary_change_floor");
    let statistics_min_points = take.whole("statistics_min_points");
    let income_disagreement = take.not_negative("income_disagreement");
    let current_employment_max_skew_days = take.whole("current_employment_max_skew_days");
    Some(Conventions {
        days_per_month: days_per_month?,
        issste_days_per_month: issste_days_per_month?,
        days_per_year: days_per_year?,
        cap_uma_multiple: cap_uma_multiple?,
        cap_tolerance_high: cap_tolerance_high?,
        cap_tolerance_low: cap_tolerance_low?,
        gap_bridge_days: gap_bridge_days?,
        gap_min_days: gap_min_days?,
        zombie_salary_floor: zombie_salary_floor?,
        weeks_tolerance_min: weeks_tolerance_min?,
        weeks_tolerance_share: weeks_tolerance_share?,
        salary_jump_lookback_days: salary_jump_lookback_days?,
        salary_change_floor: salary_change_floor?,
        statistics_min_points: statistics_min_points?,
        income_disagreement: income_disagreement?,
        current_employment_max_skew_days: current_employment_max_skew_days?,
        all,
    })
}

/// Takes conventions by name, each within its own bounds.
struct Take<'a> {
    all: &'a [Convention],
    reader: &'a mut Reader,
}

impl Take<'_> {
    fn value<T>(
        &mut self,
        name: &str,
        bounds: &str,
        fit: impl FnOnce(Decimal) -> Option<T>,
    ) -> Option<T> {
        let value = self.all.iter().find(|c| c.name == name)?.value;
        let fitting = fit(value);
        if fitting.is_none() {
            let place = format!("conventions.{name}.value");
            let message = format!("this must be {bounds}");
            self.reader.problem(&place, "parameters::range", message);
        }
        fitting
    }

    fn month(&mut self, name: &str) -> Option<MonthConvention> {
        self.value(name, "between 1 and 31", |days| {
            MonthConvention::new(days).filter(|_| days <= Decimal::from(31))
        })
    }

    fn positive(&mut self, name: &str) -> Option<Decimal> {
        self.value(name, "more than 0 and at most 1000000", |value| {
            (value > Decimal::ZERO && value <= Decimal::from(1_000_000)).then_some(value)
        })
    }

    fn not_negative(&mut self, name: &str) -> Option<Decimal> {
        self.value(name, "between 0 and 1000000", |value| {
            (value >= Decimal::ZERO && value <= Decimal::from(1_000_000)).then_some(value)
        })
    }

    fn whole(&mut self, name: &str) -> Option<i64> {
        self.value(name, "a whole number between 0 and 1000000", |value| {
            value
                .is_integer()
                .then(|| value.to_i64())
                .flatten()
                .filter(|value| (0..=1_000_000).contains(value))
        })
    }
}
