//! Drift over HTTP and among the metrics, out of a log of its own.

use axum::http::StatusCode;
use dictamen_server::drift::Watch;
use serde_json::{Value, json};

use crate::{
    keeping::{Kept, kept},
    openapi::check,
    support::{DECIDE, changed},
};

const DRIFT: &str = "/v1/policies/demo/drift";
/// Everything that is logged while the test runs.
const ALL: &str = "reference_from=2020-01-01T00:00:00Z&reference_to=2100-01-01T00:00:00Z\
                   &from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z";

pub(crate) async fn decide(kept: &Kept, applications: std::ops::Range<u32>) {
    for n in applications {
        let body = changed(|request| {
            request["application"]["application_id"] = format!("DRIFT-{n}").into();
        });
        let answer = kept.service.post(DECIDE, body).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
}

fn subject<'a>(answer: &'a Value, name: &str) -> &'a Value {
    let subjects = answer["subjects"].as_array().unwrap();
    subjects.iter().find(|s| s["subject"] == name).unwrap()
}

#[tokio::test]
async fn the_same_people_do_not_drift_and_few_have_no_index() {
    let mut kept = kept().await;
    decide(&kept, 0..3).await;
    let few = kept.service.get(&format!("{DRIFT}?{ALL}")).await;
    assert_eq!(few.status, StatusCode::OK);
    let few = few.json();
    let document = kept.service.get("/openapi.json").await.json();
    check(&document, "DriftAnswer", &few);
    assert_eq!(few["live"]["decisions"], 3);
    let line = subject(&few, "S01");
    assert_eq!(line["psi"], Value::Null);
    assert_eq!(line["reading"], "not_enough_decisions");

    decide(&kept, 3..500).await;
    // Another content of the policy is another version, whatever it calls itself.
    let policy = kept.service.read("demo/policy.rhai");
    let answer = kept.service.get(&format!("{DRIFT}?{ALL}")).await.json();
    check(&document, "DriftAnswer", &answer);
    insta::assert_json_snapshot!(answer);
    kept.service
        .write("demo/policy.rhai", &policy.replace("26,", "25,"));
    kept.service.reloader.look();
    let edited = kept.service.get(&format!("{DRIFT}?{ALL}")).await.json();
    assert_eq!(edited["live"]["decisions"], 0);
    assert_eq!(edited["live"]["other_versions"], 500);
    assert_eq!(
        edited["subjects"][0]["classes"][0]["live_share"],
        Value::Null
    );
}

#[tokio::test]
async fn watched_policies_are_among_the_metrics() {
    let kept = kept().await;
    decide(&kept, 0..500).await;
    let year = chrono::Utc::now().format("%Y");
    let watch = |policy: &str| Watch {
        policies: vec![
            format!("{policy}={year}-01-01..{year}-12-31")
                .parse()
                .unwrap(),
        ],
        days: 36_500,
    };
    let text = async || String::from_utf8(kept.service.get("/metrics").await.body).unwrap();
    assert!(!text().await.contains("dictamen_drift_psi{"));
    watch("demo").now(&kept.service.app).await;
    let shown = text().await;
    let labels = "policy=\"demo\",version=\"1.0.0\"";
    for subject in ["outcome", "score", "S01"] {
        let line = format!("dictamen_drift_psi{{{labels},subject=\"{subject}\"}} 0.0\n");
        assert!(shown.contains(&line), "{shown}");
    }
    for window in ["reference", "live"] {
        let line = format!("dictamen_drift_decisions{{{labels},window=\"{window}\"}} 500\n");
        assert!(shown.contains(&line), "{shown}");
    }
    // What is no longer watched is no longer shown.
    watch("gone").now(&kept.service.app).await;
    assert!(!text().await.contains("dictamen_drift_psi{"));
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let kept = kept().await;
    for (query, says) in [
        ("", "`reference_from` is to be given"),
        (
            "reference_from=2026-01-01",
            "`reference_from` is to be an instant",
        ),
        (
            "reference_from=2026-02-01T00:00:00Z&reference_to=2026-01-01T00:00:00Z&from=2026-03-01T00:00:00Z",
            "`reference_from` is to be before `reference_to`",
        ),
        (
            "reference_from=2026-01-01T00:00:00Z&reference_to=2026-02-01T00:00:00Z&from=2126-03-01T00:00:00Z",
            "`from` is to be before `to`",
        ),
        ("reference_frm=x", "did you mean"),
    ] {
        let answer = kept.service.get(&format!("{DRIFT}?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        let problem = answer.json();
        assert_eq!(problem["code"], json!("invalid-query"));
        assert!(problem["detail"].to_string().contains(says), "{problem}");
    }
    let unknown = kept
        .service
        .get(&format!("/v1/policies/no/drift?{ALL}"))
        .await;
    assert_eq!(unknown.json()["code"], "unknown-policy");
    let without = crate::support::Service::new();
    let answer = without.get(&format!("{DRIFT}?{ALL}")).await;
    assert_eq!(answer.json()["code"], "no-log");
}
