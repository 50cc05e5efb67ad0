//! A place for a store on either engine, and services on it that listen.

use std::{net::SocketAddr, sync::Arc};

use dictamen_server::{
    access::Access,
    app::{App, Limits},
    clock::Clock,
    serve::{self, Stopping},
    work,
};
use dictamen_store::{Folder, Keys, MasterKeys, Place, Settings, SigningKey, Store, SystemClock};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::{cluster, support::Service};

/// A place for stores, and services on it.
pub(crate) struct House {
    pub(crate) place: Place,
    pub(crate) keys: Keys,
    pub(crate) service: Service,
}

/// A service with doors, running.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) app: App,
    pub(crate) store: Store,
    pub(crate) serving: tokio::task::JoinHandle<()>,
    pub(crate) client: reqwest::Client,
}

impl House {
    fn at(place: impl FnOnce(&Service) -> Place) -> Self {
        let service = Service::new();
        Self {
            place: place(&service),
            keys: Keys {
                master: MasterKeys::random().unwrap(),
                signing: SigningKey::random().unwrap(),
            },
            service,
        }
    }

    pub(crate) fn sqlite() -> Self {
        Self::at(|service| Place::Sqlite(Folder::new(service.dir.path().join(".data"))))
    }

    pub(crate) fn postgres() -> Option<Self> {
        let url = cluster::shared()?.database();
        Some(Self::at(|_| Place::Postgres(url)))
    }

    pub(crate) async fn open(&self) -> Running {
        self.open_with(Limits::default()).await
    }

    pub(crate) async fn open_with(&self, limits: Limits) -> Running {
        self.open_as(limits, Clock::System, None).await
    }

    /// The same with work going on beside the requests.
    pub(crate) async fn open_working(&self, work: work::Settings) -> Running {
        self.open_on(Clock::System, work).await
    }

    /// The same on the days of a clock.
    pub(crate) async fn open_on(&self, clock: Clock, work: work::Settings) -> Running {
        self.open_as(Limits::default(), clock, Some(work)).await
    }

    async fn open_as(&self, limits: Limits, days: Clock, work: Option<work::Settings>) -> Running {
        let clock = Arc::new(SystemClock);
        let store = Store::open(&self.place, self.keys.clone(), clock, Settings::default());
        let store = store.await.unwrap();
        let access = Access::start(Some(&store), None).await.unwrap();
        let rules = self.service.reloader.rules();
        let mut app = App::with_log(rules, days, limits, Some(store.clone())).guarded_by(access);
        if let Some(settings) = work {
            app = app.with_work(work::Work::new(store.clone(), settings).unwrap());
        }
        let (address, serving) = listen(app.clone()).await;
        Running {
            address,
            app,
            store,
            serving,
            client: reqwest::Client::new(),
        }
    }
}

pub(crate) async fn listen(app: App) -> (SocketAddr, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = std::future::pending();
    let serving = serve::run(listener, app, None, stop, Stopping::default());
    (address, tokio::spawn(serving))
}

/// What came back: status and JSON.
pub(crate) type Said = (u16, Value);

impl Running {
    pub(crate) async fn ask(&self, method: &str, path: &str, key: &str, body: &str) -> Said {
        self.ask_with(
            method,
            path,
            &[("authorization", &format!("Bearer {key}"))],
            body,
        )
        .await
    }

    pub(crate) async fn ask_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Said {
        let url = format!("http://{}{path}", self.address);
        let mut request = self.client.request(method.parse().unwrap(), url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        let answer = request.body(body.to_owned()).send().await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.bytes().await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// Makes a key; its text and its id.
    pub(crate) async fn key(&self, by: &str, name: &str, roles: &[&str]) -> (String, String) {
        let body = json!({ "name": name, "roles": roles, "days": 90 }).to_string();
        let (status, made) = self.ask("POST", "/v1/keys", by, &body).await;
        assert_eq!(status, 201, "{made}");
        let text = |field: &str| made[field].as_str().unwrap().to_owned();
        (text("key"), text("id"))
    }

    pub(crate) async fn close(self) {
        self.serving.abort();
        self.store.close().await;
    }
}

/// Sends bytes and gives what comes back until the end.
pub(crate) async fn raw(address: SocketAddr, sent: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}
