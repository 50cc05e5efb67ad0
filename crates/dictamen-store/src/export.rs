//! The log for other programs: every entry as a line of JSON, or the decisions as a table.

#[cfg(feature = "parquet")]
mod parquet;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::{Entry, Hash, Reading, StoreError, backend::rows};

#[cfg(feature = "parquet")]
pub use self::parquet::{ParquetError, Table};

/// Entries that are read at once.
const PAGE: i64 = 500;

#[derive(Serialize)]
struct Line<'a> {
    instance: &'a str,
    seq: i64,
    at: String,
    kind: &'static str,
    facts: &'a RawValue,
    sealed: Option<Hash>,
    previous: Hash,
    hash: Hash,
}

impl Entry {
    /// One line of JSON, without the line feed: everything the entry's hash is made of, and the
    /// hash. The instant is in UTC to the microsecond.
    ///
    /// # Errors
    ///
    /// When its facts are not JSON.
    pub fn json(&self) -> Result<String, StoreError> {
        let damaged =
            |_| StoreError::Damaged(format!("entry {}: its facts are not JSON", self.position));
        let line = Line {
            instance: &self.position.instance,
            seq: self.position.seq,
            at: self.at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
            kind: self.kind.name(),
            facts: serde_json::from_str(&self.facts).map_err(damaged)?,
            sealed: self.sealed,
            previous: self.previous,
            hash: self.hash,
        };
        serde_json::to_string(&line).map_err(damaged)
    }
}

impl Reading {
    /// Hands over every entry, chain by chain in order, as they were at one moment.
    ///
    /// # Errors
    ///
    /// When the database is away or an entry is damaged, or whatever `take` refuses with.
    pub async fn entries<E: From<StoreError>>(
        &self,
        mut take: impl FnMut(Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut conn = self.connect().await?;
        conn.snapshot().await?;
        for chain in conn.chains().await? {
            let mut last = i64::MIN;
            loop {
                let page = conn.entries_after(chain.id, last, PAGE).await?;
                if page.is_empty() {
                    break;
                }
                for row in page {
                    last = row.0;
                    take(rows::entry(&chain.instance, row)?.0)?;
                }
            }
        }
        Ok(())
    }
}
