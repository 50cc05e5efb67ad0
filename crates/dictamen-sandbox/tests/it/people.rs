//! People: read by the model, decided without an error, and shaped like the insured.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use dictamen_model::{DecisionRequest, Value};
use dictamen_sandbox::population::Population;
use rust_decimal::Decimal;

use crate::support::{parameters, policy};

/// How many people are looked at; all hundred thousand in a release build.
const COUNT: u64 = if cfg!(debug_assertions) {
    2_000
} else {
    100_000
};

fn as_of() -> NaiveDate {
    "2026-09-15".parse().unwrap()
}

fn population(count: u64) -> Population {
    Population {
        seed: 7,
        count,
        as_of: as_of(),
    }
}

#[test]
fn everyone_is_read_and_decided() {
    let policy = policy("nomina-personal-loan-mx");
    let mut outcomes: BTreeMap<String, u64> = BTreeMap::new();
    let mut people: BTreeMap<&str, u64> = BTreeMap::new();
    let mut salaries = Vec::new();
    let mut waves = 0;
    for number in 1..=COUNT {
        let body = population(1).body(number);
        let request =
            DecisionRequest::parse(body.as_bytes()).unwrap_or_else(|e| panic!("{e}\n{body}"));
        let characteristics = dictamen_model::compute(&request, as_of(), parameters()).unwrap();
        let decided =
            dictamen_lab::pipeline::decide(&policy, &request, as_of(), parameters()).unwrap();
        *outcomes
            .entry(format!("{:?}", decided.decision.outcome))
            .or_default() += 1;
        for name in COUNTED {
            let value = characteristics.by_name(name);
            *people.entry(name).or_default() += u64::from(is_something(value.unwrap()));
        }
        if let Some(Value::Decimal(salary)) = characteristics.by_name("daily_salary_current") {
            salaries.push(*salary);
        }
        waves += u64::from(body.contains(r#""update_date":"2026-01-01""#));
    }
    let permille = |name: &str| people[name] * 1000 / COUNT;
    // What a register cannot contradict.
    for name in [
        "dates_inconsistent",
        "dates_in_future",
        "unknown_codes_present",
        "weeks_mismatch",
    ] {
        assert_eq!(people[name], 0, "{name}");
    }
    assert_eq!(permille("curp_valid"), 1000);
    assert_eq!(permille("birth_date_matches_curp"), 1000);
    // The shape: most have work, few are at the cap, some have two jobs, gaps are common.
    let expected = [
        ("employed_now", 600, 850),
        ("salary_at_cap", 5, 60),
        // Jobs nobody closed, and public salaries nobody certified lately.
        ("salary_below_minimum_wage", 0, 12),
        // Two jobs together; each alone is capped.
        ("salary_above_cap", 0, 4),
        ("overlap_days_total", 50, 350),
        ("gap_count_36m", 250, 600),
        ("open_voluntary_only", 1, 30),
        ("forgotten_open_jobs", 1, 60),
        ("weeks_redeemed_outstanding", 10, 250),
        ("jobs_listed", 850, 990),
    ];
    for (name, low, high) in expected {
        let found = permille(name);
        assert!((low..=high).contains(&found), "{name}: {found} of 1000");
    }
    salaries.sort_unstable();
    let at = |share: usize| salaries[salaries.len() * share / 100];
    assert!(
        (380..=560).contains(&i64::try_from(at(50)).unwrap()),
        "median {}",
        at(50)
    );
    assert!(
        at(5) < Decimal::from(340) && at(90) > Decimal::from(1_000),
        "{} {}",
        at(5),
        at(90)
    );
    // In January the minimum wage lifts everyone below it.
    assert!(waves * 1000 / COUNT > 300, "{waves}");
    assert_eq!(outcomes.len(), 4, "{outcomes:?}");
}

const COUNTED: [&str; 16] = [
    "salary_above_cap",
    "salary_below_minimum_wage",
    "dates_inconsistent",
    "dates_in_future",
    "unknown_codes_present",
    "weeks_mismatch",
    "curp_valid",
    "birth_date_matches_curp",
    "employed_now",
    "salary_at_cap",
    "overlap_days_total",
    "gap_count_36m",
    "open_voluntary_only",
    "forgotten_open_jobs",
    "weeks_redeemed_outstanding",
    "jobs_listed",
];

fn is_something(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::Int(number) => *number > 0,
        _ => false,
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let write = |seed: u64| {
        let mut out = Vec::new();
        Population {
            seed,
            ..population(50)
        }
        .write(&mut out)
        .unwrap();
        out
    };
    assert_eq!(write(7), write(7));
    assert_ne!(write(7), write(8));
    assert_eq!(String::from_utf8(write(7)).unwrap().lines().count(), 50);
}
