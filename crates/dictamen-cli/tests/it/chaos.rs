//! Everything going wrong at once, with the service killed in the middle: each application ends
//! decided, once, or failed with a true reason; none is lost and none is stuck; the lender is told of
//! each; the log verifies; and nothing personal is where it does not belong.
//!
//! As many applications as `DICTAMEN_CHAOS` says.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use dictamen_model::identity::Curp;
use dictamen_store::{Filter, Folder, Place as At, Reading, verify};
use serde_json::{Value, json};

use crate::{cluster, support::Place};

/// Applications, unless another number is asked for.
const COUNT: usize = 40;
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOTICES: &str = "Bearer agreed-with-belvo";
/// Who sends applications at the same time.
const SENDERS: usize = 8;

/// How often each fault strikes, in per cent; notices go wrong far more often.
fn rules() -> Vec<String> {
    let listed = Command::new(env!("CARGO_BIN_EXE_dictamen"))
        .args(["sandbox", "faults"])
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let names = listed
        .lines()
        .skip(1)
        .map(|line| line.split(' ').next().unwrap());
    let rules: Vec<String> = names
        .map(|name| {
            let often = if name.starts_with("webhook") { 15 } else { 1 };
            format!("--fault={name}:{often}%")
        })
        .collect();
    assert!(rules.len() > 40, "{rules:?}");
    rules
}

fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().port()
}

/// A process that says when it listens; what it says is kept.
struct Process {
    child: Child,
    said: Arc<Mutex<String>>,
}

impl Process {
    fn start(mut command: Command, ready: &str) -> Self {
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&said);
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut kept = kept.lock().unwrap();
                kept.push_str(&line);
                kept.push('\n');
            }
        });
        let begun = Instant::now();
        while !said.lock().unwrap().contains(ready) {
            let said = said.lock().unwrap().clone();
            assert!(begun.elapsed() < Duration::from_mins(1), "{said}");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { child, said }
    }

    fn killed(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.said.lock().unwrap().clone()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn sandbox(port: u16, service: u16) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dictamen"));
    command
        .args([
            "sandbox",
            "--requests",
            "0",
            "--deletes",
            "0",
            "--webhook-delay",
            "0.1",
        ])
        .args([
            "--webhook-twice",
            "20",
            "--webhook-late",
            "20",
            "--webhook-lost",
            "10",
        ])
        .args(["--webhook-backoff", "0.2", "--webhook-new-ids"])
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .args([
            "--webhook",
            &format!("http://127.0.0.1:{service}/v1/belvo/webhooks"),
        ])
        .args(["--webhook-auth", NOTICES])
        .args(rules());
    Process::start(command, "listens on")
}

fn service(place: &Place, port: u16, belvo: u16, los: &str, url: Option<&str>) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dictamen"));
    command
        .args([
            "serve",
            "--log",
            "json",
            "--stop-grace",
            "0",
            "--hurry",
            "1000",
        ])
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .args(["--belvo-url", &format!("http://127.0.0.1:{belvo}")])
        .args([
            "--belvo-widget-url",
            &format!("http://127.0.0.1:{belvo}/widget/"),
        ])
        .args([
            "--belvo-requests",
            "1000000",
            "--consent-hours",
            "10",
            "--deliver-to",
            los,
        ])
        .env("DICTAMEN_BELVO_SECRET_ID", "sandbox-secret-id")
        .env("DICTAMEN_BELVO_SECRET_PASSWORD", "sandbox-secret-password")
        .env("DICTAMEN_BELVO_WEBHOOK_AUTH", NOTICES)
        .env("DICTAMEN_DELIVER_SECRETS", SECRET)
        .env_remove("DATABASE_URL")
        .current_dir(place.0.path());
    if let Some(url) = url {
        command.env("DATABASE_URL", url);
    }
    Process::start(command, "listening on")
}

/// What the lender was told: ids of messages by application, and how often each came.
type Told = Arc<Mutex<BTreeMap<String, BTreeMap<String, u32>>>>;

