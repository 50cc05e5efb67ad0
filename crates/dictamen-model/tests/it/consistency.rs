//! Whether sources agree.
use serde_json::json;

use crate::support::{TODAY, characteristics, closed_job, expect, open_job, with_record};

#[test]
fn another_source_may_contradict_the_jobs() {
    let employed = json!([open_job("A", "2020-01-01", 500.0)]);
    let left = json!([closed_job("A", "2020-01-01", "2026-08-31", 500.0)]);
    for (jobs, entitlement, current, conflict) in [
        (&employed, json!("EMPLOYED"), json!("EMPLOYED"), false),
        (&employed, json!("UNEMPLOYED"), json!(null), true),
        (&employed, json!(null), json!("UNEMPLOYED"), true),
        (&employed, json!("RETIRED"), json!("ON_LEAVE"), false),
        (&left, json!("EMPLOYED"), json!(null), true),
        (&left, json!("UNEMPLOYED"), json!("UNEMPLOYED"), false),
        (&left, json!("UNEMPLOYED"), json!("EMPLOYED"), true),
        (&left, json!("null"), json!(null), false),
    ] {
        let mut request = with_record(&json!({
            "employment_records": jobs, "personal_data": { "entitlements": { "status": entitlement } },
        }));
        request["current_employments"] = json!({ "collected_at": "2026-09-12T00:00:00Z", "status": current, "current_employment_records": null });
        expect(
            &characteristics(&request, TODAY),
            &json!({ "status_conflict": conflict, "current_employments_compared": true }),
        );
        // Too far from the report, it says nothing about it.
        request["current_employments"]["collected_at"] = json!("2026-10-12T00:00:00Z");
        let by_entitlement = match entitlement.as_str() {
            Some("EMPLOYED") => jobs == &left,
            Some("UNEMPLOYED") => jobs == &employed,
            _ => false,
        };
        expect(
            &characteristics(&request, TODAY),
            &json!({ "status_conflict": by_entitlement, "current_employments_compared": false }),
        );
    }
}

#[test]
fn an_estimate_matters_only_for_the_employed() {
    for (jobs, estimate, expected) in [
        (
            json!([open_job("A", "2020-01-01", 500.0)]),
            json!("UNEMPLOYED"),
            true,
        ),
        (
            json!([open_job("A", "2020-01-01", 500.0)]),
            json!("EMPLOYED"),
            false,
        ),
        (
            json!([open_job("A", "2020-01-01", 500.0)]),
            json!(null),
            false,
        ),
        (json!([]), json!("UNEMPLOYED"), false),
    ] {
        let request = with_record(&json!({
            "employment_records": jobs, "salary_estimation": { "employment_status_estimate": estimate },
        }));
        expect(
            &characteristics(&request, TODAY),
            &json!({ "provider_estimates_unemployed": expected }),
        );
    }
}

#[test]
fn words_nobody_documented_are_noticed() {
    let mut job = open_job("A", "2020-01-01", 500.0);
    for (event, status, unknown) in [
        ("HIRED", "EMPLOYED", false),
        ("PROMOTED", "EMPLOYED", true),
        ("HIRED", "SABBATICAL", true),
    ] {
        job["employment_status_updates"][0]["event"] = json!(event);
        let request = with_record(&json!({
            "employment_records": [job], "personal_data": { "entitlements": { "status": status } },
        }));
        expect(
            &characteristics(&request, TODAY),
            &json!({ "unknown_codes_present": unknown }),
        );
    }
    let request =
        with_record(&json!({ "personal_data": { "entitlements": { "status": "SABBATICAL" } } }));
    expect(
        &characteristics(&request, TODAY),
        &json!({ "entitlement_status": "OTHER" }),
    );
}
