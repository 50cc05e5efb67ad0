//! Rules that change while the service runs.

use std::fs;

use axum::http::StatusCode;
use dictamen_server::reload::Change;

use crate::support::{DECIDE, REQUEST, Service};

#[tokio::test]
async fn a_bad_edit_keeps_the_last_good_version_in_force() {
    let mut service = Service::new();
    let good = service.read("demo/policy.rhai");
    let before = service.post(DECIDE, REQUEST).await;
    assert_eq!(service.reloader.look(), Change::None);

    service.write(
        "demo/policy.rhai",
        &good.replace("a.weeks_total", "a.week_total"),
    );
    assert_eq!(service.reloader.look(), Change::Rebuilt);
    assert_eq!(service.post(DECIDE, REQUEST).await.body, before.body);
    let ready = service.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    let ready = ready.json();
    let failure = &ready["failures"][0];
    assert_eq!(failure["folder"], "demo");
    assert_eq!(failure["last_good_in_force"], true);
    let finding = &failure["findings"][0];
    assert_eq!(finding["code"], "script::unknown-characteristic");
    assert_eq!(finding["file"], "policy.rhai");

    let next = good.replace("1.0.0", "1.1.0").replace("50000", "60000");
    service.write("demo/policy.rhai", &next);
    assert_eq!(service.reloader.look(), Change::Rebuilt);
    let after = service.post(DECIDE, REQUEST).await.json();
    assert_eq!(after["policy"]["version"], "1.1.0");
    assert_eq!(after["offer"]["amount"], "60000.00");
    let ready = service.get("/readyz").await.json();
    assert_eq!(ready["failures"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn bad_parameters_keep_the_last_good_ones_in_force() {
    let mut service = Service::new();
    let before = service.post(DECIDE, REQUEST).await;
    let good = service.read("parameters/uma.toml");
    service.write("parameters/uma.toml", "uma = [");
    assert_eq!(service.reloader.look(), Change::Rebuilt);
    assert_eq!(service.post(DECIDE, REQUEST).await.body, before.body);
    let ready = service.get("/readyz").await.json();
    assert_eq!(ready["failures"][0]["folder"], "parameters");
    service.write("parameters/uma.toml", &good);
    assert_eq!(service.reloader.look(), Change::Rebuilt);
    let ready = service.get("/readyz").await.json();
    assert_eq!(ready["failures"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn a_folder_that_disappears_and_one_that_appears() {
    let mut service = Service::new();
    let from = service.dir.path().join("demo");
    let to = service.dir.path().join("other");
    fs::rename(&from, &to).unwrap();
    assert_eq!(service.reloader.look(), Change::Rebuilt);
    let answer = service.post(DECIDE, REQUEST).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let ready = service.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    let finding = &ready.json()["failures"][0]["findings"][0];
    assert_eq!(finding["code"], "rules::folder-name");
    fs::rename(&to, &from).unwrap();
    assert_eq!(service.reloader.look(), Change::Rebuilt);
    assert_eq!(service.post(DECIDE, REQUEST).await.status, StatusCode::OK);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_moved_to_another_folder() {
    let service = Service::new();
    let root = service.dir.path();
    let second = tempfile::TempDir::new().unwrap();
    let link = second.path().join("rules");
    std::os::unix::fs::symlink(root, &link).unwrap();
    let mut reloader = dictamen_server::reload::Reloader::start(&link).unwrap();
    assert_eq!(reloader.look(), Change::None);

    let next = Service::new();
    next.write(
        "demo/policy.rhai",
        &next.read("demo/policy.rhai").replace("1.0.0", "2.0.0"),
    );
    let moved = second.path().join("moved");
    std::os::unix::fs::symlink(next.dir.path(), &moved).unwrap();
    fs::rename(&moved, &link).unwrap();
    assert_eq!(reloader.look(), Change::Rebuilt);
    let rules = reloader.rules().load_full();
    let live = rules.policy("demo").unwrap().live().unwrap();
    assert_eq!(live.policy.version(), "2.0.0");
}

#[tokio::test]
async fn a_rules_folder_that_cannot_be_read() {
    let mut service = Service::new();
    let away = service.dir.path().with_extension("away");
    fs::rename(service.dir.path(), &away).unwrap();
    assert_eq!(service.reloader.look(), Change::Unreadable);
    assert_eq!(service.post(DECIDE, REQUEST).await.status, StatusCode::OK);
    let ready = service.get("/readyz").await.json();
    assert_eq!(
        ready["failures"][0]["findings"][0]["code"],
        "rules::unreadable"
    );
    fs::rename(&away, service.dir.path()).unwrap();
    assert_eq!(service.reloader.look(), Change::Rebuilt);
    let ready = service.get("/readyz").await.json();
    assert_eq!(ready["failures"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn one_version_with_two_contents() {
    let service = Service::new();
    let other = service.read("demo/policy.rhai").replace("50000", "70000");
    service.write("demo@1.0.0/policy.rhai", &other);
    service.write(
        "demo@1.0.0/reasons.toml",
        &service.read("demo/reasons.toml"),
    );
    let service = Service::on(service.dir, service.app.limits());
    let ready = service.get("/readyz").await.json();
    let finding = &ready["failures"][0]["findings"][0];
    assert_eq!(finding["code"], "rules::version-conflict");
    let pinned = "/v1/policies/demo/versions/1.0.0/decisions";
    let pinned = service.post(pinned, REQUEST).await;
    assert_eq!(pinned.body, service.post(DECIDE, REQUEST).await.body);
}