/// A loan origination system that fails every fifth time, and takes a message nevertheless.
async fn los() -> (String, Told) {
    async fn take(
        State((told, count)): State<(Told, Arc<AtomicUsize>)>,
        headers: axum::http::HeaderMap,
        body: Bytes,
    ) -> StatusCode {
        let text = |name: &str| headers[name].to_str().unwrap().to_owned();
        let secret = dictamen_server::work::DeliverySecret::parse(SECRET).unwrap();
        let at = text("webhook-timestamp").parse().unwrap();
        assert_eq!(
            text("webhook-signature"),
            secret.sign(&text("webhook-id"), at, &body)
        );
        let message: Value = serde_json::from_slice(&body).unwrap();
        if message["type"] != "application.monitored" {
            let mut told = told.lock().unwrap();
            let ids = told
                .entry(message["data"]["id"].as_str().unwrap().to_owned())
                .or_default();
            *ids.entry(text("webhook-id")).or_default() += 1;
        }
        if count.fetch_add(1, Ordering::Relaxed) % 5 == 4 {
            StatusCode::BAD_GATEWAY
        } else {
            StatusCode::OK
        }
    }
    let told = Told::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let app = Router::new()
        .route("/", post(take))
        .with_state((Arc::clone(&told), Arc::new(AtomicUsize::new(0))));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, told)
}

/// The `n`th person, by a valid CURP that asks for no fault of its own.
fn person(n: usize) -> String {
    let letter = |n: usize| char::from(b'A' + u8::try_from(n % 26).unwrap());
    let letters: String = ['Q', letter(n / 676), letter(n / 26), letter(n)]
        .iter()
        .collect();
    (0..10)
        .map(|digit| format!("{letters}850309MPLRNL0{digit}"))
        .find(|curp| Curp::parse(curp).is_valid())
        .unwrap()
}

/// The way the `n`th application goes.
fn body(n: usize, link: Option<&str>) -> Value {
    let institution = ["imss_mx_employment", "issste_mx_employment"][n % 2];
    let mode = ["single", "recurrent"][n / 2 % 2];
    let mut body = json!({
        "policy": "demo",
        "application": {
            "application_id": format!("CHAOS-{n}"), "requested_amount": 40000, "requested_term_months": 24
        },
    });
    match (n % 5, link) {
        (3, _) => {
            body["widget"] = json!({});
            body["institution"] = institution.into();
            body["access_mode"] = mode.into();
        }
        (4, Some(link)) => body["link"] = link.into(),
        _ => {
            body["curp"] = person(n).into();
            body["institution"] = institution.into();
            body["access_mode"] = mode.into();
        }
    }
    body
}

/// An applicant and their lender.
struct Client {
    http: reqwest::Client,
    service: String,
    belvo: String,
}

impl Client {
    async fn json(&self, request: reqwest::RequestBuilder) -> Option<(u16, Value)> {
        let answer = request.timeout(Duration::from_secs(10)).send().await.ok()?;
        let status = answer.status().as_u16();
        let bytes = answer.bytes().await.ok()?;
        Some((status, serde_json::from_slice(&bytes).unwrap_or_default()))
    }

    /// Sends the `n`th application until it is accepted; its id.
    async fn apply(&self, n: usize) -> String {
        let link = if n % 5 == 4 { self.link(n).await } else { None };
        let body = body(n, link.as_deref()).to_string();
        let begun = Instant::now();
        loop {
            let request = self
                .http
                .post(format!("{}/v1/applications", self.service))
                .header("content-type", "application/json")
                .header("idempotency-key", format!("chaos-{n}"))
                .body(body.clone());
            match self.json(request).await {
                Some((202, said)) => {
                    let id = said["id"].as_str().unwrap().to_owned();
                    if let Some(widget) = said["widget_url"].as_str() {
                        self.consent(n, widget).await;
                    }
                    return id;
                }
                // Away, or Belvo is: nothing was kept.
                None | Some((503, _)) => tokio::time::sleep(Duration::from_millis(50)).await,
                Some(other) => panic!("{n}: {other:?}"),
            }
            assert!(
                begun.elapsed() < Duration::from_mins(2),
                "{n} is never accepted"
            );
        }
    }

