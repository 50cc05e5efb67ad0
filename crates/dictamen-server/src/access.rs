//! Who may do what: callers, their roles, and the role each address needs.
//!
//! [`guard`] stands before every handler. It asks [`Access`] who comes, by an API key or a token,
//! holds them against the [`table`], and puts a [`Caller`] into the request. Without any key it is
//! everybody on this machine and nobody else. Knows nothing of policies and decisions.

mod caller;
pub(crate) mod guard;
mod keys;
mod laptop;
mod provider;
mod role;
mod table;
mod token;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::http::{HeaderMap, header};
use chrono::{DateTime, Utc};
use dictamen_store::{PresentedKey, Store, StoreError};

pub use caller::Caller;
pub use provider::TokenSettings;
pub use role::{Role, Roles};
pub use table::{Need, ROUTES, need};

use keys::KeyRing;
use provider::Provider;

/// Days for which a key holds unless another number is asked for.
pub const KEY_DAYS: u16 = 365;
/// Most days for which a key holds.
pub const MOST_KEY_DAYS: u16 = 3650;
/// Hours for which a replaced key goes on, unless another number is asked for.
pub const OVERLAP_HOURS: u16 = 24;
/// Most hours for which a replaced key goes on.
pub const MOST_OVERLAP_HOURS: u16 = 720;

/// How often keys are read again.
const EVERY: Duration = Duration::from_secs(1);

/// Who is let in. Cloning gives another handle to the same.
#[derive(Debug, Clone)]
pub struct Access(Arc<Doors>);

#[derive(Debug)]
struct Doors {
    /// The store and its keys, when there is one.
    keys: Option<(Store, KeyRing)>,
    tokens: Option<Provider>,
    /// Whether there has been a key or a provider; it never becomes false again.
    guarded: AtomicBool,
}

/// Why the service cannot run as asked.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// It would be open to everybody.
    #[error("without a key, anybody who reaches {0} could decide, read and change everything")]
    WideOpen(SocketAddr),
    /// The keys of the token provider cannot be used.
    #[error("the keys that tokens are signed with cannot be used: {0}")]
    TokenKeys(String),
    /// The API keys cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccessError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::WideOpen(_) => {
                "make one with `dictamen key new --name NAME --role admin`, or listen on 127.0.0.1"
            }
            Self::TokenKeys(_) => {
                "give --oidc-jwks a file or an https address of a JWK set, as the provider publishes it"
            }
            Self::Store(error) => error.help(),
        }
    }
}

impl Access {
    /// For a machine of one's own: everybody has every role, until there is a key.
    pub fn open() -> Self {
        Self(Arc::new(Doors {
            keys: None,
            tokens: None,
            guarded: AtomicBool::new(false),
        }))
    }

    /// By the API keys of `store` and the tokens of a provider.
    ///
    /// # Errors
    ///
    /// When keys cannot be read.
    pub async fn start(
        store: Option<&Store>,
        tokens: Option<TokenSettings>,
    ) -> Result<Self, AccessError> {
        let keys = match store {
            Some(store) => Some((store.clone(), KeyRing::read(store).await?)),
            None => None,
        };
        let tokens = match tokens {
            Some(settings) => Some(Provider::start(settings).await?),
            None => None,
        };
        let has_keys = keys.as_ref().is_some_and(|(_, ring)| !ring.is_empty());
        Ok(Self(Arc::new(Doors {
            guarded: AtomicBool::new(has_keys || tokens.is_some()),
            keys,
            tokens,
        })))
    }

    /// Whether a caller has to prove who they are.
    pub fn is_guarded(&self) -> bool {
        self.0.guarded.load(Ordering::Acquire)
    }

    /// Whether the service may listen on an address.
    ///
    /// # Errors
    ///
    /// Without a key, when more than this machine could reach it.
    pub fn may_listen(&self, address: SocketAddr) -> Result<(), AccessError> {
        if self.is_guarded() || laptop::is_loopback(address) {
            return Ok(());
        }
        Err(AccessError::WideOpen(address))
    }

    /// Reads the API keys again: after one was changed.
    pub(crate) async fn refresh(&self) -> Result<(), StoreError> {
        if let Some((store, ring)) = &self.0.keys {
            ring.refresh(store).await?;
            if !ring.is_empty() && !self.0.guarded.swap(true, Ordering::AcqRel) {
                tracing::info!("there is a key now: from here on every caller needs one");
            }
        }
        Ok(())
    }

    /// Keeps keys current, forever.
    pub(crate) async fn run(self) {
        let keys = async {
            loop {
                tokio::time::sleep(EVERY).await;
                if let Err(error) = self.refresh().await {
                    tracing::debug!(code = error.code(), "the API keys stay as they were");
                }
            }
        };
        let tokens = async {
            if let Some(provider) = &self.0.tokens {
                provider.run().await;
            }
        };
        let ((), ()) = tokio::join!(keys, tokens);
    }

    /// Who proves to be somebody by the headers of a request.
    pub(crate) fn caller(&self, headers: &HeaderMap, now: DateTime<Utc>) -> Option<Caller> {
        let credential = credential(headers)?;
        if let Some(presented) = PresentedKey::parse(credential) {
            let (_, ring) = self.0.keys.as_ref()?;
            return ring.caller(&presented, now);
        }
        self.0.tokens.as_ref()?.caller(credential)
    }
}

/// The one key or token of a request: `Authorization: Bearer …` or `X-API-Key: …`.
fn credential(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get_all(header::AUTHORIZATION).iter();
    let bare = headers.get_all("x-api-key").iter();
    let mut given = bearer
        .map(|value| (value, true))
        .chain(bare.map(|value| (value, false)));
    // Whoever sends two means one of them at most; which one is not to be guessed.
    let (Some((value, is_bearer)), None) = (given.next(), given.next()) else {
        return None;
    };
    let value = value.to_str().ok()?;
    if !is_bearer {
        return Some(value);
    }
    let (scheme, rest) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| rest.trim_start_matches(' '))
}
