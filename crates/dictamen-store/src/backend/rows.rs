//! What goes into the tables and comes out of them, the same for every engine.

use chrono::{DateTime, Utc};

use crate::{
    Activation, ApiKey, Candidate, Checkpoint, Entry, Hash, Head, KeyDigest, Split, StoreError,
    entry::{Kind, Position},
    facts::{self, DecisionFacts},
    seal::Wrapped,
};

/// A chain, by the number its database gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chain {
    pub(crate) id: i64,
    pub(crate) instance: String,
}

/// A decision's entry with what is sealed.
#[derive(Debug)]
pub(crate) struct DecisionRow<'a> {
    pub(crate) entry: Entry,
    pub(crate) columns: &'a Columns,
    pub(crate) key: &'a KeyRow,
    pub(crate) content: &'a [u8],
}

/// What `entry` repeats of the facts, to be searched by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Columns {
    pub(crate) decision_id: Option<String>,
    pub(crate) policy: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) outcome: Option<String>,
}

impl Columns {
    /// What the columns of an entry have to be.
    pub(crate) fn of(kind: Kind, text: &str) -> Result<Self, StoreError> {
        if kind != Kind::Decision {
            return Ok(Self::default());
        }
        let facts: DecisionFacts = facts::read(text)?;
        Ok(Self {
            decision_id: Some(facts.decision_id),
            policy: Some(facts.policy.id),
            version: Some(facts.policy.version),
            outcome: Some(facts.outcome),
        })
    }
}

/// The key of a decision's sealed part, and whom it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyRow {
    pub(crate) application: String,
    pub(crate) applicant: Option<String>,
    pub(crate) wrapped: Wrapped,
}

/// An answer under an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AnsweredRow {
    pub(crate) reference: String,
    pub(crate) fingerprint: String,
    pub(crate) decision_id: String,
    pub(crate) expires: i64,
    pub(crate) content: Option<Vec<u8>>,
}

/// Whose sealed parts are to be destroyed.
#[derive(Debug, Clone)]
pub(crate) enum Whose {
    Application(String),
    Applicant(String),
    /// Everybody's that was written before, in microseconds.
    Before(i64),
}

/// What a listing is to hold: from the first instant and before the second, in microseconds, and
/// what comes after an entry (instant, chain, number), newest first.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) policy: Option<String>,
    pub(crate) outcome: Option<String>,
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) after: (i64, i64, i64),
}

/// A row of `entry`: seq, at, kind, decision id, policy, version, outcome, facts, sealed,
/// previous, hash.
pub(crate) type EntryTuple = (
    i64,
    i64,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    String,
    Option<Vec<u8>>,
    Vec<u8>,
    Vec<u8>,
);

pub(crate) fn entry(instance: &str, row: EntryTuple) -> Result<(Entry, Columns), StoreError> {
    let (seq, at, kind, decision_id, policy, version, outcome, facts, sealed, previous, hash) = row;
    let position = Position {
        instance: instance.to_owned(),
        seq,
    };
    let damaged = |what: &str| StoreError::Damaged(format!("entry {position}: {what}"));
    let hash_of = |bytes: &[u8]| Hash::from_slice(bytes).ok_or_else(|| damaged("not a hash"));
    let entry = Entry {
        at: instant(at).ok_or_else(|| damaged("not an instant"))?,
        kind: Kind::by_name(&kind).ok_or_else(|| damaged("unknown kind"))?,
        facts,
        sealed: sealed.as_deref().map(hash_of).transpose()?,
        previous: hash_of(&previous)?,
        hash: hash_of(&hash)?,
        position,
    };
    let columns = Columns {
        decision_id,
        policy,
        version,
        outcome,
    };
    Ok((entry, columns))
}

/// The same behind number and instance of its chain.
pub(crate) type PlacedTuple = (
    i64,
    String,
    i64,
    i64,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    String,
    Option<Vec<u8>>,
    Vec<u8>,
    Vec<u8>,
);

pub(crate) fn placed(row: PlacedTuple) -> Result<(Chain, Entry), StoreError> {
    let (id, instance, seq, at, kind, decision_id, policy, version, outcome, facts, sealed, p, h) =
        row;
    let row = (
        seq,
        at,
        kind,
        decision_id,
        policy,
        version,
        outcome,
        facts,
        sealed,
        p,
        h,
    );
    let (entry, _) = entry(&instance, row)?;
    Ok((Chain { id, instance }, entry))
}

/// A row of `checkpoint`: seq, at, hash, signature.
pub(crate) type CheckpointTuple = (i64, i64, Vec<u8>, String);

