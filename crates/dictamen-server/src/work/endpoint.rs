//! Whom to tell what was decided, and how they know that it comes from here.
//!
//! By the Standard Webhooks: the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`,
//! an HMAC-SHA256 over `id.timestamp.body` by each secret. Several secrets sign at once, so that
//! one can be replaced without a gap.

use std::{fmt, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Url;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::NoConnections;

/// How long the other side may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// A secret that deliveries are signed with.
#[derive(Clone)]
pub struct DeliverySecret(Zeroizing<Vec<u8>>);

/// A text that is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret of deliveries is `whsec_` and 24 to 64 bytes in base64")]
pub struct BadSecret;

impl fmt::Debug for DeliverySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeliverySecret(..)")
    }
}

impl DeliverySecret {
    /// Reads `whsec_…`.
    ///
    /// # Errors
    ///
    /// When it is anything else.
    pub fn parse(text: &str) -> Result<Self, BadSecret> {
        let encoded = text.strip_prefix("whsec_").ok_or(BadSecret)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| BadSecret)?;
        if !(24..=64).contains(&bytes.len()) {
            return Err(BadSecret);
        }
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// Reads several, apart by white space or commas.
    ///
    /// # Errors
    ///
    /// When one is anything else, or there is none.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, BadSecret> {
        let parts = text.split(|c: char| c.is_whitespace() || c == ',');
        let secrets: Result<Vec<Self>, BadSecret> = parts
            .filter(|part| !part.is_empty())
            .map(Self::parse)
            .collect();
        secrets.and_then(|all| {
            if all.is_empty() {
                Err(BadSecret)
            } else {
                Ok(all)
            }
        })
    }

    /// `v1,…` of a delivery.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        // A key of any length is taken, so there is no error to meet.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return String::new();
        };
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// Where deliveries go.
#[derive(Clone)]
pub struct Endpoint {
    /// The address, http or https.
    pub url: Url,
    /// Each signs; the newest first.
    pub secrets: Vec<DeliverySecret>,
}

/// An address may hold a password.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("host", &self.url.host_str())
            .finish_non_exhaustive()
    }
}

impl Endpoint {
    /// Reads an address.
    pub fn at(url: &str, secrets: Vec<DeliverySecret>) -> Option<Self> {
        let url = Url::parse(url).ok()?;
        let usable = matches!(url.scheme(), "http" | "https") && url.has_host();
        usable.then_some(Self { url, secrets })
    }

    /// Whether deliveries can be read on their way by others.
    pub fn is_readable(&self) -> bool {
        self.url.scheme() == "http" && !self.is_here()
    }

    fn is_here(&self) -> bool {
        let host = self.url.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost"
            || host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }

    /// The signatures of a delivery, apart by spaces.
    pub(crate) fn signatures(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let signed = self.secrets.iter().map(|s| s.sign(id, timestamp, body));
        signed.collect::<Vec<_>>().join(" ")
    }
}

/// What deliveries are sent with.
pub(crate) fn client(endpoint: Option<&Endpoint>) -> Result<reqwest::Client, NoConnections> {
    let mut client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .connect_timeout(Duration::from_secs(5))
        // What is personal goes to the configured address and nowhere else.
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("dictamen/", env!("CARGO_PKG_VERSION")));
    if endpoint.is_some_and(Endpoint::is_here) {
        client = client.no_proxy();
    }
    client.build().map_err(|_| NoConnections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard() {
        // The example of the Standard Webhooks' own libraries.
        let secret = DeliverySecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(
            secret.sign(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                br#"{"test": 2432232314}"#
            ),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
        assert_eq!(format!("{secret:?}"), "DeliverySecret(..)");
    }

    #[test]
    fn what_is_a_secret() {
        let good = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        assert_eq!(
            DeliverySecret::parse_all(&format!("{good},\n {good} "))
                .unwrap()
                .len(),
            2
        );
        for bad in [
            "",
            " , ",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_",
            "whsec_AAAA",
            "whsec_!!!!",
        ] {
            assert!(DeliverySecret::parse_all(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn who_else_could_read() {
        let readable = |url: &str| Endpoint::at(url, Vec::new()).unwrap().is_readable();
        assert!(readable("http://los.example/hooks"));
        for safe in [
            "https://los.example/hooks",
            "http://127.0.0.1:9/",
            "http://[::1]:9/",
            "http://localhost/",
        ] {
            assert!(!readable(safe), "{safe}");
        }
        for none in ["", "ftp://x/", "file:///x", "los.example"] {
            assert!(Endpoint::at(none, Vec::new()).is_none(), "{none}");
        }
    }
}
