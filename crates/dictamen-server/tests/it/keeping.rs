//! The decision log behind the service: what is acknowledged is kept, and a retry gets the first
//! answer.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use dictamen_server::app::{App, Limits};
use dictamen_store::{
    Folder, Keys, MasterKeys, Place, Reading, Settings, SigningKey, Store, SystemClock, verify,
};
use serde_json::{Value, json};

use crate::support::{Answer, DECIDE, REQUEST, Service, changed};

pub(crate) struct Kept {
    pub(crate) service: Service,
    store: Store,
    place: Place,
    keys: Keys,
}

pub(crate) async fn kept() -> Kept {
    let mut service = Service::new();
    let place = Place::Sqlite(Folder::new(service.dir.path().join(".data")));
    let keys = Keys {
        master: MasterKeys::random().unwrap(),
        signing: SigningKey::random().unwrap(),
    };
    let settings = Settings {
        patience: Duration::from_secs(5),
        ..Settings::default()
    };
    let store = Store::open(&place, keys.clone(), Arc::new(SystemClock), settings)
        .await
        .unwrap();
    service.app = App::with_log(
        service.reloader.rules(),
        service.app.clock(),
        Limits::default(),
        Some(store.clone()),
    );
    Kept {
        service,
        store,
        place,
        keys,
    }
}

impl Kept {
    async fn decide(&self, key: &str, body: &str) -> Answer {
        self.post_with(DECIDE, body, &[("idempotency-key", key)])
            .await
    }

