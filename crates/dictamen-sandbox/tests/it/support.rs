//! What the tests share: rules as they ship, and a sandbox on a socket of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use dictamen_engine::Policy;
use dictamen_model::Parameters;
use dictamen_model::identity::Curp;
use dictamen_sandbox::settings::Notices;
use dictamen_sandbox::{Sandbox, Settings};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tokio::net::TcpListener;

static PARAMETERS: LazyLock<Parameters> = LazyLock::new(|| {
    let files = texts(&root().join("rules/parameters"), "toml");
    Parameters::parse(&files).unwrap()
});

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn texts(folder: &Path, extension: &str) -> BTreeMap<String, String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// The parameters as they ship.
pub(crate) fn parameters() -> &'static Parameters {
    &PARAMETERS
}

/// A policy as it ships.
pub(crate) fn policy(id: &str) -> Policy {
    let folder = root().join("rules").join(id);
    let source: dictamen_engine::PolicySource = ["rhai", "toml", "csv"]
        .iter()
        .flat_map(|extension| texts(&folder, extension))
        .map(|(name, text)| (name, text.into_bytes()))
        .collect();
    Policy::load(&source).unwrap().policy
}

/// A sandbox on a socket of its own.
pub(crate) struct Local {
    pub(crate) sandbox: Sandbox,
    pub(crate) base: String,
    http: reqwest::Client,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Got {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    /// Status and code of the first error, after a look at the envelope.
    pub(crate) fn error(&self) -> (u16, String) {
        let list = self.json();
        for error in list.as_array().unwrap() {
            let id = error["request_id"].as_str().unwrap();
            assert!(
                id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()),
                "{id}"
            );
            assert!(error["message"].is_string());
        }
        (self.status, list[0]["code"].as_str().unwrap().to_owned())
    }

    pub(crate) fn message(&self) -> String {
        self.json()[0]["message"].as_str().unwrap().to_owned()
    }
}

/// No waiting, and no limits but those that a test sets.
pub(crate) fn calm() -> Settings {
    Settings {
        requests_per_30s: 0,
        deletes_per_minute: 0,
        logins_per_day: 0,
        notices: Notices {
            delay: Duration::ZERO,
            backoff: Duration::from_millis(10),
            ..Notices::default()
        },
        ..Settings::default()
    }
}

impl Local {
    pub(crate) async fn start(settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let sandbox = Sandbox::new(settings);
        tokio::spawn(dictamen_sandbox::serve::run(
            listener,
            sandbox.clone(),
            std::future::pending(),
        ));
        Self::at(sandbox, base)
    }

    /// A sandbox that is served already.
    pub(crate) fn at(sandbox: Sandbox, base: String) -> Self {
        Self {
            sandbox,
            base,
            http: reqwest::Client::new(),
        }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let settings = self.sandbox.settings();
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        self.http
            .request(method.parse().unwrap(), url)
            .basic_auth(&settings.secret_id, Some(&settings.secret_password))
    }

    pub(crate) async fn get(&self, path: &str) -> Got {
        got(self.request("GET", path)).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Value) -> Got {
        got(self.request(method, path).json(&body)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Got {
        self.send("POST", path, body).await
    }

    /// A link that fetches records and owners; its id.
    pub(crate) async fn link(&self, institution: &str, curp: &str, mode: &str) -> String {
        let body = json!({
            "institution": institution, "username": curp, "access_mode": mode,
            "fetch_resources": ["EMPLOYMENT_RECORDS", "OWNERS"],
        });
        let got = self.post("/api/links/", body).await;
        assert_eq!(got.status, 201, "{}", got.text);
        got.json()["id"].as_str().unwrap().to_owned()
    }

    /// Waits until a list has so many elements.
    pub(crate) async fn until(&self, path: &str, count: u64) -> Value {
        for _ in 0..400 {
            let list = self.get(path).await.json();
            let found = list["count"]
                .as_u64()
                .unwrap_or_else(|| u64::try_from(list.as_array().unwrap().len()).unwrap());
            if found >= count {
                return list;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{path} never had {count}");
    }
}

pub(crate) async fn got(request: RequestBuilder) -> Got {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    Got {
        status,
        text: response.text().await.unwrap(),
    }
}

/// A valid CURP beginning with four letters.
pub(crate) fn curp(letters: &str) -> String {
    (0..10)
        .map(|digit| format!("{letters}850309MPLRNL0{digit}"))
        .find(|curp| Curp::parse(curp).is_valid())
        .unwrap()
}

/// Reference material beside the workspace, where it is there. The tests do not depend on it.
pub(crate) fn shared(part: &str) -> Option<PathBuf> {
    let folder = root().join("../shared").join(part);
    let found = folder.exists().then_some(folder);
    if found.is_none() {
        eprintln!("skipped: there is no reference material beside the workspace");
    }
    found
}
