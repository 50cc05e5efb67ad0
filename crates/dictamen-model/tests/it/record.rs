//! Which record is used, how old it is, and whom it is about.
#![expect(clippy::expect_used, reason = "test")]

use serde_json::json;

use crate::support::{
    TODAY, characteristics, closed_job, expect, open_job, with_jobs, with_record,
};

#[test]
fn the_newest_report_is_used() {
    let mut request = with_jobs(&json!([]));
    let record = |id: &str, report: &str, collected: &str| json!({ "id": id, "report_date": report, "collected_at": collected, "employment_records": [] });
    for (records, used) in [
        (
            json!([
                record("a", "2026-09-01", "2026-09-09T00:00:00Z"),
                record("b", "2026-09-02", "2026-09-02T00:00:00Z")
            ]),
            "b",
        ),
        // Retrieval counts before storage.
        (
            json!([
                { "id": "a", "report_date": "2026-09-01", "collected_at": "2026-09-03T00:00:00Z", "created_at": "2026-09-03T00:00:01Z" },
                { "id": "b", "report_date": "2026-09-01", "collected_at": "2026-09-02T00:00:00Z", "created_at": "2026-09-04T00:00:00Z" },
            ]),
            "a",
        ),
        // The same day: the later instant, whatever its offset and its number of digits.
        (
            json!([
                record("a", "2026-09-01", "2026-09-02T05:00:00.1+00:00"),
                record("b", "2026-09-01", "2026-09-02T00:00:00-06:00")
            ]),
            "b",
        ),
        (
            json!([
                record("a", "2026-09-01", "2026-09-02T05:00:00.1Z"),
                record("b", "2026-09-01", "2026-09-02T05:00:00.100000+00:00")
            ]),
            "b",
        ),
        (
            json!([
                record("b", "2026-09-01", "2026-09-02T05:00:00Z"),
                record("a", "2026-09-01", "2026-09-02T05:00:00.000001Z")
            ]),
            "a",
        ),
    ] {
        request["employment_records"] = records;
        expect(
            &characteristics(&request, TODAY),
            &json!({ "record_id_used": used }),
        );
    }
}

#[test]
fn without_a_record_nothing_of_it_is_known() {
    let mut request = with_jobs(&json!([]));
    request["employment_records"] = json!([]);
    let values = characteristics(&request, TODAY);
    for (name, value) in values.iter() {
        let definition = values_definition(name);
        assert_eq!(value.is_missing(), definition.missing.is_some(), "{name}");
    }
    expect(
        &values,
        &json!({ "record_present": false, "requested_amount": "10000", "requested_term_months": 12, "existing_monthly_debt": "0" }),
    );
}

fn values_definition(name: &str) -> &'static dictamen_model::characteristic::Definition {
    dictamen_model::characteristic::definitions()
        .iter()
        .find(|definition| definition.name == name)
        .expect("every value has its definition")
}

#[test]
fn an_unknown_list_of_jobs_is_not_an_empty_one() {
    let empty = characteristics(&with_jobs(&json!([])), TODAY);
    expect(
        &empty,
        &json!({ "jobs_listed": 0, "employed_now": false, "density_12m": "0", "weeks_total": 0,
                 "density_lifetime": null, "tenure_current_days": null, "last_gap_days": 0 }),
    );
    for jobs in [json!(null), json!("null")] {
        let unknown = characteristics(&with_jobs(&jobs), TODAY);
        expect(
            &unknown,
            &json!({ "record_present": true, "jobs_listed": null, "employed_now": null, "weeks_total": null, "ref_date": TODAY }),
        );
    }
}

#[test]
fn the_age_of_data_is_the_larger_of_two() {
    for (record, as_of, report_age, data_age, reference) in [
        (
            json!({ "report_date": "2026-09-01" }),
            "2026-09-10",
            json!(9),
            json!(9),
            json!("2026-09-01"),
        ),
        (
            json!({ "report_date": "2026-09-01", "days_since_extraction": 42 }),
            "2026-09-10",
            json!(9),
            json!(42),
            json!("2026-09-01"),
        ),
        (
            json!({ "report_date": "2026-09-12" }),
            "2026-09-10",
            json!(-2),
            json!(-2),
            json!("2026-09-10"),
        ),
        (
            json!({ "report_date": null, "collected_at": "2026-09-03T23:59:59Z" }),
            "2026-09-10",
            json!(7),
            json!(7),
            json!("2026-09-03"),
        ),
        (
            json!({ "report_date": null, "created_at": "2026-09-04T00:00:00Z" }),
            "2026-09-10",
            json!(6),
            json!(6),
            json!("2026-09-04"),
        ),
        (
            json!({ "report_date": null, "days_since_extraction": 3 }),
            "2026-09-10",
            json!(null),
            json!(null),
            json!(null),
        ),
    ] {
        let mut record = record;
        record["employment_records"] = json!([]);
        expect(
            &characteristics(&with_record(&record), as_of),
            &json!({ "report_age_days": report_age, "data_age_days": data_age, "ref_date": reference }),
        );
    }
}

#[test]
fn without_any_date_employment_cannot_be_measured() {
    let request = with_record(&json!({
        "report_date": null, "employment_records": [open_job("E", "2020-01-01", 500.0)],
        "social_security_summary": { "weeks_contributed": 300 },
    }));
    expect(
        &characteristics(&request, TODAY),
        &json!({ "employed_now": null, "monthly_income_gross": null, "weeks_total": 300 }),
    );
}

