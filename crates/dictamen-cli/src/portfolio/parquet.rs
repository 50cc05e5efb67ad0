//! Characteristics as a Parquet table, read by columns with the library's low-level readers.
//!
//! A binary float is taken for the shortest decimal that it prints as.

use std::{
    fmt::Display,
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{Days, NaiveDate};
use dictamen_lab::simulate::{
    Study,
    columns::{Cells, Columns, Told},
};
use dictamen_model::characteristic::{Kind, Value};
use parquet::{
    basic::{ConvertedType, Type as Physical},
    column::reader::{ColumnReader, ColumnReaderImpl},
    data_type::DataType,
    errors::ParquetError,
    file::reader::{FileReader as _, SerializedFileReader},
    schema::types::ColumnDescriptor,
};
use rust_decimal::Decimal;

use super::source::{Piece, Position, Rows, unreadable, wrong_columns};
use crate::exit::{Exit, Failure};

/// Rows of a piece.
const PIECE: usize = 2048;

pub(super) struct ParquetRows {
    path: PathBuf,
    file: SerializedFileReader<File>,
    columns: Columns,
    /// How each column is read; none where it is not looked at.
    forms: Vec<Option<Form>>,
    /// The row group after the one that is open.
    next_group: usize,
    open: Vec<Option<ColumnReader>>,
    /// Rows left in the open group.
    left: u64,
    rows: u64,
    all: u64,
}

/// How values of a column are to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Day,
    /// A decimal with so many places.
    Scaled(u32),
    Text,
}

impl ParquetRows {
    pub(super) fn open(
        path: &Path,
        study: &Study<'_>,
        told: Told<'_>,
        from: &Position,
    ) -> Result<Self, Failure> {
        let file = File::open(path).map_err(|error| unreadable(path, &error))?;
        let file = SerializedFileReader::new(file).map_err(|error| wrong(path, &error))?;
        let metadata = file.metadata().file_metadata();
        let schema = metadata.schema_descr();
        let described: Vec<_> = schema
            .columns()
            .iter()
            .map(|column| described(column))
            .collect();
        let names = schema.columns().iter().zip(&described);
        let names: Vec<_> = names
            .map(|(column, (cells, _))| (column.path().string(), *cells))
            .collect();
        let columns = Columns::new(&names, study.needed(), study.groupings(), told)
            .map_err(|problems| wrong_columns(path, &problems))?;
        let forms = described.into_iter().enumerate();
        let forms = forms
            .map(|(at, (_, form))| form.filter(|_| columns.is_read(at)))
            .collect();
        let all = u64::try_from(metadata.num_rows()).unwrap_or(0);
        let mut rows = Self {
            path: path.to_owned(),
            file,
            columns,
            forms,
            next_group: 0,
            open: Vec::new(),
            left: 0,
            rows: 0,
            all,
        };
        rows.skip(from.rows)?;
        Ok(rows)
    }

    pub(super) fn columns(&self) -> &Columns {
        &self.columns
    }

    pub(super) fn size(&self) -> u64 {
        self.all
    }

    pub(super) fn pull(&mut self) -> Result<Option<Piece>, Failure> {
        while self.left == 0 {
            if !self.next()? {
                return Ok(None);
            }
        }
        let piece = u64::try_from(PIECE).unwrap_or(u64::MAX);
        let rows = self.left.min(piece);
        let wanted = usize::try_from(rows).unwrap_or(PIECE);
        let mut cells = Vec::with_capacity(self.open.len());
        for (reader, form) in self.open.iter_mut().zip(&self.forms) {
            let values = match (reader, form) {
                (Some(reader), Some(form)) => {
                    let values = read(reader, *form, wanted);
                    Some(
                        values
                            .map_err(|error| wrong(&self.path, &error))?
                            .into_iter(),
                    )
                }
                _ => None,
            };
            cells.push(values);
        }
        let first = self.rows.saturating_add(1);
        self.rows = self.rows.saturating_add(rows);
        self.left = self.left.saturating_sub(rows);
        Ok(Some(Piece {
            rows: Rows::Columns(cells, rows),
            first,
            after: Position {
                bytes: 0,
                rows: self.rows,
                cursor: None,
            },
        }))
    }

