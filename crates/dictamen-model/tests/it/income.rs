//! Income: capped, compared, per month and net.
use dictamen_model::{ComputeError, DecisionRequest, compute};
use serde_json::json;

use crate::support::{
    TODAY, characteristics, expect, open_job, parameters, with_jobs, with_record,
};

#[test]
fn a_daily_salary_is_a_monthly_income() {
    expect(
        &characteristics(
            &with_jobs(&json!([open_job("A", "2020-01-01", 850.0)])),
            TODAY,
        ),
        &json!({ "daily_salary_current": "850", "monthly_income_gross": "25840", "monthly_income_net_est": "20304.8",
                 "salary_at_cap": false, "salary_above_cap": false, "salary_below_minimum_wage": false }),
    );
}

#[test]
fn the_cap_is_a_floor_of_the_income() {
    // 25 x 117.31 = 2932.75; with tolerances 2929.81725 and 2947.41375.
    for (salary, gross, at_cap, above) in [
        (2_929.81, "89066.224", false, false),
        (2_929.82, "89066.528", true, false),
        (2_932.75, "89155.6", true, false),
        (2_947.413_75, "89155.6", true, false),
        (2_947.42, "89155.6", true, true),
    ] {
        expect(
            &characteristics(
                &with_jobs(&json!([open_job("A", "2020-01-01", salary)])),
                TODAY,
            ),
            &json!({ "monthly_income_gross": gross, "salary_at_cap": at_cap, "salary_above_cap": above }),
        );
    }
}

#[test]
fn the_cap_moves_in_february_and_the_minimum_wage_in_january() {
    let on = |day: &str, salary: f64| {
        characteristics(
            &with_record(
                &json!({ "report_date": day, "employment_records": [open_job("A", "2015-01-01", salary)] }),
            ),
            day,
        )
    };
    expect(
        &on("2026-01-31", 3_000.0),
        &json!({ "monthly_income_gross": "85986.4" }),
    );
    expect(
        &on("2026-02-01", 3_000.0),
        &json!({ "monthly_income_gross": "89155.6" }),
    );
    expect(
        &on("2025-12-31", 278.80),
        &json!({ "income_smg_multiple": "1" }),
    );
    expect(
        &on("2026-01-01", 315.04),
        &json!({ "income_smg_multiple": "1" }),
    );
}

#[test]
fn the_zone_is_that_of_the_principal_job() {
    let mut border = open_job("A", "2020-01-01", 440.87);
    border["state"] = json!("BAJA CALIFORNIA");
    expect(
        &characteristics(&with_jobs(&json!([border])), TODAY),
        &json!({ "income_smg_multiple": "1" }),
    );
    let values = characteristics(
        &with_jobs(&json!([border, open_job("B", "2020-01-01", 441.0)])),
        TODAY,
    );
    assert_eq!(
        values.by_name("income_smg_multiple"),
        values.by_name("income_smg_multiple_general")
    );
    border["state"] = json!("BAJA CALIFORNIA SUR");
    let values = characteristics(&with_jobs(&json!([border])), TODAY);
    assert_eq!(
        values.by_name("income_smg_multiple"),
        values.by_name("income_smg_multiple_general")
    );
}

#[test]
fn the_issste_gives_a_monthly_salary() {
    let job = |monthly: f64| {
        json!({ "employer": "X;Y", "start_date": "2015-01-01", "monthly_salary": monthly,
                "employment_status_updates": [{ "event": "NORMAL", "base_salary": 4000, "update_date": "2015-01-01" }] })
    };
    for (monthly, gross) in [(130_000.0, "130000"), (0.0, "120000")] {
        expect(
            &characteristics(&with_jobs(&json!([job(monthly)])), TODAY),
            &json!({ "institution": "issste", "monthly_income_gross": gross, "salary_above_cap": false }),
        );
    }
}

fn current(collected: &str, salaries: &serde_json::Value) -> serde_json::Value {
    let employers: Vec<_> = salaries
        .as_array()
        .into_iter()
        .flatten()
        .map(|salary| json!({ "monthly_salary": salary }))
        .collect();
    json!({ "id": collected, "collected_at": format!("{collected}T10:00:00Z"), "status": "EMPLOYED", "current_employment_records": employers })
}

