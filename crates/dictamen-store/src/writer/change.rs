//! Changes of the policy registry, each with its entry in one transaction, and the entries of
//! silent decisions.

use super::{Writer, Written};
use crate::{
    Changed, Refusal, StoreError,
    backend::Connection,
    clock,
    entry::{Head, Kind},
    facts,
    registry::{self, Change},
};

impl Writer {
    /// Changes the registry and says so in the log.
    pub(super) async fn change(
        &mut self,
        change: &Change,
    ) -> Result<Result<Changed, Refusal>, StoreError> {
        let tried = tokio::time::timeout(self.settings.patience, self.try_to_change(change)).await;
        let changed = self.outcome(tried)?;
        if let Ok(changed) = &changed {
            self.changes.send_replace(changed.revision);
        }
        Ok(changed)
    }

    async fn try_to_change(
        &mut self,
        change: &Change,
    ) -> Result<(Result<Changed, Refusal>, Written), StoreError> {
        let mut conn = self.begin().await?;
        let revision = conn.revise().await?;
        let mut head = self.head(&mut conn).await?;
        let mut written = Written::default();
        let now = clock::now(self.clock.as_ref());
        let (made, facts) = match registry::apply(&mut conn, change, now).await? {
            Ok(applied) => applied,
            Err(refusal) => {
                conn.run("ROLLBACK").await?;
                self.conn = Some(conn);
                written.head = Some(head);
                return Ok((Err(refusal), written));
            }
        };
        if let Some(facts) = facts {
            let facts = facts::write(&facts)?;
            head = self
                .append(&mut conn, &head, Kind::Configuration, facts)
                .await?;
            written.entries = 1;
        }
        self.end(&mut conn, head, &mut written).await?;
        self.conn = Some(conn);
        Ok((Ok(Changed { revision, made }), written))
    }

    /// Writes entries of silent decisions behind `head`.
    pub(super) async fn write_shadows(
        &self,
        conn: &mut Connection,
        mut head: Head,
        shadows: &[String],
    ) -> Result<Head, StoreError> {
        for facts in shadows {
            head = self
                .append(conn, &head, Kind::Shadow, facts.clone())
                .await?;
        }
        Ok(head)
    }
}
