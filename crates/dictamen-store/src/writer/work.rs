//! Work: steps that are written together, turns that are taken, what is limited.

use chrono::{DateTime, Utc};
use tokio::sync::oneshot;

use super::{Writer, Written};
use crate::{
    StoreError,
    backend::{Connection, rows::TaskTuple},
    clock,
    entry::Head,
    work::{Added, Adding, Performed, Step},
};

/// What the writer is asked about work.
pub(crate) enum WorkJob {
    Perform(Vec<Step>, oneshot::Sender<Result<Performed, StoreError>>),
    Take {
        kind: String,
        token: String,
        lease: i64,
        limit: i64,
        reply: oneshot::Sender<Result<Vec<TaskTuple>, StoreError>>,
    },
    Renew {
        id: String,
        token: String,
        lease: i64,
        reply: oneshot::Sender<Result<bool, StoreError>>,
    },
    Spend {
        reference: String,
        limit: usize,
        window: i64,
        reply: oneshot::Sender<Result<Result<(), DateTime<Utc>>, StoreError>>,
    },
    GiveBack {
        reference: String,
        reply: oneshot::Sender<Result<(), StoreError>>,
    },
}

impl Writer {
    pub(super) async fn work(&mut self, job: WorkJob) {
        let patience = self.settings.patience;
        // Nobody waits for an answer any more when sending it fails.
        match job {
            WorkJob::Perform(steps, reply) => {
                let tried = tokio::time::timeout(patience, self.try_to_perform(&steps)).await;
                let _ = reply.send(self.outcome(tried));
            }
            WorkJob::Take {
                kind,
                token,
                lease,
                limit,
                reply,
            } => {
                let tried = self.try_to_take(&kind, &token, lease, limit);
                let tried = tokio::time::timeout(patience, tried).await;
                let _ = reply.send(self.outcome(tried));
            }
            WorkJob::Renew {
                id,
                token,
                lease,
                reply,
            } => {
                let tried = self.try_to_renew(&id, &token, lease);
                let tried = tokio::time::timeout(patience, tried).await;
                let _ = reply.send(self.outcome(tried));
            }
            WorkJob::Spend {
                reference,
                limit,
                window,
                reply,
            } => {
                let tried = self.try_to_spend(&reference, limit, window);
                let tried = tokio::time::timeout(patience, tried).await;
                let _ = reply.send(self.outcome(tried));
            }
            WorkJob::GiveBack { reference, reply } => {
                let tried = self.try_to_give_back(&reference);
                let tried = tokio::time::timeout(patience, tried).await;
                let _ = reply.send(self.outcome(tried));
            }
        }
    }

    async fn try_to_perform(&mut self, steps: &[Step]) -> Result<(Performed, Written), StoreError> {
        let mut conn = self.begin().await?;
        let mut head = self.head(&mut conn).await?;
        let mut written = Written::default();
        let Some(adding) = self
            .perform(&mut conn, steps, &mut head, &mut written)
            .await?
        else {
            conn.run("ROLLBACK").await?;
            self.conn = Some(conn);
            written = Written::default();
            written.head.clone_from(&self.head);
            return Ok((Performed::Lost, written));
        };
        self.end(&mut conn, head, &mut written).await?;
        self.conn = Some(conn);
        Ok((Performed::Done(adding), written))
    }

    /// Writes steps within a transaction; `None` when the turn is over, which is found before
    /// anything else is written if ending it is the first step.
    pub(super) async fn perform(
        &self,
        conn: &mut Connection,
        steps: &[Step],
        head: &mut Head,
        written: &mut Written,
    ) -> Result<Option<Vec<Adding>>, StoreError> {
        let now = clock::now(self.clock.as_ref()).timestamp_micros();
        let mut adding = Vec::new();
        for step in steps {
            match step {
                Step::End(ended) => {
                    if !conn.end_turn(&ended.0, now).await? {
                        return Ok(None);
                    }
                }
                Step::Add(added) => adding.push(add(conn, added, now).await?),
                Step::Rewrite(new) => {
                    if !conn.rewrite_task(&new.id, &new.content, now).await? {
                        return Ok(None);
                    }
                }
                Step::Wake(id) => {
                    conn.wake(id, now).await?;
                }
                Step::Reopen(id, stage) => {
                    if !conn.reopen(id, stage, now).await? {
                        return Ok(None);
                    }
                }
                Step::Note(kind, facts) => {
                    *head = self.append(conn, head, *kind, facts.clone()).await?;
                    written.entries = written.entries.saturating_add(1);
                }
            }
        }
        Ok(Some(adding))
    }

