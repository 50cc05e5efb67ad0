//! Destroying what is personal, and wrapping keys anew.

use super::{Writer, Written};
use crate::{
    StoreError,
    backend::rows::Whose,
    clock,
    erase::{self, Erased},
};

impl Writer {
    /// Destroys sealed parts and says so in the log, in one transaction.
    pub(super) async fn erase(&mut self, whose: &Whose) -> Result<Erased, StoreError> {
        let tried = tokio::time::timeout(self.settings.patience, self.try_to_erase(whose)).await;
        self.outcome(tried)
    }

    async fn try_to_erase(&mut self, whose: &Whose) -> Result<(Erased, Written), StoreError> {
        let mut conn = self.begin().await?;
        let found = conn.decisions_of(whose).await?;
        let mut head = self.head(&mut conn).await?;
        let mut written = Written::default();
        for (chain, seq, _) in &found {
            conn.destroy(*chain, *seq).await?;
        }
        let decisions: Vec<String> = found.into_iter().map(|(_, _, id)| id).collect();
        let now = clock::now(self.clock.as_ref()).timestamp_micros();
        let tasks = conn.forget_tasks(whose, now).await?;
        if let Some((kind, facts)) = erase::facts(whose, &decisions, tasks)? {
            head = self.append(&mut conn, &head, kind, facts).await?;
            written.entries = 1;
        }
        self.end(&mut conn, head, &mut written).await?;
        if (!decisions.is_empty() || tasks > 0) && conn.shred().await.is_err() {
            tracing::warn!("erased, but remains may be in the files until the database tidies up");
        }
        self.conn = Some(conn);
        Ok((Erased { decisions }, written))
    }

    /// Wraps a few keys by the current master key.
    pub(super) async fn rewrap(&mut self) -> Result<i64, StoreError> {
        let tried = tokio::time::timeout(self.settings.patience, self.try_to_rewrap()).await;
        self.outcome(tried)
    }

    async fn try_to_rewrap(&mut self) -> Result<(i64, Written), StoreError> {
        let mut conn = self.begin().await?;
        let head = self.head(&mut conn).await?;
        let count = erase::rewrap(&mut conn, &self.master).await?;
        let mut written = Written::default();
        self.end(&mut conn, head, &mut written).await?;
        self.conn = Some(conn);
        Ok((count, written))
    }
}
