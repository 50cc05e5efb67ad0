//! People: read by the model, decided without an error, and shaped like the insured.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use dictamen_model::{Characteristics, DecisionRequest, Value};
use dictamen_sandbox::population::Population;

use crate::support::{parameters, policy};

/// How many people are looked at; all hundred thousand in a release build.
const COUNT: u64 = if cfg!(debug_assertions) { 2_000 } else { 100_000 };

fn as_of() -> NaiveDate {
    "2026-09-15".parse().unwrap()
}

fn population(count: u64) -> Population {
    Population { seed: 7, count, as_of: as_of() }
}

fn int(characteristics: &Characteristics, name: &str) -> i64 {
    match characteristics.by_name(name) {
        Some(Value::Int(number)) => *number,
        Some(Value::Bool(flag)) => i64::from(*flag),
        _ => 0,
    }
}

#[test]
fn everyone_is_read_and_decided() {
    let policy = policy("nomina-personal-loan-mx");
    let mut outcomes: BTreeMap<String, u64> = BTreeMap::new();
    let mut totals: BTreeMap<&str, i64> = BTreeMap::new();
    let mut salaries = Vec::new();
    let mut failed_rules = BTreeSet::new();
    for number in 1..=COUNT {
        let body = population(1).body(number);
        let request = DecisionRequest::parse(body.as_bytes()).unwrap_or_else(|e| panic!("{e}\n{body}"));
        let characteristics = dictamen_model::compute(&request, as_of(), parameters()).unwrap();
        let decided = dictamen_lab::pipeline::decide(&policy, &request, as_of(), parameters()).unwrap();
        *outcomes.entry(format!("{:?}", decided.decision.outcome)).or_default() += 1;
        for reason in &decided.decision.reasons {
            if reason.code.starts_with("SYS") {
                failed_rules.insert(reason.code.to_string());
            }
        }
        for name in ["curp_valid", "birth_date_matches_curp", "nss_valid", "employed_now", "weeks_mismatch", "income_capped", "status_conflict", "overlap_days", "jobs_usable"] {
            *totals.entry(name).or_default() += int(&characteristics, name).min(50);
        }
        if let Some(Value::Decimal(salary)) = characteristics.by_name("metric_base_salary_last") {
            salaries.push(*salary);
        }
    }
    eprintln!("{outcomes:?} {totals:?}");
    salaries.sort_unstable();
    eprintln!("median {} 90 % {}", salaries[salaries.len() / 2], salaries[salaries.len() * 9 / 10]);
    assert_eq!(failed_rules, BTreeSet::new());
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let write = |seed: u64| {
        let mut out = Vec::new();
        Population { seed, ..population(50) }.write(&mut out).unwrap();
        out
    };
    assert_eq!(write(7), write(7));
    assert_ne!(write(7), write(8));
    assert_eq!(write(7).iter().filter(|b| **b == b'\n').count(), 50);
}
