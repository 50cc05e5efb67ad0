//! Picking typed values out of a [`Node`], collecting every problem on the way.
//!
//! Knows types of values and spelling of keys, not what any key means.

use chrono::NaiveDate;
use dictamen_engine::Diagnostic;
use rust_decimal::Decimal;

use super::node::{Data, Entry, File, Node};
use dictamen_model::suggest;

/// A file being read, with the problems found so far.
pub(super) struct Reader<'a> {
    pub(super) file: File<'a>,
    pub(super) problems: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: File<'a>) -> Self {
        Self {
            file,
            problems: Vec::new(),
        }
    }

    pub(super) fn problem(&mut self, code: &'static str, at: &Node, message: impl Into<String>) {
        self.problems.push(self.file.error(code, &at.at, message));
    }

    fn wrong_type(&mut self, what: &str, expected: &str, node: &Node) {
        let found = node.type_name();
        self.problem(
            "case::type",
            node,
            format!("`{what}` is to be {expected}, not {found}"),
        );
    }

    fn wrong_value(&mut self, what: &str, expected: &str, node: &Node) {
        self.problem("case::type", node, format!("`{what}` is to be {expected}"));
    }

    /// The entries of a table, each under a known key.
    pub(super) fn table<'n>(
        &mut self,
        what: &str,
        node: &'n Node,
        known: &[&str],
    ) -> Option<&'n [Entry]> {
        let entries = self.entries(what, node)?;
        for entry in entries {
            if !known.contains(&entry.key.as_str()) {
                self.problems.push(
                    self.file
                        .error(
                            "case::unknown-key",
                            &entry.key_at,
                            format!("`{what}` has no key `{}`", entry.key),
                        )
                        .help_opt(suggest::help(&entry.key, known.iter().copied())),
                );
            }
        }
        Some(entries)
    }

    /// The entries of a table under any key.
    pub(super) fn entries<'n>(&mut self, what: &str, node: &'n Node) -> Option<&'n [Entry]> {
        if let Data::Table(entries) = &node.data {
            Some(entries)
        } else {
            self.wrong_type(what, "a table", node);
            None
        }
    }

    pub(super) fn text<'n>(&mut self, what: &str, node: &'n Node) -> Option<&'n str> {
        if let Data::Text(text) = &node.data {
            Some(text)
        } else {
            self.wrong_type(what, "a text", node);
            None
        }
    }

    pub(super) fn texts(&mut self, what: &str, node: &Node) -> Option<Vec<String>> {
        let Data::List(items) = &node.data else {
            self.wrong_type(what, "a list of texts", node);
            return None;
        };
        items
            .iter()
            .map(|item| self.text(what, item).map(str::to_owned))
            .collect()
    }

    pub(super) fn date(&mut self, what: &str, node: &Node) -> Option<NaiveDate> {
        if let Data::Text(text) | Data::Date(text) = &node.data
            && let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        {
            return Some(date);
        }
        self.wrong_value(what, "a date such as `2026-09-15`", node);
        None
    }

    pub(super) fn int(&mut self, what: &str, node: &Node) -> Option<i64> {
        if let Data::Number(text) = &node.data
            && let Ok(n) = text.parse()
        {
            return Some(n);
        }
        self.wrong_value(what, "a whole number, written without quotes", node);
        None
    }

    pub(super) fn decimal(&mut self, what: &str, node: &Node) -> Option<Decimal> {
        if let Data::Number(text) | Data::Text(text) = &node.data
            && let Some(n) = decimal(text)
        {
            return Some(n);
        }
        self.wrong_value(what, "a decimal number such as `\"0.2499\"`", node);
        None
    }

    pub(super) fn bool(&mut self, what: &str, node: &Node) -> Option<bool> {
        if let Data::Bool(b) = node.data {
            Some(b)
        } else {
            self.wrong_type(what, "true or false", node);
            None
        }
    }
}

/// Exactly the number that is written, or nothing.
pub(super) fn decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text)
        .or_else(|_| Decimal::from_scientific(text))
        .ok()
}

/// The entry under `key`.
pub(super) fn find<'n>(entries: &'n [Entry], key: &str) -> Option<&'n Entry> {
    entries.iter().find(|entry| entry.key == key)
}