    async fn try_to_take(
        &mut self,
        kind: &str,
        token: &str,
        lease: i64,
        limit: i64,
    ) -> Result<(Vec<TaskTuple>, Written), StoreError> {
        let mut conn = self.begin().await?;
        let head = self.head(&mut conn).await?;
        let now = clock::now(self.clock.as_ref()).timestamp_micros();
        let until = now.saturating_add(lease);
        let rows = conn.take_tasks(kind, token, now, until, limit).await?;
        let mut written = Written::default();
        self.end(&mut conn, head, &mut written).await?;
        self.conn = Some(conn);
        Ok((rows, written))
    }

    async fn try_to_renew(
        &mut self,
        id: &str,
        token: &str,
        lease: i64,
    ) -> Result<(bool, Written), StoreError> {
        let mut conn = self.begin().await?;
        let head = self.head(&mut conn).await?;
        let now = clock::now(self.clock.as_ref()).timestamp_micros();
        let renewed = conn
            .renew_turn(id, token, now.saturating_add(lease))
            .await?;
        let mut written = Written::default();
        self.end(&mut conn, head, &mut written).await?;
        self.conn = Some(conn);
        Ok((renewed, written))
    }

    async fn try_to_spend(
        &mut self,
        reference: &str,
        limit: usize,
        window: i64,
    ) -> Result<(Result<(), DateTime<Utc>>, Written), StoreError> {
        let mut conn = self.begin().await?;
        let head = self.head(&mut conn).await?;
        let now = clock::now(self.clock.as_ref()).timestamp_micros();
        let kept = conn.spent(reference).await?;
        let mut instants: Vec<i64> = serde_json::from_str(&kept).unwrap_or_default();
        instants.retain(|at| *at > now.saturating_sub(window));
        let spent = if instants.len() < limit {
            instants.push(now);
            let text = serde_json::to_string(&instants).unwrap_or_default();
            conn.set_spent(reference, &text).await?;
            Ok(())
        } else {
            let first = instants.iter().min().copied().unwrap_or(now);
            let free = DateTime::from_timestamp_micros(first.saturating_add(window));
            Err(free.unwrap_or(DateTime::<Utc>::MAX_UTC))
        };
        let mut written = Written::default();
        self.end(&mut conn, head, &mut written).await?;
        self.conn = Some(conn);
        Ok((spent, written))
    }
}

impl Writer {
    async fn try_to_give_back(&mut self, reference: &str) -> Result<((), Written), StoreError> {
        let mut conn = self.begin().await?;
        let head = self.head(&mut conn).await?;
        let kept = conn.spent(reference).await?;
        let mut instants: Vec<i64> = serde_json::from_str(&kept).unwrap_or_default();
        if instants.pop().is_some() {
            let text = serde_json::to_string(&instants).unwrap_or_default();
            conn.set_spent(reference, &text).await?;
        }
        let mut written = Written::default();
        self.end(&mut conn, head, &mut written).await?;
        self.conn = Some(conn);
        Ok(((), written))
    }
}

async fn add(conn: &mut Connection, added: &Added, now: i64) -> Result<Adding, StoreError> {
    let row = &added.row;
    for (at, (reference, fingerprint, expires)) in added.keys.iter().enumerate() {
        if conn
            .keep_task_key(reference, fingerprint, &row.id, now, *expires)
            .await?
        {
            continue;
        }
        let Some((id, asked)) = conn.task_key(reference, now).await? else {
            continue;
        };
        // What its other keys say from now on: they are known as well.
        for (reference, _, _) in added.keys.iter().take(at) {
            conn.move_task_key(reference, &id).await?;
        }
        return Ok(Adding::Before {
            id,
            same: asked == *fingerprint,
        });
    }
    conn.insert_task(row).await?;
    Ok(Adding::New)
}
