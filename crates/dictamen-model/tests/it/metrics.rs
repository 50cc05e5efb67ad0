//! Belvo's employment metrics.
#![expect(clippy::indexing_slicing, reason = "test")]

use dictamen_model::characteristic::index_of;
use serde_json::json;

use crate::support::{TODAY, characteristics, closed_job, expect, open_job, shared, with_jobs};

fn career() -> serde_json::Value {
    let mut last = open_job("C", "2023-09-11", 550.0);
    last["employment_status_updates"] = json!([
        { "event": "SALARY_MODIFICATION", "base_salary": 550, "update_date": "2026-03-01" },
        // Two percent do not count.
        { "event": "SALARY_MODIFICATION", "base_salary": 510, "update_date": "2025-03-01" },
        { "event": "SALARY_MODIFICATION", "base_salary": 500, "update_date": "2025-01-01" },
        { "event": "HIRED", "base_salary": 600, "update_date": "2023-09-11" },
    ]);
    with_jobs(&json!([
        last,
        closed_job("B", "2022-01-01", "2023-08-31", 400.0),
        closed_job("A", "2020-09-11", "2021-12-31", 450.0),
    ]))
}

#[test]
fn a_career_in_three_jobs() {
    expect(
        &characteristics(&career(), TODAY),
        &json!({
            "metric_current_status": "EMPLOYED",
            "metric_current_employer_count": 1,
            "metric_base_salary_last": "550",
            "metric_weeks_since_last_job": "0",
            "metric_weeks_with_multiple_employers": "0",
            "metric_employer_count": 3,
            "metric_unique_employer_count": 3,
            "metric_increases_last_job": 1,
            "metric_decreases_last_job": 1,
            "metric_increases_after_change": 1,
            "metric_decreases_after_change": 0,
            "metric_increases_overall": 2,
            "metric_decreases_overall": 2,
            "metric_increases_1y": 1,
            "metric_decreases_1y": 0,
            "metric_increases_3y": 2,
            "metric_decreases_3y": 1,
            "metric_increases_5y": 2,
            "metric_decreases_5y": 2,
            "metric_yearly_change_3y": null,
            "metric_min_monthly_salary_1y": "15504",
            "metric_max_monthly_salary_1y": "16720",
            "metric_min_monthly_salary_3y": "15200",
            "metric_max_monthly_salary_3y": "18240",
            "metric_min_monthly_salary_5y": "12160",
            "metric_max_monthly_salary_5y": "18240",
            // Seven looks at 550 and five at 510.
            "metric_average_monthly_salary_1y": ((rust_decimal::Decimal::from(7 * 16_720 + 5 * 15_504)) / rust_decimal::Decimal::from(12)).to_string(),
        }),
    );
}

#[test]
fn ten_days_between_jobs_are_ten_sevenths_of_a_week() {
    let sevenths = |days: i64| {
        (rust_decimal::Decimal::from(days) / rust_decimal::Decimal::from(7)).to_string()
    };
    expect(
        &characteristics(&career(), TODAY),
        &json!({
            "metric_weeks_between_jobs": sevenths(10),
            "metric_max_weeks_between_jobs": sevenths(10),
            "metric_weeks_employed_last_job": sevenths(1096),
            "metric_weeks_employed_total": sevenths(2191 - 10),
        }),
    );
}

#[test]
fn a_short_career_has_no_long_window() {
    let request = with_jobs(&json!([open_job("A", "2024-01-01", 500.0)]));
    expect(
        &characteristics(&request, TODAY),
        &json!({
            "metric_increases_1y": 0, "metric_increases_3y": null, "metric_decreases_5y": null,
            "metric_yearly_change_1y": "0", "metric_yearly_change_3y": null, "metric_yearly_change_5y": null,
            "metric_min_monthly_salary_1y": "15200", "metric_min_monthly_salary_3y": null, "metric_average_monthly_salary_5y": null,
            "metric_increases_after_change": null, "metric_increases_last_job": 0,
        }),
    );
}

#[test]
fn a_career_of_exactly_three_years_has_its_window() {
    for (start, moves) in [("2023-09-11", json!(0)), ("2023-09-12", json!(null))] {
        expect(
            &characteristics(&with_jobs(&json!([open_job("A", start, 500.0)])), TODAY),
            &json!({ "metric_increases_3y": moves }),
        );
    }
}

#[test]
fn two_salaries_of_one_day_are_no_change() {
    let mut job = open_job("A", "2020-01-01", 500.0);
    job["employment_status_updates"] = json!([
        { "event": "HIRED", "base_salary": 300, "update_date": "2020-01-01" },
        { "event": "SALARY_MODIFICATION", "base_salary": 500, "update_date": "2020-01-01" },
    ]);
    expect(
        &characteristics(&with_jobs(&json!([job])), TODAY),
        &json!({ "metric_increases_last_job": 0, "metric_increases_overall": 0 }),
    );
}

#[test]
fn simultaneous_jobs_are_no_change_of_job() {
    let request = with_jobs(&json!([
        closed_job("A", "2020-01-01", "2025-12-31", 800.0),
        open_job("B", "2024-01-01", 500.0),
    ]));
    expect(
        &characteristics(&request, TODAY),
        &json!({ "metric_increases_overall": 0, "metric_decreases_overall": 0, "metric_decreases_after_change": 1 }),
    );
}

#[test]
fn who_left_has_a_last_job_and_who_never_worked_has_none() {
    let request = with_jobs(&json!([
        closed_job("A", "2020-01-01", "2026-08-27", 500.0),
        closed_job("B", "2018-01-01", "2019-12-31", 700.0),
    ]));
    expect(
        &characteristics(&request, TODAY),
        &json!({
            "metric_current_status": "UNEMPLOYED", "metric_current_employer_count": 0, "metric_base_salary_last": "500",
            "metric_weeks_since_last_job": "2", "metric_decreases_after_change": 1,
        }),
    );
    expect(
        &characteristics(&with_jobs(&json!([])), TODAY),
        &json!({
            "metric_current_status": "UNEMPLOYED", "metric_employer_count": 0, "metric_unique_employer_count": 0,
            "metric_base_salary_last": null, "metric_weeks_since_last_job": null, "metric_employers_per_year": null,
            "metric_increases_overall": null, "metric_increases_1y": null, "metric_max_monthly_salary_1y": null,
        }),
    );
}

#[test]
fn every_documented_metric_is_there() {
    let Some(folder) = shared("belvo/samples/dictionaries") else {
        return;
    };
    let table = std::fs::read_to_string(folder.join("employment_metrics.csv")).expect("readable");
    let bookkeeping = [
        "id",
        "link",
        "collected_at",
        "created_at",
        "updated_at",
        "reference_date",
    ];
    let names: Vec<&str> = table
        .lines()
        .filter_map(|line| line.split_once(','))
        .map(|(name, _)| name)
        .filter(|name| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
                && !bookkeeping.contains(name)
        })
        .collect();
    assert_eq!(names.len(), 37);
    for name in names {
        assert!(index_of(&format!("metric_{name}")).is_some(), "{name}");
    }
}
