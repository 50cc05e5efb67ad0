//! Decisions as a Parquet table: a row each, amounts as decimals, reason codes in one text.
//!
//! The low-level writer of the library is used, without Arrow: the columns are few and fixed.

use std::{io::Write, sync::Arc};

use chrono::NaiveDate;
use parquet::{
    basic::{Compression, ZstdLevel},
    column::writer::ColumnWriter,
    data_type::ByteArray,
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::{DecisionFacts, Entry, Kind, StoreError};

/// Rows that are kept in memory before they are written.
const GROUP: usize = 10_000;

/// The columns, in the order they are written.
const SCHEMA: &str = "message decision {
    REQUIRED INT64 logged_at (TIMESTAMP(MICROS, true));
    REQUIRED BYTE_ARRAY instance (STRING);
    REQUIRED INT64 seq;
    REQUIRED BYTE_ARRAY decision_id (STRING);
    REQUIRED BYTE_ARRAY application (STRING);
    REQUIRED INT32 as_of (DATE);
    REQUIRED BYTE_ARRAY policy (STRING);
    REQUIRED BYTE_ARRAY version (STRING);
    REQUIRED BYTE_ARRAY policy_hash (STRING);
    REQUIRED BYTE_ARRAY parameters (STRING);
    REQUIRED BYTE_ARRAY engine (STRING);
    REQUIRED BYTE_ARRAY input_hash (STRING);
    REQUIRED BYTE_ARRAY outcome (STRING);
    REQUIRED BYTE_ARRAY stage (STRING);
    REQUIRED BYTE_ARRAY reasons (STRING);
    REQUIRED BYTE_ARRAY missing (STRING);
    OPTIONAL INT64 score;
    OPTIONAL BYTE_ARRAY band (STRING);
    OPTIONAL INT64 offer_amount (DECIMAL(18, 2));
    OPTIONAL INT64 offer_term_months;
    OPTIONAL INT64 offer_annual_rate (DECIMAL(18, 8));
    OPTIONAL INT64 offer_monthly_payment (DECIMAL(18, 2));
    OPTIONAL BYTE_ARRAY offer_limiting_factor (STRING);
    OPTIONAL BYTE_ARRAY points (STRING);
}";

/// Why a table could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ParquetError {
    /// What is in the log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Where it was to be written.
    #[error("the table cannot be written: {0}")]
    Write(#[from] parquet::errors::ParquetError),
}

/// One decision.
struct Row {
    entry: Entry,
    facts: DecisionFacts,
}

/// A table that is being written.
pub struct Table<W: Write + Send> {
    file: SerializedFileWriter<W>,
    rows: Vec<Row>,
}

impl<W: Write + Send> std::fmt::Debug for Table<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table")
            .field("waiting", &self.rows.len())
            .finish_non_exhaustive()
    }
}

/// The values of a column.
enum Column {
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Text(Vec<String>),
    MaybeInt64(Vec<Option<i64>>),
    MaybeText(Vec<Option<String>>),
}

impl<W: Write + Send> Table<W> {
    /// Begins a table.
    ///
    /// # Errors
    ///
    /// When nothing can be written.
    pub fn new(write: W) -> Result<Self, ParquetError> {
        let schema = Arc::new(parse_message_type(SCHEMA)?);
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .build();
        Ok(Self {
            file: SerializedFileWriter::new(write, schema, Arc::new(properties))?,
            rows: Vec::new(),
        })
    }

    /// Adds an entry, when it is a decision.
    ///
    /// # Errors
    ///
    /// When the entry is damaged or the table cannot be written.
    pub fn push(&mut self, entry: Entry) -> Result<(), ParquetError> {
        if entry.kind != Kind::Decision {
            return Ok(());
        }
        let facts = entry.decision()?;
        self.rows.push(Row { entry, facts });
        if self.rows.len() >= GROUP {
            self.write_group()?;
        }
        Ok(())
    }

    /// Ends the table.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<(), ParquetError> {
        if !self.rows.is_empty() {
            self.write_group()?;
        }
        self.file.close()?;
        Ok(())
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let mut columns = columns(&self.rows).into_iter();
        let mut group = self.file.next_row_group()?;
        while let Some(mut writer) = group.next_column()? {
            if let Some(column) = columns.next() {
                write(writer.untyped(), column)?;
            }
            writer.close()?;
        }
        group.close()?;
        self.rows.clear();
        Ok(())
    }
}

