//! Policies of the store while its database is away, and after it came back.

use std::{
    thread,
    time::{Duration, Instant},
};

use dictamen_store::Place as At;
use serde_json::{Value, json};

use crate::{
    cluster::Cluster,
    http::ask_json,
    lifecycle::{Service, holds, publish},
    support::{Place, REQUEST},
};

const DECIDE: &str = "/v1/policies/demo/decisions";

fn request(application: &str) -> Value {
    let mut body: Value = serde_json::from_str(REQUEST).unwrap();
    body["application"]["application_id"] = application.into();
    body
}

/// What a service answers, asked until it is `status`; how long that took.
fn until(service: &Service, application: &str, status: u16) -> (Value, Duration) {
    let began = Instant::now();
    loop {
        let body = request(application);
        let (got, answer) = ask_json(&service.address, "POST", DECIDE, Some(&body));
        if got == status {
            return (answer, began.elapsed());
        }
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "{got} instead of {status}: {answer}"
        );
        thread::sleep(Duration::from_millis(50));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_change_again_on_every_instance_once_the_database_is_back() {
    let Some(mut cluster) = Cluster::start() else {
        return;
    };
    let (place, url) = (Place::new(), cluster.database());
    tokio::task::block_in_place(|| {
        let start = || Service::start(&place, "data", Some(&url), &["--single-person"]);
        let (one, two) = (start(), start());
        one.done(&place, "import rules --publish");
        until(&two, "BEFORE", 200);
        publish(&one, &place, "1.0.0", "1.1.0");

        cluster.down();
        for service in [&one, &two] {
            let (answer, _) = until(service, "AWAY", 503);
            assert_eq!(answer["code"], "log-unavailable", "{answer}");
            let (status, ready) = ask_json(&service.address, "GET", "/readyz", None);
            assert_eq!(status, 503, "{ready}");
            // What is in force is known without the database; what changes it is not done.
            let (status, policy) = ask_json(&service.address, "GET", "/v1/policies/demo", None);
            assert_eq!(status, 200, "{policy}");
            let change = json!({ "version": "1.1.0" });
            let path = "/v1/policies/demo:activate";
            let (status, answer) = ask_json(&service.address, "POST", path, Some(&change));
            assert_eq!(status, 503, "{answer}");
        }
        cluster.up();

        for service in [&one, &two] {
            let (answer, _) = until(service, "BACK", 200);
            assert_eq!(answer["policy"]["version"], "1.0.0");
        }
        // Not even the notification of a change was lost with the connection it comes by.
        one.post("/v1/policies/demo:activate", &json!({ "version": "1.1.0" }));
        assert_eq!(one.version(), "1.1.0");
        let began = Instant::now();
        while two.version() != "1.1.0" {
            assert!(began.elapsed() < Duration::from_secs(10));
            thread::sleep(Duration::from_millis(50));
        }
        println!("the other instance switched {:?} later", began.elapsed());
        one.stop();
        two.stop();
    });
    holds(At::Postgres(url)).await;
}