    /// A link that is there before, if it can be had.
    async fn link(&self, n: usize) -> Option<String> {
        let institution = ["imss_mx_employment", "issste_mx_employment"][n % 2];
        let body = json!({
            "institution": institution,
            "username": person(n), "access_mode": "single", "fetch_resources": ["EMPLOYMENT_RECORDS"],
        });
        for _ in 0..3 {
            let request = self
                .http
                .post(format!("{}/api/links/", self.belvo))
                .basic_auth("sandbox-secret-id", Some("sandbox-secret-password"))
                .json(&body);
            if let Some((201, made)) = self.json(request).await
                && let Some(id) = made["id"].as_str()
            {
                return Some(id.to_owned());
            }
        }
        None
    }

    /// Connects as the widget's page does, unless the institute refuses.
    async fn consent(&self, n: usize, widget: &str) {
        let url: reqwest::Url = widget.parse().unwrap();
        let of = |name: &str| {
            let found = url.query_pairs().find(|(key, _)| key == name);
            found.unwrap().1.into_owned()
        };
        let body = json!({
            "access_token": of("access_token"), "institution": of("institutions"),
            "username": person(n), "access_mode": of("access_mode"), "external_id": of("external_id"),
        });
        for _ in 0..3 {
            let request = self.http.post(format!("{}/widget/links/", self.belvo));
            if let Some((201, _)) = self.json(request.json(&body)).await {
                return;
            }
        }
    }

    /// The application as it is told, once it has ended.
    async fn ended(&self, id: &str) -> Option<Value> {
        let request = self
            .http
            .get(format!("{}/v1/applications/{id}", self.service));
        match self.json(request).await {
            Some((200, record)) => (!record["ended_at"].is_null()).then_some(record),
            Some(other) => panic!("{id}: {other:?}"),
            None => None,
        }
    }
}

/// Reasons that would be defects.
const DEFECTS: [&str; 3] = [
    "application::cannot-decide",
    "application::crashed",
    "application::erased",
];

