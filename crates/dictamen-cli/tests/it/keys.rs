//! `dictamen key`, and a service that asks for keys, as processes.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use crate::support::{Place, REQUEST};

/// A service on the place's folders; its address, and everything it says once it has ended.
struct Serving {
    child: Child,
    address: String,
    lines: std::thread::JoinHandle<Vec<String>>,
    head: Vec<String>,
}

fn serve(place: &Place, more: &[&str]) -> Serving {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dictamen"))
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--log",
            "json",
            "--log-filter",
            "debug",
        ])
        .args(["--stop-grace", "0"])
        .args(more)
        .current_dir(place.0.path())
        .env_remove("DATABASE_URL")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let mut head = Vec::new();
    let address = loop {
        let line = lines.next().unwrap_or_else(|| panic!("{head:#?}"));
        let event: serde_json::Value = serde_json::from_str(&line).unwrap();
        head.push(line);
        if let Some(address) = event["address"].as_str() {
            break address.rsplit_once('/').unwrap().1.to_owned();
        }
    };
    Serving {
        child,
        address,
        lines: std::thread::spawn(move || lines.collect()),
        head,
    }
}

impl Serving {
    fn ask(&self, path: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let method = if body.is_empty() { "GET" } else { "POST" };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asks it to stop; everything it has said.
    fn stop(mut self) -> String {
        let stop = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(stop.unwrap().success());
        self.child.wait().unwrap();
        self.head.extend(self.lines.join().unwrap());
        self.head.join("\n")
    }

    /// Resident memory in KiB.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

fn id_of(text: &str) -> &str {
    text.split('_').nth(1).unwrap()
}

#[test]
fn keys_are_made_listed_replaced_and_revoked() {
    let place = Place::new();
    let none = place.run("key list");
    assert_eq!(none.code, 1, "{}", none.err);
    let made = place.run("key new --name root --role admin --role read --days 30");
    assert_eq!(made.code, 0, "{}", made.err);
    let text = made.out.trim_end();
    assert!(text.starts_with("dk_") && text.len() == 84, "{text}");
    assert!(
        made.err.contains("root (read, admin)") && made.err.contains("never again"),
        "{}",
        made.err
    );
    assert!(!made.err.contains(text));
    let twice = place.run("key new --name root --role read");
    assert_eq!(twice.code, 1);
    assert!(
        twice.err.contains("there is a key of this name"),
        "{}",
        twice.err
    );
    let new = place.run(&format!("key rotate {} --overlap 0", id_of(text)));
    assert_eq!(new.code, 0, "{}", new.err);
    let new = new.out.trim_end();
    let listed = place.run("key list").out;
    assert_eq!(listed.lines().count(), 2);
    assert!(
        listed.lines().next().unwrap().contains("expired"),
        "{listed}"
    );
    assert!(listed.lines().nth(1).unwrap().contains("holds"), "{listed}");
    assert!(!listed.contains("dk_"));
    let revoked = place.run(&format!("key revoke {}", id_of(new)));
    assert_eq!(revoked.code, 0, "{}", revoked.err);
    let listed = place.run("key list --format json").out;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed[1]["status"], "revoked");
    assert_eq!(listed[1]["roles"], serde_json::json!(["read", "admin"]));
    for wrong in [
        "key new --name a --role root",
        "key new --name a",
        "key new --name a --role read --days 0",
        "key rotate x --overlap 721",
    ] {
        assert_eq!(place.run(wrong).code, 2, "{wrong}");
    }
    for (wrong, said) in [
        ("key revoke none", "no such key"),
        ("key new --name ana@lender.example --role read", "a name is"),
    ] {
        let ran = place.run(wrong);
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains(said), "{}", ran.err);
    }
}

