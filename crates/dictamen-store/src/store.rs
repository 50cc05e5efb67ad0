//! The store: opened once, cloned cheaply, asked from everywhere.

use std::{sync::Arc, time::Duration};

use dictamen_engine::{Decision, ENGINE_VERSION};
use dictamen_model::identity::Applicant;
use tokio::{
    sync::{Mutex, Semaphore, mpsc, oneshot, watch},
    task::JoinHandle,
};

use crate::{
    Clock, Hash, MasterKeys, Place, SigningKey, StoreError,
    backend::{
        Connection, Database,
        rows::{Chain, Columns, KeyRow},
    },
    clock,
    entry::{Entry, Head, Kind},
    facts::{self, DecisionFacts, GenesisFacts},
    folder::Lock,
    hex,
    once::{Claim, Claims},
    seal::{self, Secret},
    sealed::{content_place, key_place, lay_out},
    work::Step,
    writer::{DecisionJob, Job, Logged, Writer},
};

/// The layout of what is stored.
const SCHEMA: i64 = 1;

/// The name the key of blind references is kept under, and what it is bound to.
pub(crate) const INDEX: &str = "index";

/// The keys of a store.
#[derive(Debug, Clone)]
pub struct Keys {
    /// What personal data is encrypted under; the same for all instances on one database.
    pub master: MasterKeys,
    /// What checkpoints are signed with; each instance may have its own.
    pub signing: SigningKey,
}

/// How a store behaves. The defaults suit a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How many decisions may wait to be written; more wait outside.
    pub queue: usize,
    /// How many KiB they may be together.
    pub queue_kib: u32,
    /// How many are written in one transaction at most.
    pub batch: usize,
    /// How long a caller waits, and the writer tries, before the store is unavailable.
    pub patience: Duration,
    /// Entries after which a checkpoint is signed.
    pub checkpoint_entries: i64,
    /// Time after which a checkpoint is signed when something was written.
    pub checkpoint_time: Duration,
    /// How long answers are kept under their idempotency key.
    pub keys_for: Duration,
    /// How long a request may be answered before another instance may take it over.
    pub lease: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            queue: 1024,
            queue_kib: 64 * 1024,
            batch: 256,
            patience: Duration::from_secs(5),
            checkpoint_entries: 1000,
            checkpoint_time: Duration::from_mins(1),
            keys_for: Duration::from_hours(24),
            lease: Duration::from_secs(10),
        }
    }
}

/// A decision to be logged.
#[derive(Debug, Clone, Copy)]
pub struct NewDecision<'a> {
    /// The decision.
    pub decision: &'a Decision,
    /// The side of a split that decided, when there is one.
    pub arm: Option<&'a str>,
    /// Whose it is, when known.
    pub applicant: Option<&'a Applicant>,
    /// The decision as it is answered when no trace is asked for.
    pub plain: &'a [u8],
    /// The answer of this request, when it is another.
    pub answer: Option<&'a [u8]>,
    /// The request's body.
    pub request: &'a [u8],
}

/// A decision, sealed and ready but for its place in the chain.
pub struct Prepared {
    pub(crate) id: String,
    pub(crate) facts: String,
    pub(crate) columns: Columns,
    pub(crate) key: KeyRow,
    pub(crate) content: Vec<u8>,
    pub(crate) sealed: Hash,
    pub(crate) data_key: Secret,
    /// What is answered under the claim, when it is not the decision's plain answer.
    pub(crate) answer: Option<Vec<u8>>,
}

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What became of a decision that was to be logged. In either case it is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// It was written, or `false`: it was in the log before.
    Logged(bool),
    /// The idempotency key was answered meanwhile, by these bytes; they are the answer.
    Answered(Vec<u8>),
}

