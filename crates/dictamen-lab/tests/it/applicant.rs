//! Random applicants: invented people with random careers, as Belvo would send them.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A CURP with the right check digit for sex and birthplace.
pub(crate) fn curp(sex: char, place: &str) -> String {
    let stem = format!("QXWA850309{sex}{place}RNL0");
    let digit = |c: char| {
        "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
            .chars()
            .position(|d| d == c)
    };
    let sum: usize = stem
        .chars()
        .enumerate()
        .map(|(i, c)| digit(c).unwrap() * (18 - i))
        .sum();
    format!("{stem}{}", (10 - sum % 10) % 10)
}

fn job() -> impl Strategy<Value = Value> {
    let salary = prop_oneof![Just(0_u32), 20_000..400_000_u32, 3_000..40_000_u32];
    let updates = prop::collection::vec((0..3_000_u64, salary.clone()), 0..6);
    (
        0..5_u8,
        1..4_000_u64,
        prop::option::of(0..900_u64),
        salary,
        updates,
    )
        .prop_map(|(employer, days_ago, length, salary, updates)| {
            let report: NaiveDate = "2026-09-10".parse().unwrap();
            let start = report - Days::new(days_ago);
            let end = length.map(|length| start + Days::new(length));
            let amount = |cents: u32| f64::from(cents) / 100.0;
            let updates: Vec<Value> = updates
                .into_iter()
                .map(|(after, cents)| {
                    json!({
                        "event": "SALARY_MODIFICATION",
                        "base_salary": amount(cents),
                        "update_date": start + Days::new(after),
                    })
                })
                .collect();
            json!({
                "employer": format!("EMPRESA {employer}"),
                "employer_id": format!("Z{employer}"),
                "start_date": start,
                "end_date": end,
                "state": "PUEBLA",
                "most_recent_base_salary": amount(salary),
                "monthly_salary": amount(salary) * 30.0,
                "currency": "MXN",
                "employment_status_updates": updates,
            })
        })
}

/// A request body; most applicants are employed and old enough to get past the first stages.
pub(crate) fn request() -> impl Strategy<Value = Value> {
    let score = || prop::option::of(250..950_i64);
    let weeks = prop::option::of(0..1_500_i64);
    let asked = (
        1_000..400_000_u32,
        1..60_u32,
        prop::option::of(0..15_000_u32),
    );
    (prop::collection::vec(job(), 0..5), [score(), score(), score()], weeks, asked, any::<bool>())
        .prop_map(|(mut jobs, scores, weeks, (amount, term, debt), steady)| {
            if steady {
                jobs.push(json!({
                    "employer": "FABRICA", "employer_id": "F1", "start_date": "2019-03-01", "end_date": null,
                    "most_recent_base_salary": 650.5, "monthly_salary": 19786.04, "currency": "MXN",
                    "employment_status_updates": [
                        {"event": "HIRED", "base_salary": 500.25, "update_date": "2019-03-01"},
                        {"event": "SALARY_MODIFICATION", "base_salary": 650.5, "update_date": "2026-01-01"},
                    ],
                }));
            }
            let [three, six, twelve] = scores;
            json!({
                "application": {
                    "application_id": "APP-LAW",
                    "requested_amount": amount,
                    "requested_term_months": term,
                    "existing_monthly_debt": debt,
                },
                "employment_records": [{
                    "id": "0b7b3f1e-0000-4000-8000-000000000001",
                    "collected_at": "2026-09-10T16:20:11.336854Z",
                    "report_date": "2026-09-10",
                    "internal_identification": curp('M', "PL"),
                    "personal_data": {
                        "official_name": "QUETZAL WALDO ARNOLD",
                        "birth_date": "1985-03-09",
                        "entitlements": {"status": null},
                        "document_ids": [
                            {"document_type": "CURP", "document_number": curp('M', "PL")},
                            {"document_type": "NSS", "document_number": "12345678903"},
                        ],
                    },
                    "social_security_summary": {
                        "weeks_contributed": weeks, "weeks_redeemed": 0, "weeks_reinstated": 0,
                    },
                    "employment_records": jobs,
                    "employment_scores": [
                        {"score": three, "period": 3, "version": "1.0.0"},
                        {"score": six, "period": 6, "version": "1.0.0"},
                        {"score": twelve, "period": 12, "version": "1.0.0"},
                    ],
                }],
                "current_employments": null,
                "as_of": "2026-09-15",
            })
        })
}

/// The same facts in another order and with fields nobody knows. Salary updates of one day stay
/// in their order: there the later one counts.
pub(crate) fn rearranged(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(rearranged).collect();
            let dates = |item: &Value| item["update_date"].as_str().map(str::to_owned);
            let mut days: Vec<_> = items.iter().map(dates).collect();
            days.sort();
            let before = days.len();
            days.dedup();
            if days.len() == before || items.iter().all(|item| dates(item).is_none()) {
                items.reverse();
            }
            Value::Array(items)
        }
        Value::Object(fields) => {
            let fields = fields.iter().rev().map(|(k, v)| (k.clone(), rearranged(v)));
            let unknown = ("x_new".to_owned(), json!({"a": [1, null, {"b": "c"}]}));
            Value::Object(fields.chain([unknown]).collect())
        }
        other => other.clone(),
    }
}
