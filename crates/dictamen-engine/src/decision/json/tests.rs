//! What is written by hand against what serialising gives.

use std::sync::Arc;

use chrono::NaiveDate;
use dictamen_model::characteristic::{Characteristics, Kind, Value, definitions};
use proptest::{collection, option, prelude::*};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::{
    Comparison, Decision, MissingInput, Offer, Outcome, ParametersStamp, PolicyStamp, Printed,
    Reason, ReasonText, RuleTrace, Trace, Verdict,
};

/// Texts as policies and lenders might write them, with everything that JSON escapes.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9 ]{0,12}",
        "[\"\\\\/\u{0}-\u{1f}\u{7f}é🦀\u{2028}a]{0,8}"
    ]
}

fn shared() -> impl Strategy<Value = Arc<str>> {
    text().prop_map(Into::into)
}

fn date() -> impl Strategy<Value = NaiveDate> {
    (-800_000_i32..4_000_000).prop_map(|n| NaiveDate::from_num_days_from_ce_opt(n).unwrap())
}

fn value(kind: Kind) -> BoxedStrategy<Value> {
    let known = match kind {
        Kind::Int => any::<i64>().prop_map(Value::Int).boxed(),
        Kind::Decimal => (any::<i64>(), 0_u32..=28)
            .prop_map(|(units, scale)| Value::Decimal(Decimal::new(units, scale)))
            .boxed(),
        Kind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Kind::Date => date().prop_map(Value::Date).boxed(),
        Kind::Text => shared().prop_map(Value::Text).boxed(),
    };
    prop_oneof![1 => Just(Value::Missing), 3 => known].boxed()
}

fn characteristics() -> impl Strategy<Value = Characteristics> {
    let values: Vec<_> = definitions().iter().map(|d| value(d.kind)).collect();
    values.prop_map(|values| {
        let mut all = Characteristics::neutral();
        for (definition, value) in definitions().iter().zip(values) {
            // What is never missing refuses to be.
            let _ = all.set(definition.name, value);
        }
        all
    })
}

fn offer() -> impl Strategy<Value = Offer> {
    let optional = || (option::of(text()), option::of(text()), option::of(shared()));
    (text(), any::<i64>(), text(), text(), optional()).prop_map(
        |(amount, term_months, annual_rate, monthly_payment, optional)| Offer {
            amount,
            term_months,
            annual_rate,
            monthly_payment,
            currency: "MXN",
            max_amount: optional.0,
            max_payment: optional.1,
            limiting_factor: optional.2,
        },
    )
}

fn reason() -> impl Strategy<Value = Reason> {
    let optional = (option::of(any::<i64>()), option::of(shared()));
    (shared(), any::<usize>(), shared(), shared(), optional).prop_map(
        |(code, rank, es_mx, en, (points_lost, evidence))| Reason {
            code,
            rank,
            text: ReasonText { es_mx, en },
            points_lost,
            evidence,
        },
    )
}

fn decision() -> impl Strategy<Value = Decision> {
    let outcome = prop::sample::select(vec![
        Outcome::Approve,
        Outcome::Counter,
        Outcome::Refer,
        Outcome::Decline,
    ]);
    let missing = (shared(), shared()).prop_map(|(characteristic, needed_by)| MissingInput {
        characteristic,
        needed_by,
    });
    let policy = (shared(), shared(), shared()).prop_map(|(id, version, hash)| PolicyStamp {
        id,
        version,
        hash,
    });
    let ids = (text(), text(), text());
    let score = (
        option::of(any::<i64>()),
        option::of(shared()),
        option::of(offer()),
    );
    let why = (
        collection::vec(reason(), 0..3),
        collection::vec(missing, 0..3),
        shared(),
        option::of(collection::btree_map(shared(), any::<i64>(), 0..4)),
    );
    (
        ids,
        outcome,
        score,
        why,
        characteristics(),
        policy,
        shared(),
        date(),
    )
        .prop_map(
            |(ids, outcome, score, why, characteristics, policy, hash, as_of)| Decision {
                decision_id: ids.0,
                application_id: ids.1,
                outcome,
                score: score.0,
                band: score.1,
                offer: score.2,
                reasons: why.0,
                missing: why.1,
                stage: why.2,
                points: why.3,
                characteristics: Printed::new(characteristics),
                policy,
                parameters: ParametersStamp { hash },
                engine: "0.1.0",
                input_hash: ids.2,
                as_of,
            },
        )
}

fn trace() -> impl Strategy<Value = Trace> {
    (shared(), text()).prop_map(|(text, value)| Trace {
        rules: vec![RuleTrace {
            stage: Arc::clone(&text),
            rule: Arc::clone(&text),
            verdict: Verdict::Fired,
            comparisons: vec![Comparison {
                text,
                left: value.into(),
                operator: "<",
                right: serde_json::Value::Null,
                holds: None,
                distance: None,
            }],
            value: None,
            points: Some(3),
            missing: Vec::new(),
            failure: None,
        }],
    })
}

/// What an answer is, as serde says it.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    decision: &'a Decision,
    trace: &'a Trace,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_decision_is_written_as_it_is_serialised(decision in decision(), trace in trace()) {
        let written = String::from_utf8(decision.json(None).unwrap()).unwrap();
        prop_assert_eq!(written, serde_json::to_string(&decision).unwrap());
        let answer = Answer { decision: &decision, trace: &trace };
        let written = String::from_utf8(decision.json(Some(&trace)).unwrap()).unwrap();
        prop_assert_eq!(written, serde_json::to_string(&answer).unwrap());
    }
}
