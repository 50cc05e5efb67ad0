//! Jobs, tenure, density, gaps and weeks.
use serde_json::json;

use crate::support::{
    TODAY, characteristics, closed_job, expect, open_job, with_jobs, with_record,
};

#[test]
fn weeks_are_those_of_the_union() {
    for (jobs, weeks, overlap) in [
        (
            json!([closed_job("A", "1999-10-14", "1999-10-14", 50.0)]),
            0,
            0,
        ),
        (
            json!([closed_job("A", "2019-10-10", "2019-12-31", 50.0)]),
            12,
            0,
        ),
        (
            json!([
                closed_job("A", "2020-01-01", "2020-01-10", 50.0),
                closed_job("B", "2020-01-01", "2020-01-10", 50.0)
            ]),
            1,
            10,
        ),
        (
            json!([closed_job("A", "2020-01-01", "2020-01-03", 50.0)]),
            0,
            0,
        ),
        (
            json!([closed_job("A", "2020-01-01", "2020-01-04", 50.0)]),
            1,
            0,
        ),
        (
            json!([
                closed_job("A", "2020-01-01", "2020-01-06", 50.0),
                closed_job("B", "2020-01-05", "2020-01-11", 50.0)
            ]),
            2,
            2,
        ),
    ] {
        expect(
            &characteristics(&with_jobs(&jobs), TODAY),
            &json!({ "weeks_computed": weeks, "weeks_total": weeks, "weeks_reported": null, "overlap_days_total": overlap }),
        );
    }
}

#[test]
fn reported_weeks_may_be_gross_or_net() {
    let with = |contributed: i64, redeemed: i64, reinstated: i64| {
        characteristics(
            &with_record(&json!({
                // 700 days, so 100 weeks.
                "employment_records": [closed_job("A", "2020-01-01", "2021-11-30", 500.0)],
                "social_security_summary": { "weeks_contributed": contributed, "weeks_redeemed": redeemed, "weeks_reinstated": reinstated },
            })),
            TODAY,
        )
    };
    for (contributed, redeemed, reinstated, mismatch, outstanding) in [
        (100, 0, 0, false, 0),
        (104, 0, 0, false, 0),
        // 5 % of 105 is 5.25, rounded up 6.
        (106, 0, 0, false, 0),
        (107, 0, 0, true, 0),
        (95, 0, 0, false, 0),
        (94, 0, 0, true, 0),
        (80, 20, 0, false, 20),
        (80, 20, 20, true, 0),
        (120, 0, 20, false, 0),
    ] {
        expect(
            &with(contributed, redeemed, reinstated),
            &json!({ "weeks_computed": 100, "weeks_total": contributed, "weeks_mismatch": mismatch, "weeks_redeemed_outstanding": outstanding }),
        );
    }
}

#[test]
fn unusable_rows_are_left_out_and_duplicates_count_once() {
    let jobs = json!([
        open_job("A", "2020-01-01", 500.0),
        open_job(" A ", "2020-01-01", 900.0),
        { "employer_id": "B", "start_date": null, "end_date": "2020-01-01" },
        closed_job("C", "2021-01-02", "2021-01-01", 500.0),
        open_job("D", "2026-09-11", 500.0),
        closed_job("E", "2027-01-02", "2026-12-31", 500.0),
    ]);
    expect(
        &characteristics(&with_jobs(&jobs), TODAY),
        &json!({ "jobs_listed": 6, "jobs_usable": 1, "jobs_excluded": 4, "current_jobs": 1, "daily_salary_current": "500",
                 "dates_inconsistent": true, "dates_in_future": true, "future_start": true, "future_end": true }),
    );
}

