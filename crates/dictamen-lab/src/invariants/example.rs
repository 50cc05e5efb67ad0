//! Applicants that show something, with what the policy decides on each.

use std::collections::BTreeMap;

use dictamen_engine::{Outcome, Policy, Scratch};
use dictamen_model::characteristic::{Characteristics, Value, definitions};
use serde::Serialize;

/// One applicant and what is decided on them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Applicant {
    /// The characteristics that the policy reads and that are known.
    pub characteristics: BTreeMap<&'static str, serde_json::Value>,
    /// Names of those that are not as with the usual applicant, missing ones among them.
    pub unusual: Vec<&'static str>,
    /// What the policy decides.
    pub outcome: Outcome,
    /// The score, where there is one.
    pub score: Option<i64>,
    /// The band, where there is one.
    pub band: Option<String>,
    /// The amount granted, in MXN, where there is an offer.
    pub amount: Option<String>,
    /// Reason codes, most important first.
    pub reasons: Vec<String>,
    /// The very values, for whoever decides again.
    #[serde(skip)]
    pub facts: Characteristics,
}

/// One applicant, or two of whom the second has more of something (or less).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// In the order in which they are to be read.
    pub applicants: Vec<Applicant>,
}

impl Applicant {
    pub(super) fn of(
        policy: &Policy,
        facts: &Characteristics,
        usual: &Characteristics,
        read: &[usize],
    ) -> Self {
        let mut scratch = Scratch::new();
        let decided = policy.evaluate(facts, &mut scratch);
        let named = read
            .iter()
            .filter_map(|at| Some((*at, definitions().get(*at)?.name)));
        let known = named.clone().filter(|(at, _)| !facts.get(*at).is_missing());
        let unusual = named.filter(|(at, _)| facts.get(*at) != usual.get(*at));
        Self {
            characteristics: known
                .map(|(at, name)| (name, shown(facts.get(at))))
                .collect(),
            unusual: unusual.map(|(_, name)| name).collect(),
            outcome: decided.outcome(),
            score: decided.score(),
            band: decided.band().map(str::to_owned),
            amount: decided
                .amount()
                .map(|amount| amount.normalize().to_string()),
            reasons: decided.codes().map(str::to_owned).collect(),
            facts: facts.clone(),
        }
    }
}

/// A value as a case of the policy would write it.
fn shown(value: &Value) -> serde_json::Value {
    match value {
        Value::Missing => serde_json::Value::Null,
        Value::Int(number) => (*number).into(),
        Value::Decimal(number) => number.normalize().to_string().into(),
        Value::Bool(holds) => (*holds).into(),
        Value::Date(day) => day.to_string().into(),
        Value::Text(text) => text.to_string().into(),
    }
}
