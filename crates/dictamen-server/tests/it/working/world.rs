//! A service with a local Belvo before it and a loan origination system behind it.

use std::{net::SocketAddr, num::NonZeroU32, time::Duration};

use axum::{Router, response::Html, routing::get};
use chrono::{TimeDelta, Utc};
use dictamen_belvo::{Client, Config, Retry, webhook::Secret};
use dictamen_model::identity::Curp;
use dictamen_sandbox::{Sandbox, Settings, settings::Notices};
use dictamen_server::{
    clock::Clock,
    work::{self, Belvo},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::los::Los;
use crate::house::{House, Running, Said};

/// The header that notices come with.
pub(crate) const AUTHORIZATION: &str = "Bearer agreed-with-belvo-0077";

/// The applicant in a browser, as in the tests of the widget itself.
pub(crate) const APPLICANT: &str =
    include_str!("../../../../dictamen-sandbox/tests/it/applicant.html");

pub(crate) struct World {
    pub(crate) house: House,
    pub(crate) open: Running,
    pub(crate) los: Los,
    pub(crate) belvo: String,
    http: reqwest::Client,
}

/// Nothing waits, and nothing is limited.
pub(crate) fn calm() -> Settings {
    Settings {
        requests_per_30s: 0,
        deletes_per_minute: 0,
        notices: Notices {
            delay: Duration::from_millis(20),
            backoff: Duration::from_millis(50),
            ..Notices::default()
        },
        ..Settings::default()
    }
}

/// A valid CURP beginning with four letters.
pub(crate) fn curp(letters: &str) -> String {
    (0..10)
        .map(|digit| format!("{letters}850309MPLRNL0{digit}"))
        .find(|curp| Curp::parse(curp).is_valid())
        .unwrap()
}

/// How work is done here: as always, but a hundred times as fast.
pub(crate) fn working(base: &str, los: &Los) -> work::Settings {
    let defaults = Settings::default();
    let mut config = Config::new(base, &defaults.secret_id, &defaults.secret_password).unwrap();
    config.retry = Retry::never();
    config.requests_per_30s = 100_000;
    config.widget_url = format!("{base}/widget/").parse().unwrap();
    work::Settings {
        endpoint: Some(los.endpoint()),
        belvo: Some(Belvo {
            client: Client::new(config).unwrap(),
            webhook: Some(Secret::header(AUTHORIZATION)),
            company_name: Some("Caja del Valle".to_owned()),
        }),
        hurry: NonZeroU32::new(100).unwrap(),
        ..work::Settings::default()
    }
}

impl World {
    pub(crate) async fn begin(house: House) -> Self {
        Self::with(house, calm(), true).await
    }

    pub(crate) async fn with(house: House, settings: Settings, notices: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let belvo = format!("http://{}", listener.local_addr().unwrap());
        let app = dictamen_sandbox::router(Sandbox::new(settings))
            .merge(Router::new().route("/applicant", get(|| async { Html(APPLICANT) })))
            .merge(Router::new().route("/done", get(|| async { "back at the lender's" })));
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, app).await });
        let los = Los::start().await;
        // Days pass at the local Belvo, and decisions are to know them.
        let days = Clock::Fixed(Utc::now() + TimeDelta::days(18));
        let open = house.open_on(days, working(&belvo, &los)).await;
        let world = Self {
            house,
            open,
            los,
            belvo,
            http: reqwest::Client::new(),
        };
        if notices {
            let url = format!("http://{}/v1/belvo/webhooks", world.open.address);
            let target = json!({ "url": url, "authorization": AUTHORIZATION });
            world.at_belvo("PUT", "/sandbox/webhook/", target).await;
        }
        world
    }

    /// Asks the local Belvo.
    pub(crate) async fn at_belvo(&self, method: &str, path: &str, body: Value) -> Value {
        let defaults = Settings::default();
        let request = self
            .http
            .request(method.parse().unwrap(), format!("{}{path}", self.belvo))
            .basic_auth(&defaults.secret_id, Some(&defaults.secret_password))
            .json(&body);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default()
    }

    pub(crate) async fn apply(&self, more: Value) -> Value {
        let (status, said) = self.try_to_apply(more).await;
        assert_eq!(status, 202, "{said:#}");
        said
    }

    pub(crate) async fn try_to_apply(&self, more: Value) -> Said {
        let mut body = json!({
            "policy": "demo",
            "application": {
                "application_id": "APP-OF-ANA-0077",
                "requested_amount": 40000,
                "requested_term_months": 24
            },
        });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let body = body.to_string();
        self.open
            .ask_with("POST", "/v1/applications", &[], &body)
            .await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, said) = self.open.ask_with("GET", path, &[], "").await;
        assert_eq!(status, 200, "{said:#}");
        said
    }

    /// Waits until an application is as it is to be.
    pub(crate) async fn until(&self, id: &str, ready: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        for _ in 0..1500 {
            last = self.get(&format!("/v1/applications/{id}")).await;
            if ready(&last) {
                return last;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("never: {last:#}");
    }

    pub(crate) async fn ended(&self, id: &str) -> Value {
        self.until(id, |record| !record["ended_at"].is_null()).await
    }

    /// Sends a notice as Belvo would.
    pub(crate) async fn notify(&self, authorization: &str, body: &str) -> Said {
        self.open
            .ask_with(
                "POST",
                "/v1/belvo/webhooks",
                &[("authorization", authorization)],
                body,
            )
            .await
    }
}

pub(crate) fn text(value: &Value, field: &str) -> String {
    value[field]
        .as_str()
        .unwrap_or_else(|| panic!("{field}: {value:#}"))
        .to_owned()
}
