//! An OpenID provider's signing keys: read from a file or fetched, and read again as time goes.
//!
//! While the provider is away, the keys known last hold. A token with an unknown key makes them be
//! fetched sooner, but not more often than a provider can bear.

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use arc_swap::ArcSwap;
use http_body_util::BodyExt as _;
use tokio::{sync::Notify, time::Instant};

use super::{
    AccessError, Caller,
    token::{Expected, Issued, Verdict},
};

/// How often a file is read, and how long after an attempt the provider is asked again at the
/// earliest.
const SOON: Duration = Duration::from_secs(2);
/// How often a provider is asked without a reason.
const EVERY: Duration = Duration::from_mins(5);
/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Largest key set, in bytes.
const LARGEST: usize = 1024 * 1024;

/// Tokens that are let in.
#[derive(Debug, Clone)]
pub struct TokenSettings {
    /// `iss`, as the provider writes it.
    pub issuer: String,
    /// `aud`: what this service is called there.
    pub audience: String,
    /// Where the provider's keys are: a file, or an address that begins with `https://`
    /// (`http://` for this machine alone).
    pub keys: String,
    /// The claim that holds the roles, by its name or the path to it with dots: a list of names, or
    /// a text with spaces.
    pub roles_claim: String,
}

enum Source {
    File(PathBuf),
    Url(reqwest::Client, reqwest::Url),
}

/// A client may hold what it was configured with.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File(_) => "File(..)",
            Self::Url(..) => "Url(..)",
        })
    }
}

/// A provider and its keys.
#[derive(Debug)]
pub(crate) struct Provider {
    expected: Expected,
    source: Source,
    keys: ArcSwap<Issued>,
    wanted: Notify,
}

impl Provider {
    /// Reads the keys for the first time. A provider that is away is waited for later; a file that
    /// is not there is a mistake.
    pub(crate) async fn start(settings: TokenSettings) -> Result<Self, AccessError> {
        let provider = Self {
            source: source(&settings.keys)?,
            expected: Expected {
                issuer: settings.issuer,
                audience: settings.audience,
                roles_claim: settings.roles_claim,
            },
            keys: ArcSwap::default(),
            wanted: Notify::new(),
        };
        if let Err(error) = provider.refresh().await {
            match &provider.source {
                Source::File(_) => return Err(AccessError::TokenKeys(error)),
                Source::Url(..) => tracing::warn!("no token is let in yet: {error}"),
            }
        }
        Ok(provider)
    }

    pub(crate) fn caller(&self, token: &str) -> Option<Caller> {
        match self.expected.verify(token, &self.keys.load()) {
            Verdict::Holds(caller) => Some(caller),
            Verdict::UnknownKey => {
                self.wanted.notify_one();
                None
            }
            Verdict::Refused => None,
        }
    }

    /// Keeps the keys current, forever.
    pub(crate) async fn run(&self) {
        let every = match self.source {
            Source::File(_) => SOON,
            Source::Url(..) => EVERY,
        };
        let mut away = false;
        loop {
            let began = Instant::now();
            // Asked for or not, an attempt is due some time; and never at once.
            let _ = tokio::time::timeout(every, self.wanted.notified()).await;
            tokio::time::sleep(SOON.saturating_sub(began.elapsed())).await;
            match self.refresh().await {
                Ok(()) => away = false,
                Err(error) if !away => {
                    tracing::warn!(
                        "the keys that tokens are signed with stay as they were: {error}"
                    );
                    away = true;
                }
                Err(_) => {}
            }
        }
    }

    async fn refresh(&self) -> Result<(), String> {
        let text = match &self.source {
            Source::File(path) => read(path).await?,
            Source::Url(client, url) => fetch(client, url.clone()).await?,
        };
        let issued = Issued::read(&text)
            .ok_or("it is no JWK set with a key for RS256, ES256 or EdDSA in it")?;
        self.keys.store(issued.into());
        Ok(())
    }
}

fn source(keys: &str) -> Result<Source, AccessError> {
    if !keys.contains("://") {
        return Ok(Source::File(PathBuf::from(keys)));
    }
    let refuse = |why: &str| AccessError::TokenKeys(why.to_owned());
    let url = reqwest::Url::parse(keys).map_err(|_| refuse("not an address"))?;
    let here = match url.host_str() {
        Some(host) => super::laptop::is_this_machine(host),
        None => false,
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && here) {
        return Err(refuse("keys are fetched over https"));
    }
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|_| refuse("no client for https could be made"))?;
    Ok(Source::Url(client, url))
}

async fn read(path: &Path) -> Result<Vec<u8>, String> {
    let text = tokio::fs::read(path).await;
    text.map_err(|error| format!("`{}`: {error}", path.display()))
}

async fn fetch(client: &reqwest::Client, url: reqwest::Url) -> Result<Vec<u8>, String> {
    let failed = |error: &reqwest::Error| {
        if error.is_timeout() {
            "no answer in time".to_owned()
        } else {
            "no connection to the address of the keys".to_owned()
        }
    };
    let answer = client.get(url).send().await.map_err(|e| failed(&e))?;
    if answer.status() != reqwest::StatusCode::OK {
        return Err(format!("the answer was {}", answer.status()));
    }
    let body = http_body_util::Limited::new(reqwest::Body::from(answer), LARGEST);
    let body = body.collect().await;
    let body = body.map_err(|_| "the answer is too large or ended early".to_owned())?;
    Ok(body.to_bytes().to_vec())
}
