//! Every characteristic of every worked case of the reference policy, where the cases are there.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "test"
)]

use std::path::Path;

use dictamen_model::characteristic::{Unit, definitions, index_of};
use dictamen_model::{Characteristics, DecisionRequest, Parameters, Value, compute};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::json;

use crate::support::{json_files, parameters, shared};

/// As the cases print them: ratios with four decimals, money with two, half up.
fn printed(name: &str, value: &Value) -> serde_json::Value {
    let unit = definitions()[index_of(name).unwrap()].unit;
    let round = |value: &Decimal, places| {
        let rounded = value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
        let rounded = if rounded.is_zero() {
            Decimal::ZERO
        } else {
            rounded
        };
        format!("{rounded:.*}", usize::try_from(places).unwrap())
    };
    match value {
        Value::Missing => serde_json::Value::Null,
        Value::Int(number) => json!(number),
        Value::Bool(truth) => json!(truth),
        Value::Date(date) => json!(date.to_string()),
        Value::Text(text) => json!(**text),
        Value::Decimal(number) => json!(round(number, unit.decimals())),
    }
}

fn same(name: &str, expected: &serde_json::Value, value: &Value) -> bool {
    let statistic = definitions()[index_of(name).unwrap()].unit == Unit::Statistic;
    match (statistic, expected.as_str(), value) {
        (true, Some(text), Value::Decimal(number)) => {
            let expected: Decimal = text.parse().unwrap();
            (expected - number).abs() <= Decimal::new(1, 6)
        }
        _ => *expected == printed(name, value),
    }
}

/// Which characteristic says what a flag of the cases says.
fn flag(values: &Characteristics, flag: &str) -> bool {
    let holds = |name: &str| values.by_name(name) == Some(&Value::Bool(true));
    let fails = |name: &str| values.by_name(name) == Some(&Value::Bool(false));
    let above =
        |name: &str, limit| matches!(values.by_name(name), Some(Value::Int(n)) if *n > limit);
    match flag {
        "CURP_INVALID" => fails("curp_valid"),
        "NSS_INVALID" => fails("nss_valid"),
        "END_EQ_REPORT_CURRENT" => holds("end_date_is_report_date_current"),
        "FUTURE_END" => holds("future_end"),
        "FUTURE_START" => holds("future_start"),
        "INCOME_SOURCES_DISAGREE" => holds("income_sources_disagree"),
        "ISSSTE" => values.by_name("institution") == Some(&Value::from("issste")),
        "OVERLAP" => above("overlap_days_total", 0),
        "SALARY_AT_CAP" => holds("salary_at_cap"),
        "SALARY_ZERO_OR_MISSING" => holds("salary_zero_or_missing"),
        "SCORES_MISSING" => holds("scores_missing"),
        "STALE" => above("data_age_days", 90),
        "STATUS_CONFLICT" => holds("status_conflict"),
        "WEEKS_MISMATCH" => holds("weeks_mismatch"),
        other => panic!("unknown flag {other}"),
    }
}

const FLAGS: [&str; 14] = [
    "CURP_INVALID",
    "END_EQ_REPORT_CURRENT",
    "FUTURE_END",
    "FUTURE_START",
    "INCOME_SOURCES_DISAGREE",
    "ISSSTE",
    "NSS_INVALID",
    "OVERLAP",
    "SALARY_AT_CAP",
    "SALARY_ZERO_OR_MISSING",
    "SCORES_MISSING",
    "STALE",
    "STATUS_CONFLICT",
    "WEEKS_MISMATCH",
];

fn check(path: &Path, parameters: &Parameters, with_link: bool, faults: &mut Vec<String>) {
    let case: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let id = case["case_id"].as_str().unwrap();
    let mut request = json!({
        "application": case["application"],
        "employment_records": case["belvo"]["employment_records"],
        "current_employments": case["belvo"]["current_employments"],
        "as_of": case["as_of"],
    });
    if with_link {
        request["link"] = case["link"].clone();
    }
    let request = DecisionRequest::parse(request.to_string().as_bytes()).unwrap();
    let values = compute(&request, request.as_of.unwrap(), parameters).unwrap();
    let Some(features) = case["expected"]["features"].as_object() else {
        assert_eq!(
            values.by_name("record_present"),
            Some(&Value::Bool(false)),
            "{id}"
        );
        return;
    };
    for (name, expected) in features {
        match values.by_name(name) {
            None => faults.push(format!("{id}: {name} is not a characteristic")),
            Some(value) if !same(name, expected, value) => faults.push(format!(
                "{id}: {name} is {}, expected {expected}",
                printed(name, value)
            )),
            Some(_) => {}
        }
    }
    let flags: Vec<&str> = FLAGS.into_iter().filter(|f| flag(&values, f)).collect();
    if json!(flags) != case["expected"]["flags"] {
        faults.push(format!("{id}: flags {flags:?}"));
    }
}

#[test]
fn all_cases_agree_with_and_without_the_link() {
    let Some(folder) = shared("reference-policy/cases") else {
        return;
    };
    let parameters = parameters();
    let mut faults = Vec::new();
    let files = json_files(&folder);
    for path in &files {
        for with_link in [false, true] {
            check(path, parameters, with_link, &mut faults);
        }
    }
    assert!(!files.is_empty());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    eprintln!("{} cases agree", files.len());
}
