//! Policies, applicants and cases made up for tests: small ones, in which every kind of mistake and gap
//! has a chance.

use std::{fmt::Write as _, sync::LazyLock};

use dictamen_engine::{Policy, PolicySource, Scratch};
use dictamen_model::{
    Parameters,
    characteristic::{Characteristics, Value},
};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::cases;

const BODY: &str = r#"{
  "application": {"application_id": "T-1", "requested_amount": "20000", "requested_term_months": 12},
  "employment_records": [],
  "as_of": "2026-09-15"
}"#;

const CODES: [&str; 10] = [
    "K01", "K02", "R01", "R02", "S10", "S20", "S00", "L01", "A01", "E00",
];

pub(crate) static PARAMETERS: LazyLock<Parameters> = LazyLock::new(|| {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/parameters");
    let files = std::fs::read_dir(here).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read_to_string(path).unwrap())
    });
    Parameters::parse(&files.collect()).unwrap()
});

pub(crate) fn source(script: &str) -> PolicySource {
    let mut reasons = String::new();
    for code in CODES {
        let _ = writeln!(reasons, "[{code}]\nes-MX = \"Uno\"\nen = \"One\"");
    }
    let mut source = PolicySource::new();
    source.insert("policy.rhai", script.as_bytes());
    source.insert("reasons.toml", reasons.as_bytes());
    source.insert("cases/base/body.json", BODY.as_bytes());
    source
}

fn comparison() -> impl Strategy<Value = String> {
    let op = prop::sample::select(vec!["<", "<=", "==", "!=", ">=", ">"]);
    let term = prop_oneof![
        3 => (0..5_i32).prop_map(|n| ("a.weeks_total".to_owned(), n.to_string())),
        2 => Just(("a.weeks_total".to_owned(), "limit".to_owned())),
        1 => (0..4_i32, 0..4_i32).prop_map(|(one, n)| (format!("(a.weeks_total ?? {one})"), n.to_string())),
        2 => prop::sample::select(vec!["0", "0.5", "1"]).prop_map(|n| ("a.density_24m".to_owned(), n.to_owned())),
        1 => (0..4_i32).prop_map(|n| ("floor_to(a.weeks_total, 2)".to_owned(), n.to_string())),
    ];
    (term, op).prop_map(|((left, right), op)| format!("{left} {op} {right}"))
}

fn condition() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        6 => comparison(),
        1 => Just("a.employed_now".to_owned()),
        1 => prop::sample::select(vec!["weeks_total", "density_24m"]).prop_map(|name| format!("is_missing(a.{name})")),
        1 => (0..3_i32, 1..4_i32).prop_map(|(low, high)| format!("a.weeks_total in {low}..={high}")),
        1 => Just("a.weeks_total in [1, 3]".to_owned()),
        1 => Just("(a.employed_now ?? false)".to_owned()),
    ];
    atom.prop_recursive(2, 4, 3, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(" && "))),
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(" || "))),
            1 => inner.clone().prop_map(|one| format!("!({one})")),
            1 => (inner.clone(), inner.clone(), inner)
                .prop_map(|(c, one, other)| format!("(if {c} {{ {one} }} else {{ {other} }})")),
        ]
    })
}

