//! Everything a client can get wrong, each with its problem.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{Method, Request, StatusCode},
};
use dictamen_server::app::Limits;
use futures_util::stream;
use serde_json::{Value, json};

use crate::support::{Answer, DECIDE, REQUEST, Service, changed, send};

/// The problem of an answer, with the id of the request taken out once it has been checked.
fn problem(answer: &Answer) -> Value {
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "no-store");
    let mut problem = answer.json();
    assert_eq!(problem["status"], answer.status.as_u16());
    assert_eq!(problem["request_id"].take(), answer.header("x-request-id"));
    let code = problem["code"].as_str().unwrap();
    assert_eq!(problem["type"], format!("urn:dictamen:problem:{code}"));
    problem
}

#[tokio::test]
async fn bodies_that_are_no_request() {
    let service = Service::new();
    let mut problems = Vec::new();
    for body in [
        "",
        "  \n",
        "{\n  \"application\": {,}\n}",
        "{\"application\": 1} {}",
        "[]",
        "null",
        "{\"aplication\": {}}",
        "\u{0}",
    ] {
        let answer = service.post(DECIDE, body).await;
        problems.push(json!({ "sent": body, "got": problem(&answer) }));
    }
    insta::assert_json_snapshot!(problems);
}

#[tokio::test]
async fn every_problem_of_a_request_is_told_at_once_and_without_personal_data() {
    let service = Service::new();
    let body = changed(|r| {
        r["application"]["requested_amount"] = json!(-5);
        r["application"]["requested_term_months"] = json!("PERL910314MJCXNC04");
        r["employment_records"]["results"][0]["personal_data"]["birth_date"] = json!("14/03/1991");
        r["as_of"] = json!("LUCIA PEREDO");
    });
    let answer = service.post(DECIDE, body).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let problem = problem(&answer);
    assert!(
        problem["errors"].as_array().unwrap().len() >= 4,
        "{problem}"
    );
    let text = String::from_utf8(answer.body).unwrap();
    for personal in ["PERL9103", "LUCIA", "PEREDO", "14/03", "04109103475"] {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
    insta::assert_json_snapshot!(problem);
}

#[tokio::test]
async fn media_types() {
    let service = Service::new();
    let status = async |name: &'static str, value: &str| {
        let request = Request::post(DECIDE).header(name, value);
        let request = if name == "content-encoding" {
            request.header("content-type", "application/json")
        } else {
            request
        };
        service
            .send(request.body(Body::from(REQUEST)).unwrap())
            .await
            .status
    };
    let refused = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    assert_eq!(
        status("content-type", "application/json; charset=utf-8").await,
        StatusCode::OK
    );
    assert_eq!(
        status("content-type", "application/vnd.los+json").await,
        StatusCode::OK
    );
    assert_eq!(status("content-encoding", "identity").await, StatusCode::OK);
    assert_eq!(
        status("content-type", "application/x-www-form-urlencoded").await,
        refused
    );
    assert_eq!(status("content-type", "text/json").await, refused);
    assert_eq!(status("x-none", "").await, refused);
    assert_eq!(status("content-encoding", "gzip").await, refused);
}

