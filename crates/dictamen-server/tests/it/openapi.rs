//! The document: what it lists, and whether the service keeps to it.

use serde_json::{Value, json};

use crate::support::{DECIDE, REQUEST, Service, changed};

fn document() -> Value {
    serde_json::to_value(dictamen_server::document()).unwrap()
}

/// Holds a value against a schema of the document.
pub(crate) fn check(document: &Value, schema: &str, value: &Value) {
    let root = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": format!("#/components/schemas/{schema}"),
        "components": document["components"],
    });
    let validator = jsonschema::validator_for(&root).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(value)
        .map(|e| format!("{}: {e}", e.instance_path))
        .collect();
    assert!(errors.is_empty(), "{schema}: {errors:#?}\n{value:#}");
}

#[test]
fn operations() {
    let document = document();
    let mut lines = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let statuses: Vec<_> = operation["responses"].as_object().unwrap().keys().collect();
            let id = operation["operationId"].as_str().unwrap();
            assert!(!operation["summary"].as_str().unwrap().is_empty());
            lines.push(format!("{method} {path} {id} {statuses:?}"));
        }
    }
    let schemas: Vec<_> = document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    insta::assert_snapshot!(format!("{}\n\n{schemas:#?}", lines.join("\n")));
}

#[tokio::test]
async fn answers_are_as_the_document_says() {
    let service = Service::new();
    let document = service.get("/openapi.json").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    for path in [DECIDE.to_owned(), format!("{DECIDE}?explain=full")] {
        let answer = service.post(&path, REQUEST).await.json();
        check(&document, "DecisionAnswer", &answer);
    }
    for (path, schema) in [
        ("/v1/policies", "PolicyList"),
        ("/v1/policies/demo", "PolicyDetail"),
        ("/v1/characteristics", "CharacteristicList"),
        ("/v1/characteristics/age_years", "Characteristic"),
        ("/readyz", "Readiness"),
        ("/v1/policies/none", "Problem"),
    ] {
        check(&document, schema, &service.get(path).await.json());
    }
    let computed = service.post("/v1/characteristics", REQUEST).await.json();
    check(&document, "Computed", &computed);
    let problem = service.post(DECIDE, "{\"as_of\": 1}").await.json();
    check(&document, "Problem", &problem);
    let answer = service.post(DECIDE, "{}").await.json();
    check(&document, "Problem", &answer);
}

#[tokio::test]
async fn examples_are_as_the_document_says() {
    let document = document();
    let example = &document["components"]["schemas"]["DecisionRequest"]["example"];
    assert_eq!(*example, serde_json::from_str::<Value>(REQUEST).unwrap());
    check(&document, "DecisionRequest", example);
    let as_text = changed(|r| r["application"]["requested_amount"] = json!("80000.00"));
    let as_text: Value = serde_json::from_str(&as_text).unwrap();
    check(&document, "DecisionRequest", &as_text);

    let example = &document["components"]["schemas"]["DecisionAnswer"]["example"];
    check(&document, "DecisionAnswer", example);
    let mut real = Service::new().post(DECIDE, REQUEST).await.json();
    let keys = |value: &Value| {
        let keys = value.as_object().unwrap().keys().cloned();
        keys.collect::<Vec<_>>()
    };
    assert_eq!(keys(example), keys(&real));
    // The example may know fewer characteristics than there are by now, but no others.
    let known = real["characteristics"].take();
    for name in keys(&example["characteristics"]) {
        assert!(known.get(&name).is_some(), "{name}");
    }

    let mut seen = 0;
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            for response in operation["responses"].as_object().unwrap().values() {
                let content = &response["content"]["application/problem+json"];
                for example in content["examples"].as_object().into_iter().flatten() {
                    check(&document, "Problem", &example.1["value"]);
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 20);
}

#[tokio::test]
async fn the_viewer_comes_from_the_binary() {
    let service = Service::new();
    let page = service.get("/docs/").await;
    assert_eq!(page.status, 200);
    let page = String::from_utf8(page.body).unwrap();
    assert!(page.contains("swagger-ui"));
    for elsewhere in ["src=\"http", "href=\"http", "src=\"//"] {
        assert!(!page.contains(elsewhere), "{page}");
    }
}

#[tokio::test]
async fn the_bare_address_leads_to_the_viewer() {
    let service = Service::new();
    for method in [axum::http::Method::GET, axum::http::Method::HEAD] {
        let answer = service.method(method, "/").await;
        assert_eq!(answer.status, 303);
        assert_eq!(answer.header("location"), "/docs/");
        assert!(answer.body.is_empty());
        assert!(!answer.header("x-request-id").is_empty());
    }
    assert_eq!(service.get("/docs/").await.status, 200);
    let refused = service.post("/", "{}").await;
    assert_eq!(refused.status, 405);
    assert_eq!(refused.json()["code"], "method-not-allowed");
}
