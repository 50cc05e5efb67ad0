//! Policies that live in the store, over real HTTP: brought in, published, put back, tried, and what
//! hostile drafts do to the service.

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use dictamen_store::{Folder, Place as At, Reading, verify};
use serde_json::{Value, json};

use crate::{
    cluster,
    http::{ask, ask_json},
    support::{Place, REQUEST},
};

/// A service with its policies in its store.
pub(crate) struct Service {
    child: Child,
    pub(crate) address: String,
}

impl Service {
    pub(crate) fn start(place: &Place, data: &str, url: Option<&str>, more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dictamen"));
        command
            .args(["serve", "--registry", "--listen", "127.0.0.1:0"])
            .args(["--log", "json", "--stop-grace", "0", "--data", data])
            .args(more)
            .env_remove("DATABASE_URL")
            .current_dir(place.0.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        if let Some(url) = url {
            command.env("DATABASE_URL", url);
        }
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines.find_map(|line| {
            let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
            let address = event["address"].as_str()?.strip_prefix("http://")?;
            Some(address.to_owned())
        });
        // Nobody may have to wait for its log to be read.
        thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            address: address.expect("the service starts"),
        }
    }

    pub(crate) fn stop(mut self) {
        let pid = self.child.id().to_string();
        let stop = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(stop.unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let (status, body) = ask_json(&self.address, "GET", path, None);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Posts, and expects it to be done.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = ask_json(&self.address, "POST", path, Some(body));
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    fn refused(&self, method: &str, path: &str, body: &Value) -> String {
        let (status, answer) = ask_json(&self.address, method, path, Some(body));
        assert!((400..500).contains(&status), "{path}: {answer}");
        answer["code"].as_str().unwrap().to_owned()
    }

    fn decide(&self, application: &str) -> Value {
        let mut body: Value = serde_json::from_str(REQUEST).unwrap();
        body["application"]["application_id"] = application.into();
        self.post("/v1/policies/demo/decisions", &body)
    }

    pub(crate) fn version(&self) -> String {
        text(&self.decide("APP-1")["policy"]["version"])
    }

    fn run(&self, place: &Place, line: &str) -> (i32, String, String) {
        let line = format!("policy {line} --server http://{}", self.address);
        let ran = place.run(&line);
        (ran.code, ran.out, ran.err)
    }

    pub(crate) fn done(&self, place: &Place, line: &str) -> String {
        let (code, out, err) = self.run(place, line);
        assert_eq!(code, 0, "{line}: {out}{err}");
        out
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value}"))
        .to_owned()
}

/// Writes another version of the demo policy into the rules folder.
fn edit(place: &Place, from: &str, to: &str) {
    let was = format!("policy(\"demo\", \"{from}\")");
    place.edit(
        "rules/demo/policy.rhai",
        &was,
        &format!("policy(\"demo\", \"{to}\")"),
    );
}

pub(crate) fn publish(service: &Service, place: &Place, from: &str, to: &str) {
    edit(place, from, to);
    // What lies beside the folder is none of its business.
    let beside = place.0.path().join("rules/beside");
    std::fs::create_dir_all(&beside).unwrap();
    std::fs::write(beside.join("picture.png"), [0xff, 0xfe, 0x00]).unwrap();
    service.done(place, "publish demo --folder rules/demo");
    service.done(place, "approve demo");
}

pub(crate) async fn holds(at: At) {
    let reading = Reading::open(&at).unwrap();
    let report = verify(&reading, &[], &[]).await.unwrap();
    assert!(report.holds(), "{:#?}", report.findings);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_folder_into_force_and_back() {
    let place = Place::new();
    let service = Service::start(&place, "data", None, &["--single-person"]);
    let (status, ready) = ask_json(&service.address, "GET", "/readyz", None);
    assert_eq!((status, &ready["status"]), (503, &json!("not_ready")));
    let said = service.done(&place, "import rules --publish");
    assert!(said.contains("demo: version 1.0.0 is in force"), "{said}");
    assert_eq!(service.get("/readyz")["status"], "ready");
    // Again changes nothing.
    let said = service.done(&place, "import rules --publish");
    assert!(!said.contains("is in force"), "{said}");
    let first = service.decide("APP-1");
    assert_eq!(first["policy"]["version"], "1.0.0");
    assert_eq!(first.get("arm"), None);

    publish(&service, &place, "1.0.0", "1.1.0");
    assert_eq!(service.version(), "1.0.0");
    let pinned = service.post(
        "/v1/policies/demo/versions/1.1.0/decisions",
        &serde_json::from_str(REQUEST).unwrap(),
    );
    assert_eq!(pinned["policy"]["version"], "1.1.0");
    service.done(&place, "activate demo 1.1.0");
    assert_eq!(service.version(), "1.1.0");
    let diff = service.done(&place, "diff demo 1.0.0 1.1.0");
    assert!(
        diff.contains("-policy(\"demo\", \"1.0.0\");\n+policy(\"demo\", \"1.1.0\");"),
        "{diff}"
    );
    service.done(&place, "rollback demo --from 1.1.0");
    assert_eq!(service.version(), "1.0.0");
    let (code, _, err) = service.run(&place, "rollback demo --from 1.1.0");
    assert_eq!(code, 1);
    assert!(err.contains("not in force"), "{err}");

    // Half of the applications by the other version, each always by the same.
    service.done(&place, "split demo 1.1.0 50");
    let mut seen = BTreeSet::new();
    for n in 0..40 {
        let id = format!("SPLIT-{n}");
        let answer = service.decide(&id);
        let (arm, version) = (text(&answer["arm"]), text(&answer["policy"]["version"]));
        assert_eq!(version == "1.1.0", arm == "challenger");
        assert_eq!(service.decide(&id), answer);
        let replayed = service.post(
            &format!("/v1/decisions/{}:replay", text(&answer["decision_id"])),
            &Value::Null,
        );
        assert_eq!(replayed["result"], "identical", "{replayed}");
        seen.insert(arm);
    }
    assert_eq!(seen.len(), 2);
    service.done(&place, "split demo");
    assert_eq!(service.decide("SPLIT-0").get("arm"), None);

    // Silently beside the live one.
    service.done(&place, "shadow demo 1.1.0");
    let answer = service.decide("SHADOWED");
    assert_eq!(answer["policy"]["version"], "1.0.0");

    // From a day on; then taken back.
    service.done(&place, "activate demo 1.1.0 --from 2150-01-01");
    let shown: Value = serde_json::from_str(&service.done(&place, "show demo")).unwrap();
    let planned = &shown["activations"]["scheduled"][0];
    assert_eq!(planned["effective_from"], "2150-01-01T06:00:00Z");
    assert_eq!(service.version(), "1.0.0");
    let path = format!("/v1/policies/demo/activations/{}", planned["id"]);
    let (status, left) = ask_json(&service.address, "DELETE", &path, None);
    assert_eq!((status, &left["scheduled"]), (200, &json!([])));

    // What was in force is in force after a restart.
    service.stop();
    let service = Service::start(&place, "data", None, &[]);
    assert_eq!(service.version(), "1.0.0");
    // Now two people are needed, and there is only one.
    edit(&place, "1.1.0", "1.2.0");
    service.done(&place, "publish demo --folder rules/demo");
    let (code, _, err) = service.run(&place, "approve demo");
    assert_eq!(code, 1);
    assert!(err.contains("cannot approve"), "{err}");
    service.stop();
    let at = At::Sqlite(Folder::new(place.0.path().join("data")));
    holds(at).await;
    let log =
        String::from_utf8_lossy(&std::fs::read(place.0.path().join("data/dictamen.db")).unwrap())
            .into_owned();
    assert!(log.contains("policy-rolled-back") && log.contains("\"answered\""));
}

#[test]
fn two_people_with_keys_of_their_own() {
    let place = Place::new();
    let key = |name: &str, roles: &str| {
        let ran = place.run(&format!("key new --name {name} {roles}"));
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out.trim().to_owned()
    };
    let ana = key("ana", "--role author --role read");
    let bea = key("bea", "--role author --role approve --role read");
    let los = key("los", "--role decide");
    let service = Service::start(&place, "data", None, &[]);
    let run = |key: &str, line: &str| {
        let line = format!("policy {line} --server http://{}", service.address);
        let output = place
            .command(&line)
            .env("DICTAMEN_API_KEY", key)
            .output()
            .unwrap();
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code().unwrap(), out, err)
    };
    let refused = |key: &str, line: &str, why: &str| {
        let (code, _, err) = run(key, line);
        assert_eq!(code, 1, "{line}");
        assert!(err.contains(why), "{line}: {err}");
    };
    let done = |key: &str, line: &str| {
        let (code, out, err) = run(key, line);
        assert_eq!(code, 0, "{line}: {err}");
        out
    };
    refused("", "list", "not known");
    refused(
        &los,
        "publish parameters --folder rules/parameters",
        "not for this caller",
    );
    done(&ana, "publish parameters --folder rules/parameters");
    refused(&ana, "approve parameters", "not for this caller");
    done(&bea, "approve parameters");
    let shown: Value = serde_json::from_str(&done(&ana, "show parameters")).unwrap();
    let version = text(&shown["versions"][0]["version"]);
    assert_eq!(shown["versions"][0]["author"], "key:ana");
    assert_eq!(shown["versions"][0]["approver"], "key:bea");
    done(&bea, &format!("activate parameters {version}"));
    done(&ana, "publish demo --folder rules/demo");
    done(&bea, "approve demo");
    refused(&ana, "activate demo 1.0.0", "not for this caller");
    done(&bea, "activate demo 1.0.0");
    // Who may do both still needs somebody else for what is their own.
    edit(&place, "1.0.0", "1.1.0");
    done(&bea, "publish demo --folder rules/demo");
    refused(&bea, "approve demo", "cannot approve");
    let header = format!("authorization: Bearer {los}\r\n");
    let path = "/v1/policies/demo/decisions";
    let (status, _) = ask(&service.address, "POST", path, &header, REQUEST).unwrap();
    assert_eq!(status, 200);
    service.stop();
}

#[test]
fn what_is_refused_and_why() {
    let place = Place::new();
    let service = Service::start(&place, "data", None, &["--single-person"]);
    service.done(&place, "import rules --publish");
    let draft = "/v1/policies/demo/drafts/d";
    let files = |policy: &str| {
        let reasons = std::fs::read_to_string(place.0.path().join("rules/demo/reasons.toml"));
        json!({ "files": { "policy.rhai": policy, "reasons.toml": reasons.unwrap() } })
    };
    let script = std::fs::read_to_string(place.0.path().join("rules/demo/policy.rhai")).unwrap();
    // A draft with errors is saved, and says what they are.
    let (status, saved) = ask_json(
        &service.address,
        "PUT",
        draft,
        Some(&files(&script.replace("weeks_total", "weeks_totl"))),
    );
    assert_eq!(status, 200, "{saved}");
    assert_eq!(saved["check"]["publishable"], false);
    assert_eq!(saved["author"], "local");
    let codes = saved["check"]["findings"].to_string();
    assert!(codes.contains("unknown-characteristic"), "{codes}");
    assert_eq!(
        service.refused("POST", &format!("{draft}:submit"), &Value::Null),
        "not-publishable"
    );
    // Nobody overwrites what they have not seen.
    let good = files(&script.replace("1.0.0", "9.9.9"));
    assert_eq!(service.refused("PUT", draft, &good), "no-precondition");
    let put = |tag: &str, body: &Value| {
        let tag = format!("if-match: {tag}\r\n");
        ask(&service.address, "PUT", draft, &tag, &body.to_string()).unwrap()
    };
    assert_eq!(put("\"sha256:00\"", &good).0, 412);
    assert_eq!(put("nonsense", &good).0, 412);
    assert_eq!(
        put(&format!("\"{}\"", text(&saved["content"])), &good).0,
        200
    );
    // It loads, but has no case: an untested policy is not published.
    let (status, refused) = ask_json(&service.address, "POST", &format!("{draft}:submit"), None);
    assert_eq!(
        (status, &refused["errors"][0]["code"]),
        (422, &json!("case::none"))
    );
    // A case that fails is named.
    let mut failing = good.clone();
    let case =
        std::fs::read_to_string(place.0.path().join("rules/demo/cases/counter.toml")).unwrap();
    failing["files"]["cases/counter.toml"] = case.replace("COUNTER", "DECLINE").into();
    assert_eq!(put("*", &failing).0, 200);
    let (_, refused) = ask_json(&service.address, "POST", &format!("{draft}:submit"), None);
    assert!(
        refused["errors"].to_string().contains("draft::case-failed"),
        "{refused}"
    );
    // Another policy's script, other paths, other shapes.
    let other = "/v1/policies/other/drafts/d";
    let (_, saved) = ask_json(&service.address, "PUT", other, Some(&good));
    assert!(
        saved["check"]["findings"]
            .to_string()
            .contains("rules::folder-name")
    );
    for path in ["../x", "/etc/passwd", "a/../../b", ".git/x", "C:\\x", ""] {
        let mut body = json!({ "files": {} });
        body["files"][path] = "x".into();
        assert_eq!(
            service.refused("PUT", other, &body),
            "invalid-body",
            "{path}"
        );
    }
    for body in [
        json!({}),
        json!([]),
        json!({"files": {"a": 1}}),
        json!({"files": {}, "x": 1}),
    ] {
        assert_eq!(
            service.refused("PUT", other, &body),
            "invalid-body",
            "{body}"
        );
    }
    for name in ["%2e%2e", "a%2Fb", "a b", &"a".repeat(101)] {
        let name = name.replace(' ', "%20");
        let code = service.refused("PUT", &format!("/v1/policies/x/drafts/{name}"), &good);
        assert_eq!(code, "invalid-path", "{name}");
    }
    let act = |verb: &str, body: Value| {
        service.refused("POST", &format!("/v1/policies/demo:{verb}"), &body)
    };
    assert_eq!(
        act("activate", json!({"version": "7.0.0"})),
        "unknown-version"
    );
    assert_eq!(
        act(
            "activate",
            json!({"version": "1.0.0", "effective_from": "soon"})
        ),
        "invalid-body"
    );
    assert_eq!(act("activate", json!({})), "invalid-body");
    assert_eq!(
        act("split", json!({"challenger": "1.0.0", "percent": 5})),
        "invalid-body"
    );
    assert_eq!(act("split", json!({"challenger": "1.0.0"})), "invalid-body");
    assert_eq!(
        act("split", json!({"challenger": "1.0.0", "percent": 100})),
        "invalid-body"
    );
    assert_eq!(
        act("shadow", json!({"versions": ["1", "2", "3", "4"]})),
        "invalid-body"
    );
    assert_eq!(act("rollback", json!({})), "nothing-before");
    assert_eq!(act("destroy", json!({})), "not-found");
    let none = service.refused(
        "POST",
        "/v1/policies/none:activate",
        &json!({"version": "1"}),
    );
    assert_eq!(none, "unknown-version");
    let none = "/v1/policies/demo/candidates/sha256:00:approve";
    assert_eq!(
        service.refused("POST", none, &Value::Null),
        "unknown-candidate"
    );
    service.stop();
}

#[test]
fn hostile_drafts_are_findings_and_nobody_notices() {
    let place = Place::new();
    let service = Service::start(&place, "data", None, &["--single-person"]);
    service.done(&place, "import rules --publish");
    let before = service.decide("APP-1");
    let deep = "let a = #{}; for i in 0..100000 { a = #{a: a}; }";
    let memory =
        "let a = \"x\"; for i in 0..100 { a += a; } let b = []; loop { b.push(a + \"\"); }";
    let closures = format!(
        "let f = |x| x; {}",
        (0..9000).map(|_| "f = |x| f.call(x);").collect::<String>()
    );
    let brackets = "(".repeat(200_000);
    let huge = format!("// {}\n", "x".repeat(6_000_000));
    let recursion = "fn f(x) { f(x + 1) } f(0);";
    for (name, script) in [
        ("loop", "loop {}"),
        ("deep", deep),
        ("memory", memory),
        ("closures", &*closures),
        ("brackets", &*brackets),
        ("huge", &*huge),
        ("recursion", recursion),
        ("nothing", ""),
        ("nul", "\0\0\0"),
    ] {
        let body = json!({ "files": { "policy.rhai": script } });
        let path = format!("/v1/policies/hostile/drafts/{name}");
        let (status, saved) = ask_json(&service.address, "PUT", &path, Some(&body));
        assert_eq!(status, 200, "{name}: {saved}");
        assert_eq!(saved["check"]["publishable"], false, "{name}");
        assert_ne!(saved["check"]["findings"], json!([]), "{name}");
        let code = service.refused("POST", &format!("{path}:submit"), &Value::Null);
        assert_eq!(code, "not-publishable", "{name}");
    }
    // Larger than a body may be.
    let body = json!({ "files": { "a": "x".repeat(11_000_000) } }).to_string();
    let answer = ask(
        &service.address,
        "PUT",
        "/v1/policies/h/drafts/d",
        "",
        &body,
    );
    assert!(answer.is_none_or(|(status, _)| status == 413));
    assert_eq!(service.decide("APP-1"), before);
    service.stop();
}

/// What clients saw: when they asked, when they were answered, and by which version.
type Seen = Mutex<Vec<(usize, Instant, Instant, String)>>;

/// One request after another to one service; every answer has to be a decision.
fn load(number: usize, address: &str, next: &AtomicU32, stop: &AtomicBool, seen: &Seen) {
    while !stop.load(Ordering::Relaxed) {
        let n = next.fetch_add(1, Ordering::Relaxed);
        let mut body: Value = serde_json::from_str(REQUEST).unwrap();
        body["application"]["application_id"] = format!("LOAD-{n}").into();
        let asked = Instant::now();
        let path = "/v1/policies/demo/decisions";
        let (status, answer) = ask_json(address, "POST", path, Some(&body));
        let answered = Instant::now();
        assert_eq!(status, 200, "{answer}");
        let version = text(&answer["policy"]["version"]);
        seen.lock()
            .unwrap()
            .push((number, asked, answered, version));
    }
}

/// Publishes, activates and rolls back under load. Every answer is by a version that was in force
/// while it was asked for: on the instance that made the change at once, on others within a second.
fn under_load(place: &Place, services: &[Service]) {
    let first = &services[0];
    first.done(place, "import rules --publish");
    let (next, stop, seen) = (AtomicU32::new(0), AtomicBool::new(false), Seen::default());
    // When a change was begun, when it was answered, and what has been in force since.
    let mut changes = vec![(Instant::now(), Instant::now(), "1.0.0".to_owned())];
    thread::scope(|scope| {
        // Whoever joins must not find one version on one instance and none on another.
        thread::sleep(Duration::from_secs(3));
        for (number, service) in services.iter().enumerate() {
            for _ in 0..2 {
                let address = &*service.address;
                let (next, stop, seen) = (&next, &stop, &seen);
                scope.spawn(move || load(number, address, next, stop, seen));
            }
        }
        let work = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for n in 1..=4 {
                let (from, to) = (format!("1.{}.0", n - 1), format!("1.{n}.0"));
                publish(first, place, &from, &to);
                let began = Instant::now();
                first.post("/v1/policies/demo:activate", &json!({ "version": to }));
                changes.push((began, Instant::now(), to.clone()));
                thread::sleep(Duration::from_millis(1200));
                if n % 2 == 0 {
                    let began = Instant::now();
                    let after = first.post("/v1/policies/demo:rollback", &json!({ "from": to }));
                    let version = text(&after["in_force"]["version"]);
                    changes.push((began, Instant::now(), version));
                    thread::sleep(Duration::from_millis(1200));
                }
            }
        }));
        stop.store(true, Ordering::Relaxed);
        work.unwrap();
    });
    let seen = seen.into_inner().unwrap();
    assert!(seen.len() > 100, "{}", seen.len());
    let mut switched: Vec<Duration> = Vec::new();
    for (number, asked, answered, version) in &seen {
        // In force from the beginning of its change until the end of the next, or a second later.
        let slack = if *number == 0 {
            Duration::ZERO
        } else {
            Duration::from_secs(1)
        };
        let possible = changes.iter().enumerate().any(|(n, (began, _, name))| {
            let until = changes.get(n + 1).map(|(_, ended, _)| *ended + slack);
            name == version && began <= answered && until.is_none_or(|until| *asked <= until)
        });
        assert!(
            possible,
            "instance {number} decided by {version} out of its time"
        );
        // How late another instance was: it decided by what an ended change had replaced.
        let last = changes.iter().rposition(|(_, ended, _)| ended <= asked);
        let Some(last) = last else { continue };
        let ahead =
            |(began, _, name): &(Instant, Instant, String)| name == version && began <= answered;
        if !changes[last..].iter().any(ahead) {
            switched.push(asked.duration_since(changes[last].1));
        }
    }
    let versions: BTreeSet<&str> = seen.iter().map(|(_, _, _, version)| &**version).collect();
    assert_eq!(versions.len(), 5, "{versions:?}");
    println!(
        "{} answers, {} changes, the slowest switch of another instance after {:?}",
        seen.len(),
        changes.len() - 1,
        switched.iter().max()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn publishing_under_load_fails_nothing_on_one_instance() {
    let place = Place::new();
    let service = Service::start(&place, "data", None, &["--single-person"]);
    let services = [service];
    tokio::task::block_in_place(|| under_load(&place, &services));
    services.into_iter().for_each(Service::stop);
    holds(At::Sqlite(Folder::new(place.0.path().join("data")))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn publishing_under_load_fails_nothing_on_two_instances() {
    let Some(cluster) = cluster::shared() else {
        return;
    };
    let (place, url) = (Place::new(), cluster.database());
    let start = || Service::start(&place, "data", Some(&url), &["--single-person"]);
    let services = [start(), start()];
    tokio::task::block_in_place(|| under_load(&place, &services));
    services.into_iter().for_each(Service::stop);
    holds(At::Postgres(url)).await;
}
