//! The process is killed under load, again and again: what it acknowledged is there, nothing is
//! there twice, and the chain holds.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use dictamen_store::{Filter, Folder, Place as At, Reading, verify};
use serde_json::Value;

use crate::{
    cluster,
    support::{Place, REQUEST},
};

/// How often the process is killed; more with `DICTAMEN_KILLS`.
const KILLS: u32 = 20;

/// A request and, once it was answered, the answer.
pub(crate) struct Asked {
    pub(crate) key: Option<String>,
    pub(crate) body: String,
}

/// What clients saw.
#[derive(Default)]
struct Seen {
    /// Decision ids by application, and the answers given under keys.
    acknowledged: BTreeMap<String, String>,
    keyed: BTreeMap<String, Vec<u8>>,
    /// Requests whose answer did not arrive.
    open: Vec<Asked>,
    /// Those whose key a killed process holds, until its claim runs out.
    held: Vec<Asked>,
}

/// A service as a process.
pub(crate) struct Service {
    child: Child,
    pub(crate) address: String,
    pub(crate) place: Place,
    url: Option<String>,
}

impl Service {
    pub(crate) fn start(place: Place, url: Option<String>, master: Option<String>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dictamen"));
        command
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--log",
                "json",
                "--stop-grace",
                "0",
            ])
            .env_remove("DATABASE_URL")
            .current_dir(place.0.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        if let Some(url) = &url {
            command.env("DATABASE_URL", url);
        }
        if let Some(master) = master {
            command.env("DICTAMEN_MASTER_KEY", master);
        }
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines
            .find_map(|line| {
                let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
                Some(
                    event["address"]
                        .as_str()?
                        .strip_prefix("http://")?
                        .to_owned(),
                )
            })
            .expect("the service starts");
        // Nobody may have to wait for its log to be read.
        thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            address,
            place,
            url,
        }
    }

    fn killed(self) -> Self {
        let url = self.url.clone();
        Self::start(self.crashed(), url, None)
    }

    pub(crate) fn crashed(mut self) -> Place {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.place
    }

    pub(crate) fn stopped(mut self) -> Place {
        let stop = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(stop.unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        self.place
    }
}

/// Posts; `None` when the answer did not arrive whole.
pub(crate) fn post(address: &str, asked: &Asked) -> Option<(u16, Vec<u8>)> {
    post_to(address, "/v1/policies/demo/decisions", asked)
}

pub(crate) fn post_to(address: &str, path: &str, asked: &Asked) -> Option<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .ok()?;
    let key = asked
        .key
        .as_ref()
        .map(|key| format!("idempotency-key: {key}\r\n"));
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         content-type: application/json\r\n{}content-length: {}\r\n\r\n",
        key.unwrap_or_default(),
        asked.body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(asked.body.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n")?;
    let head = String::from_utf8(answer[..end].to_vec()).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))?;
    let body = answer[end + 4..].to_vec();
    (body.len() == length.parse::<usize>().ok()?).then_some((status, body))
}

/// One request after another until told to stop.
fn ask(address: &str, next: &AtomicU32, stop: &AtomicBool, seen: &Mutex<Seen>) {
    while !stop.load(Ordering::Relaxed) {
        let again = seen.lock().unwrap().open.pop();
        let asked = again.unwrap_or_else(|| {
            let n = next.fetch_add(1, Ordering::Relaxed);
            let mut body: Value = serde_json::from_str(REQUEST).unwrap();
            body["application"]["application_id"] = format!("KILL-{n}").into();
            Asked {
                key: n.is_multiple_of(2).then(|| format!("key-{n}")),
                body: body.to_string(),
            }
        });
        let body = match post(address, &asked) {
            Some((200, body)) => body,
            Some((409, _)) => {
                seen.lock().unwrap().held.push(asked);
                continue;
            }
            _ => {
                seen.lock().unwrap().open.push(asked);
                continue;
            }
        };
        let answer: Value = serde_json::from_slice(&body).unwrap();
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        let mut seen = seen.lock().unwrap();
        let other = seen
            .acknowledged
            .insert(text("application_id"), text("decision_id"));
        assert_eq!(other, None, "asked once, so acknowledged once");
        if let Some(key) = asked.key {
            seen.keyed.insert(key, body);
        }
    }
}