#[test]
fn an_end_on_the_report_day_is_open_only_for_the_employed() {
    let with = |status: &str, event: &str, date: &str| {
        let mut job = closed_job("A", "2020-01-01", TODAY, 500.0);
        job["employment_status_updates"] =
            json!([{ "event": event, "base_salary": 480, "update_date": date }]);
        characteristics(
            &with_record(&json!({
                "personal_data": { "entitlements": { "status": status } }, "employment_records": [job],
            })),
            TODAY,
        )
    };
    for (status, event, date, employed) in [
        ("EMPLOYED", "HIRED", "2020-01-01", true),
        ("EMPLOYED", "DISMISSED_RESIGNED", TODAY, false),
        ("EMPLOYED", "DISMISSED_RESIGNED", "2026-09-09", true),
        ("UNEMPLOYED", "HIRED", "2020-01-01", false),
        ("RETIRED", "HIRED", "2020-01-01", false),
        ("null", "HIRED", "2020-01-01", false),
    ] {
        expect(
            &with(status, event, date),
            &json!({ "employed_now": employed, "end_date_is_report_date_current": employed }),
        );
    }
    // On its last day a closed job pays what its updates say, an open one what the row says.
    expect(
        &with("EMPLOYED", "HIRED", "2020-01-01"),
        &json!({ "daily_salary_current": "500" }),
    );
}

#[test]
fn a_voluntary_period_is_weeks_but_no_employment() {
    let mut voluntary = open_job("V", "2025-01-01", 2_900.0);
    voluntary["employment_status_updates"][0]["event"] = json!("VOLUNTARY_CONTRIBUTION");
    let jobs = json!([
        closed_job("A", "2020-01-01", "2024-12-31", 500.0),
        voluntary
    ]);
    expect(
        &characteristics(&with_jobs(&jobs), TODAY),
        &json!({ "jobs_usable": 2, "employed_now": false, "open_voluntary_only": true, "current_jobs": 0, "unique_employers_total": 1,
                 "weeks_computed": 349, "current_gap_days": 618, "monthly_income_gross": null, "daily_salary_current": null }),
    );
    let jobs = json!([open_job("A", "2020-01-01", 500.0), voluntary]);
    expect(
        &characteristics(&with_jobs(&jobs), TODAY),
        &json!({ "employed_now": true, "open_voluntary_only": false, "daily_salary_current": "500" }),
    );
    // Somebody who was hired by that employer works there.
    let mut hired = voluntary.clone();
    hired["employment_status_updates"] = json!([
        { "event": "VOLUNTARY_CONTRIBUTION", "base_salary": 500, "update_date": "2025-06-01" },
        { "event": "HIRED", "base_salary": 500, "update_date": "2025-01-01" },
    ]);
    expect(
        &characteristics(&with_jobs(&json!([hired])), TODAY),
        &json!({ "employed_now": true }),
    );
}

#[test]
fn a_job_nobody_closed_is_left_out_beside_a_real_one() {
    let real = open_job("A", "2022-01-01", 600.0);
    // The floor is 0.95 x 315.04 = 299.288.
    for (salary, forgotten, jobs) in [(299.28, 1, 1), (299.29, 0, 2)] {
        let stale = open_job("B", "2010-01-01", salary);
        expect(
            &characteristics(&with_jobs(&json!([real, stale])), TODAY),
            &json!({ "forgotten_open_jobs": forgotten, "current_jobs": jobs }),
        );
    }
    let stale = open_job("B", "2010-01-01", 100.0);
    expect(
        &characteristics(&with_jobs(&json!([real, stale])), TODAY),
        &json!({ "tenure_current_days": 1714, "tenure_continuous_days": 1714, "daily_salary_current": "600", "weeks_computed": 871 }),
    );
    // Alone, or among others like it, it is the only evidence there is.
    expect(
        &characteristics(&with_jobs(&json!([stale])), TODAY),
        &json!({ "employed_now": true, "forgotten_open_jobs": 0, "salary_below_minimum_wage": true }),
    );
    expect(
        &characteristics(
            &with_jobs(&json!([stale, open_job("C", "2015-01-01", 90.0)])),
            TODAY,
        ),
        &json!({ "current_jobs": 2, "forgotten_open_jobs": 0 }),
    );
    // The floor is that of the job's own zone: 0.95 x 440.87 = 418.83 in Baja California.
    let mut border = open_job("D", "2015-01-01", 400.0);
    border["state"] = json!("Baja California");
    expect(
        &characteristics(&with_jobs(&json!([real, border])), TODAY),
        &json!({ "forgotten_open_jobs": 1 }),
    );
    // An unknown salary proves nothing.
    expect(
        &characteristics(
            &with_jobs(&json!([real, open_job("E", "2015-01-01", 0.0)])),
            TODAY,
        ),
        &json!({ "forgotten_open_jobs": 0, "current_jobs": 2, "salary_zero_or_missing": true, "daily_salary_current": "600" }),
    );
}

