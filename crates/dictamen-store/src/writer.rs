//! Group commit: one task writes for everybody.
//!
//! It takes whatever waits, writes all of it in one transaction, and only then answers each
//! caller. So durability costs one flush a batch, not one a decision. The chain's end is read
//! from the database again after every failure, since only the database knows what became of a
//! commit that was not answered.

mod change;
mod erase;
mod keys;
mod work;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, mpsc, oneshot, watch},
    time::{Instant, MissedTickBehavior, interval},
};

use crate::{
    Change, Changed, Clock, KeyChange, KeyChanged, KeyRefusal, MasterKeys, Refusal, Settings,
    SigningKey, StoreError,
    backend::{
        Connection, Database,
        rows::{AnsweredRow, Chain, DecisionRow, Whose},
    },
    clock,
    entry::{Entry, Head, Kind},
    erase::Erased,
    folder::Lock,
    once::Claim,
    sealed,
    store::Prepared,
    work::Step,
};

pub(crate) use work::WorkJob;

/// How often the writer looks whether a checkpoint is due or a database is back.
const TICK: Duration = Duration::from_secs(1);

/// First pause before trying again; doubled each time.
const PAUSE: Duration = Duration::from_millis(20);

/// What the writer is asked to do.
pub(crate) enum Job {
    Decision(Box<DecisionJob>),
    Erase(Whose, oneshot::Sender<Result<Erased, StoreError>>),
    /// Wraps some keys anew; how many there were.
    Rewrap(oneshot::Sender<Result<i64, StoreError>>),
    /// A change of the policy registry.
    Change(
        Box<Change>,
        oneshot::Sender<Result<Result<Changed, Refusal>, StoreError>>,
    ),
    /// What a version decided silently: its facts. Nobody waits for it.
    Shadow(String),
    /// An entry with nothing sealed.
    Note(Kind, String, oneshot::Sender<Result<(), StoreError>>),
    /// A change of API keys, and who asks for it.
    Keys(Box<(KeyChange, String)>, oneshot::Sender<Keyed>),
    /// Something about work.
    Work(WorkJob),
    Close,
}

/// What became of a change of API keys.
type Keyed = Result<Result<KeyChanged, KeyRefusal>, StoreError>;

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Job(..)")
    }
}

/// A decision somebody waits for.
pub(crate) struct DecisionJob {
    pub(crate) decision: Prepared,
    pub(crate) claim: Option<Claim>,
    /// What is written with it; a decision whose turn is over is not written.
    pub(crate) steps: Vec<Step>,
    pub(crate) reply: oneshot::Sender<Result<Logged, StoreError>>,
    /// Held while it waits.
    pub(crate) _room: OwnedSemaphorePermit,
}

/// What became of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Logged {
    Now,
    Before,
    /// Its idempotency key, of this reference, was answered by another.
    Overtaken(String),
    /// The turn it was made in was over: it was not written.
    Lost,
}

pub(crate) struct Writer {
    pub(crate) database: Database,
    pub(crate) conn: Option<Connection>,
    pub(crate) chain: Chain,
    /// The end of the chain; not known at first and after a failure.
    pub(crate) head: Option<Head>,
    /// Entries behind the last checkpoint.
    pub(crate) unsigned: i64,
    pub(crate) signing: SigningKey,
    pub(crate) master: MasterKeys,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: Settings,
    /// Whether the last attempt to write succeeded.
    pub(crate) available: watch::Sender<bool>,
    /// Revisions of the registry made here.
    pub(crate) changes: watch::Sender<i64>,
    pub(crate) _lock: Option<Lock>,
}

/// What one transaction did.
#[derive(Debug, Default)]
struct Written {
    /// One for each decision of the batch, in order.
    logged: Vec<Logged>,
    head: Option<Head>,
    entries: i64,
    signed: bool,
}