pub(crate) fn checkpoint(instance: &str, row: CheckpointTuple) -> Result<Checkpoint, StoreError> {
    let (seq, at, hash, signature) = row;
    let position = Position {
        instance: instance.to_owned(),
        seq,
    };
    let damaged = || StoreError::Damaged(format!("a checkpoint of entry {position}"));
    Ok(Checkpoint {
        at: instant(at).ok_or_else(damaged)?,
        head: Head {
            hash: Hash::from_slice(&hash).ok_or_else(damaged)?,
            position: position.clone(),
        },
        signature,
    })
}

/// A row of `policy_candidate` behind its policy: content, version, hash, draft, author, at,
/// approver, approved at.
pub(crate) type CandidateTuple = (
    String,
    String,
    String,
    String,
    String,
    i64,
    Option<String>,
    Option<i64>,
);

pub(crate) fn candidate(policy: &str, row: CandidateTuple) -> Result<Candidate, StoreError> {
    let (content, version, hash, draft, author, at, approver, approved_at) = row;
    let read = |at| instant(at).ok_or_else(no_instant);
    Ok(Candidate {
        policy: policy.to_owned(),
        content,
        version,
        hash,
        draft,
        author,
        at: read(at)?,
        approver,
        approved_at: approved_at.map(read).transpose()?,
    })
}

/// A row of `policy_activation`: id, policy, version, effective from, at once, rollback, author,
/// at, challenger, percent.
pub(crate) type ActivationTuple = (
    i64,
    String,
    String,
    i64,
    i64,
    i64,
    String,
    i64,
    Option<String>,
    Option<i64>,
);

pub(crate) fn activation(row: ActivationTuple) -> Result<Activation, StoreError> {
    let (id, policy, version, from, at_once, rollback, author, at, challenger, percent) = row;
    let percent = percent.and_then(|percent| u8::try_from(percent).ok());
    Ok(Activation {
        id,
        policy,
        version,
        effective_from: instant(from).ok_or_else(no_instant)?,
        at_once: at_once != 0,
        rollback: rollback != 0,
        author,
        at: instant(at).ok_or_else(no_instant)?,
        split: challenger.zip(percent).map(|(challenger, percent)| Split {
            challenger,
            percent,
        }),
    })
}

pub(crate) fn no_instant() -> StoreError {
    StoreError::Damaged("a row of the registry holds no instant".into())
}

pub(crate) fn instant(micros: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros)
}

/// A row of `api_key`: id, name, roles, digest, created, expires, revoked.
pub(crate) type ApiKeyTuple = (String, String, String, Vec<u8>, i64, i64, Option<i64>);

pub(crate) fn api_key(row: ApiKeyTuple) -> Result<ApiKey, StoreError> {
    let (id, name, roles, digest, created, expires, revoked) = row;
    let damaged = || StoreError::Damaged("a row of the API keys".into());
    Ok(ApiKey {
        id,
        name,
        roles: roles.split_whitespace().map(str::to_owned).collect(),
        digest: KeyDigest::from_slice(&digest).ok_or_else(damaged)?,
        created: instant(created).ok_or_else(damaged)?,
        expires: instant(expires).ok_or_else(damaged)?,
        revoked: revoked
            .map(|at| instant(at).ok_or_else(damaged))
            .transpose()?,
    })
}

/// A row of `task`: id, kind, parent, state, stage, facts, due, attempts, crashes, created,
/// updated, application, applicant, master, wrapped, content.
pub(crate) type TaskTuple = (
    String,
    String,
    Option<String>,
    String,
    String,
    String,
    i64,
    i64,
    i64,
    i64,
    i64,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
);

/// A task to be written, sealed.
#[derive(Debug, Clone)]
pub(crate) struct TaskRow {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) parent: Option<String>,
    pub(crate) mark: Option<String>,
    pub(crate) stage: String,
    pub(crate) facts: String,
    pub(crate) due: i64,
    pub(crate) created: i64,
    pub(crate) expires: Option<i64>,
    pub(crate) application: Option<String>,
    pub(crate) applicant: Option<String>,
    pub(crate) wrapped: Wrapped,
    pub(crate) content: Vec<u8>,
}

/// What is written of a task when its turn ends, and whose turn it was.
#[derive(Debug, Clone)]
pub(crate) struct TurnRow {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) state: &'static str,
    pub(crate) stage: String,
    pub(crate) facts: String,
    pub(crate) due: i64,
    pub(crate) mark: Option<String>,
    pub(crate) applicant: Option<String>,
    pub(crate) content: Option<Vec<u8>>,
}

/// Which tasks are listed, newest first: those of a kind, perhaps of one parent or in one state,
/// and before an instant and id.
#[derive(Debug, Clone)]
pub(crate) struct TasksWanted {
    pub(crate) kind: String,
    pub(crate) parent: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) before: (i64, String),
}
