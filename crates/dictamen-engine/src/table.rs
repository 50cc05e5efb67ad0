//! A table of the policy folder: a CSV file with a header row, read once.
//!
//! Cells are whole numbers, exact decimals, `true`/`false`, dates (`2026-01-31`), or texts; an empty
//! cell is missing.
//! A column has one type. The module knows nothing of scripts.

use std::sync::Arc;

use chrono::NaiveDate;
use dictamen_model::characteristic::{Kind, Value};
use rust_decimal::{Decimal, prelude::FromStr};

/// Most rows a table may have.
pub(crate) const MAX_ROWS: usize = 10_000;

/// Most doubts that are told of one table.
const MAX_DOUBTS: usize = 10;

/// A table in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its file in the folder.
    pub file: Arc<str>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, a cell for each column.
    pub rows: Vec<Vec<Value>>,
    /// Rows with a first cell, by their first cell; rows of like cells as they stand.
    pub(crate) by_key: Vec<usize>,
    /// What is probably not meant as it stands.
    pub(crate) doubts: Vec<TableProblem>,
}

/// A column with the one type its cells have.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: Arc<str>,
    /// The type of its cells.
    pub kind: Kind,
}

/// What is wrong with a CSV file, with the line it is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TableProblem {
    pub(crate) line: Option<u64>,
    /// The cell on that line, when it is one.
    pub(crate) cell: Option<String>,
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) help: Option<&'static str>,
}

impl TableProblem {
    fn new(line: Option<u64>, message: String) -> Self {
        Self {
            line,
            cell: None,
            message,
            help: None,
        }
    }
}

impl Table {
    /// Reads a CSV file, all problems at once.
    pub(crate) fn parse(file: &str, content: &[u8]) -> Result<Self, Vec<TableProblem>> {
        let mut problems = Vec::new();
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(content);
        let headers = match reader.headers() {
            Ok(headers) => headers.clone(),
            Err(error) => return Err(vec![problem(&error)]),
        };
        if headers.is_empty() {
            problems.push(TableProblem::new(Some(1), "the table is empty".to_owned()));
        }
        for (i, name) in headers.iter().enumerate() {
            if name.is_empty() {
                let message = format!("column {} has no name", i.saturating_add(1));
                problems.push(TableProblem::new(Some(1), message));
            } else if headers.iter().take(i).any(|other| other == name) {
                problems.push(TableProblem {
                    cell: Some(name.to_owned()),
                    ..TableProblem::new(Some(1), format!("the column name `{name}` occurs twice"))
                });
            }
        }
        if let (Some(only), 1) = (headers.get(0), headers.len())
            && only.contains([';', '\t'])
        {
            let message = "the cells are not separated by commas".to_owned();
            let help = "save it as CSV with commas between the cells and points in decimal numbers";
            problems.push(TableProblem {
                help: Some(help),
                ..TableProblem::new(Some(1), message)
            });
            return Err(problems);
        }
        let mut rows = Vec::new();
        let mut doubts = Vec::new();
        for record in reader.records() {
            match record {
                Ok(_) if rows.len() >= MAX_ROWS => {
                    let message = format!("the table has more than {MAX_ROWS} rows");
                    problems.push(TableProblem::new(None, message));
                    break;
                }
                Ok(record) => {
                    let line = record.position().map(csv::Position::line);
                    doubts.extend(record.iter().filter(|text| is_almost_number(text)).map(
                        |text| TableProblem {
                            cell: Some(text.to_owned()),
                            ..TableProblem::new(
                                line,
                                format!("`{text}` is read as a text, not as a number"),
                            )
                        },
                    ));
                    rows.push(record.iter().map(cell).collect::<Vec<_>>());
                }
                Err(error) => problems.push(problem(&error)),
            }
        }
        doubts.truncate(MAX_DOUBTS);
        let columns = headers
            .iter()
            .enumerate()
            .map(|(i, name)| Column {
                name: name.into(),
                kind: column_kind(&mut rows, i),
            })
            .collect();
        if problems.is_empty() {
            Ok(Self {
                file: file.into(),
                columns,
                by_key: by_key(&rows),
                rows,
                doubts,
            })
        } else {
            Err(problems)
        }
    }

    /// Position of the column called `name`.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| &*column.name == name)
    }

    /// The row whose first cell equals `key`.
    pub(crate) fn find(&self, key: &Key<'_>) -> Option<usize> {
        let at = self
            .by_key
            .partition_point(|row| self.key(*row).as_ref() < Some(key));
        let row = *self.by_key.get(at)?;
        (self.key(row).as_ref() == Some(key)).then_some(row)
    }

    fn key(&self, row: usize) -> Option<Key<'_>> {
        Key::of(self.rows.get(row)?.first()?)
    }

    /// The first key, in order, that two rows have and of which only one would ever be found.
    pub(crate) fn repeated_key(&self) -> Option<String> {
        let mut keys: Vec<String> = self
            .rows
            .iter()
            .filter_map(|row| match row.first()? {
                Value::Bool(b) => Some(b.to_string()),
                Value::Text(text) => Some(text.to_string()),
                Value::Date(day) => Some(day.to_string()),
                other => number(other).map(|n| n.normalize().to_string()),
            })
            .collect();
        keys.sort();
        keys.windows(2).find_map(|pair| match pair {
            [one, other] if one == other => Some(one.clone()),
            _ => None,
        })
    }

    /// The row with the largest first cell that is at most `value`; of like rows the last.
    pub(crate) fn find_range(&self, value: Decimal) -> Option<usize> {
        let key = Key::Number(value);
        let above = self
            .by_key
            .partition_point(|row| self.key(*row).as_ref() <= Some(&key));
        let row = *self.by_key.get(above.checked_sub(1)?)?;
        matches!(self.key(row), Some(Key::Number(_))).then_some(row)
    }
}

