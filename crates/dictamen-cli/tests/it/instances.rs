//! Two services on one PostgreSQL database.

use std::fs;

use serde_json::Value;

use crate::{
    cluster,
    killing::{Asked, Service, post, post_to},
    support::{Place, REQUEST},
};

fn request(application: &str) -> String {
    let mut body: Value = serde_json::from_str(REQUEST).unwrap();
    body["application"]["application_id"] = application.into();
    body.to_string()
}

fn asked(key: &str, body: &str) -> Asked {
    Asked {
        key: Some(key.to_owned()),
        body: body.to_owned(),
    }
}

#[test]
fn a_key_is_answered_once_and_each_reads_what_the_other_decided() {
    let Some(cluster) = cluster::shared() else {
        return;
    };
    let url = cluster.database();
    let one = Service::start(Place::new(), Some(url.clone()), None);
    let key = fs::read_to_string(one.place.0.path().join("data/master.key")).unwrap();

    // Without the master key of the first, the second does not start, and says why.
    let place = Place::new();
    let mut command = place.command("serve --listen 127.0.0.1:0 --log text");
    let refused = command.env("DATABASE_URL", &url).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        said.contains("give every instance the master key"),
        "{said}"
    );
    assert!(!said.contains(&url), "{said}");

    let two = Service::start(Place::new(), Some(url.clone()), Some(key.trim().to_owned()));
    let body = request("ONE-KEY");
    let first = post(&one.address, &asked("k", &body)).unwrap();
    assert_eq!(first.0, 200);
    assert_eq!(post(&two.address, &asked("k", &body)).unwrap(), first);
    assert_eq!(
        post(&two.address, &asked("k", &request("OTHER")))
            .unwrap()
            .0,
        422
    );

    // Many at once to both, each key to both: one answer for each.
    std::thread::scope(|scope| {
        for n in 0..8 {
            let (one, two) = (&one.address, &two.address);
            scope.spawn(move || {
                let asked = asked(
                    &format!("many-{}", n % 4),
                    &request(&format!("MANY-{}", n % 4)),
                );
                let mut answers = Vec::new();
                for address in [one, two, one, two] {
                    let answer = loop {
                        match post(address, &asked).unwrap() {
                            (409, _) => std::thread::sleep(std::time::Duration::from_millis(10)),
                            (status, body) => {
                                assert_eq!(status, 200);
                                break body;
                            }
                        }
                    };
                    answers.push(answer);
                }
                answers.dedup();
                assert_eq!(answers.len(), 1);
            });
        }
    });

    let decision: Value = serde_json::from_slice(&first.1).unwrap();
    let id = decision["decision_id"].as_str().unwrap();
    let replay = Asked {
        key: None,
        body: "x".to_owned(),
    };
    let (status, answer) =
        post_to(&two.address, &format!("/v1/decisions/{id}:replay"), &replay).unwrap();
    assert_eq!(status, 200);
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["result"], "identical");

    let place = one.stopped();
    two.stopped();
    let mut verify = place.command("log verify --format json");
    let ran = verify.env("DATABASE_URL", &url).output().unwrap();
    let report: Value = serde_json::from_slice(&ran.stdout).unwrap();
    // The key of the other instance is its own.
    let findings = report["findings"].as_array().unwrap();
    assert!(
        findings
            .iter()
            .all(|f| f["code"] == "verify::unknown-signer" || f["code"] == "verify::signature"),
        "{report:#}"
    );
    let decisions: i64 = report["chains"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["entries"].as_i64().unwrap() - 1)
        .sum();
    assert_eq!(decisions, 5);
}
