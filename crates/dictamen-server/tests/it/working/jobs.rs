//! Deciding later: once accepted, an application is decided, once.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    los::{Los, OLD_SECRET, SECRET},
    on_both,
    world::{text, working},
};
use crate::{
    house::{House, Running},
    openapi::check,
    support::{DECIDE, REQUEST, changed},
};

on_both! {
    what_is_accepted_is_decided_and_told
    a_key_is_accepted_once
    what_cannot_be_decided_is_refused_at_once
    what_was_accepted_survives_the_service
    what_cannot_be_decided_later_says_why
}

const LATER: &str = "/v1/policies/demo/decisions:async";

async fn open(house: &House, los: &Los) -> Running {
    house.open_working(working("http://127.0.0.1:9", los)).await
}

async fn ended(open: &Running, id: &str) -> Value {
    for _ in 0..1000 {
        let (status, job) = open
            .ask_with("GET", &format!("/v1/jobs/{id}"), &[], "")
            .await;
        assert_eq!(status, 200, "{job:#}");
        if job["status"] != "waiting" {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the job {id} never ended");
}

async fn what_is_accepted_is_decided_and_told(house: House) {
    let los = Los::start().await;
    let open = open(&house, &los).await;
    let document = serde_json::to_value(dictamen_server::document()).unwrap();
    let (status, job) = open.ask_with("POST", LATER, &[], REQUEST).await;
    assert_eq!((status, &job["status"]), (202, &json!("waiting")));
    check(&document, "Job", &job);
    let id = text(&job, "id");
    let job = ended(&open, &id).await;
    check(&document, "Job", &job);
    // The same as if it had been asked for at once.
    let (_, now) = open.ask_with("POST", DECIDE, &[], REQUEST).await;
    assert_eq!(
        (&job["status"], &job["decision"]),
        (&json!("decided"), &now)
    );
    assert_eq!(job["decision_id"], now["decision_id"]);
    let message = los.until(1).await.remove(0);
    assert!(message.is_signed_by(SECRET) && message.is_signed_by(OLD_SECRET));
    assert_eq!(message.signatures.len(), 2);
    let told = message.json();
    assert_eq!(told["type"], "job.decided");
    assert_eq!(told["data"]["id"], *id);
    assert_eq!(told["data"]["decision"], now);
    assert_eq!(told["data"]["application_id"], now["application_id"]);
    let (_, list) = open.ask_with("GET", "/v1/decisions", &[], "").await;
    assert_eq!(list["decisions"].as_array().unwrap().len(), 1);
    open.close().await;
}

async fn a_key_is_accepted_once(house: House) {
    let los = Los::start().await;
    let open = open(&house, &los).await;
    let url = format!("http://{}{LATER}", open.address);
    let send = async |body: String| {
        let request = open
            .client
            .post(&url)
            .header("content-type", "application/json")
            .header("idempotency-key", "KEY-OF-ANA");
        let answer = request.body(body).send().await.unwrap();
        let replayed = answer.headers().contains_key("idempotent-replayed");
        let location = answer.headers().get("location").cloned();
        let status = answer.status().as_u16();
        (status, replayed, location, answer.bytes().await.unwrap())
    };
    let first = send(REQUEST.to_owned()).await;
    assert_eq!((first.0, first.1), (202, false));
    let job: Value = serde_json::from_slice(&first.3).unwrap();
    let id = text(&job, "id");
    assert_eq!(first.2.unwrap(), format!("/v1/jobs/{id}"));
    ended(&open, &id).await;
    let again = send(REQUEST.to_owned()).await;
    assert_eq!((again.0, again.1), (202, true));
    assert_eq!(again.3, first.3);
    let other = send(changed(|r| r["application"]["requested_amount"] = json!(1))).await;
    assert_eq!(other.0, 422);
    // Many at once are one.
    let all = (0..8).map(|_| async {
        let headers = [("idempotency-key", "many")];
        let said = open.ask_with("POST", LATER, &headers, REQUEST).await;
        text(&said.1, "id")
    });
    let ids = futures_util::future::join_all(all).await;
    assert!(ids.iter().all(|other| *other == ids[0]));
    los.until(2).await;
    open.close().await;
}

async fn what_cannot_be_decided_is_refused_at_once(house: House) {
    let los = Los::start().await;
    let open = open(&house, &los).await;
    let code = async |path: &str, body: &str| {
        let (status, said) = open.ask_with("POST", path, &[], body).await;
        (status, text(&said, "code"))
    };
    for (path, body, status, expected) in [
        (LATER, "{}", 422, "invalid-request"),
        (LATER, "{", 400, "malformed-json"),
        (&*format!("{LATER}?as_of=1"), REQUEST, 400, "invalid-query"),
        (
            &*format!("{LATER}?explain=full"),
            REQUEST,
            400,
            "invalid-query",
        ),
        (
            "/v1/policies/none/decisions:async",
            REQUEST,
            404,
            "unknown-policy",
        ),
    ] {
        assert_eq!(
            code(path, body).await,
            (status, expected.to_owned()),
            "{path}"
        );
    }
    let unknown = open.ask_with("GET", "/v1/jobs/none", &[], "").await;
    assert_eq!(
        (unknown.0, &unknown.1["code"]),
        (404, &json!("unknown-job"))
    );
    assert!(los.messages().is_empty());
    open.close().await;
}

async fn what_was_accepted_survives_the_service(house: House) {
    let los = Los::start().await;
    // A service that takes jobs and does not work on them: its process ends first.
    let first = house.open().await;
    let settings = working("http://127.0.0.1:9", &los);
    let work = dictamen_server::work::Work::new(first.store.clone(), settings).unwrap();
    let app = first.app.clone().with_work(work);
    let request = axum::http::Request::post(LATER)
        .header("content-type", "application/json")
        .header("host", "localhost");
    let request = request.body(axum::body::Body::from(REQUEST)).unwrap();
    let answer = crate::support::send(app.router(), request).await;
    assert_eq!(answer.status, 202, "{}", answer.json());
    let id = text(&answer.json(), "id");
    first.close().await;
    let second = open(&house, &los).await;
    assert_eq!(ended(&second, &id).await["status"], "decided");
    los.until(1).await;
    second.close().await;
}

async fn what_cannot_be_decided_later_says_why(house: House) {
    let los = Los::start().await;
    let open = open(&house, &los).await;
    // No public figures for that day: known only once it is decided.
    let body = changed(|r| r["as_of"] = json!("2031-01-15")).replace("2026-09-14", "2031-01-14");
    let (status, job) = open.ask_with("POST", LATER, &[], &body).await;
    assert_eq!(status, 202, "{job:#}");
    let job = ended(&open, &text(&job, "id")).await;
    assert_eq!(job["status"], "failed");
    assert_eq!(job["failure"]["code"], "cannot-compute", "{job:#}");
    let told = los.until(1).await[0].json();
    assert_eq!(
        (&told["type"], &told["data"]["failure"]),
        (&json!("job.failed"), &job["failure"])
    );
    open.close().await;
}
