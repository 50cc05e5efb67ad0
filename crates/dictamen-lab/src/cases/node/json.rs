//! JSON into [`Node`]s.
//!
//! Read by raw slices, because serde's data model would turn numbers into binary floats and
//! forget where a value stood.

use std::{fmt, ops::Range};

use dictamen_engine::Diagnostic;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{Data, Entry, File, MAX_DEPTH, Node};

pub(super) fn read(file: File<'_>) -> Result<Node, Vec<Diagnostic>> {
    let raw: &RawValue = serde_json::from_str(file.text).map_err(|e| syntax(file, &e, 0))?;
    node(file, raw, 0)
}

fn syntax(file: File<'_>, error: &serde_json::Error, base: usize) -> Vec<Diagnostic> {
    let rest = file.text.get(base..).unwrap_or_default();
    let line_start: usize = rest
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .fold(base, usize::saturating_add);
    let at = line_start.saturating_add(error.column().saturating_sub(1));
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or_default();
    vec![file.error(
        "case::syntax",
        &(at..at.saturating_add(1)),
        format!("not JSON: {message}"),
    )]
}

fn node(file: File<'_>, raw: &RawValue, depth: usize) -> Result<Node, Vec<Diagnostic>> {
    let text = raw.get();
    let at = place(file, text);
    if depth > MAX_DEPTH {
        return Err(vec![file.too_deep(&at)]);
    }
    let deeper = depth.saturating_add(1);
    let data = match text.as_bytes().first() {
        Some(b'{') => {
            let pairs: Pairs<'_> =
                serde_json::from_str(text).map_err(|e| syntax(file, &e, at.start))?;
            let mut entries: Vec<Entry> = Vec::with_capacity(pairs.0.len());
            for (key, value) in pairs.0 {
                let node = node(file, value, deeper)?;
                if entries.iter().any(|entry| entry.key == key) {
                    return Err(vec![file.error(
                        "case::duplicate-key",
                        &node.at,
                        format!("`{key}` is written twice"),
                    )]);
                }
                entries.push(Entry {
                    key,
                    key_at: node.at.clone(),
                    node,
                });
            }
            Data::Table(entries)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> =
                serde_json::from_str(text).map_err(|e| syntax(file, &e, at.start))?;
            Data::List(
                items
                    .into_iter()
                    .map(|item| node(file, item, deeper))
                    .collect::<Result<_, _>>()?,
            )
        }
        Some(b'"') => {
            Data::Text(serde_json::from_str(text).map_err(|e| syntax(file, &e, at.start))?)
        }
        Some(b't') => Data::Bool(true),
        Some(b'f') => Data::Bool(false),
        Some(b'n') | None => Data::Null,
        Some(_) => Data::Number(text.to_owned()),
    };
    Ok(Node { data, at })
}

/// Where a slice of the file's text stands in it.
fn place(file: File<'_>, slice: &str) -> Range<usize> {
    let start = slice
        .as_ptr()
        .addr()
        .saturating_sub(file.text.as_ptr().addr());
    start..start.saturating_add(slice.len())
}

/// The members of an object in the order written, repeated keys included.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    pairs.push((key, map.next_value()?));
                }
                Ok(pairs)
            }
        }
        deserializer.deserialize_map(Members).map(Pairs)
    }
}
