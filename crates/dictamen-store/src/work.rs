//! Work that is to be done: kept until it is done, whatever becomes of the process.
//!
//! A [`Task`] is due at an instant. Whoever takes it has a [`Turn`]: for a while nobody else gets
//! it, and what came of it is written only while it is still their turn. So two instances never
//! both end a task, whatever their clocks and however long one of them hung; and a turn whose
//! process is gone is over by itself. What was done beside it, a decision among it, is in the same
//! transaction. What a task is about is sealed as decisions are and forgotten with them; this
//! module knows nothing of its meaning.

mod store;

use std::time::Duration;

use chrono::{DateTime, Utc};
use dictamen_model::identity::Applicant;
use zeroize::Zeroizing;

pub use store::{TaskCursor, TaskFilter};

use crate::{
    StoreError,
    backend::rows::{TaskRow, TaskTuple, TurnRow, instant},
    entry::Kind,
    seal::{MasterKeys, Secret, Wrapped},
};

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    /// There is something to do, now or later.
    Waiting,
    /// It was done.
    Done,
    /// It was given up.
    Failed,
}

impl TaskState {
    /// All of them with their names.
    pub const ALL: [(&'static str, Self); 3] = [
        ("waiting", Self::Waiting),
        ("done", Self::Done),
        ("failed", Self::Failed),
    ];

    /// Its name, stored and shown.
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, state)| *state == self);
        found.map_or("", |(name, _)| name)
    }

    /// The state of this name.
    pub fn by_name(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, state)| *state)
    }
}

/// Something to be done.
#[derive(Debug, Clone, Copy)]
pub struct NewTask<'a> {
    /// Its id, by [`crate::Store::new_id`].
    pub id: &'a str,
    /// Which kind of work it is.
    pub kind: &'a str,
    /// The task it belongs to.
    pub parent: Option<&'a str>,
    /// What else it is found by. Kept as a keyed hash.
    pub mark: Option<&'a str>,
    /// How far it is, in a word of whoever does it.
    pub stage: &'a str,
    /// What may be read in clear: nothing personal.
    pub facts: &'a str,
    /// What it is about; sealed.
    pub content: &'a [u8],
    /// Whose application it is, so that it can be forgotten.
    pub application: Option<&'a str>,
    /// Who applies.
    pub applicant: Option<&'a Applicant>,
    /// How long from now it is due.
    pub after: Duration,
    /// How long it is kept once it has ended; for ever unless told.
    pub keep: Option<Duration>,
    /// Keys under each of which it is to be added once.
    pub once: &'a [Once<'a>],
}

/// A key under which a task is added once.
#[derive(Debug, Clone, Copy)]
pub struct Once<'a> {
    /// Sets keys of different callers and purposes apart.
    pub scope: &'a str,
    /// The key. Kept as a keyed hash, and so is what is asked.
    pub key: &'a str,
    /// Everything that is asked under it.
    pub request: &'a [&'a [u8]],
    /// How long the key is remembered.
    pub lasts: Duration,
}

/// A new task, sealed.
#[derive(Clone)]
pub struct Added {
    pub(crate) row: TaskRow,
    /// Reference, fingerprint and end of each key.
    pub(crate) keys: Vec<(String, String, i64)>,
}

impl std::fmt::Debug for Added {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Added")
            .field("id", &self.row.id)
            .finish_non_exhaustive()
    }
}

impl Added {
    /// When it was made ready, to the microsecond: when it was added, once it is.
    pub fn created(&self) -> DateTime<Utc> {
        instant(self.row.created).unwrap_or_default()
    }
}

/// What became of a task that was to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adding {
    /// It is there.
    New,
    /// Another was added under one of its keys before.
    Before {
        /// Its id.
        id: String,
        /// Whether the same was asked then.
        same: bool,
    },
}

/// A task as it is kept.
#[derive(Clone)]
pub struct Task {
    /// Its id.
    pub id: String,
    /// Which kind of work it is.
    pub kind: String,
    /// The task it belongs to.
    pub parent: Option<String>,
    /// Where it stands.
    pub state: TaskState,
    /// How far it is.
    pub stage: String,
    /// What may be read in clear.
    pub facts: String,
    /// When it is due, or when the turn of whoever has it is over.
    pub due: DateTime<Utc>,
    /// How often somebody took it.
    pub attempts: i64,
    /// How often in a row its turn ended with nothing said.
    pub crashes: i64,
    /// When it was added.
    pub created: DateTime<Utc>,
    /// When something was last written of it.
    pub updated: DateTime<Utc>,
    /// What it is about; `None` once it was erased.
    pub content: Option<Zeroizing<Vec<u8>>>,
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("state", &self.state)
            .field("stage", &self.stage)
            .finish_non_exhaustive()
    }
}