/// What a row is found by. Whole numbers and decimals of one value are one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key<'a> {
    Number(Decimal),
    Bool(bool),
    Date(NaiveDate),
    Text(&'a str),
}

impl<'a> Key<'a> {
    /// The key a cell is; `None` when it is empty.
    fn of(cell: &'a Value) -> Option<Self> {
        match cell {
            Value::Missing => None,
            Value::Int(_) | Value::Decimal(_) => number(cell).map(Self::Number),
            Value::Bool(b) => Some(Self::Bool(*b)),
            Value::Date(d) => Some(Self::Date(*d)),
            Value::Text(text) => Some(Self::Text(text)),
        }
    }
}

fn by_key(rows: &[Vec<Value>]) -> Vec<usize> {
    let key = |row: &usize| Key::of(rows.get(*row)?.first()?);
    let mut by_key: Vec<usize> = (0..rows.len()).filter(|row| key(row).is_some()).collect();
    by_key.sort_by_key(key);
    by_key
}

fn problem(error: &csv::Error) -> TableProblem {
    let line = error.position().map(csv::Position::line);
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            format!("the row has {len} cells, the header has {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "the row is not valid UTF-8".to_owned(),
        _ => "the file cannot be read as CSV".to_owned(),
    };
    let unequal = matches!(error.kind(), csv::ErrorKind::UnequalLengths { .. });
    TableProblem {
        help: unequal.then_some(
            "a decimal number is written with a point: `0.5`; a cell with a comma in it stands between double quotes",
        ),
        ..TableProblem::new(line, message)
    }
}

/// A number of a cell or key, whole or not.
pub(crate) fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(n) => Some((*n).into()),
        Value::Decimal(d) => Some(*d),
        _ => None,
    }
}

fn cell(text: &str) -> Value {
    if text.is_empty() {
        Value::Missing
    } else if let Ok(n) = text.parse::<i64>() {
        Value::Int(n)
    } else if let Ok(d) = Decimal::from_str_exact(text) {
        Value::Decimal(d)
    } else if let Ok(b) = bool::from_str(text) {
        Value::Bool(b)
    } else if let Some(day) = date(text) {
        Value::Date(day)
    } else {
        Value::Text(text.into())
    }
}

/// A day as `2026-01-31`, and no other way of writing one.
fn date(text: &str) -> Option<NaiveDate> {
    let day: NaiveDate = text.parse().ok()?;
    (day.to_string() == text).then_some(day)
}

/// Whether a cell is a number to a spreadsheet, though not to a policy: `10%`, `$5`, `10,000`, `1E+05`.
fn is_almost_number(text: &str) -> bool {
    let is_text = matches!(cell(text), Value::Text(_));
    let bare = text.trim_start_matches(['$', '+', '-', ' ']);
    let bare = bare.trim_end_matches(['%', ' ']);
    is_text
        && bare.starts_with(|c: char| c.is_ascii_digit())
        && bare
            .chars()
            .all(|c| c.is_ascii_digit() || ".,'eE+ \u{a0}".contains(c))
}

/// Settles the type of a column: whole numbers among decimals become decimals, anything else
/// mixed becomes text.
fn column_kind(rows: &mut [Vec<Value>], index: usize) -> Kind {
    let kinds = rows.iter().filter_map(|row| row.get(index)?.kind());
    let kind = kinds.reduce(|a, b| match (a, b) {
        (a, b) if a == b => a,
        (a, b) if a.is_number() && b.is_number() => Kind::Decimal,
        _ => Kind::Text,
    });
    let kind = kind.unwrap_or(Kind::Text);
    for value in rows.iter_mut().filter_map(|row| row.get_mut(index)) {
        *value = match (kind, &*value) {
            (Kind::Decimal, Value::Int(n)) => Value::Decimal((*n).into()),
            (Kind::Text, Value::Int(n)) => Value::Text(n.to_string().into()),
            (Kind::Text, Value::Decimal(d)) => Value::Text(d.to_string().into()),
            (Kind::Text, Value::Bool(b)) => Value::Text(b.to_string().into()),
            (Kind::Text, Value::Date(day)) => Value::Text(day.to_string().into()),
            (_, other) => other.clone(),
        };
    }
    kind
}