    pub(crate) async fn post_with(
        &self,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::post(path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.service
            .send(request.body(Body::from(body.to_owned())).unwrap())
            .await
    }

    pub(crate) async fn entries(&self) -> i64 {
        let reading = Reading::open(&self.place).unwrap();
        let report = verify(&reading, &[self.keys.signing.public()], &[])
            .await
            .unwrap();
        assert!(report.holds(), "{report:#?}");
        report.chains[0].entries
    }
}

fn code(answer: &Answer) -> String {
    answer.json()["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn a_decision_is_in_the_log_when_it_is_answered() {
    let kept = kept().await;
    let answer = kept.service.post(DECIDE, REQUEST).await;
    assert_eq!(answer.status, StatusCode::OK);
    let id = answer.json()["decision_id"].as_str().unwrap().to_owned();
    let record = kept.service.get(&format!("/v1/decisions/{id}")).await;
    assert_eq!(record.status, StatusCode::OK);
    let mut record = record.json();
    assert_eq!(record["decision"], answer.json());
    assert_eq!(record["erased"], false);
    // What differs from run to run is left out.
    record["decision"] = Value::Null;
    record["logged_at"] = json!("LOGGED_AT");
    record["entry"]["instance"] = json!("INSTANCE");
    record["entry"]["hash"] = json!("HASH");
    record["facts"]["application"] = json!("BLIND");
    insta::assert_json_snapshot!(record);
    // The same question is the same decision.
    let again = kept
        .service
        .post(&format!("{DECIDE}?explain=full"), REQUEST)
        .await;
    assert_eq!(again.json()["decision_id"], id.as_str());
    assert!(again.json()["trace"].is_object());
    assert_eq!(kept.entries().await, 2);
}

#[tokio::test]
async fn a_retry_gets_the_first_answer_whatever_rules_are_in_force_by_then() {
    let mut kept = kept().await;
    let first = kept.decide("k-1", REQUEST).await;
    assert_eq!(
        (first.status, first.header("idempotent-replayed")),
        (StatusCode::OK, "")
    );
    let policy = kept.service.read("demo/policy.rhai");
    kept.service
        .write("demo/policy.rhai", &policy.replace("1.0.0", "1.1.0"));
    kept.service.reloader.look();
    let other = kept.service.post(DECIDE, REQUEST).await;
    assert_ne!(other.body, first.body);
    let retry = kept.decide("k-1", REQUEST).await;
    assert_eq!(retry.body, first.body);
    assert_eq!(retry.header("idempotent-replayed"), "true");
    assert_eq!(retry.header("content-type"), "application/json");
    assert_eq!(kept.entries().await, 3);
}

#[tokio::test]
async fn a_key_is_for_one_request() {
    let kept = kept().await;
    kept.decide("k", REQUEST).await;
    let other = changed(|request| request["application"]["requested_amount"] = json!(1));
    let refused = kept.decide("k", &other).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(code(&refused), "idempotency-key-reused");
    // So is another query.
    let path = format!("{DECIDE}?explain=full");
    let refused = kept
        .post_with(&path, REQUEST, &[("idempotency-key", "k")])
        .await;
    assert_eq!(code(&refused), "idempotency-key-reused");
    // With a key of its own it is answered, trace and all, every time.
    let explained = kept
        .post_with(&path, REQUEST, &[("idempotency-key", "k2")])
        .await;
    let retry = kept
        .post_with(&path, REQUEST, &[("idempotency-key", "k2")])
        .await;
    assert_eq!(explained.body, retry.body);
    assert!(retry.json()["trace"].is_object());
}

#[tokio::test]
async fn after_a_problem_the_key_is_free() {
    let kept = kept().await;
    assert_eq!(
        kept.decide("k", "{}").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let answer = kept.decide("k", REQUEST).await;
    assert_eq!(
        (answer.status, answer.header("idempotent-replayed")),
        (StatusCode::OK, "")
    );
}

#[tokio::test]
async fn who_asks_while_it_is_answered_is_told_so() {
    let kept = kept().await;
    let running = kept
        .store
        .begin(
            "decisions local",
            "k",
            &[DECIDE.as_bytes(), b"", REQUEST.as_bytes()],
        )
        .await
        .unwrap();
    let refused = kept.decide("k", REQUEST).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(code(&refused), "still-running");
    assert_eq!(refused.header("retry-after"), "1");
    drop(running);
    assert_eq!(kept.decide("k", REQUEST).await.status, StatusCode::OK);
}

#[tokio::test]
async fn decisions_are_listed_page_by_page() {
    let kept = kept().await;
    for n in 1..=5 {
        let body = changed(|r| r["application"]["application_id"] = json!(format!("APP-{n}")));
        assert_eq!(kept.service.post(DECIDE, body).await.status, StatusCode::OK);
    }
    let mut seqs = Vec::new();
    let mut path = "/v1/decisions?policy=demo&limit=2".to_owned();
    loop {
        let page = kept.service.get(&path).await.json();
        for decision in page["decisions"].as_array().unwrap() {
            seqs.push(decision["entry"]["seq"].as_i64().unwrap());
            assert!(decision.get("decision").is_none());
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/v1/decisions?policy=demo&limit=2&after={next}");
    }
    assert_eq!(seqs, [6, 5, 4, 3, 2]);
    let count = async |query: &str| {
        let page = kept
            .service
            .get(&format!("/v1/decisions?{query}"))
            .await
            .json();
        page["decisions"].as_array().unwrap().len()
    };
    assert_eq!(
        count("outcome=DECLINE").await
            + count("outcome=APPROVE").await
            + count("outcome=COUNTER").await
            + count("outcome=REFER").await,
        5
    );
    assert_eq!(count("from=2020-01-01T00:00:00Z").await, 5);
    assert_eq!(count("to=2020-01-01T00:00:00Z").await, 0);
    for query in [
        "outcome=decline",
        "from=2026-01-01",
        "limit=0",
        "limit=501",
        "limit=x",
        "after=x",
        "after=1.2",
        "aftr=1",
    ] {
        let refused = kept.service.get(&format!("/v1/decisions?{query}")).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(code(&refused), "invalid-query");
    }
}

#[tokio::test]
async fn a_decision_can_be_made_again() {
    let mut kept = kept().await;
    let answer = kept.service.post(DECIDE, REQUEST).await;
    let id = answer.json()["decision_id"].as_str().unwrap().to_owned();
    let replay = format!("/v1/decisions/{id}:replay");
    let same = kept.service.post(&replay, "").await;
    assert_eq!(same.status, StatusCode::OK, "{:?}", same.json());
    assert_eq!(same.json()["result"], "identical");
    assert_eq!(same.json()["decision"], answer.json());
    // The policy moves on; the old version is kept beside it.
    let old = kept.service.read("demo/policy.rhai");
    let reasons = kept.service.read("demo/reasons.toml");
    kept.service.write("demo@1.0.0/policy.rhai", &old);
    kept.service.write("demo@1.0.0/reasons.toml", &reasons);
    let new = old.replace("\"1.0.0\"", "\"1.1.0\"");
    kept.service.write("demo/policy.rhai", &new);
    kept.service.reloader.look();
    assert_eq!(
        kept.service.post(&replay, "").await.json()["result"],
        "identical"
    );
    let other = kept
        .service
        .post(&format!("{replay}?policy=demo"), "")
        .await
        .json();
    assert_eq!(other["result"], "same_answer");
    assert_eq!(other["causes"][0]["cause"], "policy");
    assert_eq!(other["causes"][0]["now"]["version"], "1.1.0");
    assert_eq!(other["changes"], json!([]));
    let pinned = kept
        .service
        .post(&format!("{replay}?policy=demo@1.0.0"), "")
        .await
        .json();
    assert_eq!(pinned["result"], "identical");
    for (path, status, kind) in [
        (format!("{replay}?policy=demo@2"), 404, "unknown-version"),
        (format!("{replay}?policy=dmo"), 404, "unknown-policy"),
        (format!("{replay}?as_of=2026-01-01"), 400, "invalid-query"),
        (format!("/v1/decisions/{id}"), 404, "not-found"),
        (
            "/v1/decisions/none:replay".to_owned(),
            404,
            "unknown-decision",
        ),
    ] {
        let refused = kept.service.post(&path, "").await;
        assert_eq!(
            (refused.status.as_u16(), code(&refused).as_str()),
            (status, kind),
            "{path}"
        );
    }
    assert_eq!(kept.entries().await, 2);
}

#[tokio::test]
async fn a_decision_can_be_explained() {
    let kept = kept().await;
    let answer = kept.service.post(DECIDE, REQUEST).await.json();
    let id = answer["decision_id"].as_str().unwrap();
    let explain = format!("/v1/decisions/{id}:explain");
    let found = kept.service.post(&explain, "").await;
    assert_eq!(found.status, StatusCode::OK, "{:?}", found.json());
    let found = found.json();
    assert_eq!(found["language"], "es-MX");
    for same in [
        "decision_id",
        "outcome",
        "score",
        "band",
        "reasons",
        "as_of",
    ] {
        assert_eq!(found[same], answer[same], "{same}");
    }
    assert!(!found["conditions"].as_array().unwrap().is_empty());
    let none = found["suggestions"].as_array().unwrap().is_empty();
    assert_eq!(none, found["without_suggestion"].is_string(), "{found}");
    let english = kept.service.post(&format!("{explain}?lang=en"), "").await;
    assert_eq!(english.json()["language"], "en");
    let other = format!("{explain}?policy=demo@1.0.0");
    assert_eq!(kept.service.post(&other, "").await.json(), found);
    for (path, status, kind) in [
        (format!("{explain}?lang=fr"), 400, "invalid-query"),
        (format!("{explain}?language=en"), 400, "invalid-query"),
        (format!("{explain}?policy=dmo"), 404, "unknown-policy"),
        (
            "/v1/decisions/none:explain".to_owned(),
            404,
            "unknown-decision",
        ),
        (format!("/v1/decisions/{id}:explian"), 404, "not-found"),
    ] {
        let refused = kept.service.post(&path, "").await;
        let told = (refused.status.as_u16(), code(&refused));
        assert_eq!((told.0, told.1.as_str()), (status, kind), "{path}");
    }
    // Nothing of it is logged.
    assert_eq!(kept.entries().await, 2);
}

#[tokio::test]
async fn what_was_erased_is_said_to_be() {
    let kept = kept().await;
    let answer = kept.service.post(DECIDE, REQUEST).await.json();
    let id = answer["decision_id"].as_str().unwrap();
    let application = answer["application_id"].as_str().unwrap();
    let subject = dictamen_store::Subject::Application(application);
    kept.store.erase(subject).await.unwrap();
    let record = kept
        .service
        .get(&format!("/v1/decisions/{id}"))
        .await
        .json();
    assert_eq!(record["erased"], true);
    assert_eq!(record["decision"], Value::Null);
    assert_eq!(record["facts"]["outcome"], answer["outcome"]);
    let refused = kept
        .service
        .post(&format!("/v1/decisions/{id}:replay"), "")
        .await;
    assert_eq!(refused.status, StatusCode::GONE);
    let explain = format!("/v1/decisions/{id}:explain");
    assert_eq!(
        kept.service.post(&explain, "").await.status,
        StatusCode::GONE
    );
}

#[tokio::test]
async fn a_person_can_be_erased_while_the_service_runs() {
    let kept = kept().await;
    let curp = "PERL910314MJCXNC04";
    let answer = kept.service.post(DECIDE, REQUEST).await.json();
    let erased = kept
        .service
        .post(
            "/v1/erasures",
            json!({ "curp": "MEAY030314HMCJRHD7" }).to_string(),
        )
        .await;
    assert_eq!(
        (erased.status, erased.json()),
        (StatusCode::OK, json!({ "decisions": [] }))
    );
    let erased = kept
        .service
        .post(
            "/v1/erasures",
            json!({ "curp": curp.to_lowercase() }).to_string(),
        )
        .await;
    assert_eq!(
        erased.json(),
        json!({ "decisions": [answer["decision_id"]] })
    );
    let other = changed(|r| r["application"]["application_id"] = json!("another"));
    kept.service.post(DECIDE, other).await;
    let erased = kept
        .service
        .post(
            "/v1/erasures",
            json!({ "application_id": "another" }).to_string(),
        )
        .await;
    assert_eq!(erased.json()["decisions"].as_array().unwrap().len(), 1);
    assert_eq!(kept.entries().await, 5);
    for (body, code) in [
        ("{}", "invalid-request"),
        (r#"{"curp":" "}"#, "invalid-request"),
        (r#"{"curp":null}"#, "invalid-request"),
        (r#"{"curp":"X","application_id":"Y"}"#, "invalid-request"),
        (r#"{"crup":"QXWA850309MPLRNL08"}"#, "invalid-request"),
        (r#"["QXWA850309MPLRNL08"]"#, "invalid-request"),
        (r#"{"curp":QXWA850309MPLRNL08"#, "malformed-json"),
        (" ", "empty-body"),
    ] {
        let refused = kept.service.post("/v1/erasures", body).await;
        assert_eq!(refused.json()["code"], code, "{body}");
        assert!(
            !String::from_utf8_lossy(&refused.body).contains("QXWA"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn without_the_log_nothing_is_acknowledged() {
    let kept = kept().await;
    assert_eq!(kept.service.get("/readyz").await.json()["log"], "available");
    kept.store.close().await;
    for answer in [
        kept.service.post(DECIDE, REQUEST).await,
        kept.decide("k", REQUEST).await,
        kept.service.get("/v1/decisions").await,
    ] {
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(code(&answer), "log-unavailable");
        assert_eq!(answer.header("retry-after"), "1");
    }
    let ready = kept.service.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready.json()["log"], "unavailable");
    assert_eq!(kept.service.get("/healthz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_service_without_a_log_says_so() {
    let service = Service::new();
    assert_eq!(service.get("/readyz").await.json()["log"], "off");
    assert_eq!(service.post(DECIDE, REQUEST).await.status, StatusCode::OK);
    for path in ["/v1/decisions", "/v1/decisions/x"] {
        let answer = service.get(path).await;
        assert_eq!(
            (answer.status, code(&answer).as_str()),
            (StatusCode::NOT_FOUND, "no-log")
        );
    }
}

#[tokio::test]
async fn what_is_read_is_as_the_document_says() {
    let kept = kept().await;
    let answer = kept.service.post(DECIDE, REQUEST).await.json();
    let id = answer["decision_id"].as_str().unwrap();
    let document = kept.service.get("/openapi.json").await.json();
    for (schema, value) in [
        (
            "DecisionRecord",
            kept.service
                .get(&format!("/v1/decisions/{id}"))
                .await
                .json(),
        ),
        (
            "DecisionList",
            kept.service.get("/v1/decisions").await.json(),
        ),
        (
            "ReplayAnswer",
            kept.service
                .post(&format!("/v1/decisions/{id}:replay"), "")
                .await
                .json(),
        ),
        ("Readiness", kept.service.get("/readyz").await.json()),
    ] {
        crate::openapi::check(&document, schema, &value);
    }
}
