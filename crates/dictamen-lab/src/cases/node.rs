//! A case file read into values that remember where they stand and keep numbers as written.
//!
//! TOML and JSON meet here; nothing above knows which of them a file was. Numbers stay text,
//! because `0.2499` must reach the decision as exactly that.

mod json;
mod toml;

use std::ops::Range;

use dictamen_engine::{Diagnostic, Span};

/// Tables and lists inside each other beyond this are not a case.
const MAX_DEPTH: usize = 64;

/// A file of a policy folder, for pointing into it.
#[derive(Debug, Clone, Copy)]
pub(super) struct File<'a> {
    /// Path within the policy folder.
    pub(super) path: &'a str,
    /// Its content.
    pub(super) text: &'a str,
}

/// A value and the bytes it stands in.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) data: Data,
    pub(super) at: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Data {
    Null,
    Bool(bool),
    /// As written, without `_` and `+`.
    Number(String),
    Text(String),
    /// A TOML date or time, as written.
    Date(String),
    List(Vec<Node>),
    Table(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_at: Range<usize>,
    pub(super) node: Node,
}

impl Node {
    /// What it is, for messages.
    pub(super) fn type_name(&self) -> &'static str {
        match self.data {
            Data::Null => "null",
            Data::Bool(_) => "true or false",
            Data::Number(_) => "a number",
            Data::Text(_) => "a text",
            Data::Date(_) => "a date",
            Data::List(_) => "a list",
            Data::Table(_) => "a table",
        }
    }

    /// Writes it as JSON, numbers as they were written.
    pub(super) fn write_json(&self, out: &mut String) {
        match &self.data {
            Data::Null => out.push_str("null"),
            Data::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Data::Number(n) => out.push_str(n),
            Data::Text(t) | Data::Date(t) => write_text(t, out),
            Data::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.write_json(out);
                }
                out.push(']');
            }
            Data::Table(entries) => {
                out.push('{');
                for (i, entry) in entries.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    write_text(&entry.key, out);
                    out.push(':');
                    entry.node.write_json(out);
                }
                out.push('}');
            }
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

impl File<'_> {
    /// Reads the file, as TOML or JSON by its name.
    pub(super) fn read(self) -> Result<Node, Vec<Diagnostic>> {
        if self.is_json() {
            json::read(self)
        } else {
            toml::read(self)
        }
    }

    fn is_json(self) -> bool {
        super::extension(self.path) == "json"
    }

    /// The place of a byte range. A range over several lines is cut at the end of the first.
    pub(super) fn span(self, at: &Range<usize>) -> Span {
        let start = floor_char_boundary(self.text, at.start);
        let (before, after) = self.text.split_at(start);
        let line_start = before.rfind('\n').map_or(0, |i| i.saturating_add(1));
        let line_end = after
            .find(['\n', '\r'])
            .map_or(self.text.len(), |i| start.saturating_add(i));
        let end = floor_char_boundary(self.text, at.end.min(line_end)).max(start);
        let chars = |from: usize, to: usize| {
            self.text
                .get(from..to)
                .map_or(0, |slice| slice.chars().count())
        };
        let line = before.matches('\n').count().saturating_add(1);
        let column = chars(line_start, start).saturating_add(1);
        Span {
            file: self.path.to_owned(),
            line,
            column,
            end_line: line,
            end_column: column.saturating_add(chars(start, end).max(1)),
            source: self
                .text
                .get(line_start..line_end)
                .unwrap_or_default()
                .to_owned(),
        }
    }

    /// An error at a place of this file.
    pub(super) fn error(
        self,
        code: &'static str,
        at: &Range<usize>,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(code, message).at(Some(self.span(at)))
    }

    fn too_deep(self, at: &Range<usize>) -> Diagnostic {
        self.error(
            "case::too-deep",
            at,
            format!("more than {MAX_DEPTH} tables and lists inside each other"),
        )
    }
}

fn floor_char_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at = at.saturating_sub(1);
    }
    at
}

#[cfg(test)]
mod tests;
