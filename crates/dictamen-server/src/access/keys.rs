//! The API keys that hold, kept in memory.
//!
//! All of them are read again every second, so that no request waits for the database, a key that
//! nobody knows costs nothing but a hash, and what was revoked elsewhere ends here soon. While
//! the database is away the last state holds.

use std::collections::BTreeMap;

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use dictamen_store::{ApiKey, PresentedKey, Store, StoreError};

use super::{Caller, Roles};

/// Keys by id.
#[derive(Debug)]
pub(crate) struct KeyRing(ArcSwap<BTreeMap<String, Held>>);

#[derive(Debug)]
struct Held {
    key: ApiKey,
    caller: Caller,
}

impl KeyRing {
    /// The keys of a store.
    pub(crate) async fn read(store: &Store) -> Result<Self, StoreError> {
        Ok(Self(ArcSwap::from_pointee(held(store).await?)))
    }

    /// Reads them again.
    pub(crate) async fn refresh(&self, store: &Store) -> Result<(), StoreError> {
        self.0.store(held(store).await?.into());
        Ok(())
    }

    /// Whether there has never been a key.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.load().is_empty()
    }

    /// Who comes with a key, when it holds.
    pub(crate) fn caller(
        &self,
        presented: &PresentedKey<'_>,
        now: DateTime<Utc>,
    ) -> Option<Caller> {
        let held = self.0.load();
        let held = held.get(presented.id())?;
        let proved = held.key.digest.proves(presented);
        (proved && held.key.holds(now)).then(|| held.caller.clone())
    }
}

async fn held(store: &Store) -> Result<BTreeMap<String, Held>, StoreError> {
    let held = |key: ApiKey| {
        let roles = Roles::named(key.roles.iter().map(String::as_str));
        let caller = Caller::with_key(&key.name, &key.id, roles);
        (key.id.clone(), Held { key, caller })
    };
    Ok(store.keys().await?.into_iter().map(held).collect())
}