/// Keeps decisions. Cloning gives another handle to the same store.
#[derive(Debug, Clone)]
pub struct Store(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) database: Database,
    pub(crate) master: MasterKeys,
    /// Key of blind references.
    pub(crate) index: Secret,
    pub(crate) chain: Chain,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: Settings,
    pub(crate) claims: Claims,
    pub(crate) jobs: mpsc::Sender<Job>,
    /// What may wait, in KiB.
    room: Arc<Semaphore>,
    writing: watch::Receiver<bool>,
    /// The registry's last revision that was made here.
    pub(crate) changes: watch::Sender<i64>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Store {
    /// Opens a store; folder, file and tables are made when they are not there.
    ///
    /// # Errors
    ///
    /// When the place cannot be used, is used by another process, or was begun with another
    /// master key.
    pub async fn open(
        place: &Place,
        keys: Keys,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Result<Self, StoreError> {
        let lock = lock(place)?;
        let database = Database::open(place).await?;
        let mut conn = database.writing().await?;
        let index = index_key(&mut conn, &keys.master).await?;
        let (chain, head) = chain(&mut conn, place, &keys.signing, clock.as_ref()).await?;
        let unsigned = unsigned(&mut conn, &chain, &head).await?;
        conn.release_tasks().await?;
        drop(conn);
        let (jobs, waiting) = mpsc::channel(settings.queue.max(1));
        let (available, writing) = watch::channel(true);
        let changes = watch::Sender::new(0);
        let writer = Writer {
            database: database.clone(),
            conn: None,
            chain: chain.clone(),
            head: None,
            unsigned,
            signing: keys.signing,
            master: keys.master.clone(),
            clock: Arc::clone(&clock),
            settings,
            available,
            changes: changes.clone(),
            _lock: lock,
        };
        let claims = Claims::of(&database, &chain.instance, settings.lease);
        Ok(Self(Arc::new(Inner {
            database,
            master: keys.master,
            index,
            chain,
            clock,
            settings,
            claims,
            jobs,
            room: Arc::new(Semaphore::new(
                usize::try_from(settings.queue_kib.max(1)).unwrap_or(1),
            )),
            writing,
            changes,
            writer: Mutex::new(Some(tokio::spawn(writer.run(waiting)))),
        })))
    }

    /// Seals what is personal in a decision and makes it ready to be logged. Costs time by the size
    /// of the request and waits for nothing.
    ///
    /// # Errors
    ///
    /// When the system gives no random bytes.
    pub fn prepare(&self, new: NewDecision<'_>) -> Result<Prepared, StoreError> {
        let NewDecision {
            decision,
            arm,
            applicant,
            plain,
            answer,
            request,
        } = new;
        let id = &decision.decision_id;
        let application = self.application_reference(&decision.application_id);
        let applicant = applicant.map(|applicant| self.applicant_reference(applicant));
        let data_key = Secret::random()?;
        let place = key_place(id, &application, applicant.as_deref());
        let content = lay_out(&decision.application_id, plain, request);
        let content = data_key.seal(&content_place(id), &content)?;
        let facts = facts::write(&DecisionFacts {
            arm: arm.map(str::to_owned),
            ..DecisionFacts::of(decision, application.clone())
        })?;
        Ok(Prepared {
            columns: Columns {
                decision_id: Some(id.clone()),
                policy: Some(decision.policy.id.to_string()),
                version: Some(decision.policy.version.to_string()),
                outcome: Some(decision.outcome.name().to_owned()),
            },
            id: id.clone(),
            facts,
            key: KeyRow {
                wrapped: self.0.master.wrap(&place, &data_key)?,
                application,
                applicant,
            },
            data_key,
            sealed: Hash::of(&content),
            content,
            answer: answer.map(<[u8]>::to_vec),
        })
    }

    /// Logs a decision; done when it is durable. A decision that is in the log already is not
    /// written again. With a claim, the answer is kept under its key in the same transaction.
    ///
    /// A caller that does not wait for the end changes nothing: what was handed over is written.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when it could not be made durable in time; then nothing is
    /// acknowledged, and asking again is safe.
    pub async fn log(
        &self,
        decision: Prepared,
        claim: Option<Claim>,
    ) -> Result<Appended, StoreError> {
        match self.log_one(decision, claim, Vec::new()).await? {
            Logged::Now => Ok(Appended::Logged(true)),
            // Without a turn there is none to lose.
            Logged::Before | Logged::Lost => Ok(Appended::Logged(false)),
            Logged::Overtaken(reference) => {
                let answered = self.answer_under(&reference).await?;
                // Erased in between: the decision is logged, and this answer as good as the other.
                Ok(answered.map_or(Appended::Logged(false), |(_, bytes)| {
                    Appended::Answered(bytes)
                }))
            }
        }
    }

    pub(crate) async fn log_one(
        &self,
        decision: Prepared,
        claim: Option<Claim>,
        steps: Vec<Step>,
    ) -> Result<Logged, StoreError> {
        let budget = self.0.settings.queue_kib.max(1);
        let size = decision
            .content
            .len()
            .saturating_add(decision.answer.as_ref().map_or(0, Vec::len));
        let kib = u32::try_from(size.div_ceil(1024))
            .unwrap_or(u32::MAX)
            .clamp(1, budget);
        let room = Arc::clone(&self.0.room).acquire_many_owned(kib);
        let Ok(Ok(room)) = tokio::time::timeout(self.0.settings.patience, room).await else {
            return Err(StoreError::Unavailable(
                "too much waits to be written".into(),
            ));
        };
        let (reply, logged) = oneshot::channel();
        let job = DecisionJob {
            decision,
            claim,
            steps,
            reply,
            _room: room,
        };
        self.hand_over(Job::Decision(Box::new(job)), logged).await
    }

    /// Gives a job to the writer and waits for what became of it.
    pub(crate) async fn hand_over<T>(
        &self,
        job: Job,
        done: oneshot::Receiver<Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        if !*self.0.writing.borrow() {
            return Err(StoreError::Unavailable(
                "it could not be written just now".into(),
            ));
        }
        let patience = self.0.settings.patience;
        match tokio::time::timeout(patience, self.0.jobs.send(job)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(StoreError::Unavailable("the log is closed".into())),
            Err(_) => {
                return Err(StoreError::Unavailable(
                    "too much waits to be written".into(),
                ));
            }
        }
        // The writer gives up after its own patience; this is for one that hangs.
        match tokio::time::timeout(patience.saturating_mul(3), done).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => Err(StoreError::Unavailable("the log is closed".into())),
            Err(_) => Err(StoreError::Unavailable("it was not written in time".into())),
        }
    }

    /// How an application is found without its id being stored.
    pub(crate) fn application_reference(&self, application_id: &str) -> String {
        self.0
            .index
            .blind(&[b"application", application_id.as_bytes()])
    }

    /// How an applicant is found without the CURP being stored.
    pub(crate) fn applicant_reference(&self, applicant: &Applicant) -> String {
        self.0.index.blind(&[b"applicant", applicant.digest()])
    }

    /// Whether the log can be written and read now. Asks the database.
    pub async fn is_available(&self) -> bool {
        if !*self.0.writing.borrow() {
            return false;
        }
        let asked = async { self.0.database.reading().await?.run("SELECT 1").await };
        matches!(
            tokio::time::timeout(Duration::from_secs(1), asked).await,
            Ok(Ok(()))
        )
    }

    /// How many decisions wait to be written.
    pub fn waiting(&self) -> usize {
        let jobs = &self.0.jobs;
        jobs.max_capacity().saturating_sub(jobs.capacity())
    }

    /// The chain this store writes.
    pub fn instance(&self) -> &str {
        &self.0.chain.instance
    }

    /// Writes what waits, signs the end of the chain and lets go of the place. Later calls on any
    /// handle fail.
    pub async fn close(&self) {
        let Some(writer) = self.0.writer.lock().await.take() else {
            return;
        };
        let _ = self.0.jobs.send(Job::Close).await;
        if writer.await.is_err() {
            tracing::error!("the writer of the decision log ended early");
        }
        self.0.database.close().await;
    }
}

