//! Walking parsed TOML with every problem and its file.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use toml::{Table, Value};

use crate::suggest::nearest;

/// One thing wrong with the parameters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ParameterProblem {
    /// Stable code, for example `parameters::missing`.
    pub code: &'static str,
    /// The file, when the problem lies in one.
    pub file: Option<String>,
    /// The key, like `uma_daily.rows[3].value`; or line and column of text that is not TOML.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl std::fmt::Display for ParameterProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        write!(f, "{}: {} [{}]", self.place, self.message, self.code)
    }
}

/// The top-level tables of all files, and what was found wrong with them.
pub(super) struct Reader {
    tables: BTreeMap<String, (String, Table)>,
    known: Vec<&'static str>,
    problems: Vec<ParameterProblem>,
}

impl Reader {
    pub(super) fn open(files: &BTreeMap<String, String>) -> Self {
        let mut reader = Self {
            tables: BTreeMap::new(),
            known: Vec::new(),
            problems: Vec::new(),
        };
        for (file, text) in files {
            match text.parse::<Table>() {
                Ok(parsed) => {
                    for (name, value) in parsed {
                        reader.add(file, name, value);
                    }
                }
                Err(error) => {
                    let (line, column) = error
                        .span()
                        .and_then(|span| text.get(..span.start))
                        .map_or((1, 1), line_and_column);
                    reader.problems.push(ParameterProblem {
                        code: "parameters::toml",
                        file: Some(file.clone()),
                        place: format!("line {line}, column {column}"),
                        message: format!("this is not TOML: {}", error.message()),
                        help: None,
                    });
                }
            }
        }
        reader
    }

    fn add(&mut self, file: &str, name: String, value: Value) {
        let Value::Table(table) = value else {
            self.note(
                Some(file.to_owned()),
                &name,
                "parameters::type",
                "expected a table",
            );
            return;
        };
        if let Some((earlier, _)) = self.tables.get(&name) {
            let message = format!("this table is already given in {earlier}");
            self.note(Some(file.to_owned()), &name, "parameters::twice", message);
            return;
        }
        self.tables.insert(name, (file.to_owned(), table));
    }

    /// What was found wrong, after a last look for tables nobody asked for.
    pub(super) fn close(mut self) -> Vec<ParameterProblem> {
        let unknown: Vec<(String, String)> = self
            .tables
            .iter()
            .filter(|(name, _)| !self.known.contains(&name.as_str()))
            .map(|(name, (file, _))| (name.clone(), file.clone()))
            .collect();
        for (name, file) in unknown {
            let help = nearest(&name, self.known.iter().copied())
                .map(|near| format!("did you mean `{near}`?"));
            self.problems.push(ParameterProblem {
                code: "parameters::unknown",
                file: Some(file),
                place: name,
                message: "this table is not known".to_owned(),
                help,
            });
        }
        self.problems
    }

    /// The table of this name; its absence is a problem.
    pub(super) fn table(&mut self, name: &'static str) -> Option<Table> {
        if !self.known.contains(&name) {
            self.known.push(name);
            if !self.tables.contains_key(name) {
                self.note(None, name, "parameters::missing", "this table is needed");
            }
        }
        self.tables.get(name).map(|(_, table)| table.clone())
    }

    /// Notes a problem in the file that holds the table `place` begins with.
    pub(super) fn problem(&mut self, place: &str, code: &'static str, message: impl Into<String>) {
        let name = place.split(['.', '[']).next().unwrap_or(place);
        let file = self.tables.get(name).map(|(file, _)| file.clone());
        self.note(file, place, code, message);
    }

    fn note(
        &mut self,
        file: Option<String>,
        place: &str,
        code: &'static str,
        message: impl Into<String>,
    ) {
        self.problems.push(ParameterProblem {
            code,
            file,
            place: place.to_owned(),
            message: message.into(),
            help: None,
        });
    }

    /// Refuses keys of a table that nobody reads.
    pub(super) fn only(&mut self, table: &Table, place: &str, keys: &[&str]) {
        for key in table.keys().filter(|key| !keys.contains(&key.as_str())) {
            let near =
                nearest(key, keys.iter().copied()).map(|near| format!("; did you mean `{near}`?"));
            let message = format!("this key is not known{}", near.unwrap_or_default());
            self.problem(&format!("{place}.{key}"), "parameters::unknown", message);
        }
    }

    fn needed<'t>(&mut self, table: &'t Table, place: &str, key: &str) -> Option<&'t Value> {
        let value = table.get(key);
        if value.is_none() {
            self.problem(
                &format!("{place}.{key}"),
                "parameters::missing",
                "this is needed",
            );
        }
        value
    }

    /// An exact number: text like `"0.95"`, or a whole number.
    pub(super) fn decimal(&mut self, table: &Table, place: &str, key: &str) -> Option<Decimal> {
        let value = match self.needed(table, place, key)? {
            Value::String(text) => Decimal::from_str_exact(text).ok(),
            Value::Integer(whole) => Some(Decimal::from(*whole)),
            _ => None,
        };
        if value.is_none() {
            self.problem(
                &format!("{place}.{key}"),
                "parameters::type",
                "expected an exact number, written as text like \"0.95\" or as a whole number",
            );
        }
        value
    }

    /// A day, written without quotes.
    pub(super) fn date(&mut self, table: &Table, place: &str, key: &str) -> Option<NaiveDate> {
        let date = match self.needed(table, place, key)? {
            Value::Datetime(moment) if moment.time.is_none() => moment.date.and_then(|date| {
                NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
            }),
            _ => None,
        };
        if date.is_none() {
            self.problem(
                &format!("{place}.{key}"),
                "parameters::type",
                "expected a day, like 2026-02-01 without quotes",
            );
        }
        date
    }

    /// Text.
    pub(super) fn text(&mut self, table: &Table, place: &str, key: &str) -> Option<String> {
        let text = match self.needed(table, place, key)? {
            Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
            _ => None,
        };
        if text.is_none() {
            self.problem(
                &format!("{place}.{key}"),
                "parameters::type",
                "expected text",
            );
        }
        text
    }

    /// A list of text in a top-level table.
    pub(super) fn texts(&mut self, table: &'static str, key: &str) -> Option<Vec<String>> {
        let parsed = self.table(table)?;
        let texts = match self.needed(&parsed, table, key)? {
            Value::Array(list) => list
                .iter()
                .map(|value| value.as_str().map(str::to_owned))
                .collect(),
            _ => None,
        };
        if texts.is_none() {
            self.problem(
                &format!("{table}.{key}"),
                "parameters::type",
                "expected a list of text",
            );
        }
        texts
    }

    /// A list of tables with at least one element.
    pub(super) fn rows(&mut self, table: &Table, place: &str, key: &str) -> Option<Vec<Table>> {
        let rows: Option<Vec<Table>> = match self.needed(table, place, key)? {
            Value::Array(list) => list.iter().map(|row| row.as_table().cloned()).collect(),
            _ => None,
        };
        let rows = rows.filter(|rows| !rows.is_empty());
        if rows.is_none() {
            self.problem(
                &format!("{place}.{key}"),
                "parameters::type",
                "expected at least one row",
            );
        }
        rows
    }
}

fn line_and_column(before: &str) -> (usize, usize) {
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.chars().rev().take_while(|c| *c != '\n').count();
    (line, column.saturating_add(1))
}
