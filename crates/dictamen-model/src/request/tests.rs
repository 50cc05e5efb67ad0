//! Reading requests: shapes, strictness and all problems at once.

use super::*;

const APPLICATION: &str =
    r#"{"application_id":"A-1","requested_amount":"60000.50","requested_term_months":24}"#;

fn parse(records: &str) -> Result<DecisionRequest, RequestError> {
    DecisionRequest::parse(
        format!(r#"{{"application":{APPLICATION},"employment_records":{records}}}"#).as_bytes(),
    )
}

fn codes(error: &RequestError) -> Vec<(&str, &str)> {
    error
        .problems
        .iter()
        .map(|p| (p.code, p.pointer.as_str()))
        .collect()
}

#[test]
fn records_come_in_three_shapes() {
    for (records, count) in [
        ("[]", 0),
        (r#"{"id":"a"}"#, 1),
        (r#"{"new":1,"id":"a"}"#, 1),
        (r#"[{"id":"a"},{"id":"b"}]"#, 2),
        (
            r#"{"count":1,"next":"null","previous":null,"results":[{"id":"a"}]}"#,
            1,
        ),
        (r#"{"results":[]}"#, 0),
    ] {
        let request = parse(records).unwrap();
        assert_eq!(request.employment_records.len(), count, "{records}");
    }
    let request = parse("[]").unwrap();
    assert_eq!(
        request.application.requested_amount,
        "60000.50".parse().unwrap()
    );
    assert_eq!(request.application.existing_monthly_debt, 0.into());
    assert_eq!(request.current_employments, None);
}

#[test]
fn what_is_neither_record_nor_page_is_refused() {
    for (records, problem) in [
        ("null", ("request::required", "/employment_records")),
        ("\"null\"", ("request::required", "/employment_records")),
        ("{}", ("json::type", "/employment_records")),
        (r#"{"a":1}"#, ("json::type", "/employment_records")),
        ("7", ("json::type", "/employment_records")),
        ("\"x\"", ("json::type", "/employment_records")),
        ("[null]", ("json::type", "/employment_records/0")),
        ("[[]]", ("json::type", "/employment_records/0")),
        ("[{}]", ("json::type", "/employment_records/0")),
        (
            r#"{"results":[{"id":"a"},{"x":null}]}"#,
            ("json::type", "/employment_records/results/1"),
        ),
        (
            r#"[{"request_id":"0a1b","code":"not_found","message":"Not found"}]"#,
            ("json::type", "/employment_records/0"),
        ),
        (
            r#"{"count":0}"#,
            ("request::required", "/employment_records/results"),
        ),
        (
            r#"{"count":0,"results":{}}"#,
            ("json::type", "/employment_records/results"),
        ),
    ] {
        assert_eq!(codes(&parse(records).unwrap_err()), [problem], "{records}");
    }
}

#[test]
fn all_problems_are_told_at_once() {
    let error = DecisionRequest::parse(
        br#"{
        "aplication": {},
        "application": {"application_id": 7, "requested_amount": -1, "requested_term_month": 24,
                        "existing_monthly_debt": "1e5", "channel": "", "CURP XAXX010101HDFXXX00": 1},
        "employment_records": [{
            "report_date": "2026-02-30", "collected_at": "yesterday", "report_date": "2026-02-03",
            "employment_records": [{"start_date": 20260101, "most_recent_base_salary": "600",
                "monthly_salary": -3, "weeks_employed": 1.5, "employment_status_updates": {},
                "future_field": {"deep": [1e999]}}],
            "employment_scores": [{"score": 1e9, "period": 3}],
            "social_security_summary": {"weeks_redeemed": -1},
            "files": [{"type": "x", "value": "JVBERi0="}]
        }],
        "as_of": "2026-13-01"
    }"#,
    )
    .unwrap_err();
    insta::assert_snapshot!(error);
    assert!(!error.to_string().contains("XAXX"));
}

#[test]
fn records_of_two_people_are_refused() {
    const ANA: &str = r#"{"internal_identification":"SABC560626MDFLRN01"}"#;
    const ANA_AGAIN: &str = r#"{"internal_identification":" sabc560626mdflrn01 "}"#;
    const BY_DOCUMENT: &str = r#"{"personal_data":{"document_ids":[{"document_number":"SABC560626MDFLRN01","document_type":"CURP"}]}}"#;
    const OTHER: &str = r#"{"internal_identification":"MEAY030314HMCJRHD7"}"#;
    const UNKNOWN: &str = r#"{"id":"x"}"#;
    assert!(parse(&format!("[{ANA},{ANA_AGAIN},{BY_DOCUMENT},{UNKNOWN}]")).is_ok());
    for records in [[ANA, OTHER], [OTHER, BY_DOCUMENT]] {
        let error = parse(&format!("[{}]", records.join(","))).unwrap_err();
        assert_eq!(
            codes(&error),
            [("request::two-people", "/employment_records/1")]
        );
    }
    // What a record says of itself counts, not what its documents say.
    let own = r#"{"personal_data":{"document_ids":[{"document_type":"CURP","document_number":"X"}]},"internal_identification":"SABC560626MDFLRN01"}"#;
    assert!(parse(&format!("[{ANA},{own}]")).is_ok());
    let error = DecisionRequest::parse_with_parts(
        ANA.as_bytes(),
        APPLICATION.as_bytes(),
        Some(format!(r#"{{"count":1,"results":[{OTHER}]}}"#).as_bytes()),
    )
    .unwrap_err();
    assert_eq!(
        codes(&error),
        [("request::two-people", "/current_employments/results/0")]
    );
}

#[test]
fn what_is_not_json_is_one_problem_with_its_place() {
    for (text, message) in [
        (
            &b"{\n \"application\": NaN}"[..],
            "this is not JSON, at line 2, column 17",
        ),
        (
            b"{",
            "the text ends before the JSON is complete, at line 1, column 1",
        ),
        (
            b"",
            "the text ends before the JSON is complete, at line 1, column 0",
        ),
        (b"{} {}", "this is not JSON, at line 1, column 4"),
        (
            b"1e999",
            "a number is out of all range, at line 1, column 5",
        ),
        (b"{\"a\n\":1}", "this is not JSON, at line 1, column 3"),
        (
            b"{\n\"x\":\"\xff\"}",
            "the text is not UTF-8, at line 2, column 6",
        ),
        (
            b"{\"application\": 7, \"as_of\": 1, ",
            "the text ends before the JSON is complete, at line 1, column 31",
        ),
    ] {
        let error = DecisionRequest::parse(text).unwrap_err();
        assert_eq!(error.problems.len(), 1);
        assert_eq!(error.problems[0].code, "json::malformed");
        assert_eq!(error.problems[0].message, message);
    }
    let deep = "[".repeat(100_000);
    let error = DecisionRequest::parse(deep.as_bytes()).unwrap_err();
    insta::assert_snapshot!(error, @"nested deeper than 64 levels, at line 1, column 65 [json::malformed]");
}

#[test]
fn parts_point_into_the_one_text_form() {
    let error = DecisionRequest::parse_with_parts(b"[", b"{}", Some(b"[1]")).unwrap_err();
    assert_eq!(
        codes(&error),
        [
            ("json::malformed", "/employment_records"),
            ("json::type", "/current_employments/0"),
            ("request::required", "/application/application_id"),
            ("request::required", "/application/requested_amount"),
            ("request::required", "/application/requested_term_months"),
        ]
    );
}

#[test]
fn a_flood_of_problems_is_counted_not_listed() {
    let error = parse(&format!("[{}1]", "1,".repeat(5_000))).unwrap_err();
    assert_eq!(error.problems.len(), 201);
    assert_eq!(
        error.problems[200].message,
        "4801 further problems are not listed"
    );
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    let body = format!(r#"{{"application":{APPLICATION},"employment_records":[]}}"#);
    let marked = format!("\u{feff}{body}");
    assert_eq!(
        DecisionRequest::parse(marked.as_bytes()).unwrap(),
        DecisionRequest::parse(body.as_bytes()).unwrap()
    );
    let error = DecisionRequest::parse("\u{feff}\u{feff}{}".as_bytes()).unwrap_err();
    assert_eq!(error.problems[0].code, "json::malformed");
}
