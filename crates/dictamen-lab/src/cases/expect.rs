//! What a case expects of the decision.
//!
//! Every name is checked against the policy: a case that expects a code the policy does not know
//! is wrong itself, and would otherwise fail for a reason hard to see.

use std::{collections::BTreeSet, ops::Range};

use dictamen_engine::{Outcome, Policy};

use super::{
    format,
    node::{Data, Entry, Node},
    read::{Reader, find},
};
use dictamen_model::suggest;

const KEYS: [&str; 9] = [
    "outcome",
    "stage",
    "reasons",
    "score",
    "band",
    "missing",
    "points",
    "offer",
    "characteristics",
];

/// Fields of an offer, as the decision prints them.
const OFFER_KEYS: [&str; 8] = [
    "amount",
    "term_months",
    "annual_rate",
    "monthly_payment",
    "currency",
    "max_amount",
    "max_payment",
    "limiting_factor",
];

/// What stands for "there is none" where TOML has no null.
const NONE: &str = "none";

const OUTCOMES: [Outcome; 4] = [
    Outcome::Approve,
    Outcome::Counter,
    Outcome::Refer,
    Outcome::Decline,
];

/// What a case expects; what it does not mention may be anything.
#[derive(Debug, PartialEq)]
pub(super) struct Expectation {
    pub(super) outcome: Outcome,
    pub(super) stage: Option<String>,
    pub(super) reasons: Option<Vec<String>>,
    pub(super) score: Option<OrNone<i64>>,
    pub(super) band: Option<OrNone<String>>,
    pub(super) missing: Option<BTreeSet<String>>,
    pub(super) points: Vec<(String, i64)>,
    pub(super) offer: Option<Offer>,
    pub(super) characteristics: Vec<(String, Printed)>,
}

/// A value, or the expectation that there is none.
#[derive(Debug, PartialEq)]
pub(super) struct OrNone<T>(pub(super) Option<T>);

/// What a case expects of the offer.
#[derive(Debug, PartialEq)]
pub(super) enum Offer {
    /// That there is none.
    None,
    /// That there is one with these fields.
    With(Vec<(String, Printed)>),
}

/// A value as the decision prints it; `None` for null.
pub(super) type Printed = Option<String>;

pub(super) fn read(reader: &mut Reader<'_>, node: &Node, policy: &Policy) -> Option<Expectation> {
    let entries = reader.table("expect", node, &KEYS)?;
    let outcome = outcome(reader, node, entries);
    let stage = find(entries, "stage").and_then(|e| stage(reader, &e.node, policy));
    let reasons = find(entries, "reasons").and_then(|e| codes(reader, &e.node, policy));
    let score = find(entries, "score")
        .and_then(|e| or_none(&e.node, |node| reader.int("expect.score", node)));
    let band = find(entries, "band").and_then(|e| {
        or_none(&e.node, |node| {
            reader.text("expect.band", node).map(str::to_owned)
        })
    });
    let missing = find(entries, "missing").and_then(|e| missing(reader, &e.node));
    let points = find(entries, "points").map(|e| points(reader, &e.node, policy));
    let offer = find(entries, "offer").and_then(|e| offer(reader, &e.node));
    let characteristics =
        find(entries, "characteristics").map(|e| characteristics(reader, &e.node));
    Some(Expectation {
        outcome: outcome?,
        stage,
        reasons,
        score,
        band,
        missing,
        points: points.unwrap_or_default(),
        offer,
        characteristics: characteristics.unwrap_or_default(),
    })
}

/// `none` or what `read` makes of it; nothing when that fails.
fn or_none<T>(node: &Node, read: impl FnOnce(&Node) -> Option<T>) -> Option<OrNone<T>> {
    if none(node) {
        return Some(OrNone(None));
    }
    read(node).map(|value| OrNone(Some(value)))
}

fn none(node: &Node) -> bool {
    match &node.data {
        Data::Null => true,
        Data::Text(text) => text == NONE,
        Data::Bool(_) | Data::Number(_) | Data::Date(_) | Data::List(_) | Data::Table(_) => false,
    }
}

