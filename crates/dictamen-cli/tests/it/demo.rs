//! `dictamen demo`: a person applies, consents and is decided on the lender's page.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

struct Demo {
    child: Child,
    page: String,
    /// What it leaves behind, as it is killed.
    _dir: tempfile::TempDir,
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start() -> Demo {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    let dir = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_dictamen"))
        .args(["demo", "--listen", "127.0.0.1:0", "--rules"])
        .arg(rules)
        .env("TMPDIR", dir.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let page = lines
        .find_map(|line| {
            let line = line.unwrap();
            let rest = line.strip_prefix("open ")?;
            Some(rest.split(' ').next()?.to_owned())
        })
        .unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    Demo {
        child,
        page,
        _dir: dir,
    }
}

async fn send(http: &reqwest::Client, url: &str, body: &Value) -> Value {
    let answer = http.post(url).json(body).send().await.unwrap();
    assert!(answer.status().is_success(), "{url}: {}", answer.status());
    answer.json().await.unwrap()
}

/// Waits until what the page is told is as it is to be.
async fn until(http: &reqwest::Client, url: &str, ready: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let told: Value = http.get(url).send().await.unwrap().json().await.unwrap();
        if ready(&told) {
            return told;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "{told:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_applies_consents_and_is_decided() {
    let demo = start();
    let page = &demo.page;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for path in ["/", "/back", "/app.js", "/words.js", "/style.css"] {
        let answer = http.get(format!("{page}{path}")).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert!(
            answer.headers()["content-security-policy"]
                .to_str()
                .unwrap()
                .starts_with("default-src 'none'")
        );
    }
    let asked = json!({
        "amount": 60000, "term": 24, "debt": 0, "institution": "imss_mx_employment",
        "recurrent": true, "locale": "es",
    });
    let begun = send(&http, &format!("{page}/demo/applications"), &asked).await;
    let widget: reqwest::Url = begun["widget_url"].as_str().unwrap().parse().unwrap();
    let of = |name: &str| {
        let found = widget.query_pairs().find(|(key, _)| key == name);
        found.unwrap().1.into_owned()
    };
    let curp = "QXWA850309MPLRNL08";
    let consent = json!({
        "access_token": of("access_token"), "institution": of("institutions"), "username": curp,
        "access_mode": of("access_mode"), "external_id": of("external_id"),
    });
    send(
        &http,
        widget.join("/widget/links/").unwrap().as_str(),
        &consent,
    )
    .await;
    let id = begun["id"].as_str().unwrap();
    let url = format!("{page}/demo/applications/{id}");
    let told = until(&http, &url, |told| {
        told["messages"][0]["type"] == "application.decided"
    })
    .await;
    let decision = &told["record"]["decision"];
    assert!(decision["outcome"].is_string(), "{told:#}");
    seen(&format!("{page}/?id={id}"), decision);
    send(&http, &format!("{url}/raise"), &json!({ "curp": curp })).await;
    let told = until(&http, &url, |told| {
        told["record"]["monitoring"][0]["status"] == "seen"
    })
    .await;
    assert_eq!(
        told["record"]["monitoring"][0]["changes"][0]["code"],
        "salary_up"
    );
    // Nobody but the service may say what was decided.
    let forged = http
        .post(format!("{page}/messages"))
        .header("webhook-id", "msg_1")
        .header("webhook-timestamp", "1")
        .header("webhook-signature", "v1,AAAA")
        .body("{}");
    assert_eq!(forged.send().await.unwrap().status(), 401);
    for path in ["/demo/applications/none", "/demo/applications/..%2Fkeys"] {
        let answer = http.get(format!("{page}{path}")).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
}

/// What the page shows of a decision, in a browser where there is one.
fn seen(url: &str, decision: &Value) {
    if Command::new("chromium").arg("--version").output().is_err() {
        println!("SKIPPED: there is no chromium here");
        return;
    }
    let profile = tempfile::tempdir().unwrap();
    let dom = Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--window-size=390,844",
        ])
        .args(["--virtual-time-budget=5000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(url)
        .output()
        .unwrap();
    let dom = String::from_utf8(dom.stdout).unwrap();
    let heading = match decision["outcome"].as_str().unwrap() {
        "APPROVE" => "¡Su crédito está aprobado!",
        "COUNTER" => "Podemos ofrecerle otro monto",
        "REFER" => "Una persona revisará su solicitud",
        _ => "Por ahora no podemos otorgarle el crédito",
    };
    assert!(dom.contains(heading), "{dom}");
    assert!(dom.contains("Asunto: solicitud de crédito DEMO-"), "{dom}");
    assert!(dom.contains(decision["decision_id"].as_str().unwrap()));
}
