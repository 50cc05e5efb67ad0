//! Sending requests: secrets, time-outs, repetitions, and telling answers apart.

use std::sync::Arc;
use std::time::Instant;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Response};
use serde::Serialize;
use url::{Host, Url};

use crate::config::Config;
use crate::error::{Error, Kind, Refused};
use crate::retry::{Effect, jitter};
use crate::throttle::Throttle;

/// A client. Clones share connections and the count of requests.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    config: Config,
    http: reqwest::Client,
    throttle: Throttle,
}

/// A client that cannot be made: the machine's certificates are not usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no connection can be made from here: TLS or its certificates are not usable")]
pub struct NoClient;

/// One request.
#[derive(Debug)]
pub(crate) struct Ask<'a> {
    /// For logs and errors.
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    /// Below the base address, with a slash at both ends.
    pub(crate) path: &'a str,
    pub(crate) query: &'a [(String, String)],
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) effect: Effect,
    /// Whether to be told by a notice when it is done.
    pub(crate) later: bool,
    /// Whether the secrets travel in the header.
    pub(crate) signed: bool,
}

impl<'a> Ask<'a> {
    pub(crate) fn new(operation: &'static str, method: Method, path: &'a str) -> Self {
        Self {
            operation,
            method,
            path,
            query: &[],
            body: None,
            effect: Effect::Repeatable,
            later: false,
            signed: true,
        }
    }

    pub(crate) fn query(mut self, query: &'a [(String, String)]) -> Self {
        self.query = query;
        self
    }

    pub(crate) fn body(mut self, body: &impl Serialize) -> Self {
        self.body = serde_json::to_vec(body).ok();
        self
    }

    pub(crate) fn logs_in(mut self) -> Self {
        self.effect = Effect::LogsIn;
        self
    }

    pub(crate) fn later(mut self, later: bool) -> Self {
        self.later = later;
        self
    }
}

/// A successful answer.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Client {
    /// A client for a configuration.
    ///
    /// # Errors
    /// When the machine's certificates are not usable.
    pub fn new(config: Config) -> Result<Self, NoClient> {
        let mut http = reqwest::Client::builder()
            .connect_timeout(config.connect_timeout)
            // A redirection would take the secrets elsewhere.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("dictamen/", env!("CARGO_PKG_VERSION")));
        // A proxy that leads out does not lead back to this machine.
        if is_loopback(&config.base_url) {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|_| NoClient)?;
        let throttle = Throttle::new(config.requests_per_30s);
        Ok(Self {
            shared: Arc::new(Shared {
                config,
                http,
                throttle,
            }),
        })
    }

    /// How it reaches Belvo.
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// Asks whether Belvo can be reached and takes the secrets.
    ///
    /// # Errors
    /// When it cannot, or does not.
    pub async fn probe(&self) -> Result<(), Error> {
        self.send(Ask::new("probe", Method::GET, "/api/"))
            .await
            .map(drop)
    }

    /// Sends a request, and again as often as the policy says.
    pub(crate) async fn send(&self, ask: Ask<'_>) -> Result<Answered, Error> {
        let mut attempts = 0_u32;
        loop {
            attempts = attempts.saturating_add(1);
            self.shared.throttle.turn().await;
            let started = Instant::now();
            let result = self.once(&ask).await;
            let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            let kind = match result {
                Ok(answered) => {
                    tracing::debug!(
                        operation = ask.operation,
                        status = answered.status,
                        attempts,
                        milliseconds,
                        "Belvo answered"
                    );
                    return Ok(answered);
                }
                Err(kind) => kind,
            };
            let error = Error {
                operation: ask.operation,
                kind,
                attempts,
            };
            // A repeated delete that finds nothing has been done before.
            if ask.method == Method::DELETE && attempts > 1 && error.code() == Some("not_found") {
                return Ok(Answered {
                    status: 204,
                    body: Vec::new(),
                });
            }
            let wait = self.shared.config.retry.wait(attempts, ask.effect, &error);
            tracing::warn!(
                operation = ask.operation,
                code = error.code(),
                request_id = error.request_id(),
                attempts,
                milliseconds,
                again = wait.is_some(),
                "a request to Belvo failed: {error}"
            );
            match wait {
                Some(wait) => tokio::time::sleep(jitter(wait)).await,
                None => return Err(error),
            }
        }
    }

    async fn once(&self, ask: &Ask<'_>) -> Result<Answered, Kind> {
        let config = &self.shared.config;
        let timeout = match ask.effect {
            Effect::Repeatable => config.timeout,
            Effect::LogsIn => config.retrieval_timeout,
        };
        let mut request = self
            .shared
            .http
            .request(
                ask.method.clone(),
                address(&config.base_url, ask.path, ask.query),
            )
            .timeout(timeout);
        if ask.signed {
            request = request.basic_auth(
                config.secret_id.expose(),
                Some(config.secret_password.expose()),
            );
        }
        if let Some(body) = &ask.body {
            request = request
                .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
                .body(body.clone());
        }
        if ask.later {
            request = request.header("X-Belvo-Request-Mode", "async");
        }
        let response = request.send().await.map_err(|error| network(&error))?;
        let status = response.status().as_u16();
        let is_html = response
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        let body = read(response, config.largest_answer).await?;
        if (200..300).contains(&status) && !is_html {
            return Ok(Answered { status, body });
        }
        Err(failure(status, is_html, &body))
    }
}

