//! Comparing a decision with what a case expects of it.
//!
//! Numbers are compared as numbers (`0.25` is `0.2500`), everything else as printed. Knows the
//! decision's fields; nothing of files.

use std::collections::BTreeSet;

use dictamen_engine::{Decision, Offer};
use serde_json::Value;

use super::{
    Difference,
    expect::{Expectation, Offer as ExpectedOffer, OrNone, Printed},
    read::decimal,
};

/// Every difference, in the order in which the decision prints its fields.
pub(super) fn differences(expected: &Expectation, found: &Decision) -> Vec<Difference> {
    let mut out = Differences(Vec::new());
    out.text("outcome", expected.outcome.name(), found.outcome.name());
    if let Some(stage) = &expected.stage {
        out.text("stage", stage, &found.stage);
    }
    if let Some(reasons) = &expected.reasons {
        let codes: Vec<&str> = found.reasons.iter().map(|reason| &*reason.code).collect();
        out.text(
            "reasons",
            &list(reasons.iter().map(String::as_str)),
            &list(codes),
        );
    }
    if let Some(OrNone(score)) = &expected.score {
        out.text("score", &or_none(*score), &or_none(found.score));
    }
    if let Some(OrNone(band)) = &expected.band {
        out.text(
            "band",
            &or_none(band.as_ref()),
            &or_none(found.band.as_ref()),
        );
    }
    if let Some(missing) = &expected.missing {
        let names: BTreeSet<&str> = found.missing.iter().map(|m| &*m.characteristic).collect();
        out.text(
            "missing",
            &list(missing.iter().map(String::as_str)),
            &list(names),
        );
    }
    for (code, points) in &expected.points {
        let given = found.points.as_ref().and_then(|p| p.get(code.as_str()));
        out.text(
            &format!("points.{code}"),
            &points.to_string(),
            &or_none(given),
        );
    }
    match &expected.offer {
        None => {}
        Some(ExpectedOffer::None) => {
            let amount = found.offer.as_ref().map(|offer| &offer.amount);
            out.text("offer", NONE, &or_none(amount));
        }
        Some(ExpectedOffer::With(fields)) => out.offer(fields, found.offer.as_ref()),
    }
    for (name, value) in &expected.characteristics {
        let printed = found.characteristics.get(name).as_ref().and_then(print);
        out.printed(&format!("characteristics.{name}"), value, printed);
    }
    out.0
}

const NONE: &str = "none";

struct Differences(Vec<Difference>);

impl Differences {
    fn text(&mut self, what: &str, expected: &str, found: &str) {
        if expected != found {
            self.0.push(Difference {
                what: what.to_owned(),
                expected: expected.to_owned(),
                found: found.to_owned(),
            });
        }
    }

    fn printed(&mut self, what: &str, expected: &Printed, found: Printed) {
        let same_number = match (&expected, &found) {
            (Some(a), Some(b)) => decimal(a).is_some_and(|a| Some(a) == decimal(b)),
            _ => false,
        };
        if !same_number {
            self.text(what, &or_none(expected.as_ref()), &or_none(found));
        }
    }

    fn offer(&mut self, fields: &[(String, Printed)], found: Option<&Offer>) {
        let Some(offer) = found else {
            let wanted = fields.iter().map(|(key, value)| {
                let value = or_none(value.as_ref());
                format!("{key} = {value}")
            });
            let wanted: Vec<String> = wanted.collect();
            self.text("offer", &wanted.join(", "), NONE);
            return;
        };
        let printed = serde_json::to_value(offer).unwrap_or_default();
        for (key, value) in fields {
            let found = printed.get(key).and_then(print);
            self.printed(&format!("offer.{key}"), value, found);
        }
    }
}

fn print(value: &Value) -> Printed {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn or_none(value: Option<impl ToString>) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| value.to_string())
}

fn list<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let items: Vec<&str> = items.into_iter().collect();
    format!("[{}]", items.join(", "))
}
