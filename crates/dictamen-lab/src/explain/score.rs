//! What the scorecard gave, and what it could have given.

use std::sync::Arc;

use dictamen_engine::{Decision, Policy, Trace, words::Language};
use serde::Serialize;

/// One characteristic of the scorecard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scored {
    /// Its reason code.
    pub code: Arc<str>,
    /// What its reason says.
    pub text: Arc<str>,
    /// What was binned; null when missing.
    pub value: serde_json::Value,
    /// Points given.
    pub points: i64,
    /// Points of the best bin.
    pub best: i64,
    /// The next lower bound that gives more points, where a larger value does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Those that lost most points first.
pub(super) fn scorecard(
    policy: &Policy,
    decision: &Decision,
    trace: &Trace,
    language: Language,
) -> Vec<Scored> {
    let (Some(points), Some(scorecard)) =
        (&decision.points, policy.declaration().scorecard.as_ref())
    else {
        return Vec::new();
    };
    let mut found: Vec<Scored> = scorecard
        .characteristics
        .iter()
        .filter_map(|scored| {
            let given = *points.get(&scored.code)?;
            let bins = scored.bins.iter().map(|(_, points)| *points);
            let best = bins.chain(scored.missing).max()?;
            let value = trace.rules.iter().find(|rule| rule.rule == scored.code);
            let value = value
                .and_then(|rule| rule.value.clone())
                .unwrap_or_default();
            let number: Option<rust_decimal::Decimal> = match &value {
                serde_json::Value::String(text) => text.parse().ok(),
                serde_json::Value::Number(number) => number.to_string().parse().ok(),
                _ => None,
            };
            let next = number.and_then(|number| {
                let above = scored.bins.iter().filter(|(lower, _)| *lower > number);
                let mut better = above.filter(|(_, points)| *points > given);
                better
                    .next()
                    .map(|(lower, _)| lower.normalize().to_string())
            });
            let reason = policy
                .catalogue()
                .iter()
                .find(|reason| reason.code == scored.code);
            let text = reason.map(|reason| language.pick(&reason.es_mx, &reason.en));
            Some(Scored {
                code: Arc::clone(&scored.code),
                text: text.map_or_else(|| "".into(), Arc::clone),
                value,
                points: given,
                best,
                next,
            })
        })
        .collect();
    found.sort_by_key(|scored| scored.points.saturating_sub(scored.best));
    found
}
