//! A policy that does what a scorecard says: a script and its reasons, to be changed from there.

use std::{collections::BTreeMap, fmt::Write as _};

use dictamen_model::characteristic::{Definition, Kind, definitions};
use rust_decimal::Decimal;

use super::{Card, Classes, Line};

/// The code of being below the cut-off.
const BELOW: &str = "S00";
/// How many reasons of the scorecard are told with it: what lenders customarily tell at most.
const REASONS: usize = 4;

/// What the policy is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its id.
    pub id: String,
    /// Least score that is approved.
    pub cut_off: i64,
    /// Where the card comes from, for the script's first line.
    pub origin: String,
}

/// The files of the policy, by path within its folder.
pub fn policy(card: &Card, wanted: &Wanted) -> BTreeMap<String, String> {
    let codes = codes(card);
    BTreeMap::from([
        ("policy.rhai".to_owned(), script(card, &codes, wanted)),
        ("reasons.toml".to_owned(), reasons(card, &codes)),
    ])
}

/// A code for each line: its own where that can be one, else a number.
fn codes(card: &Card) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for (line, number) in card
        .lines
        .iter()
        .zip((1_usize..).map(|n| n.saturating_mul(10)))
    {
        let is_code = |code: &&String| {
            let plain = code.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            plain && code.starts_with(|c: char| c.is_ascii_alphabetic()) && code.len() <= 32
        };
        let own = line.code.as_ref().filter(is_code);
        let own = own.filter(|code| *code != BELOW && !codes.contains(code));
        codes.push(own.cloned().unwrap_or_else(|| format!("S{number}")));
    }
    codes
}

fn script(card: &Card, codes: &[String], wanted: &Wanted) -> String {
    let origin = wanted.origin.replace(|c: char| c.is_control(), " ");
    let lowest = card.lowest();
    let mut text = format!(
        "// Made from {origin}. The points are as they were; cut-off and reasons are to be looked at.\n\n\
         policy({}, \"0.1.0\");\n\nscorecard({}, [\n",
        quoted(&wanted.id),
        card.base
    );
    for (line, code) in card.lines.iter().zip(codes) {
        text.push_str(&scored(line, code));
    }
    // Writing into a text cannot fail.
    let _ = write!(
        text,
        "]);\n\nbands([\n    band(\"ACCEPT\", {}, #{{}}),\n    band(\"REJECT\", {}, DECLINE, \"{BELOW}\", {REASONS}),\n]);\n\n\
         otherwise(APPROVE);\n",
        wanted.cut_off,
        lowest.min(wanted.cut_off.saturating_sub(1)),
    );
    text
}

fn scored(line: &Line, code: &str) -> String {
    let name = super::read::name(line.characteristic);
    let (input, bins) = match &line.classes {
        Classes::Ranges(ranges) => (
            format!("|a| a.{name}"),
            ranges.iter().map(|(low, points)| (*low, *points)).collect(),
        ),
        Classes::Values(values) if is_statement(line) => {
            let points = |text: &str| {
                let found = values.iter().find(|(value, _)| value == text);
                found.map_or(0, |(_, points)| *points)
            };
            let bins = vec![
                (Decimal::ZERO, points("false")),
                (Decimal::ONE, points("true")),
            ];
            (format!("|a| if a.{name} {{ 1 }} else {{ 0 }}"), bins)
        }
        Classes::Values(values) => {
            // Whoever is not listed is below all that are.
            let least = values.iter().map(|(_, points)| *points).min().unwrap_or(0);
            let mut arms = String::new();
            let mut bins = vec![(Decimal::ZERO, least)];
            for ((value, points), number) in values.iter().zip(1_i64..) {
                let _ = write!(arms, "{} => {number}, ", quoted(value));
                bins.push((number.into(), *points));
            }
            (format!("|a| switch a.{name} {{ {arms}_ => 0 }}"), bins)
        }
    };
    let bins: Vec<String> = bins
        .iter()
        .map(|(low, points): &(Decimal, i64)| format!("[{}, {points}]", low.normalize()))
        .collect();
    let missing = line
        .missing
        .map_or_else(String::new, |points| format!(", missing({points})"));
    format!(
        "    characteristic({}, {input},\n        [{}]{missing}),\n",
        quoted(code),
        bins.join(", ")
    )
}

fn is_statement(line: &Line) -> bool {
    definition(line).is_some_and(|definition| definition.kind == Kind::Bool)
}

fn definition(line: &Line) -> Option<&'static Definition> {
    definitions().get(line.characteristic)
}

fn reasons(card: &Card, codes: &[String]) -> String {
    let mut text = format!(
        "# What applicants and analysts read. Say it in your own words: what somebody could do about it.\n\n\
         [{BELOW}]\n\
         es-MX = \"La suma de los puntos de su historial laboral no alcanza el mínimo de este crédito\"\n\
         en = \"The points of your employment history do not add up to this loan's minimum\"\n\
         adverse = true\n"
    );
    for (line, code) in card.lines.iter().zip(codes) {
        let (es, en) = definition(line).map_or(("?", "?"), |d| (d.label_es, d.label));
        let _ = write!(
            text,
            "\n[{code}]\nes-MX = \"Menos puntos de los posibles por: {es}\"\nen = \"Fewer points than possible for: {en}\"\nadverse = true\n"
        );
    }
    text
}

/// A text as scripts write it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

impl Card {
    /// The lowest score there can be.
    pub fn lowest(&self) -> i64 {
        let least = |line: &Line| {
            let points = line.classes.points().into_iter().chain(line.missing);
            points.min().unwrap_or_default()
        };
        let lines = self.lines.iter().map(least);
        lines.fold(self.base, i64::saturating_add)
    }
}
