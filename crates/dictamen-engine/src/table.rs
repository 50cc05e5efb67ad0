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
pub(crate) struct Table {
    pub(crate) file: Arc<str>,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Value>>,
    /// What is probably not meant as it stands.
    pub(crate) doubts: Vec<TableProblem>,
}

/// A column with the one type its cells have.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: Arc<str>,
    pub(crate) kind: Kind,
}

/// What is wrong with a CSV file, with the line it is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TableProblem {
    pub(crate) line: Option<u64>,
    pub(crate) message: String,
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
            problems.push(TableProblem {
                line: Some(1),
                message: "the table is empty".to_owned(),
            });
        }
        for (i, name) in headers.iter().enumerate() {
            if name.is_empty() {
                let message = format!("column {} has no name", i.saturating_add(1));
                problems.push(TableProblem {
                    line: Some(1),
                    message,
                });
            } else if headers.iter().take(i).any(|other| other == name) {
                let message = format!("the column name `{name}` occurs twice");
                problems.push(TableProblem {
                    line: Some(1),
                    message,
                });
            }
        }
        if let (Some(only), 1) = (headers.get(0), headers.len())
            && only.contains([';', '\t'])
        {
            let message = "the cells are not separated by commas".to_owned();
            problems.push(TableProblem {
                line: Some(1),
                message,
            });
            return Err(problems);
        }
        let mut rows = Vec::new();
        let mut doubts = Vec::new();
        for record in reader.records() {
            match record {
                Ok(_) if rows.len() >= MAX_ROWS => {
                    let message = format!("the table has more than {MAX_ROWS} rows");
                    problems.push(TableProblem {
                        line: None,
                        message,
                    });
                    break;
                }
                Ok(record) => {
                    let line = record.position().map(csv::Position::line);
                    doubts.extend(record.iter().filter(|text| is_almost_number(text)).map(
                        |text| TableProblem {
                            line,
                            message: format!("`{text}` is read as a text, not as a number"),
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
    pub(crate) fn find(&self, key: &Value) -> Option<&[Value]> {
        self.rows
            .iter()
            .find(|row| row.first().is_some_and(|first| same(first, key)))
            .map(Vec::as_slice)
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

    /// The row with the largest first cell that is at most `value`.
    pub(crate) fn find_range(&self, value: Decimal) -> Option<&[Value]> {
        self.rows
            .iter()
            .filter_map(|row| Some((number(row.first()?)?, row)))
            .filter(|(lower, _)| *lower <= value)
            .max_by(|(a, _), (b, _)| a.cmp(b))
            .map(|(_, row)| row.as_slice())
    }
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
    TableProblem { line, message }
}

/// A number of a cell or key, whole or not.
pub(crate) fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(n) => Some((*n).into()),
        Value::Decimal(d) => Some(*d),
        _ => None,
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
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