    /// Opens the next row group; `false` behind the last.
    fn next(&mut self) -> Result<bool, Failure> {
        let groups = self.file.metadata().row_groups();
        let Some(group) = groups.get(self.next_group) else {
            return Ok(false);
        };
        self.left = u64::try_from(group.num_rows()).unwrap_or(0);
        let group = self.file.get_row_group(self.next_group);
        let group = group.map_err(|error| wrong(&self.path, &error))?;
        let readers = self.forms.iter().enumerate();
        let readers: Result<_, _> = readers
            .map(|(at, form)| form.map(|_| group.get_column_reader(at)).transpose())
            .collect();
        self.open = readers.map_err(|error| wrong(&self.path, &error))?;
        self.next_group = self.next_group.saturating_add(1);
        Ok(true)
    }

    fn skip(&mut self, mut rows: u64) -> Result<(), Failure> {
        self.rows = rows;
        while rows > 0 && self.next()? {
            let of_group = rows.min(self.left);
            if of_group < self.left {
                let skipped = usize::try_from(of_group).unwrap_or(usize::MAX);
                for reader in self.open.iter_mut().flatten() {
                    skip(reader, skipped).map_err(|error| wrong(&self.path, &error))?;
                }
            }
            rows = rows.saturating_sub(of_group);
            self.left = self.left.saturating_sub(of_group);
        }
        Ok(())
    }
}

fn wrong(path: &Path, error: &dyn Display) -> Failure {
    let message = format!(
        "`{}` cannot be read as a Parquet table: {error}",
        path.display()
    );
    Failure::new(Exit::Invalid, message)
}

/// What the cells of a column are, and how they are read.
fn described(column: &ColumnDescriptor) -> (Cells, Option<Form>) {
    if column.max_rep_level() > 0 || column.max_def_level() > 1 {
        return (Cells::Other, None);
    }
    let scale = u32::try_from(column.type_scale()).unwrap_or(0);
    let of = |kind, form| (Cells::Of(kind), Some(form));
    match (column.physical_type(), column.converted_type()) {
        (Physical::BOOLEAN, _) => of(Kind::Bool, Form::Plain),
        (Physical::INT32, ConvertedType::DATE) => of(Kind::Date, Form::Day),
        (_, ConvertedType::DECIMAL) => of(Kind::Decimal, Form::Scaled(scale)),
        (
            Physical::INT32 | Physical::INT64,
            ConvertedType::TIMESTAMP_MILLIS
            | ConvertedType::TIMESTAMP_MICROS
            | ConvertedType::TIME_MILLIS
            | ConvertedType::TIME_MICROS,
        )
        | (Physical::INT96 | Physical::FIXED_LEN_BYTE_ARRAY, _) => (Cells::Other, None),
        (Physical::INT32 | Physical::INT64, _) => of(Kind::Int, Form::Plain),
        (Physical::FLOAT | Physical::DOUBLE, _) => of(Kind::Decimal, Form::Plain),
        (Physical::BYTE_ARRAY, _) => of(Kind::Text, Form::Text),
    }
}

/// So many values of a column.
fn read(reader: &mut ColumnReader, form: Form, wanted: usize) -> Result<Vec<Value>, ParquetError> {
    match reader {
        ColumnReader::BoolColumnReader(reader) => values(reader, wanted, |b| Value::Bool(*b)),
        ColumnReader::Int32ColumnReader(reader) => {
            values(reader, wanted, |n| whole(i64::from(*n), form))
        }
        ColumnReader::Int64ColumnReader(reader) => values(reader, wanted, |n| whole(*n, form)),
        ColumnReader::FloatColumnReader(reader) => values(reader, wanted, printed),
        ColumnReader::DoubleColumnReader(reader) => values(reader, wanted, printed),
        ColumnReader::ByteArrayColumnReader(reader) => {
            values(reader, wanted, |bytes| bytes_of(bytes.data(), form))
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            values(reader, wanted, |bytes| bytes_of(bytes.data(), form))
        }
        ColumnReader::Int96ColumnReader(_) => Ok(vec![Value::Missing; wanted]),
    }
}