#[test]
fn a_pause_of_a_week_does_not_interrupt_employment() {
    for (start, tenure, gaps, longest, last) in [
        ("2026-01-01", 253 + 366, 0, 0, 0),
        ("2026-01-08", 246 + 366 + 7, 0, 7, 7),
        ("2026-01-09", 245, 1, 8, 8),
    ] {
        let jobs = json!([
            closed_job("A", "2024-12-31", "2025-12-31", 500.0),
            open_job("B", start, 500.0),
        ]);
        expect(
            &characteristics(&with_jobs(&jobs), TODAY),
            &json!({ "tenure_continuous_days": tenure, "gap_count_36m": gaps, "longest_gap_days_36m": longest, "last_gap_days": last, "current_gap_days": 0 }),
        );
    }
}

#[test]
fn gaps_are_clipped_to_the_window_and_the_career() {
    let jobs = json!([closed_job("A", "2015-01-01", "2020-09-10", 500.0)]);
    expect(
        &characteristics(&with_jobs(&jobs), TODAY),
        // 2023-09-11 to 2026-09-10 are 1,096 days.
        &json!({ "longest_gap_days_36m": 1096, "gap_count_36m": 1, "current_gap_days": 2191, "last_gap_days": 2191, "density_24m": "0", "employers_36m": 0, "unique_employers_total": 1 }),
    );
    // Before the first job there is no gap.
    let jobs = json!([open_job("A", "2026-09-01", 500.0)]);
    expect(
        &characteristics(&with_jobs(&jobs), TODAY),
        &json!({ "longest_gap_days_36m": 0, "gap_count_36m": 0, "last_gap_days": 0, "density_lifetime": "1", "tenure_current_days": 10 }),
    );
}

#[test]
fn density_is_of_the_full_window() {
    // 2025-09-11 to 2026-09-10 are 365 days.
    for (start, covered) in [("2025-09-11", 365), ("2025-09-10", 365), ("2026-09-10", 1)] {
        let values = characteristics(&with_jobs(&json!([open_job("A", start, 500.0)])), TODAY);
        let expected = rust_decimal::Decimal::from(covered) / rust_decimal::Decimal::from(365);
        expect(&values, &json!({ "density_12m": expected.to_string() }));
    }
}

#[test]
fn employers_are_counted_by_registration_else_by_name() {
    let named = |name: &str, start: &str, end: &str| json!({ "employer": name, "start_date": start, "end_date": end });
    let jobs = json!([
        closed_job("A", "2024-01-01", "2024-06-30", 500.0),
        closed_job("A", "2025-01-01", "2025-06-30", 500.0),
        named("Compañía  Uno", "2025-07-01", "2025-07-31"),
        named("COMPANIA UNO", "2025-09-11", "2025-12-31"),
        named("COMPANIA UNO.", "2026-01-01", "2026-01-31"),
    ]);
    expect(
        &characteristics(&with_jobs(&jobs), TODAY),
        &json!({ "employers_12m": 2, "employers_24m": 3, "employers_36m": 3, "unique_employers_total": 3, "unique_employer_names_total": 3 }),
    );
}

#[test]
fn the_end_of_months_is_clamped() {
    // A month before 31 March is 28 February, so the window begins on 1 March.
    let mut request = with_record(
        &json!({ "report_date": "2026-03-31", "employment_records": [closed_job("A", "2020-01-01", "2025-03-31", 500.0)] }),
    );
    expect(
        &characteristics(&request, "2026-03-31"),
        &json!({ "density_12m": "0", "employers_12m": 0 }),
    );
    request["employment_records"][0]["employment_records"][0]["end_date"] = json!("2025-04-01");
    expect(
        &characteristics(&request, "2026-03-31"),
        &json!({ "employers_12m": 1 }),
    );
}