#[test]
fn a_service_without_a_key_is_for_its_own_machine_and_says_so() {
    let place = Place::new();
    for address in ["0.0.0.0:0", "[::]:0"] {
        let refused = place.run(&format!("serve --listen {address}"));
        assert_eq!(refused.code, 1);
        assert!(
            refused.err.contains("without a key") && refused.err.contains("dictamen key new"),
            "{}",
            refused.err
        );
        let refused = place.run(&format!("serve --no-log --listen {address}"));
        assert_eq!(refused.code, 1, "{}", refused.err);
    }
    let serving = serve(&place, &[]);
    let said = serving.ask("/v1/policies/demo/decisions", "", REQUEST);
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    // What is kept by the folder's process cannot be changed beside it.
    let busy = place.run("key new --name root --role admin");
    assert_eq!(busy.code, 1);
    assert!(
        busy.err.contains("in use") && busy.err.contains("/v1/keys"),
        "{}",
        busy.err
    );
    let log = serving.stop();
    assert!(log.contains("it is for this machine alone"), "{log}");
}

#[test]
fn what_tls_and_tokens_need_is_asked_for() {
    let place = Place::new();
    for (line, code, said) in [
        ("serve --tls-cert c.pem", 2, "--tls-key"),
        (
            "serve --tls-cert c.pem --tls-key k.pem",
            1,
            "cannot read `c.pem`",
        ),
        (
            "serve --oidc-issuer https://login.example",
            2,
            "--oidc-audience",
        ),
        (
            "serve --oidc-issuer https://login.example --oidc-audience a --oidc-jwks none.json",
            1,
            "none.json",
        ),
        ("serve --rate-limit 0", 2, "rate-limit"),
        ("serve --max-requests 0", 2, "max-requests"),
    ] {
        let ran = place.run(&format!("{line} --listen 127.0.0.1:0"));
        assert_eq!(ran.code, code, "{line}: {}", ran.err);
        assert!(ran.err.contains(said), "{line}: {}", ran.err);
    }
}

#[test]
fn ten_thousand_wrong_keys_take_up_no_memory_and_no_key_is_in_the_log() {
    let place = Place::new();
    let key = place
        .run("key new --name root --role read --role decide")
        .out;
    let key = key.trim_end();
    let serving = serve(&place, &[]);
    let good = format!("authorization: Bearer {key}\r\n");
    assert!(
        serving
            .ask("/v1/policies", "", "")
            .starts_with("HTTP/1.1 401")
    );
    assert!(
        serving
            .ask("/v1/policies", &good, "")
            .starts_with("HTTP/1.1 200")
    );
    let wrong = |from: u32| {
        let mut stream = TcpStream::connect(&serving.address).unwrap();
        for n in from..from + 1000 {
            let last = if n == from + 999 {
                "connection: close\r\n"
            } else {
                ""
            };
            let head = format!(
                "GET /v1/policies HTTP/1.1\r\nhost: x\r\n{last}authorization: Bearer dk_{n:016x}_{n:064x}\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).unwrap();
            if n % 100 == 99 {
                // So that neither side waits with full hands.
                let mut some = [0; 1024];
                let _ = stream.read(&mut some).unwrap();
            }
        }
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        assert!(String::from_utf8_lossy(&rest).contains("unauthenticated"));
    };
    wrong(0);
    wrong(1000);
    let before = serving.memory();
    for n in 2..12 {
        wrong(n * 1000);
    }
    let grown = serving.memory().saturating_sub(before);
    assert!(grown < 4096, "{grown} KiB more after 10,000 wrong keys");
    assert!(
        serving
            .ask("/v1/policies", &good, "")
            .starts_with("HTTP/1.1 200")
    );
    let broken = format!("x-api-key: {key}x\r\n");
    assert!(
        serving
            .ask("/v1/policies", &broken, "")
            .starts_with("HTTP/1.1 401")
    );
    let log = serving.stop();
    assert!(log.lines().count() > 10_000);
    for part in [key, id_of(key), key.rsplit('_').next().unwrap()] {
        assert!(!log.contains(part));
    }
}
