//! Exactly once: a request under an idempotency key is answered once, and a retry gets the same
//! bytes.
//!
//! A claim says that somebody is answering now. What makes an answer the only one is not the
//! claim but the row that is written with the decision, in its transaction, unique by key. So a
//! claim may be lost with its process, or run out, without a second answer.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sqlx::PgPool;

use crate::{
    Store, StoreError,
    backend::{Database, postgres},
    clock, sealed,
};

/// What [`Store::begin`] found.
#[derive(Debug)]
pub enum Begun {
    /// Nobody has answered this key: the caller is to.
    Claimed(Claim),
    /// The key was answered, for the same request, with these bytes.
    Answered(Vec<u8>),
    /// The key was used for another request.
    OtherBody,
    /// The same request is being answered now.
    Running,
}

/// Keys that are being answered.
#[derive(Debug, Clone)]
pub(crate) enum Claims {
    /// In memory, for a database of one process.
    Here(Running),
    /// In a table, for several instances.
    Shared {
        pool: PgPool,
        owner: String,
        lease: Duration,
    },
}

/// References of keys and fingerprints of requests.
type Running = Arc<Mutex<BTreeMap<String, String>>>;

/// The right to answer a request. Dropping it without an answer gives it back.
#[derive(Debug)]
pub struct Claim {
    pub(crate) reference: String,
    pub(crate) fingerprint: String,
    claims: Claims,
    /// Whether the answer was kept, which ends a shared claim by itself.
    settled: bool,
}

impl Claim {
    pub(crate) fn settle(&mut self) {
        self.settled = true;
    }

    /// Gives it back and waits until others see it.
    async fn give_back(&mut self) -> Result<(), StoreError> {
        if let Claims::Shared { pool, owner, .. } = &self.claims {
            let mut conn = pool.acquire().await?;
            postgres::unclaim(&mut conn, &self.reference, owner).await?;
            self.settled = true;
        }
        Ok(())
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        match &self.claims {
            Claims::Here(running) => {
                let mut running = running.lock().unwrap_or_else(PoisonError::into_inner);
                running.remove(&self.reference);
            }
            Claims::Shared { pool, owner, .. } if !self.settled => {
                let (pool, owner) = (pool.clone(), owner.clone());
                let reference = std::mem::take(&mut self.reference);
                let Ok(runtime) = tokio::runtime::Handle::try_current() else {
                    return;
                };
                runtime.spawn(async move {
                    // When this fails, the claim runs out.
                    if let Ok(mut conn) = pool.acquire().await {
                        let _ = postgres::unclaim(&mut conn, &reference, &owner).await;
                    }
                });
            }
            Claims::Shared { .. } => {}
        }
    }
}

/// Whether a key could be claimed.
enum Claiming {
    Taken(Claim),
    /// Somebody holds it, for a request with this fingerprint.
    Held(String),
}

impl Claims {
    pub(crate) fn of(database: &Database, owner: &str, lease: Duration) -> Self {
        match database {
            Database::Sqlite { .. } => Self::Here(Arc::default()),
            Database::Postgres(pools) => Self::Shared {
                pool: pools.claims.clone(),
                owner: owner.to_owned(),
                lease,
            },
        }
    }

    async fn claim(&self, reference: &str, fingerprint: &str) -> Result<Claiming, StoreError> {
        let claim = || Claim {
            reference: reference.to_owned(),
            fingerprint: fingerprint.to_owned(),
            claims: self.clone(),
            settled: false,
        };
        match self {
            Self::Here(running) => {
                let mut running = running.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(held) = running.get(reference) {
                    return Ok(Claiming::Held(held.clone()));
                }
                running.insert(reference.to_owned(), fingerprint.to_owned());
                Ok(Claiming::Taken(claim()))
            }
            Self::Shared { pool, owner, lease } => {
                let mut conn = pool.acquire().await?;
                let seconds = i64::try_from(lease.as_secs()).unwrap_or(i64::MAX);
                loop {
                    if postgres::claim(&mut conn, reference, fingerprint, owner, seconds).await? {
                        return Ok(Claiming::Taken(claim()));
                    }
                    // Given back in between: try again.
                    if let Some(held) = postgres::claimed(&mut conn, reference).await? {
                        return Ok(Claiming::Held(held));
                    }
                }
            }
        }
    }
}

impl Store {
    /// Begins to answer a request under an idempotency key. `scope` sets keys of different callers
    /// and addresses apart; `request` is everything the answer depends on. Neither key nor request
    /// is stored, only keyed hashes of them.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when the database cannot be asked; nothing has begun then.
    pub async fn begin(
        &self,
        scope: &str,
        key: &str,
        request: &[&[u8]],
    ) -> Result<Begun, StoreError> {
        let within = self.0.settings.patience;
        match tokio::time::timeout(within, self.begin_now(scope, key, request)).await {
            Ok(begun) => begun,
            Err(_) => Err(StoreError::Unavailable("it did not answer in time".into())),
        }
    }

    async fn begin_now(
        &self,
        scope: &str,
        key: &str,
        request: &[&[u8]],
    ) -> Result<Begun, StoreError> {
        let index = &self.0.index;
        let reference = index.blind(&[b"key", scope.as_bytes(), key.as_bytes()]);
        let mut parts: Vec<&[u8]> = vec![b"request"];
        parts.extend_from_slice(request);
        let fingerprint = index.blind(&parts);
        let judge = |(asked, bytes)| {
            if asked == fingerprint {
                Begun::Answered(bytes)
            } else {
                Begun::OtherBody
            }
        };
        // A shared claim costs a commit, and most retries come long after the answer.
        if let Claims::Shared { .. } = self.0.claims
            && let Some(answered) = self.answer_under(&reference).await?
        {
            return Ok(judge(answered));
        }
        let mut claim = match self.0.claims.claim(&reference, &fingerprint).await? {
            Claiming::Taken(claim) => claim,
            Claiming::Held(held) if held == fingerprint => return Ok(Begun::Running),
            Claiming::Held(_) => return Ok(Begun::OtherBody),
        };
        // Looked up again under the claim: whoever answers later finds the key taken.
        match self.answer_under(&reference).await? {
            None => Ok(Begun::Claimed(claim)),
            Some(answered) => {
                claim.give_back().await?;
                Ok(judge(answered))
            }
        }
    }

    /// The answer kept under a key, after the fingerprint of its request.
    pub(crate) async fn answer_under(
        &self,
        reference: &str,
    ) -> Result<Option<(String, Vec<u8>)>, StoreError> {
        let now = clock::now(self.0.clock.as_ref()).timestamp_micros();
        let mut conn = self.0.database.reading().await?;
        let Some(row) = conn.answered(reference, now).await? else {
            return Ok(None);
        };
        let Some((key, content)) = conn.sealed_of(&row.decision_id).await? else {
            // Erased: it can be answered anew.
            return Ok(None);
        };
        let key = sealed::data_key(&self.0.master, &row.decision_id, &key)?;
        let bytes = match row.content {
            None => sealed::open(&key, &row.decision_id, &content)?.answer,
            Some(own) => key
                .open(&sealed::answer_place(reference), &own)
                .ok_or_else(|| StoreError::Damaged("a kept answer does not open".into()))?,
        };
        Ok(Some((row.fingerprint, bytes)))
    }
}
