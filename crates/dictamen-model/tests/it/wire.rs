//! Belvo's payloads in the shapes of several years, invented for these tests; and Belvo's own
//! examples, where they are beside the workspace.
use dictamen_model::wire::{
    CurrentEmployment, DocumentedStatus, EmploymentChange, EmploymentRecord, EmploymentStatus,
    Link, ProcessType, Webhook, WebhookCode, WebhookType,
};
use dictamen_model::{DecisionRequest, compute};
use serde_json::json;

use crate::support::{characteristics, complete_request, expect, json_files, parameters, shared};

#[test]
fn the_shape_of_2026() {
    let request = complete_request();
    let parsed = DecisionRequest::parse(request.to_string().as_bytes()).unwrap();
    let record = &parsed.employment_records[0];
    assert_eq!(record.days_since_extraction.unwrap().get(), 2);
    assert_eq!(
        record.files.as_ref().unwrap()[0].kind.as_deref(),
        Some("ReporteSemanasCotizadas_100926")
    );
    assert!(record.files.as_ref().unwrap()[0].value.is_some());
    let job = &record.employment_records.as_ref().unwrap()[0];
    assert_eq!(
        job.monthly_salary.unwrap().pesos(),
        "21667.3125".parse().unwrap()
    );
    let estimation = record.salary_estimation.as_ref().unwrap();
    assert_eq!(
        estimation.employment_status_estimate,
        Some(EmploymentStatus::Employed)
    );
    expect(
        &characteristics(&request, "2026-09-15"),
        &json!({
            "ref_date": "2026-09-10", "report_age_days": 5, "data_age_days": 5, "curp_valid": true, "birth_date_matches_curp": true,
            "nss_valid": true, "age_years": 35, "age_at_maturity": 38, "jobs_usable": 2, "weeks_computed": 539, "weeks_reported": 520,
            "weeks_redeemed_outstanding": 4, "weeks_mismatch": false, "tenure_current_days": 2005, "last_gap_days": 105,
            "monthly_income_gross": "21655.44", "income_sources_disagree": false, "status_conflict": false, "institution": "imss",
            "salary_change_12m": (rust_decimal::Decimal::new(71_235, 2) / rust_decimal::Decimal::from(655) - rust_decimal::Decimal::ONE).to_string(),
            "belvo_score_12m": 674, "product": "nomina", "channel": "branch", "existing_monthly_debt": "950.5",
        }),
    );
}

#[test]
fn the_shape_of_2023() {
    let page = EmploymentRecord::parse_page(include_bytes!("../data/record-2023.json")).unwrap();
    assert_eq!(
        (page.count, page.next, page.results.len()),
        (Some(1), None, 1)
    );
    let record = &page.results[0];
    assert_eq!(record.employment_scores, None);
    assert_eq!(record.salary_estimation, None);
    let person = record.personal_data.as_ref().unwrap();
    assert_eq!(
        person.entitlements.as_ref().unwrap().status,
        Some(DocumentedStatus::Employed)
    );
    assert_eq!(person.email, None);
    assert_eq!(
        record.employment_records.as_ref().unwrap()[0]
            .monthly_salary
            .unwrap()
            .known(),
        None
    );
    assert!(record.internal_identification.unwrap().is_valid());
}

#[test]
fn the_shape_of_the_issste() {
    let page = EmploymentRecord::parse_page(include_bytes!("../data/record-issste.json")).unwrap();
    let record = &page.results[0];
    assert_eq!(record.social_security_summary, None);
    assert_eq!(
        record.employment_records.as_ref().unwrap()[0].employer_id,
        None
    );
}

#[test]
fn current_employments_of_the_unemployed_are_null() {
    let page =
        CurrentEmployment::parse_page(include_bytes!("../data/current-unemployed.json")).unwrap();
    assert_eq!(page.results[0].status, Some(EmploymentStatus::Unemployed));
    assert_eq!(page.results[0].current_employment_records, None);
    assert!(CurrentEmployment::parse_page(b"null").is_err());
}

#[test]
fn webhooks_keep_words_nobody_documented() {
    let webhook = Webhook::parse(include_bytes!("../data/webhook-changes.json")).unwrap();
    assert_eq!(webhook.webhook_type, Some(WebhookType::EmploymentRecords));
    assert_eq!(webhook.process_type, Some(ProcessType::RecurrentUpdate));
    assert_eq!(webhook.webhook_code, Some(WebhookCode::EmploymentChanges));
    let changes = webhook.data.unwrap().employment_changes.unwrap();
    assert_eq!(changes[0], EmploymentChange::Employed);
    assert!(!changes[2].is_known());
    assert_eq!(changes[2].as_str(), "EMPLOYER_CHANGED");
    let old = Webhook::parse(include_bytes!("../data/webhook-old.json")).unwrap();
    assert_eq!(old.process_type, None);
    assert_eq!(
        old.data
            .unwrap()
            .total_employment_record_profiles
            .unwrap()
            .get(),
        1
    );
}

#[test]
fn timestamps_with_any_offset_and_digits_are_instants() {
    let at = |text: &str| {
        let record = format!(r#"{{"collected_at":"{text}"}}"#);
        EmploymentRecord::parse_page(record.as_bytes()).map(|page| page.results[0].collected_at)
    };
    let instant = at("2026-09-10T16:20:11.5Z").unwrap();
    for same in [
        "2026-09-10T16:20:11.500+00:00",
        "2026-09-10T16:20:11.5000000000000Z",
        "2026-09-10T10:20:11.5-06:00",
    ] {
        assert_eq!(at(same).unwrap(), instant, "{same}");
    }
    for refused in [
        "2026-09-10",
        "2026-09-10T25:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-09-10T16:20:11",
        "",
    ] {
        assert!(at(refused).is_err(), "{refused}");
    }
}

#[test]
fn belvo_s_own_examples_are_read() {
    let Some(folder) = shared("belvo/samples") else {
        return;
    };
    let mut read = 0;
    for path in json_files(&folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        if name.starts_with("employment_record") {
            let page = EmploymentRecord::parse_page(&bytes).unwrap();
            assert!(
                page.next.is_none_or(|next| next.starts_with("https://")),
                "{name}"
            );
            let application =
                br#"{"application_id":"A","requested_amount":1,"requested_term_months":1}"#;
            let request = DecisionRequest::parse_with_parts(&bytes, application, None).unwrap();
            compute(&request, "2026-09-15".parse().unwrap(), parameters()).unwrap();
        } else if name.starts_with("current_employment") {
            CurrentEmployment::parse_page(&bytes).unwrap();
        } else if name.starts_with("link.") {
            assert!(Link::parse(&bytes).unwrap().institution.is_some());
        } else {
            continue;
        }
        read += 1;
    }
    assert!(read >= 13, "{read}");
    for path in json_files(&folder.join("webhooks")) {
        let webhook = Webhook::parse(&std::fs::read(&path).unwrap()).unwrap();
        assert!(webhook.webhook_id.is_some() && webhook.data.is_some());
    }
}
