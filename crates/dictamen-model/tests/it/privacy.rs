//! Personal data reaches no debug output, no message and no characteristic.
use dictamen_model::DecisionRequest;
use serde_json::json;

use crate::support::{characteristics, complete_request};

/// Every text under these keys of the complete request identifies the person or the employer.
const PERSONAL: [&str; 11] = [
    "internal_identification",
    "official_name",
    "first_name",
    "last_name",
    "document_number",
    "email",
    "employer",
    "employer_id",
    "employer_rfc",
    "state",
    "institution_user_id",
];

fn personal_texts(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Array(list) => list.iter().for_each(|v| personal_texts(v, found)),
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_str() {
                    Some(text) if PERSONAL.contains(&key.as_str()) && text.len() > 2 => {
                        found.push(text.to_owned());
                    }
                    _ => personal_texts(value, found),
                }
            }
        }
        _ => {}
    }
}

fn assert_clean(text: &str, personal: &[String]) {
    for secret in personal {
        assert!(!text.contains(secret.as_str()), "{secret} in {text}");
    }
}

#[test]
fn debug_output_and_characteristics_hold_none_of_it() {
    let request = complete_request();
    let mut personal = Vec::new();
    personal_texts(&request, &mut personal);
    assert!(personal.len() > 15);
    let parsed = DecisionRequest::parse(request.to_string().as_bytes()).unwrap();
    assert_clean(&format!("{parsed:?} {parsed:#?}"), &personal);
    let values = characteristics(&request, "2026-09-15");
    assert_clean(&format!("{values:?}"), &personal);
}

#[test]
fn messages_repeat_no_value() {
    let mut request = complete_request();
    let mut personal = Vec::new();
    personal_texts(&request, &mut personal);
    // Every personal text where it does not belong: as amount, date, count and key.
    let record = &mut request["employment_records"]["results"][0];
    let job = &mut record["employment_records"][0];
    for (place, secret) in [
        "start_date",
        "weeks_employed",
        "most_recent_base_salary",
        "employment_status_updates",
    ]
    .iter()
    .zip(&personal)
    {
        job[*place] = json!(secret);
    }
    record["report_date"] = json!(personal[0]);
    record["personal_data"]["birth_date"] = json!(personal[1]);
    record["internal_identification"] = json!({ "curp": personal[0] });
    request["application"]["requested_amount"] = json!(personal[0]);
    for secret in &personal {
        request["application"][secret] = json!(1);
        request[secret] = json!(1);
    }
    let error = DecisionRequest::parse(request.to_string().as_bytes()).unwrap_err();
    assert!(error.problems.len() > 20);
    assert_clean(&format!("{error} {error:?}"), &personal);
}
