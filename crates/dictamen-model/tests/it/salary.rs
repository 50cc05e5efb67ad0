//! What jobs paid over time.
#![expect(clippy::indexing_slicing, reason = "test")]

use serde_json::json;

use crate::support::{TODAY, characteristics, closed_job, expect, open_job, with_jobs};

fn update(event: &str, salary: f64, date: &str) -> serde_json::Value {
    json!({ "event": event, "base_salary": salary, "update_date": date })
}

fn paid(latest: f64, updates: &serde_json::Value) -> serde_json::Value {
    let mut job = open_job("A", "2020-01-01", latest);
    job["employment_status_updates"] = updates.clone();
    job
}

#[test]
fn the_salary_today_is_that_of_the_row_else_the_last_known_one() {
    for (latest, updates, expected) in [
        (
            700.0,
            json!([update("HIRED", 500.0, "2020-01-01")]),
            json!("700"),
        ),
        (
            0.0,
            json!([update("HIRED", 500.0, "2020-01-01")]),
            json!("500"),
        ),
        (
            0.0,
            json!([
                update("HIRED", 500.0, "2020-01-01"),
                update("ABSENCE", 0.0, "2026-01-01")
            ]),
            json!("500"),
        ),
        (
            0.0,
            json!([
                update("SALARY_MODIFICATION", 650.0, "2026-05-01"),
                update("HIRED", 500.0, "2020-01-01")
            ]),
            json!("650"),
        ),
        // What is announced for later is not paid yet.
        (
            0.0,
            json!([
                update("HIRED", 500.0, "2020-01-01"),
                update("SALARY_MODIFICATION", 900.0, "2026-09-11")
            ]),
            json!("500"),
        ),
        // Before its first known salary a job has that salary.
        (
            0.0,
            json!([update("HIRED", 500.0, "2026-09-20")]),
            json!("500"),
        ),
        // An event that is not documented still tells a salary.
        (
            0.0,
            json!([update("BONUS_SEASON", 510.0, "2026-01-01")]),
            json!("510"),
        ),
        (0.0, json!([]), json!(null)),
        (0.0, json!(null), json!(null)),
    ] {
        expect(
            &characteristics(&with_jobs(&json!([paid(latest, &updates)])), TODAY),
            &json!({ "daily_salary_current": expected }),
        );
    }
}

#[test]
fn of_two_salaries_of_one_day_the_later_given_wins() {
    let first = update("SALARY_MODIFICATION", 600.0, "2026-01-01");
    let second = update("SALARY_MODIFICATION", 800.0, "2026-01-01");
    for (updates, expected) in [
        (json!([first, second]), "800"),
        (json!([second, first]), "600"),
    ] {
        expect(
            &characteristics(&with_jobs(&json!([paid(0.0, &updates)])), TODAY),
            &json!({ "daily_salary_current": expected }),
        );
    }
}

#[test]
fn change_over_a_year_is_nominal_and_real() {
    let job = paid(
        660.0,
        &json!([
            update("HIRED", 600.0, "2020-01-01"),
            update("SALARY_MODIFICATION", 660.0, "2026-01-01")
        ]),
    );
    let values = characteristics(&with_jobs(&json!([job])), TODAY);
    expect(&values, &json!({ "salary_change_12m": "0.1" }));
    // The UMA went from 113.14 to 117.31: 660 x 113.14 / (600 x 117.31) - 1.
    let real = rust_decimal::Decimal::new(7_467_240, 2) / rust_decimal::Decimal::new(7_038_600, 2);
    expect(
        &values,
        &json!({ "salary_real_change_12m": (real - rust_decimal::Decimal::ONE).to_string() }),
    );
}

#[test]
fn a_real_change_stays_exact_on_a_threshold() {
    // 5748.19 x 113.14 is 0.98 x 5657 x 117.31, so in real terms exactly 2 % less.
    let job = paid(
        5_748.19,
        &json!([
            update("HIRED", 5_657.0, "2020-01-01"),
            update("SALARY_MODIFICATION", 5_748.19, "2026-01-01")
        ]),
    );
    expect(
        &characteristics(&with_jobs(&json!([job])), TODAY),
        &json!({ "salary_real_change_12m": "-0.02" }),
    );
}

#[test]
fn changes_need_both_ends() {
    for (jobs, nominal) in [
        (json!([open_job("A", "2026-01-01", 500.0)]), json!(null)),
        (
            json!([closed_job("A", "2020-01-01", "2026-09-09", 500.0)]),
            json!(null),
        ),
        // A job without updates is known on its last day only.
        (json!([paid(500.0, &json!([]))]), json!(null)),
        (
            json!([closed_job("A", "2020-01-01", TODAY, 500.0)]),
            json!("0"),
        ),
        (
            json!([
                closed_job("A", "2020-01-01", "2026-03-01", 400.0),
                open_job("B", "2026-04-01", 500.0)
            ]),
            json!("0.25"),
        ),
    ] {
        expect(
            &characteristics(&with_jobs(&jobs), TODAY),
            &json!({ "salary_change_12m": nominal }),
        );
    }
}

#[test]
fn a_jump_compares_with_the_last_day_of_work_before() {
    let with = |jobs: serde_json::Value| characteristics(&with_jobs(&jobs), TODAY);
    for (jobs, ratio) in [
        (json!([open_job("A", "2026-06-01", 900.0)]), json!(null)),
        (
            json!([
                closed_job("B", "2020-01-01", "2025-06-01", 300.0),
                open_job("A", "2026-06-01", 900.0)
            ]),
            json!("3"),
        ),
        (
            json!([
                closed_job("B", "2020-01-01", "2025-05-31", 300.0),
                open_job("A", "2026-06-01", 900.0)
            ]),
            json!(null),
        ),
        // Two jobs at the time add up.
        (
            json!([
                closed_job("B", "2020-01-01", "2026-05-31", 300.0),
                closed_job("C", "2021-01-01", "2026-06-15", 150.0),
                open_job("A", "2026-06-01", 900.0)
            ]),
            json!("2"),
        ),
        // The principal job is the one that pays most; of equal ones the older.
        (
            json!([
                closed_job("B", "2020-01-01", "2022-12-31", 300.0),
                open_job("A", "2023-01-01", 900.0),
                open_job("D", "2026-01-01", 900.0)
            ]),
            json!("3"),
        ),
    ] {
        expect(&with(jobs), &json!({ "salary_jump_ratio": ratio }));
    }
}

#[test]
fn slope_and_volatility_need_a_year_of_known_months() {
    for (start, known) in [("2025-10-10", true), ("2025-10-11", false)] {
        let values = characteristics(&with_jobs(&json!([open_job("A", start, 500.0)])), TODAY);
        let expected = if known { json!("0") } else { json!(null) };
        expect(
            &values,
            &json!({ "salary_log_slope_24m": expected, "salary_volatility_24m": expected }),
        );
    }
}

#[test]
fn a_salary_that_grows_by_a_factor_shows_it() {
    // One step from 100 to 200 in the middle of two years: growth is the square root of 2.
    let job = paid(
        200.0,
        &json!([
            update("HIRED", 100.0, "2020-01-01"),
            update("SALARY_MODIFICATION", 200.0, "2025-09-01")
        ]),
    );
    expect(
        &characteristics(&with_jobs(&json!([job])), TODAY),
        &json!({ "salary_growth_24m": "0.414214", "salary_growth_36m": "0.259921", "salary_growth_60m": "0.148698",
                 // One change of ln 2 among 24: ln 2 x sqrt(23) / 24.
                 "salary_volatility_24m": "0.138509" }),
    );
}
