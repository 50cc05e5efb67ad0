//! Tables of one figure over time.

use std::fmt::Write as _;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::reader::Reader;

/// A figure from one day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// First day it holds.
    pub valid_from: NaiveDate,
    /// The figure.
    pub value: Decimal,
    /// Where it comes from.
    pub source: String,
}

/// One figure over time: each row holds until the day before the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatedTable {
    name: &'static str,
    unit: String,
    rows: Vec<Row>,
    valid_until: NaiveDate,
}

/// A table does not cover a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the table `{table}` covers {first} to {last}, and {date} is needed")]
pub struct NotCovered {
    /// The table.
    pub table: &'static str,
    /// The day that is needed.
    pub date: NaiveDate,
    /// The first day covered.
    pub first: NaiveDate,
    /// The last day covered.
    pub last: NaiveDate,
}

impl NotCovered {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        if self.date > self.last {
            "add the new official figure, with its first day and source, to the parameters"
        } else {
            "the report is older than the official figures at hand; fetch a fresh one"
        }
    }
}

impl DatedTable {
    /// The table's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The unit of its figures.
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// Its rows, oldest first.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The last day it covers.
    pub fn valid_until(&self) -> NaiveDate {
        self.valid_until
    }

    /// The figure that holds on a day.
    ///
    /// # Errors
    /// When the table does not cover it.
    pub fn at(&self, date: NaiveDate) -> Result<Decimal, NotCovered> {
        let position = self.rows.partition_point(|row| row.valid_from <= date);
        position
            .checked_sub(1)
            .and_then(|position| self.rows.get(position))
            .filter(|_| date <= self.valid_until)
            .map(|row| row.value)
            .ok_or_else(|| NotCovered {
                table: self.name,
                date,
                first: self.rows.first().map_or(date, |row| row.valid_from),
                last: self.valid_until,
            })
    }

    pub(super) fn write_canonical(&self, lines: &mut String) {
        for row in &self.rows {
            // Writing to a String cannot fail.
            let _ = writeln!(
                lines,
                "{} {} {}",
                self.name,
                row.valid_from,
                row.value.normalize()
            );
        }
        let _ = writeln!(
            lines,
            "{} until {} {}",
            self.name, self.valid_until, self.unit
        );
    }
}

/// Reads a dated table: rows ascending, figures positive.
pub(super) fn read(
    reader: &mut Reader,
    name: &'static str,
    other_keys: &[&str],
) -> Option<DatedTable> {
    let table = reader.table(name)?;
    let keys: Vec<&str> = ["unit", "valid_until", "rows"]
        .iter()
        .chain(other_keys)
        .copied()
        .collect();
    reader.only(&table, name, &keys);
    let unit = reader.text(&table, name, "unit");
    let valid_until = reader.date(&table, name, "valid_until");
    let rows = reader.rows(&table, name, "rows").unwrap_or_default();
    let mut read = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let place = format!("{name}.rows[{index}]");
        reader.only(row, &place, &["valid_from", "value", "source"]);
        let valid_from = reader.date(row, &place, "valid_from");
        let value = reader.decimal(row, &place, "value");
        let source = reader.text(row, &place, "source");
        if value.is_some_and(|value| value <= Decimal::ZERO) {
            let place = format!("{place}.value");
            reader.problem(
                &place,
                "parameters::range",
                "this figure must be more than zero",
            );
        }
        let previous = read.last().map(|row: &Row| row.valid_from);
        if let (Some(previous), Some(current)) = (previous, valid_from)
            && previous >= current
        {
            let message = format!("rows must ascend: {current} does not follow {previous}");
            reader.problem(&format!("{place}.valid_from"), "parameters::order", message);
        }
        if let (Some(valid_from), Some(value), Some(source)) = (valid_from, value, source) {
            read.push(Row {
                valid_from,
                value,
                source,
            });
        }
    }
    let (unit, valid_until) = (unit?, valid_until?);
    if read.last().is_some_and(|row| row.valid_from > valid_until) {
        let message = "this lies before the last row begins";
        reader.problem(&format!("{name}.valid_until"), "parameters::order", message);
    }
    Some(DatedTable {
        name,
        unit,
        rows: read,
        valid_until,
    })
}