/// Tells a failed answer apart.
fn failure(status: u16, is_html: bool, body: &[u8]) -> Kind {
    let blank = body.iter().all(u8::is_ascii_whitespace);
    let page = is_html || body.trim_ascii_start().starts_with(b"<");
    if let Some(refused) = Refused::read(status, body) {
        return if status == 429 {
            Kind::Throttled
        } else {
            Kind::Refused(refused)
        };
    }
    match status {
        429 => Kind::Throttled,
        _ if blank => Kind::Empty { status },
        200..500 if page => Kind::Firewall { status },
        _ => Kind::NotJson { status },
    }
}

fn network(error: &reqwest::Error) -> Kind {
    if error.is_timeout() && !error.is_connect() {
        Kind::TimedOut
    } else if error.is_connect() || error.is_builder() {
        Kind::Unreachable
    } else {
        Kind::Cut
    }
}

async fn read(mut response: Response, limit: usize) -> Result<Vec<u8>, Kind> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| network(&error))? {
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(Kind::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn address(base: &Url, path: &str, query: &[(String, String)]) -> Url {
    let mut url = base.clone();
    let prefix = base.path().trim_end_matches('/');
    url.set_path(&format!("{prefix}{path}"));
    url.set_query(None);
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_told_apart() {
        let refusal =
            br#"[{"code":"login_error","message":"CURP es incorrecto","request_id":"1"}]"#;
        assert!(matches!(failure(400, false, refusal), Kind::Refused(_)));
        assert_eq!(
            failure(403, true, b"<html>"),
            Kind::Firewall { status: 403 }
        );
        assert_eq!(
            failure(403, false, b" <html>"),
            Kind::Firewall { status: 403 }
        );
        assert_eq!(failure(502, true, b"<html>"), Kind::NotJson { status: 502 });
        assert_eq!(failure(502, false, b" "), Kind::Empty { status: 502 });
        assert_eq!(failure(429, false, b""), Kind::Throttled);
        assert_eq!(failure(429, false, refusal), Kind::Throttled);
        assert_eq!(failure(500, false, b"{}"), Kind::NotJson { status: 500 });
        assert_eq!(failure(500, false, b"[]"), Kind::NotJson { status: 500 });
        let one = br#"{"code":"x","message":"y"}"#;
        assert!(matches!(failure(400, false, one), Kind::Refused(_)));
    }

    #[test]
    fn a_base_address_may_have_a_path() {
        let at = |base: &str| {
            address(
                &Url::parse(base).unwrap(),
                "/api/links/",
                &[("id".into(), "a b".into())],
            )
            .to_string()
        };
        assert_eq!(
            at("https://api.belvo.com"),
            "https://api.belvo.com/api/links/?id=a+b"
        );
        assert_eq!(
            at("http://proxy/belvo/?x=1"),
            "http://proxy/belvo/api/links/?id=a+b"
        );
    }
}
