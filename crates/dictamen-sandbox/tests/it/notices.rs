//! Notices: what is told when, how unreliably, and what becomes of recurrent links.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Redirect;
use axum::routing::post;
use dictamen_belvo::webhook::{Meaning, Notice, Secret};
use dictamen_model::wire::EmploymentChange;
use dictamen_sandbox::Settings;
use dictamen_sandbox::settings::{Notices, WebhookTarget};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{Local, calm, curp, got};

/// A receiver that refuses the first so many notices.
#[derive(Clone)]
struct Receiver {
    url: String,
    refuse: Arc<Mutex<u32>>,
    got: Arc<Mutex<Vec<Bytes>>>,
}

impl Receiver {
    async fn start(refuse: u32) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            url: format!("http://{}/hooks", listener.local_addr().unwrap()),
            refuse: Arc::new(Mutex::new(refuse)),
            got: Arc::default(),
        };
        let moved = post(|| async { Redirect::temporary("/hooks") });
        let app = Router::new()
            .route("/moved", moved)
            .route("/hooks", post(Self::take))
            .with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        receiver
    }

    #[expect(clippy::unused_async, reason = "a handler")]
    async fn take(State(receiver): State<Self>, headers: HeaderMap, body: Bytes) -> StatusCode {
        let secret = Secret::basic("belvo", "agreed");
        assert!(secret.is(headers["authorization"].as_bytes()));
        let mut refuse = receiver.refuse.lock().unwrap();
        receiver.got.lock().unwrap().push(body);
        if *refuse > 0 {
            *refuse -= 1;
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        StatusCode::OK
    }

    fn target(&self) -> Notices {
        Notices {
            target: Some(WebhookTarget {
                url: self.url.clone(),
                authorization: Some(Secret::basic("belvo", "agreed").expose().to_owned()),
            }),
            ..calm().notices
        }
    }

    async fn wait(&self, count: usize) -> Vec<Notice> {
        for _ in 0..1_000 {
            if self.got.lock().unwrap().len() >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Whatever else comes too soon to have been meant.
        tokio::time::sleep(Duration::from_millis(60)).await;
        let got = self.got.lock().unwrap();
        assert_eq!(got.len(), count, "{got:?}");
        got.iter()
            .map(|body| Notice::parse(body).unwrap())
            .collect()
    }
}

async fn start(refuse: u32, change: impl FnOnce(&mut Settings)) -> (Local, Receiver) {
    let receiver = Receiver::start(refuse).await;
    let mut settings = Settings {
        notices: receiver.target(),
        ..calm()
    };
    change(&mut settings);
    (Local::start(settings).await, receiver)
}

#[tokio::test]
async fn a_new_link_is_told_once_per_resource() {
    let (local, receiver) = start(0, |_| {}).await;
    let body = json!({
        "institution": "imss_mx_employment", "username": curp("QXWA"), "access_mode": "single", "external_id": "user_1",
        "fetch_resources": ["EMPLOYMENT_RECORDS", "CURRENT_EMPLOYMENTS", "OWNERS", "EMPLOYMENT_METRICS"],
    });
    let id = local.post("/api/links/", body).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let notices = receiver.wait(4).await;
    for notice in &notices {
        assert_eq!(notice.meaning(), Meaning::Fetch);
        assert_eq!(notice.webhook.link_id.as_deref(), Some(&*id));
        assert_eq!(
            notice.webhook.external_id.as_ref().unwrap().expose(),
            "user_1"
        );
    }
    let mut requests: Vec<_> = notices
        .iter()
        .map(|notice| notice.webhook.request_id.clone())
        .collect();
    requests.dedup();
    assert_eq!(requests.len(), 1);
    let first: Value = receiver
        .got
        .lock()
        .unwrap()
        .iter()
        .map(|body| serde_json::from_slice::<Value>(body).unwrap())
        .find(|n| n["webhook_type"] == "EMPLOYMENT_RECORDS")
        .unwrap();
    assert_eq!(
        (&first["process_type"], &first["webhook_code"]),
        (&json!("historical_update"), &json!("historical_update"))
    );
    assert_eq!(
        first["data"],
        json!({ "total_employment_record_profiles": 1 })
    );
    assert_eq!(first["webhook_id"].as_str().unwrap().len(), 32);
    // What is told is there already.
    for path in [
        "employment-records",
        "mx/current-employments",
        "owners",
        "employment-metrics",
    ] {
        assert_eq!(
            local.get(&format!("/api/{path}/?link={id}")).await.json()["count"],
            1
        );
    }
}

#[tokio::test]
async fn an_asynchronous_retrieval_is_told_with_its_request() {
    let (local, receiver) = start(0, |_| {}).await;
    let body = json!({ "institution": "imss_mx_employment", "username": curp("QXWA"), "access_mode": "single" });
    let id = local.post("/api/links/", body).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let ask = local
        .request("POST", "/api/employment-records/")
        .header("X-Belvo-Request-Mode", "async");
    let accepted = got(ask.json(&json!({ "link": id }))).await;
    assert_eq!(accepted.status, 202);
    let notices = receiver.wait(1).await;
    assert_eq!(
        notices[0].webhook.request_id.as_deref(),
        accepted.json()["request_id"].as_str()
    );

    let ask = local
        .request("DELETE", &format!("/api/links/{id}/"))
        .header("X-Belvo-Request-Mode", "async");
    let accepted = got(ask).await;
    assert_eq!(accepted.status, 202);
    let notices = receiver.wait(2).await;
    assert_eq!(
        (
            notices[1].meaning(),
            notices[1].webhook.request_id.as_deref()
        ),
        (Meaning::Deleted, accepted.json()["request_id"].as_str())
    );
    assert_eq!(local.get(&format!("/api/links/{id}/")).await.status, 404);
}

#[tokio::test]
async fn a_refused_notice_is_sent_again_with_its_id() {
    let (local, receiver) = start(3, |_| {}).await;
    let body = json!({ "institution": "planet_mx_employment", "username": "ANY", "fetch_resources": ["OWNERS"] });
    local.post("/api/links/", body).await;
    let notices = receiver.wait(4).await;
    assert!(notices.iter().all(|notice| notice.keys == notices[0].keys));
    let log = local.get("/sandbox/webhooks/").await.json();
    assert_eq!(
        (&log[0]["attempts"], &log[0]["status"]),
        (&json!(4), &json!(200))
    );
}

#[tokio::test]
async fn a_notice_is_given_up_after_five_retries() {
    let (local, receiver) = start(100, |settings| {
        settings.notices.backoff = Duration::from_millis(2);
    })
    .await;
    let body = json!({ "institution": "planet_mx_employment", "username": "ANY", "fetch_resources": ["OWNERS"] });
    local.post("/api/links/", body).await;
    receiver.wait(6).await;
}

#[tokio::test]
async fn notices_come_twice_late_incomplete_or_never() {
    let (local, receiver) = start(0, |settings| {
        settings.notices.twice_percent = 100;
        settings.notices.without = vec!["process_type".into(), "external_id".into()];
    })
    .await;
    local.link("planet_mx_employment", "ANY", "single").await;
    let notices = receiver.wait(4).await;
    assert!(notices.iter().all(
        |notice| notice.webhook.process_type.is_none() && notice.webhook.external_id.is_none()
    ));
    let keys: std::collections::BTreeSet<_> = notices
        .iter()
        .map(|notice| notice.keys[0].clone())
        .collect();
    assert_eq!(keys.len(), 2);

    let (local, receiver) = start(0, |_| {}).await;
    local
        .link("imss_mx_employment", &curp("XFWL"), "single")
        .await;
    local
        .link("imss_mx_employment", &curp("XFWT"), "single")
        .await;
    receiver.wait(4).await;

    let (local, receiver) = start(0, |_| {}).await;
    let late = local
        .link("imss_mx_employment", &curp("XFWD"), "single")
        .await;
    let soon = local
        .link("imss_mx_employment", &curp("QXWA"), "single")
        .await;
    let order: Vec<String> = receiver
        .wait(4)
        .await
        .iter()
        .map(|notice| notice.webhook.link_id.clone().unwrap())
        .collect();
    assert_eq!(order, [&*soon, &soon, &late, &late]);
}

#[tokio::test]
async fn recurrent_links_tell_what_changed() {
    let (local, receiver) = start(0, |_| {}).await;
    let person = curp("QXWA");
    let happen = async |event: Value| {
        let path = format!("/sandbox/people/{person}/events/");
        assert_eq!(local.post(&path, event).await.status, 201);
    };
    // Whatever the person's career is, it begins here with a job that lasts.
    happen(json!({ "event": "job_loss" })).await;
    happen(json!({ "event": "hired" })).await;
    let body = json!({ "institution": "imss_mx_employment", "username": person, "fetch_resources": ["EMPLOYMENT_RECORDS"] });
    let id = local.post("/api/links/", body).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    receiver.wait(1).await;
    let mut told = 1;
    let mut week = async |event: Option<Value>| -> Vec<EmploymentChange> {
        if let Some(event) = &event {
            local.post("/sandbox/time/", json!({ "days": 2 })).await;
            happen(event.clone()).await;
        }
        local.post("/sandbox/time/", json!({ "days": 7 })).await;
        told += if event.is_some() { 2 } else { 0 };
        let notices = receiver.wait(told).await;
        let changed = notices
            .iter()
            .skip(told.saturating_sub(2))
            .find(|notice| notice.meaning() == Meaning::Changed);
        match event {
            None => Vec::new(),
            Some(_) => changed
                .unwrap()
                .webhook
                .data
                .clone()
                .unwrap()
                .employment_changes
                .unwrap(),
        }
    };
    assert_eq!(week(None).await, []);
    let raised = week(Some(json!({ "event": "raise", "percent": 20 }))).await;
    assert_eq!(raised, [EmploymentChange::SalaryIncreased]);
    let changed = week(Some(json!({ "event": "job_change", "percent": -15 }))).await;
    assert_eq!(
        changed
            .iter()
            .map(EmploymentChange::as_str)
            .collect::<Vec<_>>()[0],
        "EMPLOYER_CHANGED"
    );
    assert_eq!(
        week(Some(json!({ "event": "job_loss" }))).await,
        [EmploymentChange::Unemployed]
    );
    assert_eq!(week(None).await, []);
    assert_eq!(
        week(Some(json!({ "event": "hired" }))).await,
        [EmploymentChange::Employed]
    );

    let records = local
        .get(&format!("/api/employment-records/?link={id}"))
        .await
        .json();
    assert_eq!(records["count"], 5);
    let jobs = records["results"][0]["employment_records"]
        .as_array()
        .unwrap();
    assert_eq!(jobs[0]["end_date"], Value::Null);
    assert!(jobs.iter().skip(1).all(|job| !job["end_date"].is_null()));
}

#[tokio::test]
async fn a_recurrent_link_that_fails_is_told() {
    let (local, receiver) = start(0, |_| {}).await;
    local
        .link("imss_mx_employment", &curp("QXWA"), "recurrent")
        .await;
    receiver.wait(2).await;
    local
        .send("PUT", "/sandbox/faults/", json!(["imss-office"]))
        .await;
    local.post("/sandbox/time/", json!({ "days": 7 })).await;
    let notices = receiver.wait(3).await;
    assert_eq!(notices[2].meaning(), Meaning::Reconnect);
    let data = notices[2].webhook.data.as_ref().unwrap();
    let trouble =
        dictamen_belvo::trouble::Trouble::of_message(data.error_message.as_ref().unwrap().expose());
    assert_eq!(
        trouble,
        Some(dictamen_belvo::trouble::Trouble::OfficeNeeded)
    );
}

#[tokio::test]
async fn notices_go_to_this_machine_only() {
    let local = Local::start(calm()).await;
    let refused = local
        .send(
            "PUT",
            "/sandbox/webhook/",
            json!({ "url": "https://example.com/hooks" }),
        )
        .await;
    assert_eq!(refused.status, 400);
    let taken = local
        .send(
            "PUT",
            "/sandbox/webhook/",
            json!({ "url": "http://127.0.0.1:1/hooks" }),
        )
        .await;
    assert_eq!(taken.status, 200);
}

#[tokio::test]
async fn brazil_s_answers_are_told_as_news() {
    let (local, receiver) = start(0, |_| {}).await;
    let body = json!({ "institution": "inss_br_employment", "username": "12345678909", "access_mode": "single", "fetch_resources": ["EMPLOYMENTS"] });
    let id = local.post("/api/links/", body).await.json()["id"].clone();
    let first = &receiver.wait(1).await[0].webhook;
    let total = first
        .data
        .as_ref()
        .unwrap()
        .total_employments
        .unwrap()
        .get();
    assert!(total > 1);
    let ask = local
        .request("POST", "/api/br/employments/")
        .header("X-Belvo-Request-Mode", "async");
    assert_eq!(got(ask.json(&json!({ "link": id }))).await.status, 202);
    let news = &receiver.wait(2).await[1];
    assert_eq!(news.meaning(), Meaning::Fetch);
    assert_eq!(
        news.webhook.webhook_code.as_ref().unwrap().as_str(),
        "new_employments_available"
    );
    assert_eq!(
        news.webhook
            .data
            .as_ref()
            .unwrap()
            .new_employments
            .unwrap()
            .get(),
        total
    );
}

#[tokio::test]
async fn days_can_pass_in_seconds() {
    let (local, receiver) = start(0, |settings| {
        settings.day_seconds = Some(1);
        settings.refresh_rate = "24h".into();
    })
    .await;
    let person = curp("QXWA");
    let path = format!("/sandbox/people/{person}/events/");
    local.post(&path, json!({ "event": "job_loss" })).await;
    local.post(&path, json!({ "event": "hired" })).await;
    let body = json!({ "institution": "imss_mx_employment", "username": person, "fetch_resources": ["EMPLOYMENT_RECORDS"] });
    local.post("/api/links/", body).await;
    receiver.wait(1).await;
    let before = local.sandbox.now();
    local.post(&path, json!({ "event": "job_loss" })).await;
    let notices = receiver.wait(3).await;
    assert!(
        notices
            .iter()
            .any(|notice| notice.meaning() == Meaning::Changed)
    );
    let passed = local
        .sandbox
        .now()
        .signed_duration_since(before)
        .num_hours();
    assert!((12..=240).contains(&passed), "{passed}");
}

#[tokio::test]
async fn what_is_not_documented_can_be_either() {
    let (local, receiver) = start(1, |settings| {
        settings.notices.new_ids = true;
        settings.notices.asked_as_news = true;
        settings.refresh_replaces = true;
    })
    .await;
    let body = json!({ "institution": "imss_mx_employment", "username": curp("QXWA"), "fetch_resources": ["EMPLOYMENT_RECORDS"] });
    let id = local.post("/api/links/", body).await.json()["id"].clone();
    let notices = receiver.wait(2).await;
    assert_ne!(notices[0].keys[0], notices[1].keys[0]);
    assert_eq!(notices[0].keys[1], notices[1].keys[1]);
    let ask = local
        .request("POST", "/api/employment-records/")
        .header("X-Belvo-Request-Mode", "async");
    got(ask.json(&json!({ "link": id }))).await;
    let news = &receiver.wait(3).await[2].webhook;
    assert_eq!(
        news.webhook_code.as_ref().unwrap().as_str(),
        "new_employment_records_available"
    );
    assert_eq!(
        local.get("/api/employment-records/").await.json()["count"],
        1
    );
}

#[tokio::test]
async fn a_notice_follows_nobody_elsewhere() {
    let (local, receiver) = start(0, |settings| {
        let target = settings.notices.target.as_mut().unwrap();
        target.url = target.url.replace("/hooks", "/moved");
        settings.notices.retries = 0;
    })
    .await;
    local.link("planet_mx_employment", "ANY", "single").await;
    receiver.wait(0).await;
    let log = local.until("/sandbox/webhooks/", 2).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(
        local.get("/sandbox/webhooks/").await.json()[0]["status"],
        307,
        "{log}"
    );
    assert!(receiver.got.lock().unwrap().is_empty());
}
