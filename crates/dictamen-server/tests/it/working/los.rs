//! A loan origination system that takes messages, checks their signatures, and can be unwell.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use dictamen_server::work::{DeliverySecret, Endpoint};
use serde_json::Value;
use tokio::net::TcpListener;

pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const OLD_SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

/// A message as it came.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) signatures: Vec<String>,
    pub(crate) timestamp: i64,
    pub(crate) body: Vec<u8>,
}

impl Message {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn is_signed_by(&self, secret: &str) -> bool {
        let secret = DeliverySecret::parse(secret).unwrap();
        let right = secret.sign(&self.id, self.timestamp, &self.body);
        self.signatures.contains(&right)
    }
}

#[derive(Debug, Clone, Default)]
struct Inbox {
    messages: Arc<Mutex<Vec<Message>>>,
    /// Statuses to be answered with before all is well.
    answers: Arc<Mutex<VecDeque<u16>>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Los {
    inbox: Inbox,
    url: String,
}

impl Los {
    pub(crate) async fn start() -> Self {
        let inbox = Inbox::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let app = Router::new()
            .route("/hooks", post(take))
            .with_state(inbox.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { inbox, url }
    }

    /// Its address, with both secrets.
    pub(crate) fn endpoint(&self) -> Endpoint {
        let secrets = DeliverySecret::parse_all(&format!("{SECRET} {OLD_SECRET}")).unwrap();
        Endpoint::at(&self.url, secrets).unwrap()
    }

    /// Is to answer so before all is well.
    pub(crate) fn answer(&self, statuses: &[u16]) {
        self.inbox.answers.lock().unwrap().extend(statuses);
    }

    pub(crate) fn messages(&self) -> Vec<Message> {
        self.inbox.messages.lock().unwrap().clone()
    }

    /// Waits until so many messages came.
    pub(crate) async fn until(&self, count: usize) -> Vec<Message> {
        for _ in 0..1500 {
            let messages = self.messages();
            if messages.len() >= count {
                return messages;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{} of {count} messages came", self.messages().len());
    }
}

async fn take(State(inbox): State<Inbox>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    inbox.messages.lock().unwrap().push(Message {
        id: text("webhook-id"),
        signatures: text("webhook-signature")
            .split(' ')
            .map(str::to_owned)
            .collect(),
        timestamp: text("webhook-timestamp").parse().unwrap(),
        body: body.to_vec(),
    });
    let answer = inbox.answers.lock().unwrap().pop_front();
    answer.map_or(StatusCode::NO_CONTENT, |status| {
        StatusCode::from_u16(status).unwrap()
    })
}
