//! The format of a case file.
//!
//! Turns a file into a [`CaseFile`] or into everything that is wrong with it. Names of
//! characteristics are checked here, names of a policy's codes and stages in
//! [`expect`](super::expect).

use chrono::NaiveDate;
use dictamen_engine::{Diagnostic, Policy};
use dictamen_model::characteristic::{self, Definition, Kind, Value};

use super::{
    expect::{self, Expectation},
    node::{Data, Entry, File, Node},
    read::{Reader, find},
};
use dictamen_model::suggest;

const KEYS: [&str; 8] = [
    "title",
    "base",
    "request",
    "as_of",
    "missing",
    "application",
    "characteristics",
    "expect",
];

/// A case that can be run.
#[derive(Debug)]
pub(super) struct CaseFile {
    pub(super) body: Body,
    pub(super) as_of: Option<NaiveDate>,
    /// Fields of the application to be replaced.
    pub(super) application: Vec<Entry>,
    /// Values to be replaced, and where they are written.
    pub(super) overrides: Vec<(String, Value, Node)>,
    pub(super) expectation: Expectation,
}

/// Where the request body comes from.
#[derive(Debug)]
pub(super) enum Body {
    /// Path within `cases/`, and where it is written.
    Base(String, Node),
    /// Written in the case.
    Inline(Node),
}

/// Reads a case; the title comes along even when the rest is wrong.
pub(super) fn read(
    file: File<'_>,
    policy: &Policy,
) -> (Option<String>, Result<CaseFile, Vec<Diagnostic>>) {
    let root = match file.read() {
        Ok(root) => root,
        Err(problems) => return (None, Err(problems)),
    };
    let mut reader = Reader::new(file);
    let title = title(&mut reader, &root);
    let case = case_file(&mut reader, &root, policy);
    let result = match case {
        Some(case) if reader.problems.is_empty() => Ok(case),
        _ => Err(reader.problems),
    };
    (title, result)
}

fn title(reader: &mut Reader<'_>, root: &Node) -> Option<String> {
    let Data::Table(entries) = &root.data else {
        return None;
    };
    let Some(entry) = find(entries, "title") else {
        missing_key(reader, "title");
        return None;
    };
    let title = reader.text("title", &entry.node)?.trim();
    if title.is_empty() {
        reader.problem("case::missing-key", &entry.node, "the title is empty");
        return None;
    }
    Some(title.to_owned())
}

fn missing_key(reader: &mut Reader<'_>, key: &str) {
    reader.problems.push(Diagnostic::error(
        "case::missing-key",
        format!("`{}` has no `{key}`", reader.file.path),
    ));
}

fn case_file(reader: &mut Reader<'_>, root: &Node, policy: &Policy) -> Option<CaseFile> {
    let entries = reader.table("case", root, &KEYS)?;
    let body = body(reader, entries);
    let as_of = find(entries, "as_of").and_then(|e| reader.date("as_of", &e.node));
    let application = find(entries, "application")
        .and_then(|e| reader.entries("application", &e.node))
        .unwrap_or_default()
        .to_vec();
    let overrides = overrides(reader, entries);
    let expectation = find(entries, "expect");
    if expectation.is_none() {
        missing_key(reader, "expect");
    }
    let expectation = expectation.and_then(|e| expect::read(reader, &e.node, policy));
    Some(CaseFile {
        body: body?,
        as_of,
        application,
        overrides,
        expectation: expectation?,
    })
}

fn body(reader: &mut Reader<'_>, entries: &[Entry]) -> Option<Body> {
    match (find(entries, "base"), find(entries, "request")) {
        (Some(base), None) => {
            let path = reader.text("base", &base.node)?.to_owned();
            Some(Body::Base(path, base.node.clone()))
        }
        (None, Some(request)) => {
            reader.entries("request", &request.node)?;
            Some(Body::Inline(request.node.clone()))
        }
        (Some(_), Some(request)) => {
            reader.problem(
                "case::two-bodies",
                &request.node,
                "a case has either `base` or `request`, not both",
            );
            None
        }
        (None, None) => {
            reader.problems.push(
                Diagnostic::error(
                    "case::missing-key",
                    format!("`{}` has no request body", reader.file.path),
                )
                .help("name one with `base = \"base/….json\"` or write it under `request`"),
            );
            None
        }
    }
}

fn overrides(reader: &mut Reader<'_>, entries: &[Entry]) -> Vec<(String, Value, Node)> {
    let mut overrides = Vec::new();
    if let Some(entry) = find(entries, "characteristics")
        && let Some(values) = reader.entries("characteristics", &entry.node)
    {
        for entry in values {
            if let Some(definition) = definition(reader, &entry.key, &entry.key_at)
                && let Some(value) = value(reader, definition, &entry.node)
            {
                overrides.push((entry.key.clone(), value, entry.node.clone()));
            }
        }
    }
    if let Some(entry) = find(entries, "missing") {
        let Data::List(items) = &entry.node.data else {
            reader.texts("missing", &entry.node);
            return overrides;
        };
        for item in items {
            let Some(name) = reader.text("missing", item) else {
                continue;
            };
            if definition(reader, name, &item.at).is_none() {
                continue;
            }
            if overrides.iter().any(|(set, ..)| set == name) {
                reader.problem(
                    "case::contradiction",
                    item,
                    format!("`{name}` is both missing and given a value, or named twice"),
                );
                continue;
            }
            overrides.push((name.to_owned(), Value::Missing, item.clone()));
        }
    }
    overrides
}

/// The characteristic called `name`, or a problem with the nearest name.
pub(super) fn definition(
    reader: &mut Reader<'_>,
    name: &str,
    at: &std::ops::Range<usize>,
) -> Option<&'static Definition> {
    let definitions = characteristic::definitions();
    let found = definitions.iter().find(|d| d.name == name);
    if found.is_none() {
        reader.problems.push(
            reader
                .file
                .error(
                    "case::unknown-characteristic",
                    at,
                    format!("no characteristic is called `{name}`"),
                )
                .help_opt(suggest::help(name, definitions.iter().map(|d| d.name))),
        );
    }
    found
}

fn value(reader: &mut Reader<'_>, definition: &Definition, node: &Node) -> Option<Value> {
    let what = definition.name;
    Some(match definition.kind {
        Kind::Int => Value::Int(reader.int(what, node)?),
        Kind::Decimal => Value::Decimal(reader.decimal(what, node)?),
        Kind::Bool => Value::Bool(reader.bool(what, node)?),
        Kind::Date => Value::Date(reader.date(what, node)?),
        Kind::Text => {
            let text = reader.text(what, node)?;
            if !definition.values.is_empty() && !definition.values.contains(&text) {
                reader.problems.push(
                    reader
                        .file
                        .error(
                            "case::unknown-value",
                            &node.at,
                            format!("`{what}` is never `{text}`"),
                        )
                        .help_opt(suggest::help(text, definition.values.iter().copied())),
                );
                return None;
            }
            Value::Text(text.into())
        }
    })
}