fn values<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    wanted: usize,
    of: impl Fn(&T::T) -> Value,
) -> Result<Vec<Value>, ParquetError> {
    let (mut levels, mut found) = (Vec::new(), Vec::new());
    let mut records = 0_usize;
    while records < wanted {
        let rest = wanted.saturating_sub(records);
        let (read, ..) = reader.read_records(rest, Some(&mut levels), None, &mut found)?;
        if read == 0 {
            return Err(ParquetError::General(
                "a column is shorter than its rows".to_owned(),
            ));
        }
        records = records.saturating_add(read);
    }
    // A column that is always there has no levels.
    if levels.is_empty() {
        return Ok(found.iter().map(of).collect());
    }
    let mut found = found.iter();
    let values = levels.iter().map(|level| match level {
        0 => Value::Missing,
        _ => found.next().map_or(Value::Missing, &of),
    });
    Ok(values.collect())
}

fn skip(reader: &mut ColumnReader, rows: usize) -> Result<usize, ParquetError> {
    match reader {
        ColumnReader::BoolColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::Int32ColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::Int64ColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::Int96ColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::FloatColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::DoubleColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::ByteArrayColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::FixedLenByteArrayColumnReader(reader) => reader.skip_records(rows),
    }
}

/// What no value is of: told as a text, which fits no number and says nothing.
fn none() -> Value {
    Value::Text("?".into())
}

fn whole(number: i64, form: Form) -> Value {
    match form {
        Form::Day => day(number).map_or_else(none, Value::Date),
        Form::Scaled(places) => scaled(number.into(), places),
        Form::Plain | Form::Text => Value::Int(number),
    }
}

fn day(days: i64) -> Option<NaiveDate> {
    let (epoch, length) = (NaiveDate::default(), Days::new(days.unsigned_abs()));
    if days < 0 {
        epoch.checked_sub_days(length)
    } else {
        epoch.checked_add_days(length)
    }
}

fn scaled(units: i128, places: u32) -> Value {
    let number = Decimal::try_from_i128_with_scale(units, places);
    number.map_or_else(|_| none(), Value::Decimal)
}

/// A binary float; what is no number is not known to be anything.
fn printed(float: &impl Display) -> Value {
    let text = float.to_string();
    if text == "NaN" {
        return Value::Missing;
    }
    text.parse().map_or_else(|_| none(), Value::Decimal)
}

fn bytes_of(bytes: &[u8], form: Form) -> Value {
    match form {
        // Two's complement, highest byte first.
        Form::Scaled(places) if !bytes.is_empty() && bytes.len() <= 16 => {
            let negative = bytes.first().is_some_and(|byte| *byte >= 0x80);
            let begun = if negative { -1_i128 } else { 0 };
            let units = bytes
                .iter()
                .fold(begun, |units, byte| (units << 8) | i128::from(*byte));
            scaled(units, places)
        }
        Form::Scaled(_) => none(),
        Form::Plain | Form::Day | Form::Text => match std::str::from_utf8(bytes) {
            Ok("") => Value::Missing,
            Ok(text) => Value::Text(Arc::from(text)),
            Err(_) => none(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_exact() {
        let decimal = |text: &str| Value::Decimal(text.parse().unwrap());
        assert_eq!(printed(&0.1_f64), decimal("0.1"));
        assert_eq!(printed(&1e-7_f64), decimal("0.0000001"));
        assert_eq!(printed(&-12.5_f32), decimal("-12.5"));
        assert_eq!(printed(&f64::NAN), Value::Missing);
        assert_eq!(printed(&f64::INFINITY), none());
        assert_eq!(printed(&1e300_f64), none());
        assert_eq!(bytes_of(&[0xff, 0x38], Form::Scaled(2)), decimal("-2.00"));
        assert_eq!(bytes_of(&[0x00, 0xc8], Form::Scaled(2)), decimal("2.00"));
        assert_eq!(bytes_of(&[0x80; 17], Form::Scaled(2)), none());
        assert_eq!(bytes_of(&[0xff], Form::Text), none());
        assert_eq!(
            whole(-1, Form::Day),
            Value::Date("1969-12-31".parse().unwrap())
        );
        assert_eq!(whole(i64::MAX, Form::Day), none());
    }
}