impl Writer {
    pub(crate) async fn run(mut self, mut waiting: mpsc::Receiver<Job>) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut signed_at = Instant::now();
        let mut batch = Vec::new();
        loop {
            batch.clear();
            tokio::select! {
                biased;
                count = waiting.recv_many(&mut batch, self.settings.batch.max(1)) => {
                    if count == 0 {
                        break;
                    }
                }
                _ = ticks.tick() => {
                    self.tick(&mut signed_at).await;
                    continue;
                }
            }
            let closing = self.work_off(&mut batch).await;
            if closing {
                waiting.close();
            }
        }
        if self.unsigned > 0 && self.checkpoint().await.is_err() {
            tracing::warn!("the end of the decision log could not be signed");
        }
    }

    /// Does what was asked, in order; says whether the end was among it.
    async fn work_off(&mut self, batch: &mut Vec<Job>) -> bool {
        let mut closing = false;
        let mut decisions = Vec::new();
        let mut shadows = Vec::new();
        for job in batch.drain(..) {
            let job = match job {
                Job::Decision(job) => {
                    decisions.push(*job);
                    continue;
                }
                Job::Shadow(facts) => {
                    shadows.push(facts);
                    continue;
                }
                job => job,
            };
            // What else is asked sees the decisions before it.
            self.log(&mut decisions, &mut shadows).await;
            match job {
                Job::Decision(_) | Job::Shadow(_) => {}
                Job::Change(change, reply) => {
                    let _ = reply.send(self.change(&change).await);
                }
                Job::Erase(whose, reply) => {
                    let _ = reply.send(self.erase(&whose).await);
                }
                Job::Rewrap(reply) => {
                    let _ = reply.send(self.rewrap().await);
                }
                Job::Note(kind, facts, reply) => {
                    let _ = reply.send(self.note(kind, &facts).await);
                }
                Job::Keys(asked, reply) => {
                    let (change, by) = *asked;
                    let _ = reply.send(self.change_keys(&change, &by).await);
                }
                Job::Work(job) => self.work(job).await,
                Job::Close => closing = true,
            }
        }
        self.log(&mut decisions, &mut shadows).await;
        closing
    }

    /// Writes decisions and answers whoever waits for them; nobody waits for the shadows.
    async fn log(&mut self, decisions: &mut Vec<DecisionJob>, shadows: &mut Vec<String>) {
        if decisions.is_empty() && shadows.is_empty() {
            return;
        }
        let silent = std::mem::take(shadows);
        match self.write(decisions, &silent).await {
            Ok(written) => {
                for (mut job, logged) in decisions.drain(..).zip(written.logged) {
                    // Before the answer is known, lest a retry meets the claim of what it repeats.
                    if let Some(mut claim) = job.claim.take() {
                        claim.settle();
                    }
                    let _ = job.reply.send(Ok(logged));
                }
            }
            Err(error) => {
                if !silent.is_empty() {
                    tracing::warn!(count = silent.len(), "silent decisions could not be logged");
                }
                for mut job in decisions.drain(..) {
                    drop(job.claim.take());
                    let _ = job.reply.send(Err(error.clone()));
                }
            }
        }
    }

    /// Tries until it is written or patience ends.
    async fn write(
        &mut self,
        decisions: &[DecisionJob],
        shadows: &[String],
    ) -> Result<Written, StoreError> {
        let end = Instant::now().checked_add(self.settings.patience);
        let mut pause = PAUSE;
        loop {
            let left = end.map_or(self.settings.patience, |end| {
                end.saturating_duration_since(Instant::now())
            });
            let tried = tokio::time::timeout(left, self.try_to_write(decisions, shadows)).await;
            let error = match tried {
                Ok(Ok(written)) => {
                    self.done(&written);
                    return Ok(written);
                }
                Ok(Err(error)) => error,
                Err(_) => StoreError::Unavailable("the database did not answer in time".into()),
            };
            self.reset();
            if !matches!(error, StoreError::Unavailable(_)) || pause >= left {
                self.give_up(&error);
                return Err(error);
            }
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2).min(Duration::from_millis(500));
        }
    }

    async fn try_to_write(
        &mut self,
        decisions: &[DecisionJob],
        shadows: &[String],
    ) -> Result<Written, StoreError> {
        let mut conn = self.begin().await?;
        let ids: Vec<&str> = decisions
            .iter()
            .map(|job| job.decision.id.as_str())
            .collect();
        let mut known = conn.known(&ids).await?;
        let mut head = self.head(&mut conn).await?;
        let at = clock::now(self.clock.as_ref());
        let mut written = Written::default();
        let mut rows = Vec::new();
        for job in decisions {
            if !job.steps.is_empty()
                && self
                    .perform(&mut conn, &job.steps, &mut head, &mut written)
                    .await?
                    .is_none()
            {
                written.logged.push(Logged::Lost);
                continue;
            }
            if known.contains_key(&job.decision.id) {
                written.logged.push(Logged::Before);
                continue;
            }
            let (facts, sealed) = (job.decision.facts.clone(), Some(job.decision.sealed));
            let entry = Entry::next(
                &self.chain.instance,
                Some(&head),
                at,
                Kind::Decision,
                facts,
                sealed,
            );
            head = entry.head();
            known.insert(job.decision.id.clone(), (self.chain.id, head.position.seq));
            rows.push(DecisionRow {
                entry,
                columns: &job.decision.columns,
                key: &job.decision.key,
                content: &job.decision.content,
            });
            written.logged.push(Logged::Now);
        }
        if !rows.is_empty() {
            conn.insert_decisions(self.chain.id, &rows).await?;
        }
        self.keep_answers(&mut conn, decisions, &mut written, at.timestamp_micros())
            .await?;
        head = self.write_shadows(&mut conn, head, shadows).await?;
        let entries = i64::try_from(rows.len().saturating_add(shadows.len()));
        written.entries = written.entries.saturating_add(entries.unwrap_or(i64::MAX));
        self.end(&mut conn, head, &mut written).await?;
        self.conn = Some(conn);
        Ok(written)
    }

    /// Keeps the answers of those that came with a claim.
    async fn keep_answers(
        &self,
        conn: &mut Connection,
        decisions: &[DecisionJob],
        written: &mut Written,
        now: i64,
    ) -> Result<(), StoreError> {
        let lifetime = i64::try_from(self.settings.keys_for.as_micros()).unwrap_or(i64::MAX);
        // By key: should two hold the claim of one, the first is the answer.
        let mut rows = BTreeMap::new();
        for (job, logged) in decisions.iter().zip(&written.logged) {
            let Some(claim) = &job.claim else {
                continue;
            };
            let Some(content) = self.own_answer(conn, job, claim, logged).await? else {
                continue;
            };
            let row = AnsweredRow {
                reference: claim.reference.clone(),
                fingerprint: claim.fingerprint.clone(),
                decision_id: job.decision.id.clone(),
                expires: now.saturating_add(lifetime),
                content,
            };
            rows.entry(&claim.reference).or_insert(row);
        }
        let claims = decisions.iter().filter_map(|job| job.claim.as_ref());
        let claimed: Vec<&str> = claims.map(|claim| claim.reference.as_str()).collect();
        if claimed.is_empty() {
            return Ok(());
        }
        conn.settle(&claimed, &self.chain.instance).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let rows: Vec<AnsweredRow> = rows.values().cloned().collect();
        let mut kept = conn.insert_answered(&rows, now).await?;
        for (job, logged) in decisions.iter().zip(&mut written.logged) {
            if let Some(claim) = &job.claim
                && rows.iter().any(|row| row.reference == claim.reference)
                && !kept.remove(&claim.reference)
            {
                *logged = Logged::Overtaken(claim.reference.clone());
            }
        }
        Ok(())
    }

    /// The answer to keep: `Some(None)` when it is the decision's own, `None` when there is no key
    /// left to seal it with.
    async fn own_answer(
        &self,
        conn: &mut Connection,
        job: &DecisionJob,
        claim: &Claim,
        logged: &Logged,
    ) -> Result<Option<Option<Vec<u8>>>, StoreError> {
        let place = sealed::answer_place(&claim.reference);
        let key = if *logged == Logged::Now {
            job.decision.data_key.clone()
        } else {
            // Made before, and sealed with the key of then.
            let Some((row, _)) = conn.sealed_of(&job.decision.id).await? else {
                return Ok(None);
            };
            sealed::data_key(&self.master, &job.decision.id, &row)?
        };
        let own = job
            .decision
            .answer
            .as_ref()
            .map(|answer| key.seal(&place, answer));
        own.transpose().map(Some)
    }

    async fn note(&mut self, kind: Kind, facts: &str) -> Result<(), StoreError> {
        let tried =
            tokio::time::timeout(self.settings.patience, self.try_to_note(kind, facts)).await;
        self.outcome(tried)
    }

    async fn try_to_note(&mut self, kind: Kind, facts: &str) -> Result<((), Written), StoreError> {
        let mut conn = self.begin().await?;
        let head = self.head(&mut conn).await?;
        let head = self
            .append(&mut conn, &head, kind, facts.to_owned())
            .await?;
        let mut written = Written {
            entries: 1,
            ..Written::default()
        };
        self.end(&mut conn, head, &mut written).await?;
        self.conn = Some(conn);
        Ok(((), written))
    }

    async fn append(
        &self,
        conn: &mut Connection,
        head: &Head,
        kind: Kind,
        facts: String,
    ) -> Result<Head, StoreError> {
        let at = clock::now(self.clock.as_ref());
        let entry = Entry::next(&self.chain.instance, Some(head), at, kind, facts, None);
        conn.insert_entry(self.chain.id, &entry).await?;
        Ok(entry.head())
    }

    /// Takes the connection, or a new one, and begins. Whoever does not put it back has closed it.
    async fn begin(&mut self) -> Result<Connection, StoreError> {
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => self.database.writing().await?,
        };
        conn.begin().await?;
        Ok(conn)
    }

    async fn head(&self, conn: &mut Connection) -> Result<Head, StoreError> {
        if let Some(head) = &self.head {
            return Ok(head.clone());
        }
        let head = conn.head(&self.chain).await?;
        head.ok_or_else(|| StoreError::Damaged("the chain has lost its first entry".into()))
    }

    /// Signs when a checkpoint is due by entries, and commits.
    async fn end(
        &self,
        conn: &mut Connection,
        head: Head,
        written: &mut Written,
    ) -> Result<(), StoreError> {
        let unsigned = self.unsigned.saturating_add(written.entries);
        if unsigned >= self.settings.checkpoint_entries {
            self.sign(conn, &head).await?;
            written.signed = true;
        }
        written.head = Some(head);
        conn.commit().await
    }

    async fn sign(&self, conn: &mut Connection, head: &Head) -> Result<(), StoreError> {
        let checkpoint = self
            .signing
            .sign(head.clone(), clock::now(self.clock.as_ref()));
        conn.insert_checkpoint(self.chain.id, &checkpoint).await?;
        // Kept elsewhere, this line proves that the end of the log was not cut off.
        tracing::info!(
            instance = checkpoint.head.position.instance,
            seq = checkpoint.head.position.seq,
            hash = %checkpoint.head.hash,
            at = %checkpoint.at.to_rfc3339(),
            signature = checkpoint.signature,
            "decision log signed"
        );
        Ok(())
    }

    /// What is due without being asked for.
    async fn tick(&mut self, signed_at: &mut Instant) {
        let due = self.unsigned > 0 && signed_at.elapsed() >= self.settings.checkpoint_time;
        if self.unsigned == 0 {
            *signed_at = Instant::now();
        }
        // While the database is away, this is also how its return is noticed.
        if (due || !*self.available.borrow()) && self.checkpoint().await.is_ok() {
            *signed_at = Instant::now();
        }
    }

    /// Signs the end of the chain and forgets answers that have expired.
    async fn checkpoint(&mut self) -> Result<(), StoreError> {
        let tried = tokio::time::timeout(self.settings.patience, self.try_to_checkpoint()).await;
        self.outcome(tried).inspect_err(|error| self.give_up(error))
    }

    async fn try_to_checkpoint(&mut self) -> Result<((), Written), StoreError> {
        let mut conn = self.begin().await?;
        let head = self.head(&mut conn).await?;
        let now = clock::now(self.clock.as_ref()).timestamp_micros();
        conn.delete_expired(now).await?;
        conn.delete_old_tasks(now).await?;
        if self.unsigned > 0 {
            self.sign(&mut conn, &head).await?;
        }
        conn.commit().await?;
        self.conn = Some(conn);
        let written = Written {
            head: Some(head),
            signed: true,
            ..Written::default()
        };
        Ok(((), written))
    }

    fn outcome<T>(
        &mut self,
        tried: Result<Result<(T, Written), StoreError>, tokio::time::error::Elapsed>,
    ) -> Result<T, StoreError> {
        let error = match tried {
            Ok(Ok((done, written))) => {
                self.done(&written);
                return Ok(done);
            }
            Ok(Err(error)) => error,
            Err(_) => StoreError::Unavailable("the database did not answer in time".into()),
        };
        self.reset();
        Err(error)
    }

    fn done(&mut self, written: &Written) {
        self.head.clone_from(&written.head);
        self.unsigned = if written.signed {
            0
        } else {
            self.unsigned.saturating_add(written.entries)
        };
        if !self.available.send_replace(true) {
            tracing::info!("the decision log can be written again");
        }
    }

    /// Forgets what a failed attempt leaves uncertain.
    fn reset(&mut self) {
        self.conn = None;
        self.head = None;
    }

    /// From now on callers are refused at once, until a tick finds the database back.
    fn give_up(&self, error: &StoreError) {
        if self.available.send_replace(false) {
            tracing::error!(code = error.code(), %error, "the decision log cannot be written");
        }
    }
}