fn columns(rows: &[Row]) -> Vec<Column> {
    use Column::{Int32, Int64, MaybeInt64, MaybeText, Text};
    fn all<'a, T>(rows: &'a [Row], of: impl Fn(&'a Row) -> T) -> Vec<T> {
        rows.iter().map(of).collect()
    }
    let text = |of: fn(&Row) -> &str| Text(all(rows, |row| of(row).to_owned()));
    let offered = |of: fn(&crate::OfferFacts) -> Option<i64>| {
        MaybeInt64(all(rows, |row| row.facts.offer.as_ref().and_then(of)))
    };
    vec![
        Int64(all(rows, |row| row.entry.at.timestamp_micros())),
        text(|row| &row.entry.position.instance),
        Int64(all(rows, |row| row.entry.position.seq)),
        text(|row| &row.facts.decision_id),
        text(|row| &row.facts.application),
        Int32(all(rows, |row| days(row.facts.as_of))),
        text(|row| &row.facts.policy.id),
        text(|row| &row.facts.policy.version),
        text(|row| &row.facts.policy.hash),
        text(|row| &row.facts.parameters),
        text(|row| &row.facts.engine),
        text(|row| &row.facts.input_hash),
        text(|row| &row.facts.outcome),
        text(|row| &row.facts.stage),
        Text(all(rows, |row| row.facts.reasons.join(" "))),
        Text(all(rows, |row| {
            let missing = row.facts.missing.iter();
            let pairs = missing.map(|m| format!("{}:{}", m.needed_by, m.characteristic));
            pairs.collect::<Vec<_>>().join(" ")
        })),
        MaybeInt64(all(rows, |row| row.facts.score)),
        MaybeText(all(rows, |row| row.facts.band.clone())),
        offered(|offer| scaled(&offer.amount, 2)),
        offered(|offer| Some(offer.term_months)),
        offered(|offer| scaled(&offer.annual_rate, 8)),
        offered(|offer| scaled(&offer.monthly_payment, 2)),
        MaybeText(all(rows, |row| {
            row.facts.offer.as_ref()?.limiting_factor.clone()
        })),
        MaybeText(all(rows, |row| {
            let points = row.facts.points.as_ref()?.iter();
            let pairs = points.map(|(code, points)| format!("{code}:{points}"));
            Some(pairs.collect::<Vec<_>>().join(" "))
        })),
    ]
}

/// A decimal text as so many units of its last place; none when it does not fit, which no amount
/// that was printed with two places does.
fn scaled(text: &str, places: u32) -> Option<i64> {
    let mut value: Decimal = text.parse().ok()?;
    value = value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    value.rescale(places);
    i64::try_from(value.mantissa())
        .ok()
        .filter(|_| value.scale() == places)
}

fn days(day: NaiveDate) -> i32 {
    i32::try_from(day.signed_duration_since(NaiveDate::default()).num_days()).unwrap_or_default()
}

fn write(writer: &mut ColumnWriter<'_>, column: Column) -> Result<(), ParquetError> {
    fn split<T>(values: Vec<Option<T>>) -> (Vec<T>, Vec<i16>) {
        let levels = values
            .iter()
            .map(|value| i16::from(value.is_some()))
            .collect();
        (values.into_iter().flatten().collect(), levels)
    }
    fn bytes(texts: Vec<String>) -> Vec<ByteArray> {
        texts
            .into_iter()
            .map(|text| ByteArray::from(text.into_bytes()))
            .collect()
    }
    match (writer, column) {
        (ColumnWriter::Int32ColumnWriter(writer), Column::Int32(values)) => {
            writer.write_batch(&values, None, None)?;
        }
        (ColumnWriter::Int64ColumnWriter(writer), Column::Int64(values)) => {
            writer.write_batch(&values, None, None)?;
        }
        (ColumnWriter::ByteArrayColumnWriter(writer), Column::Text(texts)) => {
            writer.write_batch(&bytes(texts), None, None)?;
        }
        (ColumnWriter::Int64ColumnWriter(writer), Column::MaybeInt64(values)) => {
            let (values, levels) = split(values);
            writer.write_batch(&values, Some(&levels), None)?;
        }
        (ColumnWriter::ByteArrayColumnWriter(writer), Column::MaybeText(texts)) => {
            let (texts, levels) = split(texts);
            writer.write_batch(&bytes(texts), Some(&levels), None)?;
        }
        _ => {
            let message = "a column is not of the type its schema says".to_owned();
            return Err(parquet::errors::ParquetError::General(message).into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_days_are_exact() {
        assert_eq!(scaled("72500.00", 2), Some(7_250_000));
        assert_eq!(scaled("0.28", 8), Some(28_000_000));
        assert_eq!(scaled("x", 2), None);
        assert_eq!(scaled("999999999999999999999", 2), None);
        assert_eq!(days("1970-01-02".parse().unwrap()), 1);
        assert_eq!(days("1969-12-31".parse().unwrap()), -1);
    }
}
