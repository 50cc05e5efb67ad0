//! Characteristics as tables.

use std::io::{self, Write};

use chrono::NaiveDate;
use dictamen_engine::Printed;
use dictamen_model::characteristic::{Characteristics, Definition, definitions as all};
use serde_json::Value;

use super::style::{BOLD, DIM};

/// One line per characteristic.
pub(crate) fn definitions(out: &mut dyn Write, definitions: &[Definition]) -> io::Result<()> {
    let width = width(definitions.iter().map(|d| d.name));
    for d in definitions {
        let unit = d.unit.name();
        let kind = d.kind.name();
        writeln!(
            out,
            "{BOLD}{:width$}{BOLD:#}  {kind:7}  {unit:13}  {DIM}{}{DIM:#}",
            d.name, d.meaning
        )?;
    }
    Ok(())
}

/// One characteristic in full.
pub(crate) fn definition(out: &mut dyn Write, d: &Definition) -> io::Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#}", d.name)?;
    writeln!(out, "  {}", d.meaning)?;
    let mut line = |what: &str, text: &str| {
        if text.is_empty() {
            Ok(())
        } else {
            writeln!(out, "  {DIM}{what:9}{DIM:#}{text}")
        }
    };
    line("type", d.kind.name())?;
    line("unit", d.unit.name())?;
    if let Some(range) = d.range {
        line("range", &format!("{} to {}", range.low, range.high))?;
    }
    line("values", &d.values.join(", "))?;
    line("missing", d.missing.unwrap_or("never"))?;
    line("from", &d.source.join(", "))
}

/// Values of one applicant.
pub(crate) fn values(
    out: &mut dyn Write,
    as_of: NaiveDate,
    values: &Characteristics,
    only: Option<&str>,
) -> io::Result<()> {
    writeln!(out, "{DIM}as of {as_of}{DIM:#}")?;
    printed(out, &Printed::new(values.clone()), |name| {
        only.is_none_or(|only| only == name)
    })
}

/// Values as a decision prints them, those chosen.
pub(super) fn printed(
    out: &mut dyn Write,
    values: &Printed,
    chosen: impl Fn(&str) -> bool,
) -> io::Result<()> {
    let rows: Vec<_> = all()
        .iter()
        .filter(|d| chosen(d.name))
        .filter_map(|d| Some((d, values.get(d.name)?)))
        .collect();
    let width = width(rows.iter().map(|(d, _)| d.name));
    for (d, value) in rows {
        let text = plain(&value);
        write!(out, "  {:width$}  {text}", d.name)?;
        let unit = d.unit.name();
        if !value.is_null() && !unit.is_empty() {
            write!(out, " {DIM}{unit}{DIM:#}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// A value without quotes.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => "missing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn width<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.map(str::len).max().unwrap_or(0)
}
