//! Reading `dictamen.toml`: every mistake at once, each with its line.
//!
//! Knows names and shapes; whether a value is usable is for the parser of the command line.

use std::{collections::BTreeMap, path::Path};

use dictamen_model::suggest;
use toml::de::{DeTable, DeValue};

use super::Key;
use crate::exit::{Exit, Failure};

/// What the file says of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// The values; of a secret, the files it is in.
    pub(super) values: Vec<String>,
    /// Where, from 1.
    pub(super) line: usize,
}

/// Largest file that is read.
const MOST: u64 = 1024 * 1024;

pub(super) fn read(path: &Path, keys: &[Key]) -> Result<BTreeMap<String, Written>, Failure> {
    let shown = path.display();
    let unreadable =
        |why: String| Failure::new(Exit::Failed, format!("cannot read `{shown}`: {why}"));
    let size = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
    if size.len() > MOST {
        return Err(unreadable("it is larger than 1 MiB".to_owned()));
    }
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    let (table, errors) = DeTable::parse_recoverable(&text);
    let line = |at: usize| {
        let before = text.get(..at).unwrap_or(&text);
        before.matches('\n').count().saturating_add(1)
    };
    let mut problems: Vec<(usize, String)> = errors
        .iter()
        .map(|error| {
            let at = error.span().map_or(0, |span| span.start);
            (line(at), error.message().to_owned())
        })
        .collect();
    let mut found = BTreeMap::new();
    for (name, value) in table.get_ref() {
        let at = line(name.span().start);
        let name: &str = name.get_ref();
        let read = key(name, keys).and_then(|key| Ok((key, values(key, name, value.get_ref())?)));
        match read {
            Ok((key, values)) => {
                found.insert(key.name.clone(), Written { values, line: at });
            }
            Err(problem) => problems.push((at, problem)),
        }
    }
    if problems.is_empty() {
        return Ok(found);
    }
    problems.sort();
    let lines: Vec<String> = problems
        .iter()
        .map(|(line, problem)| format!("{shown}:{line}: {problem}"))
        .collect();
    Err(Failure::new(Exit::Usage, lines.join("\n"))
        .help("`dictamen config` prints every key with its value"))
}

/// The name of a key in the file.
fn in_file(key: &Key) -> String {
    if key.secret {
        format!("{}_file", key.name)
    } else {
        key.name.clone()
    }
}

fn key<'a>(name: &str, keys: &'a [Key]) -> Result<&'a Key, String> {
    if let Some(key) = keys.iter().find(|key| in_file(key) == name) {
        return Ok(key);
    }
    if keys.iter().any(|key| key.name == name) {
        return Err(format!(
            "`{name}` is a secret and does not belong here; name the file it is in as `{name}_file`"
        ));
    }
    let names: Vec<String> = keys.iter().map(in_file).collect();
    let help = suggest::help(name, names.iter().map(String::as_str));
    let help = help.map(|help| format!("; {help}")).unwrap_or_default();
    Err(format!("unknown key `{name}`{help}"))
}

fn values(key: &Key, name: &str, value: &DeValue<'_>) -> Result<Vec<String>, String> {
    let one = |value: &DeValue<'_>| match value {
        DeValue::String(text) if !key.is_switch => Some(text.to_string()),
        DeValue::Integer(number) if !key.is_switch && number.radix() == 10 => {
            Some(number.as_str().to_owned())
        }
        DeValue::Boolean(switch) if key.is_switch => Some(switch.to_string()),
        _ => None,
    };
    let found = match value {
        DeValue::Array(list) if !key.is_switch && !key.secret => {
            list.iter().map(|value| one(value.get_ref())).collect()
        }
        value => one(value).map(|value| vec![value]),
    };
    found.ok_or_else(|| {
        let wanted = if key.is_switch {
            "`true` or `false`"
        } else {
            "a text or a number"
        };
        format!("`{name}` is to be {wanted}")
    })
}