fn kill_again_and_again(url: Option<String>) {
    let kills = std::env::var_os("DICTAMEN_KILLS")
        .and_then(|text| text.into_string().ok()?.parse().ok())
        .unwrap_or(KILLS);
    let mut service = Service::start(Place::new(), url.clone(), None);
    let (next, seen) = (AtomicU32::new(0), Mutex::new(Seen::default()));
    for kill in 0..kills {
        let stop = Arc::new(AtomicBool::new(false));
        service = thread::scope(|scope| {
            for _ in 0..6 {
                let (address, stop) = (service.address.clone(), stop.clone());
                let (next, seen) = (&next, &seen);
                scope.spawn(move || ask(&address, next, &stop, seen));
            }
            // At different moments of its life.
            thread::sleep(Duration::from_millis(150 + u64::from(kill) * 37 % 300));
            let service = service.killed();
            stop.store(true, Ordering::Relaxed);
            service
        });
    }
    // What was open is asked again, and what was answered under a key is answered the same.
    let mut seen = seen.into_inner().unwrap();
    let held = std::mem::take(&mut seen.held);
    seen.open.extend(held);
    let start = Instant::now();
    while let Some(asked) = seen.open.pop() {
        match post(&service.address, &asked) {
            Some((200, body)) => {
                let answer: Value = serde_json::from_slice(&body).unwrap();
                let text = |name: &str| answer[name].as_str().unwrap().to_owned();
                seen.acknowledged
                    .insert(text("application_id"), text("decision_id"));
                if let Some(key) = asked.key {
                    seen.keyed.insert(key, body);
                }
            }
            // On PostgreSQL a key that a killed process held is held for some seconds.
            Some((409, _)) => {
                assert!(start.elapsed() < Duration::from_mins(1));
                seen.open.insert(0, asked);
                thread::sleep(Duration::from_millis(200));
            }
            other => panic!("{other:?}"),
        }
    }
    for (key, body) in seen.keyed.iter().take(50) {
        let n = key.strip_prefix("key-").unwrap();
        let mut request: Value = serde_json::from_str(REQUEST).unwrap();
        request["application"]["application_id"] = format!("KILL-{n}").into();
        let asked = Asked {
            key: Some(key.clone()),
            body: request.to_string(),
        };
        assert_eq!(
            post(&service.address, &asked),
            Some((200, body.clone())),
            "{key}"
        );
    }
    let place = service.stopped();
    let folder = Folder::new(place.0.path().join("data"));
    let at = match url {
        Some(url) => At::Postgres(url),
        None => At::Sqlite(folder.clone()),
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(holds(&at, &folder, kills, &seen));
}

async fn holds(at: &At, folder: &Folder, kills: u32, seen: &Seen) {
    let log = Reading::open(at).unwrap();
    let key = folder.public_key().unwrap().unwrap();
    let report = verify(&log, &[key], &[]).await.unwrap();
    assert!(report.holds(), "{:#?}", report.findings);
    let mut logged: BTreeMap<String, u32> = BTreeMap::new();
    let mut after = None;
    loop {
        let page = log.list(&Filter::default(), after, 1000).await.unwrap();
        for entry in &page.entries {
            *logged
                .entry(entry.decision().unwrap().decision_id)
                .or_default() += 1;
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert!(logged.values().all(|count| *count == 1));
    for id in seen.acknowledged.values() {
        assert!(logged.contains_key(id), "{id} was acknowledged and is lost");
    }
    println!(
        "{kills} kills, {} acknowledged, {} logged",
        seen.acknowledged.len(),
        logged.len()
    );
    assert!(seen.acknowledged.len() > usize::try_from(kills).unwrap() * 5);
}

#[test]
fn on_sqlite_nothing_acknowledged_is_lost() {
    kill_again_and_again(None);
}

#[test]
fn on_postgresql_nothing_acknowledged_is_lost() {
    if let Some(cluster) = cluster::shared() {
        kill_again_and_again(Some(cluster.database()));
    }
}