pub(crate) fn script() -> impl Strategy<Value = String> {
    let rules = prop::collection::vec(condition(), 4);
    let points = prop::collection::vec(0..3_i64, 5);
    let missing = prop_oneof![Just(String::new()), Just(", missing(1)".to_owned())];
    let scored = prop_oneof![
        Just("a.weeks_total"),
        Just("(a.weeks_total ?? 1)"),
        Just("if a.employed_now { a.weeks_total } else { 0 }"),
    ];
    let ending = prop_oneof![
        Just("otherwise(REFER, \"E00\");".to_owned()),
        Just(OFFER.to_owned()),
    ];
    (rules, points, missing, scored, ending).prop_map(|(rules, points, missing, scored, ending)| {
        format!(
            r#"policy("t", "1");
let limit = param("limit", 2, "weeks", "test");
let used = param("step", 500, "MXN", "test");
stage("FIRST", DECLINE, [rule("K01", |a| {}), rule("K02", |a| {})]);
stage("SECOND", REFER, [rule("R01", |a| {}), rule("R02", |a| {})]);
scorecard(10, [
    characteristic("S10", |a| {scored}, [[0, {}], [2, {}], [4, {}]]{missing}),
    characteristic("S20", |a| a.density_24m, [[0, {}], [0.5, {}]], missing(0)),
]);
bands([band("A", 12, #{{ rate: 0.3, most: 1000 }}), band("B", 0, DECLINE, "S00", 1)]);
{ending}"#,
            rules[0],
            rules[1],
            rules[2],
            rules[3],
            points[0],
            points[1],
            points[2],
            points[3],
            points[4],
        )
    })
}

const OFFER: &str = r#"offer(|a, band| {
    let amount = floor_to(min(a.requested_amount, (a.weeks_total ?? 1) * band.most), used);
    if amount < 1000 { return decline("A01"); }
    grant(#{ amount: amount, term_months: 12, annual_rate: band.rate, monthly_payment: round_half_up(amount / 12, 2) },
        [when("L01", amount < a.requested_amount)])
});"#;

pub(crate) type Fact = (&'static str, Value);

pub(crate) fn fact() -> impl Strategy<Value = Vec<Fact>> {
    let maybe = |values: Vec<Value>| prop::sample::select([values, vec![Value::Missing]].concat());
    let weeks = maybe((0..7).map(Value::Int).collect());
    let density = ["0", "0.01", "0.49", "0.5", "0.99", "1"];
    let density = maybe(density.map(|d| Value::Decimal(d.parse().unwrap())).to_vec());
    let employed = maybe(vec![true.into(), false.into()]);
    let amount = prop::sample::select(vec![400, 500, 999, 1000, 1001, 1500, 2000, 2500, 9000]);
    (weeks, density, employed, amount, any::<bool>()).prop_map(
        |(weeks, density, employed, amount, human)| {
            vec![
                ("weeks_total", weeks),
                ("density_24m", density),
                ("employed_now", employed),
                ("requested_amount", Value::Decimal(Decimal::from(amount))),
                ("human_review_requested", human.into()),
            ]
        },
    )
}

pub(crate) fn with(base: &Characteristics, facts: &[Fact]) -> Characteristics {
    let mut found = base.clone();
    for (name, value) in facts {
        // What is never missing stays as it is.
        let _ = found.set(name, value.clone());
    }
    found
}

/// Cases of some applicants: every other one expects everything, the others only the outcome.
pub(crate) fn add_cases(source: &mut PolicySource, policy: &Policy, applicants: &[Vec<Fact>]) {
    let plain = "title = \"plain\"\nbase = \"base/body.json\"\n[expect]\noutcome = \"REFER\"\n";
    let plain = cases::prepare_one(policy, source, &PARAMETERS, "cases/plain.toml", plain).unwrap();
    for (i, facts) in applicants.iter().enumerate() {
        let changed: Vec<(usize, Value)> = facts
            .iter()
            .filter(|(name, value)| {
                let mut tried = plain.characteristics.clone();
                tried.set(name, value.clone()).is_ok()
            })
            .map(|(name, value)| {
                let index = dictamen_model::characteristic::index_of(name).unwrap();
                (index, value.clone())
            })
            .collect();
        let facts = with(&plain.characteristics, facts);
        let answer = policy.evaluate(&facts, &mut Scratch::new()).answer();
        let mut text = plain.neighbour("case", &changed, &answer, true);
        if i % 2 == 1 {
            let (head, _) = text.split_once("[expect]").unwrap();
            text = format!("{head}[expect]\noutcome = \"{}\"\n", answer.outcome);
        }
        source.insert(format!("cases/c{i}.toml"), text.as_bytes());
    }
}
