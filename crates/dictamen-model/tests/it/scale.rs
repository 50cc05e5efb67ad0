//! Large input. Nothing is timed: an algorithm that compared every job with every other one would
//! keep this test busy for hours.
#![expect(clippy::arithmetic_side_effects, clippy::expect_used, reason = "test")]

use std::fmt::Write as _;

use dictamen_model::{DecisionRequest, Value, compute};

use crate::support::parameters;

fn body(jobs: usize, padding: usize) -> String {
    let mut text = String::from(
        r#"{"application":{"application_id":"A","requested_amount":1,"requested_term_months":1},"employment_records":[{"id":"r","report_date":"2026-09-10","files":[{"type":"t","value":""#,
    );
    text.push_str(&"A".repeat(padding));
    text.push_str(r#""}],"employment_records":["#);
    for job in 0..jobs {
        let separator = if job == 0 { "" } else { "," };
        let (year, month) = (1990 + job % 30, 1 + job % 12);
        write!(
            text,
            r#"{separator}{{"employer_id":"E{job}","start_date":"{year}-{month:02}-01","end_date":"{year}-{month:02}-28","most_recent_base_salary":{}.5,"employment_status_updates":[{{"event":"HIRED","base_salary":300,"update_date":"{year}-{month:02}-01"}}]}}"#,
            300 + job % 500
        )
        .expect("a String takes everything");
    }
    text.push_str("]}]}");
    text
}

#[test]
fn ten_thousand_jobs() {
    let request = DecisionRequest::parse(body(10_000, 0).as_bytes()).expect("readable");
    let values =
        compute(&request, "2026-09-15".parse().expect("a day"), parameters()).expect("computable");
    assert_eq!(
        values.by_name("unique_employers_total"),
        Some(&Value::Int(10_000))
    );
    // 60 different months of 28 days: 1,680 days.
    assert_eq!(values.by_name("weeks_computed"), Some(&Value::Int(240)));
    assert_eq!(
        values.by_name("overlap_days_total"),
        Some(&Value::Int(1_680))
    );
}

#[test]
fn twenty_megabytes() {
    let text = body(10, 20_000_000);
    let request = DecisionRequest::parse(text.as_bytes()).expect("readable");
    assert_eq!(request.employment_records.len(), 1);
    let cut = text.get(..19_000_000).expect("it is longer");
    assert_eq!(
        DecisionRequest::parse(cut.as_bytes())
            .expect_err("cut")
            .problems
            .len(),
        1
    );
}