/// The right to work on a task and to say what came of it.
#[derive(Debug, Clone)]
pub struct Turn {
    pub(crate) id: String,
    pub(crate) token: String,
    key: Secret,
}

/// What came of a turn.
#[derive(Debug, Clone, Copy)]
pub struct Outcome<'a> {
    /// Where the task stands from now on.
    pub state: TaskState,
    /// How far it is.
    pub stage: &'a str,
    /// What may be read in clear.
    pub facts: &'a str,
    /// What it is about from now on, when that is another.
    pub content: Option<&'a [u8]>,
    /// What it is found by from now on, when that is another.
    pub mark: Option<&'a str>,
    /// Who applies, once that is known.
    pub applicant: Option<&'a Applicant>,
    /// When it is due again, if it waits.
    pub due: DateTime<Utc>,
}

/// One thing to be written with others, all or none of them.
#[derive(Debug, Clone)]
pub enum Step {
    /// Ends a turn. When it is no longer the caller's, nothing of all is written.
    End(Ended),
    /// Adds a task, unless it was added under one of its keys before.
    Add(Box<Added>),
    /// Exchanges what a waiting task is about, unless somebody works on it: then nothing is written.
    Rewrite(Rewritten),
    /// Makes a waiting task due.
    Wake(String),
    /// Has a task that ended done once more, from a stage on.
    Reopen(String, String),
    /// An entry of the log, with nothing sealed.
    Note(Kind, String),
}

/// The end of a turn, sealed.
#[derive(Debug, Clone)]
pub struct Ended(pub(crate) TurnRow);

/// What a task is about from now on, sealed.
#[derive(Debug, Clone)]
pub struct Rewritten {
    pub(crate) id: String,
    pub(crate) content: Vec<u8>,
}

/// What became of steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Performed {
    /// All were written; what became of each [`Step::Add`], in order.
    Done(Vec<Adding>),
    /// The turn was no longer the caller's. Nothing was written.
    Lost,
}

/// What the wrapped key of a task is bound to.
pub(crate) fn key_place(id: &str) -> String {
    format!("task key {id}")
}

/// What the content of a task is bound to.
fn content_place(id: &str) -> String {
    format!("task {id}")
}

impl Turn {
    /// Says what came of it.
    ///
    /// # Errors
    ///
    /// When the system gives no random bytes.
    pub fn end(&self, outcome: Outcome<'_>, store: &crate::Store) -> Result<Ended, StoreError> {
        let seal = |content| self.key.seal(&content_place(&self.id), content);
        Ok(Ended(TurnRow {
            id: self.id.clone(),
            token: self.token.clone(),
            state: outcome.state.name(),
            stage: outcome.stage.to_owned(),
            facts: outcome.facts.to_owned(),
            due: outcome.due.timestamp_micros(),
            mark: outcome.mark.map(|mark| store.mark_reference(mark)),
            applicant: outcome
                .applicant
                .map(|applicant| store.applicant_reference(applicant)),
            content: outcome.content.map(seal).transpose()?,
        }))
    }
}

/// Opens a row; beside it the key, unless it was erased.
fn open(row: TaskTuple, master: &MasterKeys) -> Result<(Task, Option<Secret>), StoreError> {
    let (
        id,
        kind,
        parent,
        state,
        stage,
        facts,
        due,
        attempts,
        crashes,
        created,
        updated,
        _,
        _,
        by,
        wrapped,
        content,
    ) = row;
    let damaged = |what: &str| StoreError::Damaged(format!("task {id}: {what}"));
    let key = match by.zip(wrapped) {
        Some((by, blob)) => Some(master.unwrap(&key_place(&id), &Wrapped { master: by, blob })?),
        None => None,
    };
    let content = match (&key, content) {
        (Some(key), Some(sealed)) => Some(Zeroizing::new(
            key.open(&content_place(&id), &sealed)
                .ok_or_else(|| damaged("its content does not open"))?,
        )),
        _ => None,
    };
    let at = |micros| instant(micros).ok_or_else(|| damaged("not an instant"));
    let task = Task {
        state: TaskState::by_name(&state).ok_or_else(|| damaged("unknown state"))?,
        due: at(due)?,
        created: at(created)?,
        updated: at(updated)?,
        id: id.clone(),
        kind,
        parent,
        stage,
        facts,
        attempts,
        crashes,
        content,
    };
    Ok((task, key))
}
