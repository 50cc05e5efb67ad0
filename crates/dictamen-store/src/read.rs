//! Reading what was decided: one decision, or the latest.

use chrono::{DateTime, Utc};

use crate::{
    DecisionFacts, Entry, MasterKeys, Place, Sealed, Store, StoreError,
    backend::{
        Connection, Readable,
        rows::{Chain, Wanted},
    },
    facts, sealed,
};

/// Most decisions of one page.
const PAGE: usize = 1000;

/// Which decisions a listing holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Of this policy.
    pub policy: Option<String>,
    /// With this outcome.
    pub outcome: Option<String>,
    /// Written then or later.
    pub from: Option<DateTime<Utc>>,
    /// Written before.
    pub to: Option<DateTime<Utc>>,
}

/// Where a listing goes on. Its text is opaque.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    at: i64,
    chain: i64,
    seq: i64,
}

impl Cursor {
    /// Reads what [`std::fmt::Display`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.').map(|part| part.parse().ok());
        let cursor = Self {
            at: parts.next()??,
            chain: parts.next()??,
            seq: parts.next()??,
        };
        (parts.next().is_none() && cursor.to_string() == text).then_some(cursor)
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.at, self.chain, self.seq)
    }
}

/// Some decisions, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Their entries.
    pub entries: Vec<Entry>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<Cursor>,
}

impl Entry {
    /// What a decision's entry says.
    ///
    /// # Errors
    ///
    /// When the entry is of another kind or damaged.
    pub fn decision(&self) -> Result<DecisionFacts, StoreError> {
        facts::read(&self.facts)
    }
}

impl Store {
    /// The entry of a decision.
    ///
    /// # Errors
    ///
    /// When the database is away or what is stored is damaged.
    pub async fn decision(&self, decision_id: &str) -> Result<Option<Entry>, StoreError> {
        self.in_time(async |conn| Ok(conn.entry_of(decision_id).await?.map(|(_, entry)| entry)))
            .await
    }

    /// What is personal in a decision; `None` when there is no such decision.
    ///
    /// # Errors
    ///
    /// [`StoreError::Erased`] when it was destroyed; others when it cannot be read.
    pub async fn open_sealed(&self, decision_id: &str) -> Result<Option<Sealed>, StoreError> {
        let master = &self.0.master;
        self.in_time(async |conn| sealed_in(conn, decision_id, master).await)
            .await
    }

    /// Decisions, newest first by the time they were written; at most `limit` (1 to 1000) after a
    /// cursor.
    ///
    /// # Errors
    ///
    /// When the database is away or what is stored is damaged.
    pub async fn list(
        &self,
        filter: &Filter,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let wanted = wanted(filter, after);
        let limit = limit.clamp(1, PAGE);
        self.in_time(async |conn| page(conn, &wanted, limit).await)
            .await
    }

    pub(crate) async fn in_time<T>(
        &self,
        ask: impl AsyncFnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let asked = async {
            let mut conn = self.0.database.reading().await?;
            ask(&mut conn).await
        };
        match tokio::time::timeout(self.0.settings.patience, asked).await {
            Ok(read) => read,
            Err(_) => Err(StoreError::Unavailable(
                "the database did not answer in time".into(),
            )),
        }
    }
}

async fn sealed_in(
    conn: &mut Connection,
    decision_id: &str,
    master: &MasterKeys,
) -> Result<Option<Sealed>, StoreError> {
    let Some((key, content)) = conn.sealed_of(decision_id).await? else {
        let known = conn.entry_of(decision_id).await?.is_some();
        return if known {
            Err(StoreError::Erased)
        } else {
            Ok(None)
        };
    };
    let key = sealed::data_key(master, decision_id, &key)?;
    sealed::open(&key, decision_id, &content).map(Some)
}

fn wanted(filter: &Filter, after: Option<Cursor>) -> Wanted {
    let micros = |at: Option<DateTime<Utc>>, none| at.map_or(none, |at| at.timestamp_micros());
    Wanted {
        policy: filter.policy.clone(),
        outcome: filter.outcome.clone(),
        from: micros(filter.from, i64::MIN),
        to: micros(filter.to, i64::MAX),
        after: after.map_or((i64::MAX, i64::MAX, i64::MAX), |c| (c.at, c.chain, c.seq)),
    }
}

async fn page(conn: &mut Connection, wanted: &Wanted, limit: usize) -> Result<Page, StoreError> {
    let more = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    let mut found = conn.list(wanted, more).await?;
    let next = if found.len() > limit {
        found.truncate(limit);
        found.last().map(|(Chain { id, .. }, entry)| Cursor {
            at: entry.at.timestamp_micros(),
            chain: *id,
            seq: entry.position.seq,
        })
    } else {
        None
    };
    let entries = found.into_iter().map(|(_, entry)| entry).collect();
    Ok(Page { entries, next })
}

/// A log opened for reading alone, beside a service that may be writing it.
#[derive(Debug)]
pub struct Reading(Readable);

impl Reading {
    /// Opens it. Nothing is made or changed.
    ///
    /// # Errors
    ///
    /// When there is no log at the place.
    pub fn open(place: &Place) -> Result<Self, StoreError> {
        Readable::open(place).map(Self)
    }

    pub(crate) async fn connect(&self) -> Result<Connection, StoreError> {
        self.0.connect().await
    }

    /// As [`Store::decision`].
    ///
    /// # Errors
    ///
    /// When the database is away or what is stored is damaged.
    pub async fn decision(&self, decision_id: &str) -> Result<Option<Entry>, StoreError> {
        let mut conn = self.connect().await?;
        Ok(conn.entry_of(decision_id).await?.map(|(_, entry)| entry))
    }

    /// As [`Store::open_sealed`], with the master keys it needs.
    ///
    /// # Errors
    ///
    /// [`StoreError::Erased`] when it was destroyed; others when it cannot be read.
    pub async fn open_sealed(
        &self,
        decision_id: &str,
        master: &MasterKeys,
    ) -> Result<Option<Sealed>, StoreError> {
        let mut conn = self.connect().await?;
        sealed_in(&mut conn, decision_id, master).await
    }

    /// As [`Store::list`].
    ///
    /// # Errors
    ///
    /// When the database is away or what is stored is damaged.
    pub async fn list(
        &self,
        filter: &Filter,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let mut conn = self.connect().await?;
        page(&mut conn, &wanted(filter, after), limit.clamp(1, PAGE)).await
    }
}
