//! Deciding: the answer, its bytes, and what may be asked of it.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::json;

use crate::support::{DECIDE, REQUEST, Service, changed};

#[tokio::test]
async fn an_application_is_decided() {
    let service = Service::new();
    let answer = service.post(DECIDE, REQUEST).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/json");
    let mut decision = answer.json();
    // The table of characteristics has tests of its own and grows without this crate's doing.
    let facts = decision["characteristics"].take();
    assert_eq!(facts["weeks_total"], 485);
    assert_eq!(facts["requested_amount"], "80000.00");
    for hash in ["/input_hash", "/parameters/hash", "/policy/hash"] {
        let value = decision.pointer_mut(hash).unwrap();
        assert!(value.as_str().unwrap().starts_with("sha256:"));
        *value = json!("[hash]");
    }
    assert_eq!(decision["decision_id"].take().as_str().unwrap().len(), 36);
    insta::assert_json_snapshot!(decision);
}

#[tokio::test]
async fn the_same_question_gets_the_same_bytes() {
    let service = Service::new();
    let first = service.post(DECIDE, REQUEST).await;
    let compact = changed(|_| {});
    for body in [REQUEST.to_owned(), compact] {
        let again = service.post(DECIDE, body).await;
        assert_eq!(first.body, again.body);
    }
    let pinned = "/v1/policies/demo/versions/1.0.0/decisions";
    assert_eq!(first.body, service.post(pinned, REQUEST).await.body);
    assert!(first.body.ends_with(b"}\n"));
}

#[tokio::test]
async fn a_decline_is_an_answer() {
    let service = Service::new();
    let body = changed(|r| {
        r["employment_records"]["results"][0]["social_security_summary"] = json!(null);
        r["employment_records"]["results"][0]["employment_records"] = json!([]);
    });
    let answer = service.post(DECIDE, body).await;
    assert_eq!(answer.status, StatusCode::OK);
    let decision = answer.json();
    assert_eq!(decision["outcome"], "DECLINE");
    assert_eq!(decision["offer"], json!(null));
    assert!(!decision["reasons"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn the_day_is_the_querys_the_bodys_or_today_in_mexico_city() {
    let service = Service::new();
    let without = changed(|r| {
        r.as_object_mut().unwrap().remove("as_of");
    });
    let as_of = async |path: &str, body: &str| {
        let answer = service.post(path, body.to_owned()).await;
        answer.json()["as_of"].clone()
    };
    let query = format!("{DECIDE}?as_of=2026-09-20");
    assert_eq!(as_of(DECIDE, REQUEST).await, "2026-09-15");
    assert_eq!(as_of(DECIDE, &without).await, "2026-09-15");
    assert_eq!(as_of(&query, &without).await, "2026-09-20");
    assert_eq!(
        as_of(&format!("{DECIDE}?as_of=2026-09-15"), REQUEST).await,
        "2026-09-15"
    );

    let conflict = service.post(&query, REQUEST).await;
    assert_eq!(conflict.status, StatusCode::BAD_REQUEST);
    assert_eq!(conflict.json()["code"], "conflicting-as-of");
}

#[tokio::test]
async fn the_trace_comes_when_it_is_asked_for() {
    let service = Service::new();
    let plain = service.post(DECIDE, REQUEST).await;
    let rules = async |explain: &str| {
        let path = format!("{DECIDE}?explain={explain}");
        let answer = service.post(&path, REQUEST).await.json();
        let rules = answer["trace"]["rules"].as_array().cloned();
        rules.map(|rules| {
            let verdict = |r: &serde_json::Value| r["verdict"].as_str().unwrap().to_owned();
            rules.iter().map(verdict).collect::<Vec<_>>()
        })
    };
    assert_eq!(plain.json().get("trace"), None);
    assert_eq!(rules("none").await, None);
    let full = rules("full").await.unwrap();
    assert!(full.contains(&"passed".to_owned()), "{full:?}");
    let reasons = rules("reasons").await.unwrap();
    assert!(reasons.iter().all(|v| v != "passed" && v != "not_reached"));
}

#[tokio::test]
async fn request_ids_come_back_when_they_are_sane() {
    let service = Service::new();
    let id = async |given: &str| {
        let request = Request::post(DECIDE)
            .header("content-type", "application/json")
            .header("x-request-id", given);
        let answer = service
            .send(request.body(Body::from(REQUEST)).unwrap())
            .await;
        answer.header("x-request-id").to_owned()
    };
    assert_eq!(id("los-2026.11:22_7").await, "los-2026.11:22_7");
    for insane in ["", "a b", "<script>", &"x".repeat(129)] {
        assert_eq!(id(insane).await.len(), 36, "{insane}");
    }
}

#[tokio::test]
async fn an_idempotency_key_is_accepted_when_it_is_one() {
    let service = Service::new();
    let status = async |key: &str| {
        let request = Request::post(DECIDE)
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        let answer = service
            .send(request.body(Body::from(REQUEST)).unwrap())
            .await;
        answer.status
    };
    assert_eq!(
        status("8e03978e-40d5-43dd-bc93-6894a57f9324").await,
        StatusCode::OK
    );
    assert_eq!(status(&"k".repeat(255)).await, StatusCode::OK);
    assert_eq!(status(&"k".repeat(256)).await, StatusCode::BAD_REQUEST);
    assert_eq!(status("").await, StatusCode::BAD_REQUEST);
    assert_eq!(status("two words").await, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_body_is_decided_like_a_small_one() {
    let service = Service::new();
    let small = service.post(DECIDE, REQUEST).await;
    let padded = format!("{REQUEST}{}", " ".repeat(400 * 1024));
    assert_eq!(service.post(DECIDE, padded).await.body, small.body);
}

#[tokio::test]
async fn characteristics_are_computed_without_deciding() {
    let service = Service::new();
    let computed = service.post("/v1/characteristics", REQUEST).await;
    assert_eq!(computed.status, StatusCode::OK);
    let computed = computed.json();
    let decision = service.post(DECIDE, REQUEST).await.json();
    for key in ["characteristics", "as_of", "parameters"] {
        assert_eq!(computed[key], decision[key], "{key}");
    }
    assert_eq!(computed.get("outcome"), None);
}