#[test]
fn the_lower_of_two_incomes_counts_when_they_disagree() {
    let with = |currents: serde_json::Value| {
        let mut request = with_jobs(&json!([open_job("A", "2020-01-01", 1_000.0)]));
        request["current_employments"] = currents;
        characteristics(&request, TODAY)
    };
    for (currents, disagree, gross) in [
        (json!(null), false, "30400"),
        (json!([]), false, "30400"),
        (json!([current(TODAY, &json!([27_360]))]), false, "30400"),
        (
            json!([current(TODAY, &json!([27_359.99]))]),
            true,
            "27359.99",
        ),
        (json!([current(TODAY, &json!([33_777.77]))]), false, "30400"),
        (json!([current(TODAY, &json!([33_777.78]))]), true, "30400"),
        (
            json!([current(TODAY, &json!([20_000, 10_400]))]),
            false,
            "30400",
        ),
        // Unknown salaries say nothing.
        (json!([current(TODAY, &json!([0, null]))]), false, "30400"),
        (json!([current(TODAY, &json!(null))]), false, "30400"),
        // Only the newest counts, and only near the report.
        (
            json!([
                current("2026-09-01", &json!([5_000])),
                current("2026-09-05", &json!([30_400]))
            ]),
            false,
            "30400",
        ),
        (
            json!([current("2026-08-11", &json!([5_000]))]),
            true,
            "5000",
        ),
        (
            json!([current("2026-08-10", &json!([5_000]))]),
            false,
            "30400",
        ),
        (
            json!([current("2026-10-10", &json!([5_000]))]),
            true,
            "5000",
        ),
        (
            json!([current("2026-10-11", &json!([5_000]))]),
            false,
            "30400",
        ),
    ] {
        expect(
            &with(currents),
            &json!({ "income_sources_disagree": disagree, "monthly_income_gross": gross }),
        );
    }
}

#[test]
fn incomes_are_compared_uncapped() {
    // 100 UMA a day: capped at 89,155.60, but both sources agree on 356,622.40.
    let mut request = with_jobs(&json!([open_job("A", "2020-01-01", 11_731.0)]));
    request["current_employments"] = json!([current(TODAY, &json!([356_622.40]))]);
    expect(
        &characteristics(&request, TODAY),
        &json!({ "income_sources_disagree": false, "monthly_income_gross": "89155.6", "salary_above_cap": true }),
    );
}

#[test]
fn incomes_are_compared_over_all_open_jobs() {
    // A forgotten job is no income, but the other source lists it too.
    let mut request = with_jobs(&json!([
        open_job("A", "2020-01-01", 500.0),
        open_job("B", "2010-01-01", 100.0)
    ]));
    request["current_employments"] = json!([current(TODAY, &json!([15_200, 3_040]))]);
    expect(
        &characteristics(&request, TODAY),
        &json!({ "forgotten_open_jobs": 1, "income_sources_disagree": false, "monthly_income_gross": "15200" }),
    );
}

#[test]
fn unknown_income_is_missing() {
    expect(
        &characteristics(
            &with_jobs(&json!([open_job("A", "2020-01-01", 0.0)])),
            TODAY,
        ),
        &json!({ "employed_now": true, "salary_zero_or_missing": true, "monthly_income_gross": null, "monthly_income_net_est": null,
                 "income_smg_multiple": null, "income_smg_multiple_general": null, "salary_at_cap": false, "salary_above_cap": false }),
    );
}

#[test]
fn a_day_outside_the_tables_is_refused_only_when_it_is_needed() {
    let parameters = parameters();
    let on = |day: &str, jobs: serde_json::Value| {
        let request = with_record(&json!({ "report_date": day, "employment_records": jobs }));
        let request = DecisionRequest::parse(request.to_string().as_bytes()).expect("readable");
        compute(&request, day.parse().expect("a day"), parameters)
    };
    assert!(on("2027-02-01", json!([])).is_ok());
    assert!(on("1990-01-01", json!([open_job("A", "1989-01-01", 0.0)])).is_ok());
    let error =
        on("2027-01-01", json!([open_job("A", "2020-01-01", 500.0)])).expect_err("not covered");
    assert_eq!(error.code(), "parameters::not-covered");
    assert_eq!(
        error.to_string(),
        "the table `minimum_wage_general` covers 2018-01-01 to 2026-12-31, and 2027-01-01 is needed"
    );
    assert!(error.help().starts_with("add the new official figure"));
    let ComputeError::NotCovered(late) =
        on("2017-06-01", json!([open_job("A", "2015-01-01", 500.0)])).expect_err("not covered");
    assert_eq!(late.first, "2018-01-01".parse().expect("a day"));
}