fn lock(place: &Place) -> Result<Option<Lock>, StoreError> {
    match place {
        Place::Sqlite(folder) => {
            folder.create()?;
            folder.lock().map(Some)
        }
        Place::Postgres(_) => Ok(None),
    }
}

/// The key of blind references, made by whoever opens the database first.
async fn index_key(conn: &mut Connection, master: &MasterKeys) -> Result<Secret, StoreError> {
    if conn.secret(INDEX).await?.is_none() {
        let wrapped = master.wrap(INDEX, &Secret::random()?)?;
        conn.insert_secret(INDEX, &wrapped).await?;
    }
    let wrapped = conn.secret(INDEX).await?;
    let wrapped = wrapped.ok_or_else(|| StoreError::Damaged("its index key is gone".into()))?;
    master.unwrap(INDEX, &wrapped)
}

/// The chain to write: the file's own, or on a shared database a new one of this process.
async fn chain(
    conn: &mut Connection,
    place: &Place,
    signing: &SigningKey,
    clock: &dyn Clock,
) -> Result<(Chain, Head), StoreError> {
    let chains = conn.chains().await?;
    if let (Place::Sqlite(_), Some(chain)) = (place, chains.first())
        && let Some(head) = conn.head(chain).await?
    {
        return Ok((chain.clone(), head));
    }
    let heads = unnamed_heads(conn, &chains).await?;
    conn.begin().await?;
    let own = chains.first().filter(|_| matches!(place, Place::Sqlite(_)));
    let chain = if let Some(chain) = own {
        chain.clone()
    } else {
        let instance = hex::encode(&seal::random::<16>()?);
        conn.create_chain(&instance).await?
    };
    let facts = facts::write(&GenesisFacts {
        engine: ENGINE_VERSION.to_owned(),
        heads,
        schema: SCHEMA,
        signer: signing.public().to_string(),
    })?;
    let at = clock::now(clock);
    let entry = Entry::next(&chain.instance, None, at, Kind::Genesis, facts, None);
    conn.insert_entry(chain.id, &entry).await?;
    conn.commit().await?;
    Ok((chain, entry.head()))
}

/// Ends of chains that no later chain has named yet.
async fn unnamed_heads(conn: &mut Connection, chains: &[Chain]) -> Result<Vec<Head>, StoreError> {
    let mut named = Vec::new();
    for facts in conn.geneses().await? {
        let facts: GenesisFacts = facts::read(&facts)?;
        named.extend(facts.heads);
    }
    let mut heads = Vec::new();
    for chain in chains {
        heads.extend(conn.head(chain).await?.filter(|head| !named.contains(head)));
    }
    Ok(heads)
}

/// How many entries at the end of the chain no checkpoint covers, as after a crash.
async fn unsigned(conn: &mut Connection, chain: &Chain, head: &Head) -> Result<i64, StoreError> {
    let checkpoints = conn.checkpoints(chain).await?;
    let signed = checkpoints
        .into_iter()
        .flatten()
        .map(|c| c.head.position.seq)
        .max();
    Ok(head.position.seq.saturating_sub(signed.unwrap_or(0)))
}
