//! TOML into [`Node`]s.

use std::ops::Range;

use dictamen_engine::Diagnostic;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Data, Entry, File, MAX_DEPTH, Node};

pub(super) fn read(file: File<'_>) -> Result<Node, Vec<Diagnostic>> {
    let (table, errors) = DeTable::parse_recoverable(file.text);
    if !errors.is_empty() {
        return Err(errors
            .iter()
            .map(|error| {
                let message = format!("not TOML: {}", error.message());
                match error.span() {
                    Some(at) => file.error("case::syntax", &at, message),
                    None => Diagnostic::error("case::syntax", message),
                }
            })
            .collect());
    }
    let at = table.span();
    table_node(file, table.get_ref(), at, 0)
}

fn table_node(
    file: File<'_>,
    table: &DeTable<'_>,
    at: Range<usize>,
    depth: usize,
) -> Result<Node, Vec<Diagnostic>> {
    let mut entries = Vec::new();
    for (key, value) in table {
        entries.push(Entry {
            key: key.get_ref().clone().into_owned(),
            key_at: key.span(),
            node: node(file, value, depth.saturating_add(1))?,
        });
    }
    entries.sort_by_key(|entry| entry.key_at.start);
    Ok(Node {
        data: Data::Table(entries),
        at,
    })
}

fn node(
    file: File<'_>,
    value: &Spanned<DeValue<'_>>,
    depth: usize,
) -> Result<Node, Vec<Diagnostic>> {
    let at = value.span();
    if depth > MAX_DEPTH {
        return Err(vec![file.too_deep(&at)]);
    }
    let data = match value.get_ref() {
        DeValue::String(text) => Data::Text(text.clone().into_owned()),
        DeValue::Boolean(b) => Data::Bool(*b),
        DeValue::Datetime(date) => Data::Date(date.to_string()),
        DeValue::Integer(n) => match i64::from_str_radix(n.as_str(), n.radix()) {
            Ok(n) => Data::Number(n.to_string()),
            Err(_) => {
                return Err(vec![file.error(
                    "case::number",
                    &at,
                    "the number is too large",
                )]);
            }
        },
        DeValue::Float(n) => {
            let text = n.as_str().trim_start_matches('+');
            if text.contains(['n', 'N', 'i', 'I']) {
                return Err(vec![file.error("case::number", &at, "not a finite number")]);
            }
            Data::Number(text.to_owned())
        }
        DeValue::Array(items) => Data::List(
            items
                .iter()
                .map(|item| node(file, item, depth.saturating_add(1)))
                .collect::<Result<_, _>>()?,
        ),
        DeValue::Table(table) => return table_node(file, table, at, depth),
    };
    Ok(Node { data, at })
}
