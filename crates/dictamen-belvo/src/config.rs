//! Where Belvo is, who asks, and how patient the client is.

use std::fmt;
use std::time::Duration;

use dictamen_model::identity::Masked;
use url::Url;

use crate::retry::Retry;

/// Belvo's sandbox.
pub const SANDBOX: &str = "https://sandbox.belvo.com";
/// Belvo's production.
pub const PRODUCTION: &str = "https://api.belvo.com";

/// How a client reaches Belvo.
#[derive(Clone)]
pub struct Config {
    /// Where the API is, without `/api/`.
    pub base_url: Url,
    /// Where the hosted widget is.
    pub widget_url: Url,
    /// The secret id.
    pub secret_id: Masked,
    /// The secret password.
    pub secret_password: Masked,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long an answer may take from what Belvo has stored.
    pub timeout: Duration,
    /// How long an answer may take for which Belvo logs in at an institution. Belvo gives up after
    /// five minutes.
    pub retrieval_timeout: Duration,
    /// What is tried again.
    pub retry: Retry,
    /// Requests in 30 seconds; more wait for their turn. Belvo's firewall allows 80 per address, which
    /// may be shared by several instances.
    pub requests_per_30s: u32,
    /// The largest answer that is read, in bytes.
    pub largest_answer: usize,
}

/// An address that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the address of Belvo's API is not an http or https address with a host")]
pub struct BadAddress;

impl Config {
    /// The usual patience, for an address and a pair of secrets.
    ///
    /// # Errors
    /// When the address is none.
    pub fn new(base_url: &str, secret_id: &str, secret_password: &str) -> Result<Self, BadAddress> {
        let base_url = address(base_url)?;
        Ok(Self {
            base_url,
            widget_url: address("https://widget.belvo.io/")?,
            secret_id: Masked::new(secret_id),
            secret_password: Masked::new(secret_password),
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            retrieval_timeout: Duration::from_secs(330),
            retry: Retry::default(),
            requests_per_30s: 70,
            largest_answer: 64 * 1024 * 1024,
        })
    }
}

fn address(text: &str) -> Result<Url, BadAddress> {
    let url = Url::parse(text).map_err(|_| BadAddress)?;
    let usable = matches!(url.scheme(), "http" | "https") && url.has_host();
    if usable { Ok(url) } else { Err(BadAddress) }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("host", &self.base_url.host_str())
            .field("timeout", &self.timeout)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
