//! What policies there are and what they declare.

use axum::http::StatusCode;
use serde_json::json;

use crate::support::Service;

#[tokio::test]
async fn policies_are_listed_with_their_versions() {
    let service = Service::new();
    let older = service.read("demo/policy.rhai").replace("1.0.0", "0.9.0");
    service.write("demo@0.9.0/policy.rhai", &older);
    service.write(
        "demo@0.9.0/reasons.toml",
        &service.read("demo/reasons.toml"),
    );
    service.write(".git/config", "not a policy");
    service.write("README.md", "not a policy");
    let service = Service::on(service.dir, service.app.limits());

    let list = service.get("/v1/policies").await.json();
    let expected = json!({ "policies": [
        { "id": "demo", "live_version": "1.0.0", "versions": ["0.9.0", "1.0.0"] }
    ] });
    assert_eq!(list, expected);
    let older = service.get("/v1/policies/demo/versions/0.9.0").await.json();
    assert_eq!(
        (&older["version"], &older["live"]),
        (&json!("0.9.0"), &json!(false))
    );
}

#[tokio::test]
async fn a_policy_tells_what_it_declares() {
    let service = Service::new();
    let answer = service.get("/v1/policies/demo").await;
    assert_eq!(answer.status, StatusCode::OK);
    let mut policy = answer.json();
    policy["hash"].take();
    insta::assert_json_snapshot!(policy);
}

#[tokio::test]
async fn characteristics_are_described() {
    let service = Service::new();
    let list = service.get("/v1/characteristics").await.json();
    let list = list["characteristics"].as_array().unwrap();
    assert!(list.len() > 40);
    let one = service.get("/v1/characteristics/weeks_total").await.json();
    assert!(list.contains(&one));
    assert_eq!(
        (&one["type"], &one["unit"]),
        (&json!("int"), &json!("weeks"))
    );
    let unknown = service.get("/v1/characteristics/week_total").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(unknown.json()["detail"], "did you mean `weeks_total`?");
}
