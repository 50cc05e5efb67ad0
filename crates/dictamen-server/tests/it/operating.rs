//! What the examples give to whoever runs the service: do the files parse, and do dashboard and
//! alarms ask for figures that there are?

use std::{collections::BTreeSet, fs};

use dictamen_server::{
    drift::Watch,
    work::{Settings, Work},
};
use serde_json::Value;

use crate::{
    drift::decide,
    keeping::kept,
    support::{DECIDE, REQUEST, changed, manifest},
};

fn example(file: &str) -> String {
    fs::read_to_string(manifest("../../examples").join(file)).unwrap()
}

fn yaml(text: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(text).unwrap_or_else(|error| panic!("{error}"))
}

/// Every text under one of these keys, however deep.
fn under<'a>(value: &'a Value, keys: &[&str], found: &mut Vec<&'a str>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                if let (true, Some(text)) = (keys.contains(&key.as_str()), value.as_str()) {
                    found.push(text);
                }
                under(value, keys, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| under(item, keys, found)),
        _ => {}
    }
}

/// Words of a query: names of figures and of labels.
fn words(query: &str) -> impl Iterator<Item = &str> {
    query
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("dictamen_"))
}

fn grouped(query: &str) -> impl Iterator<Item = &str> {
    query.split("by (").skip(1).flat_map(|rest| {
        let labels = rest.split(')').next().unwrap_or_default();
        labels.split(',').map(str::trim)
    })
}

fn alarms() -> Value {
    yaml(&example("deploy/prometheus-alerts.yaml")).remove(0)
}

#[tokio::test]
async fn dashboard_and_alarms_ask_for_figures_that_there_are() {
    let mut kept = kept().await;
    // Something that waits: nobody works on it here.
    let app = kept.service.app.clone();
    let work = Work::new(app.log().unwrap().clone(), Settings::default()).unwrap();
    kept.service.app = app.with_work(work);
    let later = format!("{DECIDE}:async");
    assert_eq!(kept.service.post(&later, REQUEST).await.status, 202);
    decide(&kept, 0..500).await;
    let days = "demo=2026-01-01..2099-12-31".parse().unwrap();
    let watch = Watch {
        policies: vec![days],
        days: 366,
    };
    watch.now(&kept.service.app).await;
    // A rule that needs what the record does not have.
    let policy = kept.service.read("demo/policy.rhai");
    let policy = policy.replace("a.weeks_total < min_weeks", "a.belvo_score_12m < min_weeks");
    let policy = policy.replace("\"weeks\"", "\"points\"");
    kept.service.write("demo/policy.rhai", &policy);
    kept.service.reloader.look();
    let without = changed(|request| {
        request["employment_records"]["results"][0]["employment_scores"] = Value::Null;
    });
    let referred = kept.service.post(DECIDE, without).await.json();
    assert_ne!(referred["missing"], Value::Array(Vec::new()), "{referred}");
    let text = String::from_utf8(kept.service.get("/metrics").await.body).unwrap();
    let there: BTreeSet<&str> = text.lines().flat_map(words).collect();

    let dashboard: Value = serde_json::from_str(&example("grafana/dictamen.json")).unwrap();
    let alarms = alarms();
    let mut queries = Vec::new();
    under(&dashboard, &["expr", "query", "definition"], &mut queries);
    let dashboard_queries = queries.len();
    under(&alarms, &["expr"], &mut queries);
    assert!(dashboard_queries > 14 && queries.len() > dashboard_queries + 8);
    let asked: BTreeSet<&str> = queries.iter().flat_map(|query| words(query)).collect();
    for name in &asked {
        assert!(there.contains(name), "{name} is not among {there:#?}");
    }
    for label in queries.iter().flat_map(|query| grouped(query)) {
        let known = text.contains(&format!("{label}=\"")) || label == "instance";
        assert!(known, "no figure has the label {label}");
    }
    // And every figure is on the dashboard.
    let shown: BTreeSet<String> = asked.iter().map(|name| stem(name)).collect();
    for name in there.iter().map(|name| stem(name)) {
        assert!(shown.contains(&name), "{name} is on no panel");
    }
}

fn stem(name: &str) -> String {
    let ends = ["_bucket", "_count", "_sum", "_total"];
    let stem = ends.iter().find_map(|end| name.strip_suffix(end));
    stem.unwrap_or(name).to_owned()
}

#[test]
fn panels_have_places_and_words_of_their_own() {
    let dashboard: Value = serde_json::from_str(&example("grafana/dictamen.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let mut places = BTreeSet::new();
    for panel in panels {
        assert!(places.insert(panel["gridPos"].to_string()), "{panel}");
        for said in ["title", "description"] {
            assert!(panel[said].as_str().unwrap().len() > 3, "{panel}");
        }
    }
    let ids: BTreeSet<_> = panels.iter().map(|p| p["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len());
}

#[test]
fn every_alarm_is_explained() {
    let page = example("operations.md");
    let alarms = alarms();
    let mut names = Vec::new();
    under(&alarms, &["alert"], &mut names);
    assert!(names.len() > 8);
    for name in names {
        assert!(page.contains(&format!("| {name} |")), "{name}");
    }
}

#[test]
fn the_manifest_runs_as_nobody_on_a_read_only_disk_and_holds_no_secret() {
    let text = example("deploy/kubernetes.yaml");
    let documents = yaml(&text);
    let kinds: Vec<_> = documents
        .iter()
        .map(|d| d["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["Deployment", "Service", "PodDisruptionBudget"]);
    let pod = &documents[0]["spec"]["template"]["spec"];
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    let container = &pod["containers"][0];
    let security = &container["securityContext"];
    assert_eq!(security["readOnlyRootFilesystem"], true);
    assert_eq!(security["allowPrivilegeEscalation"], false);
    assert_eq!(security["capabilities"]["drop"][0], "ALL");
    assert!(container["resources"]["limits"]["memory"].is_string());
    for (probe, path) in [
        ("startupProbe", "/healthz"),
        ("readinessProbe", "/readyz"),
        ("livenessProbe", "/healthz"),
    ] {
        assert_eq!(container[probe]["httpGet"]["path"], path);
    }
    for variable in container["env"].as_array().unwrap() {
        let (name, value) = (variable["name"].as_str().unwrap(), &variable["value"]);
        let secret = ["KEY", "URL", "SECRET"]
            .iter()
            .any(|part| name.contains(part));
        assert!(!secret || name.ends_with("_FILE"), "{name}");
        assert!(value.is_string(), "{name}");
    }
    assert!(!text.contains("postgres://"));
}

#[test]
fn the_container_is_not_roots_and_the_unit_is_hardened() {
    let container = example("deploy/Containerfile");
    assert!(container.contains("\nUSER 65532:65532\n"));
    assert!(container.contains("distroless"));
    let unit = example("deploy/dictamen.service");
    for line in [
        "DynamicUser=yes",
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "SystemCallFilter=@system-service",
    ] {
        assert!(unit.lines().any(|found| found == line), "{line}");
    }
    // Later than grace and drain together, or the log's end would not be signed.
    assert!(unit.contains("TimeoutStopSec=30s"));
}