fn outcome(reader: &mut Reader<'_>, node: &Node, entries: &[Entry]) -> Option<Outcome> {
    let Some(entry) = find(entries, "outcome") else {
        reader.problem("case::missing-key", node, "`expect` has no `outcome`");
        return None;
    };
    let name = reader.text("expect.outcome", &entry.node)?;
    let found = OUTCOMES.into_iter().find(|outcome| outcome.name() == name);
    if found.is_none() {
        unknown(
            reader,
            &entry.node.at,
            "outcome",
            name,
            &OUTCOMES.map(Outcome::name),
        );
    }
    found
}

fn unknown(reader: &mut Reader<'_>, at: &Range<usize>, what: &str, name: &str, known: &[&str]) {
    reader.problems.push(
        reader
            .file
            .error(
                "case::unknown-name",
                at,
                format!("no {what} is called `{name}`"),
            )
            .help_opt(suggest::help(name, known.iter().copied())),
    );
}

fn stage(reader: &mut Reader<'_>, node: &Node, policy: &Policy) -> Option<String> {
    let name = reader.text("expect.stage", node)?.to_owned();
    let stages = policy.stages();
    let known: Vec<&str> = stages.iter().map(|stage| &*stage.name).collect();
    if !known.contains(&name.as_str()) {
        unknown(reader, &node.at, "stage of the policy", &name, &known);
    }
    Some(name)
}

fn known_code(reader: &mut Reader<'_>, code: &str, at: &Range<usize>, policy: &Policy) {
    let known: Vec<&str> = policy.reasons().map(|reason| &*reason.code).collect();
    if !known.contains(&code) {
        unknown(reader, at, "reason of the policy", code, &known);
    }
}

fn codes(reader: &mut Reader<'_>, node: &Node, policy: &Policy) -> Option<Vec<String>> {
    let codes = reader.texts("expect.reasons", node)?;
    if let Data::List(items) = &node.data {
        for (item, code) in items.iter().zip(&codes) {
            known_code(reader, code, &item.at, policy);
        }
    }
    Some(codes)
}

fn missing(reader: &mut Reader<'_>, node: &Node) -> Option<BTreeSet<String>> {
    let names = reader.texts("expect.missing", node)?;
    if let Data::List(items) = &node.data {
        for (item, name) in items.iter().zip(&names) {
            format::definition(reader, name, &item.at);
        }
    }
    Some(names.into_iter().collect())
}

fn points(reader: &mut Reader<'_>, node: &Node, policy: &Policy) -> Vec<(String, i64)> {
    let mut points = Vec::new();
    for entry in reader.entries("expect.points", node).unwrap_or_default() {
        known_code(reader, &entry.key, &entry.key_at, policy);
        if let Some(n) = reader.int(&format!("expect.points.{}", entry.key), &entry.node) {
            points.push((entry.key.clone(), n));
        }
    }
    points
}

fn offer(reader: &mut Reader<'_>, node: &Node) -> Option<Offer> {
    if none(node) {
        return Some(Offer::None);
    }
    let entries = reader.table("expect.offer", node, &OFFER_KEYS)?;
    let fields = entries
        .iter()
        .filter_map(|e| Some((e.key.clone(), printed(reader, &e.key, &e.node)?)))
        .collect();
    Some(Offer::With(fields))
}

fn characteristics(reader: &mut Reader<'_>, node: &Node) -> Vec<(String, Printed)> {
    let entries = reader
        .entries("expect.characteristics", node)
        .unwrap_or_default();
    entries
        .iter()
        .filter_map(|e| {
            let definition = format::definition(reader, &e.key, &e.key_at)?;
            let is_none = none(&e.node) && !definition.values.contains(&NONE);
            let printed = if is_none {
                None
            } else {
                printed(reader, &e.key, &e.node)?
            };
            Some((e.key.clone(), printed))
        })
        .collect()
}

fn printed(reader: &mut Reader<'_>, what: &str, node: &Node) -> Option<Printed> {
    match &node.data {
        Data::Null => Some(None),
        Data::Bool(b) => Some(Some(b.to_string())),
        Data::Number(text) | Data::Text(text) | Data::Date(text) => Some(Some(text.clone())),
        Data::List(_) | Data::Table(_) => {
            let found = node.type_name();
            reader.problem(
                "case::type",
                node,
                format!("`{what}` is to be a single value, not {found}"),
            );
            None
        }
    }
}
