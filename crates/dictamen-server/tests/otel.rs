//! Traces as a collector receives them.
#![cfg(feature = "otel")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "test")]

#[expect(dead_code, reason = "shared with the other tests")]
#[path = "it/support.rs"]
mod support;

use std::{sync::mpsc, time::Duration};

use axum::{Json, Router, body::Body, http::Request, routing};
use dictamen_server::trace::start_exporting;
use serde_json::Value;

use support::{DECIDE, REQUEST, Service};

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A collector on a port of its own; what it is sent comes out of the channel.
fn collector() -> (String, mpsc::Receiver<Value>) {
    let (sent, received) = mpsc::channel();
    let (address, known) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            address.send(listener.local_addr().unwrap()).unwrap();
            let take = move |Json(body): Json<Value>| async move {
                sent.send(body).unwrap();
                Json(serde_json::json!({}))
            };
            let router = Router::new().route("/v1/traces", routing::post(take));
            axum::serve(listener, router).await.unwrap();
        });
    });
    (format!("http://{}", known.recv().unwrap()), received)
}

fn requests(runtime: &tokio::runtime::Runtime) -> String {
    runtime.block_on(async {
        let service = Service::new();
        let request = |path: &str, parent: &str| {
            Request::post(path)
                .header("content-type", "application/json")
                .header("traceparent", parent)
                .body(Body::from(REQUEST))
                .unwrap()
        };
        let answer = service.send(request(DECIDE, PARENT)).await;
        let told = answer.header("traceresponse").to_owned();
        // The caller does not sample this one.
        let unsampled = PARENT.replace("-01", "-00");
        let answer = service.send(request(DECIDE, &unsampled)).await;
        assert!(answer.header("traceresponse").ends_with("-00"));
        // No trace, so it begins one.
        let answer = service
            .send(request("/PERL910314MJCXNC04", "nonsense"))
            .await;
        assert_eq!(answer.status, 404);
        assert!(answer.header("traceresponse").ends_with("-01"));
        told
    })
}

#[test]
fn a_collector_gets_a_span_for_each_request() {
    for bad in ["", "127.0.0.1:4318", "https://127.0.0.1:4318", "http://"] {
        assert!(start_exporting(bad).is_err(), "{bad}");
    }
    let (address, received) = collector();
    let exporting = start_exporting(&address).unwrap();
    assert!(start_exporting(&address).is_err());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let told = requests(&runtime);
    drop(exporting);
    let batch = received.recv_timeout(Duration::from_secs(10)).unwrap();
    let text = batch.to_string();
    for personal in ["PERL9103", "PEREDO", "04109103475"] {
        assert!(!text.contains(personal), "{text}");
    }
    let resource = batch["resourceSpans"][0]["resource"]["attributes"].to_string();
    assert!(resource.contains("\"dictamen\""), "{resource}");
    let spans = &batch["resourceSpans"][0]["scopeSpans"][0]["spans"];
    let spans = spans.as_array().unwrap();
    assert_eq!(spans.len(), 2, "{spans:#?}");
    let (decided, lost) = (&spans[0], &spans[1]);
    assert_eq!(decided["traceId"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(decided["parentSpanId"], "00f067aa0ba902b7");
    assert_eq!(decided["name"], "POST /v1/policies/{policy}/decisions");
    assert_eq!(
        told,
        format!(
            "00-4bf92f3577b34da6a3ce929d0e0e4736-{}-01",
            decided["spanId"].as_str().unwrap()
        )
    );
    let attributes = decided["attributes"].to_string();
    for said in ["http.route", "COUNTER", "dictamen.decision_id", "\"demo\""] {
        assert!(attributes.contains(said), "{attributes}");
    }
    assert_eq!(lost["name"], "POST unmatched");
    let parent = lost["parentSpanId"].as_str().unwrap_or_default();
    assert!(parent.is_empty(), "{lost:#}");
}