async fn run(url: Option<&str>) {
    let count: usize = std::env::var_os("DICTAMEN_CHAOS")
        .and_then(|text| text.into_string().ok()?.parse().ok())
        .unwrap_or(COUNT);
    let kills = (count / 200).clamp(2, 12);
    let (port, belvo) = (free_port(), free_port());
    let place = Place::new();
    let (los, told) = los().await;
    let _sandbox = sandbox(belvo, port);
    let begun = Instant::now();
    let client = Arc::new(Client {
        http: reqwest::Client::builder().no_proxy().build().unwrap(),
        service: format!("http://127.0.0.1:{port}"),
        belvo: format!("http://127.0.0.1:{belvo}"),
    });
    let mut process = service(&place, port, belvo, &los, url);
    let mut said = String::new();
    let (next, accepted) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(Mutex::new(BTreeMap::new())),
    );
    let senders: Vec<_> = (0..SENDERS)
        .map(|_| {
            let (client, next, accepted) = (Arc::clone(&client), next.clone(), accepted.clone());
            tokio::spawn(async move {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= count {
                        return;
                    }
                    let id = client.apply(n).await;
                    accepted.lock().unwrap().insert(id, n);
                }
            })
        })
        .collect();
    for kill in 1..=kills {
        // Half of them while applications come in, the others while they are worked on.
        let until = count * kill * 2 / (kills + 1);
        let waited = Instant::now();
        while accepted.lock().unwrap().len() < until.min(count) {
            tokio::time::sleep(Duration::from_millis(10)).await;
            assert!(waited.elapsed() < Duration::from_mins(10));
        }
        tokio::time::sleep(Duration::from_millis(
            u64::try_from(kill).unwrap() * 137 % 700,
        ))
        .await;
        said += &tokio::task::block_in_place(|| process.killed());
        process = tokio::task::block_in_place(|| service(&place, port, belvo, &los, url));
    }
    for sender in senders {
        sender.await.unwrap();
    }
    let accepted = accepted.lock().unwrap().clone();
    assert_eq!(accepted.len(), count);
    let sent = begun.elapsed();

    let mut records: BTreeMap<String, Value> = BTreeMap::new();
    let waited = Instant::now();
    while records.len() < count {
        for id in accepted.keys() {
            if !records.contains_key(id)
                && let Some(record) = client.ended(id).await
            {
                records.insert(id.clone(), record);
            }
        }
        let left: Vec<&String> = accepted
            .keys()
            .filter(|id| !records.contains_key(*id))
            .collect();
        assert!(
            waited.elapsed() < Duration::from_mins(12),
            "stuck: {left:?}"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let ended = begun.elapsed();
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    let mut decisions = BTreeSet::new();
    for (id, record) in &records {
        let outcome = if record["status"] == "decided" {
            let decision = record["decision_id"].as_str().unwrap();
            assert!(decisions.insert(decision.to_owned()), "{id}");
            let application = format!("CHAOS-{}", accepted[id]);
            assert_eq!(record["decision"]["application_id"], *application);
            "decided".to_owned()
        } else {
            let code = record["failure"]["code"].as_str().unwrap().to_owned();
            assert!(!DEFECTS.contains(&code.as_str()), "{record:#}");
            code
        };
        *outcomes.entry(outcome).or_default() += 1;
    }
    // Everybody is told of, by one message each, which may come more than once.
    let waited = Instant::now();
    while told.lock().unwrap().len() < count {
        assert!(
            waited.elapsed() < Duration::from_mins(5),
            "somebody is not told of"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for (id, messages) in told.lock().unwrap().iter() {
        assert!(
            accepted.contains_key(id) && messages.len() == 1,
            "{id}: {messages:?}"
        );
    }
    let metrics = client
        .http
        .get(format!("{}/metrics", client.service))
        .send()
        .await;
    said += &metrics.unwrap().text().await.unwrap();
    said += &tokio::task::block_in_place(|| process.killed());
    holds(&place, url, &decisions).await;
    nothing_personal(&place, url, &said);
    let messages: u32 = told
        .lock()
        .unwrap()
        .values()
        .flat_map(BTreeMap::values)
        .sum();
    println!(
        "{count} applications, {kills} kills: accepted after {sent:?}, ended after {ended:?}, \
         {messages} messages; {outcomes:#?}"
    );
    assert!(outcomes["decided"] * 2 > count, "{outcomes:#?}");
}

/// The log verifies, and holds the decisions of the applications and no others.
async fn holds(place: &Place, url: Option<&str>, decisions: &BTreeSet<String>) {
    let folder = Folder::new(place.0.path().join("data"));
    let at = match url {
        Some(url) => At::Postgres(url.to_owned()),
        None => At::Sqlite(folder.clone()),
    };
    let log = Reading::open(&at).unwrap();
    let key = folder.public_key().unwrap().unwrap();
    let report = verify(&log, &[key], &[]).await.unwrap();
    assert!(report.holds(), "{:#?}", report.findings);
    let mut logged = BTreeSet::new();
    let mut after = None;
    loop {
        let page = log.list(&Filter::default(), after, 1000).await.unwrap();
        for entry in &page.entries {
            assert!(logged.insert(entry.decision().unwrap().decision_id));
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(logged, *decisions);
}

/// Neither in the database nor in what the service said.
fn nothing_personal(place: &Place, url: Option<&str>, said: &str) {
    let mut seen = said.as_bytes().to_vec();
    if url.is_none() {
        for entry in std::fs::read_dir(place.0.path().join("data")).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                seen.extend(std::fs::read(path).unwrap());
            }
        }
    }
    assert!(memchr::memmem::find(&seen, b"decided beside the requests").is_some());
    // What all persons have in common: one search instead of one for each.
    for secret in ["850309MPLRNL", "CHAOS-", SECRET, "sandbox-secret"] {
        let found = memchr::memmem::find(&seen, secret.as_bytes());
        assert!(found.is_none(), "{secret} is where it does not belong");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_application_ends_with_sqlite() {
    run(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_application_ends_with_postgresql() {
    if let Some(cluster) = cluster::shared() {
        run(Some(&cluster.database())).await;
    }
}