#[test]
fn identity_is_judged_and_not_shown() {
    let person = |curp: serde_json::Value, birth: &str| {
        with_record(&json!({
            "internal_identification": curp,
            "personal_data": { "birth_date": birth, "document_ids": [
                { "document_type": "NSS", "document_number": "12345678903" },
                { "document_type": "NSS", "document_number": "12345678904" },
                { "document_type": "CURP", "document_number": "MEAY030314HMCJRHD7" },
                { "document_type": "PASSPORT", "document_number": "G12345678" },
            ] },
        }))
    };
    for (request, valid, matches, age) in [
        (
            person(json!("SABC560626MDFLRN01"), "1956-06-26"),
            true,
            json!(true),
            70,
        ),
        (
            person(json!("SABC560626MDFLRN01"), "1957-06-26"),
            true,
            json!(false),
            69,
        ),
        (
            person(json!("SABC560626MDFLRN02"), "1956-06-26"),
            false,
            json!(null),
            70,
        ),
        // Without a CURP of its own the first document counts.
        (person(json!(null), "2003-03-14"), true, json!(true), 23),
        (person(json!("  "), "2003-03-14"), true, json!(true), 23),
    ] {
        expect(
            &characteristics(&request, TODAY),
            &json!({ "curp_valid": valid, "birth_date_matches_curp": matches, "nss_valid": true, "age_years": age }),
        );
    }
    expect(
        &characteristics(&with_record(&json!({})), TODAY),
        &json!({ "curp_valid": false, "birth_date_matches_curp": null, "nss_valid": null, "age_years": null }),
    );
    expect(
        &characteristics(
            &with_record(&json!({ "internal_identification": "SABC560626MDFLRN01" })),
            TODAY,
        ),
        &json!({ "birth_date_matches_curp": null, "age_years": 70, "age_at_maturity": 71 }),
    );
}

#[test]
fn age_is_in_completed_years() {
    let aged = |birth: &str, as_of: &str, age: serde_json::Value| {
        let request = with_record(&json!({ "personal_data": { "birth_date": birth } }));
        expect(
            &characteristics(&request, as_of),
            &json!({ "age_years": age }),
        );
    };
    aged("2008-09-10", "2026-09-09", json!(17));
    aged("2008-09-10", "2026-09-10", json!(18));
    aged("2004-02-29", "2026-02-28", json!(21));
    aged("2004-02-29", "2026-03-01", json!(22));
    aged("2004-02-29", "2028-02-29", json!(24));
    aged("2026-09-10", "2026-09-10", json!(0));
    aged("2026-09-11", "2026-09-10", json!(null));
}

#[test]
fn the_institution_is_told_or_inferred() {
    let update =
        |event: &str| json!([{ "event": event, "base_salary": 500, "update_date": "2020-01-01" }]);
    let job = |event: &str| {
        let mut job = open_job("E", "2020-01-01", 500.0);
        job["employment_status_updates"] = update(event);
        job
    };
    let bare =
        json!({ "employer": "X;Y", "start_date": "2020-01-01", "most_recent_base_salary": 500 });
    for (jobs, scores, link, expected) in [
        (json!([job("HIRED")]), json!([]), json!(null), "imss"),
        (json!([job("NORMAL")]), json!([]), json!(null), "issste"),
        (
            json!([job("BDUTA_CERTIFICATE"), job("BRAND_NEW")]),
            json!([]),
            json!(null),
            "issste",
        ),
        (
            json!([job("NORMAL"), job("ABSENCE")]),
            json!([]),
            json!(null),
            "imss",
        ),
        (json!([bare]), json!(null), json!(null), "issste"),
        (json!([bare]), json!([]), json!(null), "imss"),
        (json!([]), json!(null), json!(null), "imss"),
        (
            json!([job("NORMAL")]),
            json!([]),
            json!("imss_mx_employment"),
            "imss",
        ),
        (
            json!([job("HIRED")]),
            json!([]),
            json!("issste_mx_employment"),
            "issste",
        ),
        (
            json!([job("NORMAL")]),
            json!([]),
            json!("planet_mx_employment"),
            "issste",
        ),
    ] {
        let mut request =
            with_record(&json!({ "employment_records": jobs, "employment_scores": scores }));
        request["link"] = json!({ "institution": link });
        expect(
            &characteristics(&request, TODAY),
            &json!({ "institution": expected }),
        );
    }
}

#[test]
fn a_score_is_taken_by_its_period() {
    let request = with_record(&json!({ "employment_scores": [
        { "score": 650, "period": 12 }, { "score": null, "period": 3 }, { "score": 901, "period": 6 },
        { "score": 700, "period": 12 }, { "score": 500 },
    ] }));
    expect(
        &characteristics(&request, TODAY),
        &json!({ "belvo_score_3m": null, "belvo_score_6m": null, "belvo_score_12m": 650, "scores_missing": false }),
    );
    for (score, expected) in [
        (299, json!(null)),
        (300, json!(300)),
        (900, json!(900)),
        (0, json!(null)),
    ] {
        let request =
            with_record(&json!({ "employment_scores": [{ "score": score, "period": 3 }] }));
        expect(
            &characteristics(&request, TODAY),
            &json!({ "belvo_score_3m": expected }),
        );
    }
}

#[test]
fn a_person_who_left_today_is_not_employed() {
    let request = with_jobs(&json!([closed_job("E", "2020-01-01", TODAY, 500.0)]));
    expect(
        &characteristics(&request, TODAY),
        &json!({ "employed_now": false, "current_gap_days": 0, "tenure_current_days": null }),
    );
}
