//! A rules folder of its own, and a service on it, for each test.

use std::{fs, path::Path};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode},
};
use dictamen_server::{
    app::{App, Limits},
    clock::Clock,
    reload::Reloader,
};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;

pub(crate) const REQUEST: &str = include_str!("../../examples/request.json");
pub(crate) const DECIDE: &str = "/v1/policies/demo/decisions";

/// A service on a folder that tests may change.
pub(crate) struct Service {
    pub(crate) dir: TempDir,
    pub(crate) reloader: Reloader,
    pub(crate) app: App,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

impl Service {
    pub(crate) fn new() -> Self {
        Self::with(Limits::default())
    }

    pub(crate) fn with(limits: Limits) -> Self {
        let dir = TempDir::new().unwrap();
        copy(&manifest("tests/demo"), &dir.path().join("demo"));
        copy(
            &manifest("../../rules/parameters"),
            &dir.path().join("parameters"),
        );
        Self::on(dir, limits)
    }

    pub(crate) fn on(dir: TempDir, limits: Limits) -> Self {
        let reloader = Reloader::start(dir.path()).unwrap();
        let clock = Clock::Fixed("2026-09-16T05:30:00Z".parse().unwrap());
        let app = App::new(reloader.rules(), clock, limits);
        Self { dir, reloader, app }
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.dir.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.dir.path().join(file)).unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    pub(crate) async fn method(&self, method: Method, path: &str) -> Answer {
        let request = Request::builder().method(method).uri(path);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        send(self.app.router(), request).await
    }
}

pub(crate) async fn send(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes().to_vec(),
    }
}

/// The sample request with one change.
pub(crate) fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut request: Value = serde_json::from_str(REQUEST).unwrap();
    change(&mut request);
    request.to_string()
}

pub(crate) fn manifest(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
