//! What the log says of a request, and what it never says.

use std::{
    io,
    sync::{Arc, Mutex},
};

use axum::{body::Body, http::Request};

use crate::support::{DECIDE, REQUEST, Service};

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn one_line_a_request_without_personal_data() {
    let service = Service::new();
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_writer(move || writer.clone())
        .finish();
    // For the whole process: other tests log into it as well, under other request ids.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let request = |path: &str, body: &str| {
        Request::post(path)
            .header("content-type", "application/json")
            .header("authorization", "Bearer s3cret")
            .header("x-request-id", "log-test")
            .header("traceparent", TRACE)
            .body(Body::from(body.to_owned()))
            .unwrap()
    };
    let answer = service.send(request(DECIDE, REQUEST)).await;
    let told = answer.header("traceresponse");
    assert!(told.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
    service
        .send(request(
            &format!("{DECIDE}?curp=PERL910314MJCXNC04"),
            REQUEST,
        ))
        .await;
    service
        .send(request(
            "/v1/policies/PERL910314MJCXNC04/decisions",
            REQUEST,
        ))
        .await;
    service.send(request("/PERL910314MJCXNC04", REQUEST)).await;
    service
        .send(request(DECIDE, "{\"as_of\": \"PERL910314MJCXNC04\"}"))
        .await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines = text.lines().filter(|line| line.contains("log-test"));
    let text: Vec<&str> = lines.collect();
    let text = text.join("\n");
    for personal in ["PERL9103", "PEREDO", "04109103475", "s3cret", "lucia@"] {
        assert!(!text.contains(personal), "{text}");
    }
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 5, "{text}");
    for line in &lines {
        let trace = &line["span"]["trace_id"];
        assert_eq!(trace, "4bf92f3577b34da6a3ce929d0e0e4736", "{line}");
    }
    let decided = &lines[0];
    assert_eq!(decided["outcome"], "COUNTER");
    assert_eq!(decided["policy"], "demo");
    assert_eq!(decided["route"], "/v1/policies/{policy}/decisions");
    assert_eq!(decided["span"]["request_id"], "log-test");
    assert_eq!(lines[3]["route"], "unmatched");
}
