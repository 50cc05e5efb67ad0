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

#[cfg(unix)]
#[tokio::test]
async fn a_broken_link_stops_only_its_own_folder() {
    let mut service = Service::new();
    let demo = service.read("demo/policy.rhai");
    service.write(
        "second/policy.rhai",
        &demo.replace("\"demo\"", "\"second\""),
    );
    service.write("second/reasons.toml", &service.read("demo/reasons.toml"));
    assert_eq!(service.reloader.look(), Change::Rebuilt);
    let before = service.post(DECIDE, REQUEST).await;

    let link = service.dir.path().join("demo/table.csv");
    std::os::unix::fs::symlink("nowhere.csv", &link).unwrap();
    let large = fs::File::create(service.dir.path().join("demo/large.csv")).unwrap();
    large.set_len(17 * 1024 * 1024).unwrap();
    let second = service.read("second/policy.rhai").replace("1.0.0", "1.1.0");
    service.write("second/policy.rhai", &second);
    assert_eq!(service.reloader.look(), Change::Rebuilt);
    // Nothing new, so nothing is said again.
    assert_eq!(service.reloader.look(), Change::None);

    assert_eq!(service.post(DECIDE, REQUEST).await.body, before.body);
    let listed = service.get("/v1/policies/second").await.json();
    assert_eq!(listed["version"], "1.1.0");
    let ready = service.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    let ready = ready.json();
    let failures = ready["failures"].as_array().unwrap();
    assert_eq!(failures.len(), 1, "{ready}");
    assert_eq!(failures[0]["folder"], "demo");
    assert_eq!(failures[0]["last_good_in_force"], true);
    let findings = failures[0]["findings"].as_array().unwrap();
    let messages: Vec<_> = findings
        .iter()
        .map(|finding| {
            assert_eq!(finding["code"], "rules::unreadable");
            finding["message"].as_str().unwrap()
        })
        .collect();
    assert_eq!(
        messages,
        [
            "`demo/large.csv` is larger than 16 MiB",
            "`demo/table.csv` is a link to something that does not exist",
        ]
    );

    fs::remove_file(link).unwrap();
    fs::remove_file(service.dir.path().join("demo/large.csv")).unwrap();
    assert_eq!(service.reloader.look(), Change::Rebuilt);
    let ready = service.get("/readyz").await.json();
    assert_eq!(ready["failures"].as_array().unwrap().len(), 0);
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_becomes_a_broken_link_keeps_its_last_good_version() {
    let mut service = Service::new();
    let before = service.post(DECIDE, REQUEST).await;
    let (demo, away) = (
        service.dir.path().join("demo"),
        service.dir.path().join(".away"),
    );
    fs::rename(&demo, &away).unwrap();
    std::os::unix::fs::symlink("nowhere", &demo).unwrap();
    assert_eq!(service.reloader.look(), Change::Rebuilt);
    assert_eq!(service.post(DECIDE, REQUEST).await.body, before.body);
    let ready = service.get("/readyz").await.json();
    assert_eq!(ready["failures"][0]["folder"], "demo");
    assert_eq!(ready["failures"][0]["last_good_in_force"], true);

    // Parameters are no different.
    let link = service.dir.path().join("parameters/more.toml");
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    assert_eq!(service.reloader.look(), Change::Rebuilt);
    assert_eq!(service.post(DECIDE, REQUEST).await.body, before.body);
    let ready = service.get("/readyz").await.json();
    assert_eq!(ready["failures"][1]["folder"], "parameters");
    assert_eq!(ready["failures"][1]["last_good_in_force"], true);
}

#[cfg(unix)]
#[tokio::test]
async fn a_broken_link_beside_the_folders_is_told_and_passed_over() {
    use std::os::unix::ffi::OsStrExt as _;
    let mut service = Service::new();
    let root = service.dir.path();
    std::os::unix::fs::symlink("nowhere", root.join("NOTES.md")).unwrap();
    fs::write(root.join(std::ffi::OsStr::from_bytes(b"\xff.txt")), "x").unwrap();
    assert_eq!(service.reloader.look(), Change::Rebuilt);
    assert_eq!(service.post(DECIDE, REQUEST).await.status, StatusCode::OK);
    let ready = service.get("/readyz").await.json();
    let failures = ready["failures"].as_array().unwrap();
    assert_eq!(failures.len(), 1, "{ready}");
    assert_eq!(failures[0]["folder"], "");
    let findings = failures[0]["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 2, "{ready}");
    assert!(findings.iter().all(|f| f["severity"] == "warning"));
}

#[cfg(unix)]
#[tokio::test]
async fn links_in_a_circle_stop_only_their_own_folder() {
    let mut service = Service::new();
    for name in ["a", "b", "c"] {
        let link = service.dir.path().join("demo").join(name);
        std::os::unix::fs::symlink(".", link).unwrap();
    }
    assert_eq!(service.reloader.look(), Change::Rebuilt);
    let ready = service.get("/readyz").await.json();
    let failures = ready["failures"].as_array().unwrap();
    assert_eq!(failures.len(), 1, "{ready}");
    assert_eq!(failures[0]["folder"], "demo");
    assert_eq!(service.post(DECIDE, REQUEST).await.status, StatusCode::OK);
}
