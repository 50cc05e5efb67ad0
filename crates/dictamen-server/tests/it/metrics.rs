//! What dashboards read.

use axum::http::StatusCode;
use serde_json::Value;

use crate::{
    keeping::kept,
    support::{DECIDE, REQUEST, Service, changed},
};

/// The figure behind a name and its labels.
fn figure(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().parse().ok()
}

#[tokio::test]
async fn decisions_reasons_and_requests_are_counted() {
    let service = Service::new();
    for _ in 0..3 {
        service.post(DECIDE, REQUEST).await;
    }
    service.post(DECIDE, "{}").await;
    service.get("/nowhere/at/all").await;
    let decision = service.post(DECIDE, REQUEST).await.json();
    let answer = service.get("/metrics").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(
        answer
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    let text = String::from_utf8(answer.body).unwrap();
    assert!(text.ends_with("# EOF\n"));
    let of = |name: &str| figure(&text, name);
    let outcome = decision["outcome"].as_str().unwrap();
    let labels = "policy=\"demo\",version=\"1.0.0\"";
    let counted = format!("dictamen_decision_seconds_count{{{labels},outcome=\"{outcome}\"}}");
    assert_eq!(of(&counted), Some(4.0), "{text}");
    for reason in decision["reasons"].as_array().unwrap() {
        let code = reason["code"].as_str().unwrap();
        let counted = format!("dictamen_reasons_total{{{labels},code=\"{code}\"}}");
        assert_eq!(of(&counted), Some(4.0), "{text}");
    }
    let route = "method=\"POST\",route=\"/v1/policies/{policy}/decisions\"";
    let requests = |status: u16| {
        of(&format!(
            "dictamen_requests_total{{{route},status=\"{status}\"}}"
        ))
    };
    assert_eq!(
        (requests(200), requests(422)),
        (Some(4.0), Some(1.0)),
        "{text}"
    );
    let unmatched = "dictamen_requests_total{method=\"GET\",route=\"unmatched\",status=\"404\"}";
    assert_eq!(of(unmatched), Some(1.0), "{text}");
    // The request that asks is running.
    assert_eq!(of("dictamen_requests_running"), Some(1.0));
    assert_eq!(of("dictamen_log_available"), Some(-1.0));
    assert!(text.contains("dictamen_policy{policy=\"demo\",version=\"1.0.0\",hash=\"sha256:"));
    assert!(of("dictamen_memory_bytes").unwrap() >= 0.0);
}

#[tokio::test]
async fn a_missing_value_is_named_and_no_person_is() {
    let service = Service::new();
    let without = changed(|request| {
        request["employment_records"] = Value::Array(Vec::new());
        request["application"]["application_id"] = "APP-SECRET".into();
    });
    let decision = service.post(DECIDE, without).await.json();
    let text = String::from_utf8(service.get("/metrics").await.body).unwrap();
    let labels = "policy=\"demo\",version=\"1.0.0\"";
    for input in decision["missing"].as_array().unwrap() {
        let name = input["characteristic"].as_str().unwrap();
        let counted = format!("dictamen_missing_total{{{labels},characteristic=\"{name}\"}}");
        assert_eq!(figure(&text, &counted), Some(1.0), "{text}");
    }
    let undecided = !decision["missing"].as_array().unwrap().is_empty();
    let counted = figure(&text, &format!("dictamen_undecided_total{{{labels}}}"));
    assert_eq!(counted, undecided.then_some(1.0));
    assert!(!text.contains("APP-SECRET"));
}

#[tokio::test]
async fn the_log_is_timed() {
    let kept = kept().await;
    kept.service.post(DECIDE, REQUEST).await;
    let text = String::from_utf8(kept.service.get("/metrics").await.body).unwrap();
    assert_eq!(figure(&text, "dictamen_log_seconds_count"), Some(1.0));
    assert_eq!(figure(&text, "dictamen_log_available"), Some(1.0));
    assert_eq!(figure(&text, "dictamen_log_waiting"), Some(0.0));
}
