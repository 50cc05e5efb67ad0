//! The rules in force, kept current with the registry: by the clock, and only when they hold up.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use dictamen_engine::{Policy, PolicySource};
use dictamen_server::{
    app::{App, Limits},
    lifecycle::{
        Checker, Keeper, Lifecycle,
        check::{Files, Question, check},
    },
};
use dictamen_store::{
    Change, Clock, Content, Expected, Folder, Keys, MasterKeys, Place, Reading, Report, Settings,
    SigningKey, Store, verify,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Answer, DECIDE, changed, manifest, send};

/// A clock that tests turn.
#[derive(Debug)]
struct Hands(Mutex<DateTime<Utc>>);

impl Clock for Hands {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

struct Registered {
    app: App,
    store: Store,
    hands: Arc<Hands>,
    place: Place,
    keeping: tokio::task::JoinHandle<()>,
    _dir: TempDir,
}

fn files(dir: &Path, prefix: &str, found: &mut Files) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            files(&path, &format!("{name}/"), found);
        } else if path.extension().is_none_or(|e| e != "md") {
            found.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

fn folder(path: &str) -> Files {
    let mut found = Files::new();
    files(&manifest(path), "", &mut found);
    found
}

/// The demo policy under another version.
fn demo(version: &str) -> Files {
    let mut demo = folder("tests/demo");
    let script = demo["policy.rhai"].replace("1.0.0", version);
    demo.insert("policy.rhai".into(), script);
    demo
}

fn now() -> DateTime<Utc> {
    "2026-09-16T05:30:00Z".parse().unwrap()
}

impl Registered {
    /// Parameters and version 1.0.0 of the demo are in force.
    async fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let place = Place::Sqlite(Folder::new(dir.path().join("data")));
        let keys = Keys {
            master: MasterKeys::random().unwrap(),
            signing: SigningKey::random().unwrap(),
        };
        let hands = Arc::new(Hands(Mutex::new(now())));
        let store = Store::open(&place, keys, hands.clone(), Settings::default())
            .await
            .unwrap();
        let keeper = Keeper::start(store.clone(), hands.clone()).await.unwrap();
        let lifecycle = Lifecycle::new(&keeper, Checker::here(), false);
        let clock = dictamen_server::clock::Clock::Fixed(now());
        let app = App::with_registry(
            keeper.rules(),
            clock,
            Limits::default(),
            store.clone(),
            lifecycle,
        );
        let registered = Self {
            app,
            store,
            hands,
            place,
            keeping: tokio::spawn(keeper.run()),
            _dir: dir,
        };
        let parameters = folder("../../rules/parameters");
        registered.publish("parameters", &parameters, "p1").await;
        registered.activate("parameters", "p1", None).await;
        registered.publish("demo", &demo("1.0.0"), "1.0.0").await;
        registered.activate("demo", "1.0.0", None).await;
        registered
            .until(dictamen_server::rules::RuleBook::is_ready)
            .await;
        registered
    }

    async fn change(&self, change: Change) {
        self.store.change(change).await.unwrap().unwrap();
    }

    /// Past all checks, as another instance of another release might have.
    async fn publish(&self, policy: &str, files: &Files, version: &str) {
        let content = Content::new(files.clone()).unwrap();
        let hash = content.hash();
        let source: PolicySource = content.iter().map(|(p, t)| (p, t.as_bytes())).collect();
        let stamp = Policy::load(&source).map(|loaded| loaded.policy.stamp().hash.to_string());
        self.change(Change::SaveDraft {
            policy: policy.into(),
            name: version.replace('.', "-"),
            content,
            expected: Expected::None,
            by: "ana".into(),
        })
        .await;
        self.change(Change::Submit {
            policy: policy.into(),
            draft: version.replace('.', "-"),
            content: hash.clone(),
            version: version.into(),
            hash: stamp.unwrap_or_default(),
            by: "ana".into(),
        })
        .await;
        self.change(Change::Approve {
            policy: policy.into(),
            content: hash,
            alone: false,
            by: "bea".into(),
        })
        .await;
    }

    async fn activate(&self, policy: &str, version: &str, from: Option<DateTime<Utc>>) {
        self.change(Change::Activate {
            policy: policy.into(),
            version: version.into(),
            effective_from: from,
            by: "bea".into(),
        })
        .await;
    }

    async fn until(&self, there: impl Fn(&dictamen_server::rules::RuleBook) -> bool) {
        for _ in 0..100 {
            if there(&self.app.rules()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{:#?}", self.app.rules().failures());
    }

    async fn until_live(&self, version: &str) {
        self.until(|rules| {
            let live = rules.policy("demo").and_then(|v| v.live());
            live.is_some_and(|live| live.policy.version() == version)
        })
        .await;
    }

    async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let request = axum::http::Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json");
        let body = body.map(ToString::to_string).unwrap_or_default();
        send(self.app.router(), request.body(body.into()).unwrap()).await
    }

    async fn decide(&self, application: &str) -> Value {
        let body = changed(|r| r["application"]["application_id"] = application.into());
        let body: Value = serde_json::from_str(&body).unwrap();
        let answer = self.ask("POST", DECIDE, Some(&body)).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()
    }

    async fn end(self) -> (String, Report) {
        self.keeping.abort();
        self.store.close().await;
        let report = verify(&Reading::open(&self.place).unwrap(), &[], &[]).await;
        let report = report.unwrap();
        assert!(report.holds(), "{:#?}", report.findings);
        let Place::Sqlite(folder) = &self.place else {
            panic!("a file");
        };
        // What was written last may still be in the file beside it.
        let files = fs::read_dir(folder.path()).unwrap();
        let texts = files.map(|file| {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        });
        (texts.collect(), report)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_around_the_date_takes_the_version_with_it() {
    let registered = Registered::new().await;
    registered.publish("demo", &demo("1.1.0"), "1.1.0").await;
    let date = now() + TimeDelta::hours(6);
    registered.activate("demo", "1.1.0", Some(date)).await;
    let second = TimeDelta::seconds(1);
    for (at, version) in [
        (date - second, "1.0.0"),
        (date, "1.1.0"),
        (date - second, "1.0.0"),
        (date + TimeDelta::days(400), "1.1.0"),
        (now() - TimeDelta::days(400), "1.0.0"),
        (date + second, "1.1.0"),
    ] {
        *registered.hands.0.lock().unwrap() = at;
        registered.until_live(version).await;
        let answer = registered.decide("A").await;
        assert_eq!(answer["policy"]["version"], version);
    }
    registered.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_hold_up_here_does_not_come_into_force_here() {
    let registered = Registered::new().await;
    // It does not load.
    let mut broken = demo("1.1.0");
    broken.insert("policy.rhai".into(), "policy(\"demo\", ".into());
    registered.publish("demo", &broken, "1.1.0").await;
    registered.activate("demo", "1.1.0", None).await;
    let failed = |folder: &'static str| {
        move |rules: &dictamen_server::rules::RuleBook| {
            rules.failures().iter().any(|f| f.folder == folder)
        }
    };
    registered.until(failed("demo@1.1.0")).await;
    assert_eq!(registered.decide("A").await["policy"]["version"], "1.0.0");
    // It loads, and one of its cases fails.
    let mut failing = demo("1.2.0");
    let case = failing["cases/counter.toml"].replace("COUNTER", "DECLINE");
    failing.insert("cases/counter.toml".into(), case);
    registered.publish("demo", &failing, "1.2.0").await;
    registered.activate("demo", "1.2.0", None).await;
    registered.until(failed("demo@1.2.0")).await;
    assert_eq!(registered.decide("B").await["policy"]["version"], "1.0.0");
    let ready = registered.ask("GET", "/readyz", None).await.json();
    assert!(ready.to_string().contains("rules::case-failed"), "{ready}");
    // Parameters that do not read leave those of before.
    let none = Files::from([("uma.toml".to_owned(), "nonsense".to_owned())]);
    registered.publish("parameters", &none, "p2").await;
    registered.activate("parameters", "p2", None).await;
    registered.until(failed("parameters")).await;
    assert_eq!(registered.decide("C").await["policy"]["version"], "1.0.0");
    // A good one is taken up.
    registered.publish("demo", &demo("1.3.0"), "1.3.0").await;
    registered.activate("demo", "1.3.0", None).await;
    registered.until_live("1.3.0").await;
    registered.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shadow_decides_silently_and_is_logged_once() {
    let registered = Registered::new().await;
    let mut stricter = demo("2.0.0");
    let script = stricter["policy.rhai"].replace("\"min_weeks\", 26", "\"min_weeks\", 2600");
    stricter.insert("policy.rhai".into(), script);
    stricter.retain(|path, _| !path.starts_with("cases/"));
    registered.publish("demo", &stricter, "2.0.0").await;
    let before = registered.decide("BEFORE").await;
    registered
        .change(Change::Shadow {
            policy: "demo".into(),
            versions: vec!["1.0.0".into(), "2.0.0".into()],
            by: "bea".into(),
        })
        .await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    // Asked before: nothing is decided anew, so nothing silently either.
    assert_eq!(registered.decide("BEFORE").await, before);
    let mut seen = Vec::new();
    for n in 0..5 {
        let answer = registered.decide(&format!("SHADOW-{n}")).await;
        assert_eq!(answer["policy"]["version"], "1.0.0");
        assert_ne!(answer["outcome"], "DECLINE");
        assert_eq!(registered.decide(&format!("SHADOW-{n}")).await, answer);
        seen.push(answer["decision_id"].as_str().unwrap().to_owned());
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (log, report) = registered.end().await;
    // The version that answered is no shadow of itself. A page may be in both files.
    assert!(log.contains("\"answered\":"));
    for id in seen {
        assert!(log.contains(&format!("{{\"answered\":\"{id}\"")), "{id}");
    }
    // Genesis, changes of the registry, decisions, silent decisions.
    assert_eq!(report.chains[0].entries, 1 + 9 + 1 + 5 + 5);
    assert!(!log.contains("SHADOW-1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_that_breaks_its_promise_is_not_published() {
    let registered = Registered::new().await;
    let draft = "/v1/policies/demo/drafts/new";
    for (promise, publishable) in [
        (
            "always(|a, d| d.outcome != \"APPROVE\" || a.weeks_total >= 26);",
            true,
        ),
        ("never(|a, d| d.outcome == \"DECLINE\");", false),
        ("never(|a, d| d.outcome == );", false),
    ] {
        let mut files = demo("1.5.0");
        files.insert("invariants.rhai".into(), format!("{promise}\n"));
        let body = json!({ "files": files });
        let saved = registered.ask("PUT", draft, Some(&body)).await.json();
        let check = &saved["check"];
        assert_eq!(check["publishable"], publishable, "{promise}: {check}");
        let errors = check["findings"].as_array().unwrap().iter();
        let mut errors = errors.filter(|finding| finding["severity"] == "error");
        let in_promises = errors.all(|finding| finding["file"] == "invariants.rhai");
        assert!(in_promises, "{check}");
        // Without an ETag nothing is overwritten.
        registered.ask("DELETE", draft, None).await;
    }
    registered.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_approves_alone() {
    let registered = Registered::new().await;
    let draft = "/v1/policies/demo/drafts/new";
    let body = json!({ "files": demo("1.5.0") });
    let saved = registered.ask("PUT", draft, Some(&body)).await;
    assert_eq!(saved.status, 200, "{}", saved.json());
    let tag = saved.header("etag").to_owned();
    let saved = saved.json();
    assert_eq!(tag, format!("\"{}\"", saved["content"].as_str().unwrap()));
    assert_eq!(saved["check"]["publishable"], true, "{saved}");
    assert_eq!(saved["check"]["cases"]["passed"], 1);
    let submitted = registered
        .ask("POST", &format!("{draft}:submit"), None)
        .await;
    assert_eq!(submitted.status, 200, "{}", submitted.json());
    let content = submitted.json()["content"].as_str().unwrap().to_owned();
    let approve = format!("/v1/policies/demo/candidates/{content}:approve");
    let refused = registered.ask("POST", &approve, None).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.json()["code"], "same-person");
    registered.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_of_the_registry_are_as_the_document_says() {
    let registered = Registered::new().await;
    let document = serde_json::to_value(dictamen_server::document()).unwrap();
    let body = json!({ "files": demo("1.5.0") });
    for (method, path, body, schema) in [
        ("PUT", "demo/drafts/d", Some(&body), "DraftAnswer"),
        ("GET", "demo/drafts", None, "DraftList"),
        ("GET", "demo/drafts/d", None, "DraftFiles"),
        ("POST", "demo/drafts/d:submit", None, "CandidateAnswer"),
        ("GET", "demo/candidates", None, "CandidateList"),
        ("GET", "demo/versions", None, "VersionList"),
        ("GET", "demo/versions/1.0.0/files", None, "VersionFiles"),
        ("GET", "demo/activations", None, "Activations"),
        ("GET", "none/activations", None, "Problem"),
        ("DELETE", "demo/activations/x", None, "Problem"),
    ] {
        let answer = registered
            .ask(method, &format!("/v1/policies/{path}"), body)
            .await;
        crate::openapi::check(&document, schema, &answer.json());
    }
    registered.end().await;
}

#[test]
fn new_parameters_have_to_pass_the_cases_of_what_is_in_force() {
    let parameters = folder("../../rules/parameters");
    let question = |files: Files| Question {
        policy: "parameters".into(),
        files,
        parameters: None,
        in_force: BTreeMap::from([(
            "nomina-personal-loan-mx".to_owned(),
            folder("../../rules/nomina-personal-loan-mx"),
        )]),
    };
    let checked = check(&question(parameters.clone()));
    assert!(checked.publishable, "{:#?}", checked.findings);
    assert!(checked.cases.unwrap().passed > 10);
    assert_eq!(checked.version.unwrap().len(), 12);
    // Without the figures of their day they cannot be run.
    let mut short = parameters;
    for text in short.values_mut() {
        *text = text.replace("2026-12-31", "2026-01-31");
    }
    let checked = check(&question(short));
    assert!(!checked.publishable, "{checked:#?}");
}
