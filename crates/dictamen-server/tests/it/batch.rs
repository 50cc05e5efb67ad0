//! Many applications on one connection.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{Request, StatusCode},
};
use dictamen_server::app::Limits;
use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use tokio::{net::TcpListener, sync::mpsc};

use crate::{
    keeping::kept,
    support::{Answer, DECIDE, Service, changed},
};

const BATCH: &str = "/v1/policies/demo/decisions:batch";
const NDJSON: (&str, &str) = ("content-type", "application/x-ndjson");

/// The sample request on one line, for an application of this name.
fn line(application: &str) -> String {
    changed(|request| request["application"]["application_id"] = application.into())
}

fn batch(lines: &[&str], key: Option<&str>) -> Request<Body> {
    let mut request = Request::post(BATCH).header(NDJSON.0, NDJSON.1);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    request.body(Body::from(lines.join("\n"))).unwrap()
}

fn answers(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), NDJSON.1);
    let text = std::str::from_utf8(&answer.body).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn each_line_has_its_answer_and_a_bad_one_costs_only_itself() {
    let service = Service::new();
    let (one, two) = (line("APP-1"), line("APP-2"));
    let lines = [&one, "", "{\"application\":", &two, "{}"];
    let request = batch(&lines, None);
    let answer = service.send(request).await;
    let answers = answers(&answer);
    let told: Vec<(u64, u64)> = answers
        .iter()
        .map(|a| (a["line"].as_u64().unwrap(), a["status"].as_u64().unwrap()))
        .collect();
    assert_eq!(told, [(1, 200), (3, 400), (4, 200), (5, 422)]);
    assert_eq!(answers[1]["problem"]["code"], "malformed-json");
    assert_eq!(answers[3]["problem"]["code"], "invalid-request");
    let id = answer.header("x-request-id");
    assert_eq!(answers[1]["problem"]["request_id"], id);
    for (answered, body) in [(&answers[0], &one), (&answers[2], &two)] {
        let alone = service.post(DECIDE, body.clone()).await;
        assert_eq!(answered["decision"], alone.json());
        assert!(answered.get("replayed").is_none());
    }
}

/// Byte for byte what a request of its own gets, so that the hash of an answer is the same.
#[tokio::test]
async fn a_decision_in_a_batch_is_the_same_bytes() {
    let service = Service::new();
    let body = line("APP-1");
    let alone = service.post(DECIDE, body.clone()).await;
    let answer = service.send(batch(&[&body], None)).await;
    let alone = std::str::from_utf8(&alone.body).unwrap().trim_end();
    let together = std::str::from_utf8(&answer.body).unwrap();
    assert!(together.contains(&format!("\"decision\":{alone}")));
}

#[tokio::test]
async fn a_thousand_lines_keep_their_order() {
    let service = Service::new();
    let names: Vec<String> = (1..=1_000).map(|n| format!("APP-{n}")).collect();
    let lines: Vec<String> = names.iter().map(|name| line(name)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let answer = service.send(batch(&lines, None)).await;
    let answered = answers(&answer);
    let answered: Vec<&str> = answered
        .iter()
        .map(|a| a["decision"]["application_id"].as_str().unwrap())
        .collect();
    assert_eq!(answered, names);
}

#[tokio::test]
async fn a_line_that_is_too_long_is_left_out() {
    let service = Service::with(Limits {
        body_bytes: 64 * 1024,
        ..Limits::default()
    });
    let long = "x".repeat(70_000);
    let request = batch(&[&long, &line("APP-1")], None);
    let answers = answers(&service.send(request).await);
    assert_eq!(answers[0]["problem"]["code"], "body-too-large");
    assert_eq!(answers[1]["status"], 200);
}

#[tokio::test]
async fn what_is_wrong_with_the_batch_itself_is_told_at_once() {
    let service = Service::new();
    let answer = service.post(BATCH, line("APP-1")).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let unknown = Request::post("/v1/policies/other/decisions:batch")
        .header(NDJSON.0, NDJSON.1)
        .body(Body::from(line("APP-1")))
        .unwrap();
    assert_eq!(service.send(unknown).await.status, StatusCode::NOT_FOUND);
    let empty = service.send(batch(&[], None)).await;
    assert!(answers(&empty).is_empty());
}

#[tokio::test]
async fn a_batch_sent_again_under_its_key_gets_the_first_answers() {
    let kept = kept().await;
    let (one, two, three) = (line("APP-1"), line("APP-2"), line("APP-3"));
    let first = kept.service.send(batch(&[&one, &two], Some("B-1"))).await;
    let first = answers(&first);
    let again = batch(&[&one, &three, &two], Some("B-1"));
    let again = answers(&kept.service.send(again).await);
    assert_eq!(again[0]["decision"], first[0]["decision"]);
    assert_eq!(again[0]["replayed"], true);
    assert_eq!(again[1]["problem"]["code"], "idempotency-key-reused");
    assert_eq!(again[2]["status"], 200);
    // Genesis and three decisions less the one refused: the second application once only.
    assert_eq!(kept.entries().await, 3);
}

/// A real connection: the first answer comes while the second line has not been sent.
#[tokio::test]
async fn answers_come_while_lines_are_sent() {
    let service = Service::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = service.app.router();
    let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let (send, lines) = mpsc::channel::<String>(1);
    let lines = stream::unfold(lines, |mut lines| async move {
        let line = lines.recv().await?;
        Some((Ok::<_, std::io::Error>(Bytes::from(line)), lines))
    });
    let body = reqwest::Body::wrap_stream(lines);
    let client = reqwest::Client::new();
    send.send(format!("{}\n", line("APP-1"))).await.unwrap();
    let response = client
        .post(format!("http://{address}{BATCH}"))
        .header(NDJSON.0, NDJSON.1)
        .body(body)
        .send()
        .await
        .unwrap();
    let mut answers = response.bytes_stream();
    let mut next = async || {
        let bytes = tokio::time::timeout(Duration::from_secs(10), answers.next());
        let bytes = bytes.await.unwrap().unwrap().unwrap();
        serde_json::from_slice::<Value>(&bytes).unwrap()
    };
    assert_eq!(next().await["decision"]["application_id"], "APP-1");
    send.send(format!("{}\n", line("APP-2"))).await.unwrap();
    assert_eq!(next().await["decision"]["application_id"], "APP-2");
    drop(send);
    assert!(answers.next().await.is_none());
    serving.abort();
}
