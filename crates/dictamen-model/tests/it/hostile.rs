//! Malformed, mutated and extreme input: a problem with its place, or a result; never a panic.
#![expect(clippy::unwrap_used, reason = "test")]

use chrono::NaiveDate;
use dictamen_model::wire::{CurrentEmployment, EmploymentRecord, Link, Webhook};
use dictamen_model::{DecisionRequest, Parameters, compute};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{complete_request, parameters};

/// Days at which calendars break.
const DAYS: [NaiveDate; 4] = [
    NaiveDate::MIN,
    NaiveDate::MAX,
    NaiveDate::from_ymd_opt(2026, 9, 15).unwrap(),
    NaiveDate::from_ymd_opt(9999, 12, 31).unwrap(),
];

fn try_all(bytes: &[u8], parameters: &Parameters) {
    if let Ok(request) = DecisionRequest::parse(bytes) {
        for as_of in DAYS.into_iter().chain(request.as_of) {
            let _ = compute(&request, as_of, parameters);
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("null")),
        Just(json!("9999-12-31")),
        Just(json!("0000-01-01")),
        Just(json!("2026-09-10")),
        Just(json!("2026-09-10T00:00:00Z")),
        Just(json!("EMPLOYED")),
        Just(json!(1e12)),
        Just(serde_json::from_str("0.0000000000000000000000000001").unwrap()),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec(
                (
                    prop::sample::select(vec![
                        "id",
                        "report_date",
                        "employment_records",
                        "start_date",
                        "end_date",
                        "results",
                        "base_salary",
                        "update_date",
                        "event",
                        "application",
                        "link",
                        "x",
                    ]),
                    inner
                ),
                0..6
            )
            .prop_map(|fields| fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

/// JSON Pointers of everything in a value, deepest last.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(list) => {
            for (index, element) in list.iter().enumerate() {
                let at = format!("{at}/{index}");
                found.push(at.clone());
                places(element, &at, found);
            }
        }
        Value::Object(fields) => {
            for (key, element) in fields {
                let at = format!("{at}/{key}");
                found.push(at.clone());
                places(element, &at, found);
            }
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let parameters = parameters();
        try_all(&bytes, parameters);
        let _ = DecisionRequest::parse_with_parts(&bytes, &bytes, Some(&bytes));
        let _ = (EmploymentRecord::parse_page(&bytes), CurrentEmployment::parse_page(&bytes));
        let _ = (Link::parse(&bytes), Link::parse_page(&bytes), Webhook::parse(&bytes));
    }

    #[test]
    fn any_json_is_read_or_refused(value in any_json()) {
        let parameters = parameters();
        let mut request = complete_request();
        request["employment_records"] = value.clone();
        try_all(request.to_string().as_bytes(), parameters);
        try_all(value.to_string().as_bytes(), parameters);
        let _ = Webhook::parse(value.to_string().as_bytes());
    }

    #[test]
    fn a_mutated_record_is_read_or_refused(at in any::<prop::sample::Index>(), value in any_json()) {
        let parameters = parameters();
        let mut request = complete_request();
        let mut found = Vec::new();
        places(&request, "", &mut found);
        *request.pointer_mut(&found[at.index(found.len())]).unwrap() = value;
        try_all(request.to_string().as_bytes(), parameters);
    }

    #[test]
    fn spaces_and_escapes_change_nothing(at in any::<prop::sample::Index>(), value in any_json()) {
        let mut request = complete_request();
        let mut found = Vec::new();
        places(&request, "", &mut found);
        *request.pointer_mut(&found[at.index(found.len())]).unwrap() = value;
        // Usual ways of writing are read in a shorter way than others.
        let plain = request.to_string();
        let spaced = serde_json::to_string_pretty(&request).unwrap();
        let escaped = plain
            .replace("\"e", "\"\\u0065")
            .replace("\"s", "\"\\u0073")
            .replace('_', "\\u005f");
        let read = DecisionRequest::parse(plain.as_bytes());
        prop_assert_eq!(&read, &DecisionRequest::parse(spaced.as_bytes()));
        if !plain.contains('\\') {
            prop_assert_eq!(&read, &DecisionRequest::parse(escaped.as_bytes()));
        }
    }

    #[test]
    fn a_truncated_record_is_one_problem(cut in any::<prop::sample::Index>()) {
        let text = complete_request().to_string();
        let cut = cut.index(text.len());
        let error = DecisionRequest::parse(&text.as_bytes()[..cut]).unwrap_err();
        prop_assert_eq!(error.problems.len(), 1);
        prop_assert_eq!(error.problems[0].code, "json::malformed");
    }
}

/// A value of a type that does not belong where `value` stands.
fn wrong(value: &Value) -> Value {
    match value {
        Value::Array(_) | Value::Object(_) => json!(7),
        _ => json!([7]),
    }
}

/// Places where any value is taken: a file's content is never looked at.
fn is_open(place: &str) -> bool {
    place.ends_with("/value")
}

#[test]
fn every_field_of_a_wrong_type_is_told_with_its_place() {
    let complete = complete_request();
    let mut found = Vec::new();
    places(&complete, "", &mut found);
    assert!(found.len() > 120);
    let mut all = complete.clone();
    let mut leaves = 0;
    for place in found {
        let mut request = complete.clone();
        let target = request.pointer_mut(&place).unwrap();
        let leaf = !target.is_array() && !target.is_object();
        *target = wrong(target);
        if leaf && !is_open(&place) {
            *all.pointer_mut(&place).unwrap() = wrong(&Value::Null);
            leaves += 1;
        }
        match DecisionRequest::parse(request.to_string().as_bytes()) {
            Ok(_) => assert!(is_open(&place), "{place}"),
            Err(error) => {
                let told: Vec<_> = error
                    .problems
                    .iter()
                    .map(|p| (p.code, p.pointer.as_str()))
                    .collect();
                assert_eq!(told, [("json::type", place.as_str())]);
            }
        }
    }
    let error = DecisionRequest::parse(all.to_string().as_bytes()).unwrap_err();
    assert_eq!(error.problems.len(), leaves);
}

#[test]
fn null_is_absent_everywhere_but_where_something_is_needed() {
    let complete = complete_request();
    let mut found = Vec::new();
    places(&complete, "", &mut found);
    for place in found {
        let mut request = complete.clone();
        *request.pointer_mut(&place).unwrap() = Value::Null;
        let refused = DecisionRequest::parse(request.to_string().as_bytes()).is_err();
        let needed = [
            "/application",
            "/application/application_id",
            "/application/requested_amount",
            "/application/requested_term_months",
            "/employment_records",
            "/employment_records/results",
        ]
        .contains(&place.as_str());
        let element = place.rsplit('/').next().unwrap().parse::<usize>().is_ok();
        assert_eq!(refused, needed || element, "{place}");
    }
}

#[test]
fn keys_given_twice_are_refused_where_they_are_known() {
    let text = r#"{"application":{"application_id":"A","requested_amount":1,"requested_term_months":1,"requested_amount":2},
        "employment_records":[{"id":"a","id":"b","unknown":1,"unknown":2,"personal_data":{"birth_date":"2000-01-01","birth_date":"2000-01-01"}}]}"#;
    let error = DecisionRequest::parse(text.as_bytes()).unwrap_err();
    let told: Vec<_> = error
        .problems
        .iter()
        .map(|p| (p.code, p.pointer.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("json::duplicate-key", "/application/requested_amount"),
            ("json::duplicate-key", "/employment_records/0/id"),
            (
                "json::duplicate-key",
                "/employment_records/0/personal_data/birth_date"
            ),
        ]
    );
}