#[tokio::test]
async fn bodies_above_the_limit_with_and_without_a_declared_length() {
    let service = Service::with(Limits {
        body_bytes: REQUEST.len(),
        ..Limits::default()
    });
    assert_eq!(service.post(DECIDE, REQUEST).await.status, StatusCode::OK);
    let larger = format!("{REQUEST} ");
    let declared = Request::post(DECIDE)
        .header("content-type", "application/json")
        .header("content-length", larger.len());
    let declared = service.send(declared.body(Body::from(larger.clone())).unwrap());
    let chunks = larger.into_bytes();
    let chunks: Vec<_> = chunks
        .chunks(100)
        .map(|c| Ok::<_, Infallible>(Bytes::copy_from_slice(c)))
        .collect();
    let chunked = Body::from_stream(stream::iter(chunks));
    for answer in [declared.await, service.post(DECIDE, chunked).await] {
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(problem(&answer)["code"], "body-too-large");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_comes() {
    let service = Service::with(Limits {
        timeout: Duration::from_secs(2),
        ..Limits::default()
    });
    let never = stream::pending::<Result<Bytes, Infallible>>();
    let answer = service.post(DECIDE, Body::from_stream(never)).await;
    assert_eq!(answer.status, StatusCode::REQUEST_TIMEOUT);
    assert_eq!(problem(&answer)["code"], "request-timeout");
}

#[tokio::test]
async fn queries() {
    let service = Service::new();
    for (query, detail) in [
        (
            "explian=full",
            "unknown query parameter; did you mean `explain`?",
        ),
        (
            "x=1",
            "unknown query parameter; known are `explain`, `as_of`",
        ),
        (
            "explain=ful",
            "unknown value of `explain`; did you mean `full`?",
        ),
        (
            "explain=full&explain=none",
            "`explain` is given more than once",
        ),
        (
            "as_of=2026-02-30",
            "`as_of` is to be a calendar day such as `2026-09-15`",
        ),
        (
            "as_of=2026-9-15",
            "`as_of` is to be a calendar day such as `2026-09-15`",
        ),
    ] {
        let answer = service.post(&format!("{DECIDE}?{query}"), REQUEST).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(problem(&answer)["detail"], detail);
    }
    let answer = service.get("/v1/policies?page=2").await;
    assert_eq!(
        problem(&answer)["detail"],
        "this address takes no query parameters"
    );
}

#[tokio::test]
async fn addresses_and_methods() {
    let service = Service::new();
    for path in ["/v2", "/v1/policies/", "/v1/policies/demo/decisions/x"] {
        let answer = service.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(problem(&answer)["code"], "not-found");
    }
    let answer = service.get(DECIDE).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.header("allow"), "POST");
    assert_eq!(problem(&answer)["code"], "method-not-allowed");

    let options = service.method(Method::OPTIONS, "/v1/policies").await;
    assert_eq!(
        (options.status, options.header("allow")),
        (StatusCode::NO_CONTENT, "GET,HEAD")
    );
    for path in ["/v1/policies", "/v1/policies/none"] {
        let head = service.method(Method::HEAD, path).await;
        assert_eq!(head.status, service.get(path).await.status);
        assert!(head.body.is_empty());
    }
    let answer = service.get("/v1/policies/%FF").await;
    assert_eq!(problem(&answer)["code"], "invalid-path");
}

#[tokio::test]
async fn policies_and_versions_that_are_not_there() {
    let service = Service::new();
    for (path, code, detail) in [
        (
            "/v1/policies/demmo/decisions",
            "unknown-policy",
            "known policies: demo; did you mean `demo`?",
        ),
        (
            "/v1/policies/demo/versions/1.0.1/decisions",
            "unknown-version",
            "known versions: 1.0.0; did you mean `1.0.0`?",
        ),
    ] {
        let answer = service.post(path, REQUEST).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        let problem = problem(&answer);
        assert_eq!(
            (&problem["code"], &problem["detail"]),
            (&json!(code), &json!(detail))
        );
    }
}

#[tokio::test]
async fn a_day_that_the_parameters_do_not_cover() {
    let service = Service::new();
    let body = changed(|r| r["as_of"] = json!("2031-01-15"));
    let record = "2031-01-14";
    let body = body.replace("2026-09-14", record);
    let answer = service.post(DECIDE, body).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let problem = problem(&answer);
    assert_eq!(problem["code"], "cannot-compute");
    assert_eq!(problem["errors"][0]["code"], "parameters::not-covered");
}

#[tokio::test]
async fn a_panic_is_a_problem_that_says_nothing_of_it() {
    let service = Service::new();
    let panics = axum::Router::new().route(
        "/panic",
        axum::routing::get(async || -> String { panic!("PERL910314MJCXNC04") }),
    );
    let request = Request::get("/panic").body(Body::empty()).unwrap();
    let answer = send(service.app.router_with(panics), request).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!String::from_utf8_lossy(&answer.body).contains("PERL"));
    assert_eq!(problem(&answer)["code"], "internal");
}
