//! Changing API keys: the row and the entry that tells of it are one transaction.

use super::{Writer, Written};
use crate::{
    StoreError,
    api_key::{self, Effect, KeyChange, KeyChanged, KeyRefusal},
    clock,
    entry::Kind,
    facts,
};

impl Writer {
    pub(super) async fn change_keys(
        &mut self,
        change: &KeyChange,
        by: &str,
    ) -> Result<Result<KeyChanged, KeyRefusal>, StoreError> {
        let patience = self.settings.patience;
        let tried = tokio::time::timeout(patience, self.try_to_change_keys(change, by)).await;
        self.outcome(tried)
    }

    async fn try_to_change_keys(
        &mut self,
        change: &KeyChange,
        by: &str,
    ) -> Result<(Result<KeyChanged, KeyRefusal>, Written), StoreError> {
        let mut conn = self.begin().await?;
        // Another instance may be changing them as well.
        conn.lock_api_keys().await?;
        let keys = conn.api_keys().await?;
        let now = clock::now(self.clock.as_ref());
        let mut head = self.head(&mut conn).await?;
        let mut written = Written::default();
        let changed = match api_key::plan(change, &keys, now)? {
            Err(refusal) => Err(refusal),
            Ok(effect) => {
                let facts = facts::write(&effect.facts(by))?;
                head = self
                    .append(&mut conn, &head, Kind::Configuration, facts)
                    .await?;
                written.entries = 1;
                Ok(match effect {
                    Effect::Insert(new, replaced) => {
                        if let Some((old, until)) = replaced {
                            conn.end_api_key(&old, until, None).await?;
                        }
                        conn.insert_api_key(&new.key).await?;
                        KeyChanged::Made(new)
                    }
                    Effect::Revoke(key) => {
                        conn.end_api_key(&key.id, key.expires, key.revoked).await?;
                        KeyChanged::Revoked(key)
                    }
                })
            }
        };
        self.end(&mut conn, head, &mut written).await?;
        self.conn = Some(conn);
        Ok((changed, written))
    }
}
