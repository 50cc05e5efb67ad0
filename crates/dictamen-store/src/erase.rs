//! Forgetting: destroying the keys of one person's or of old decisions, and replacing the master
//! key. The log says that it was done; chain and facts stay.

use chrono::{DateTime, Utc};
use dictamen_model::identity::Applicant;
use tokio::sync::oneshot;

use crate::{
    MasterKeys, Store, StoreError,
    backend::{Connection, rows::Whose},
    entry::Kind,
    facts::{self, ErasureFacts, RetentionFacts, RotationFacts},
    sealed,
    store::INDEX,
    work,
    writer::Job,
};

/// Keys that are wrapped anew in one transaction.
const REWRAPPED: i64 = 500;

/// Whose personal data is to be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// Of one application, by the lender's id.
    Application(&'a str),
    /// Of all applications of one person.
    Applicant(&'a Applicant),
}

/// What was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// Ids of the decisions whose personal part is gone.
    pub decisions: Vec<String>,
}

impl Store {
    /// Destroys the personal part of a subject's decisions, kept answers included. Their facts
    /// stay, and the chain stays verifiable.
    ///
    /// # Errors
    ///
    /// When the database is away. Asking again is safe.
    pub async fn erase(&self, subject: Subject<'_>) -> Result<Erased, StoreError> {
        let whose = match subject {
            Subject::Application(id) => Whose::Application(self.application_reference(id)),
            Subject::Applicant(applicant) => Whose::Applicant(self.applicant_reference(applicant)),
        };
        let (reply, done) = oneshot::channel();
        self.hand_over(Job::Erase(whose, reply), done).await
    }

    /// Destroys the personal part of decisions written before an instant; gives their number.
    ///
    /// # Errors
    ///
    /// When the database is away; what was done so far stays done.
    pub async fn retain(&self, before: DateTime<Utc>) -> Result<usize, StoreError> {
        let mut erased = 0_usize;
        loop {
            let (reply, done) = oneshot::channel();
            let whose = Whose::Before(before.timestamp_micros());
            let Erased { decisions } = self.hand_over(Job::Erase(whose, reply), done).await?;
            if decisions.is_empty() {
                return Ok(erased);
            }
            erased = erased.saturating_add(decisions.len());
        }
    }

    /// Wraps every key by the current master key, so that the earlier ones can be thrown away.
    /// Gives how many were wrapped anew.
    ///
    /// # Errors
    ///
    /// When the database is away, or a key is wrapped by a master key that was not given. What was
    /// done so far stays done.
    pub async fn rotate(&self) -> Result<i64, StoreError> {
        let mut rewrapped = 0_i64;
        loop {
            let (reply, done) = oneshot::channel();
            let count = self.hand_over(Job::Rewrap(reply), done).await?;
            rewrapped = rewrapped.saturating_add(count);
            if count == 0 {
                break;
            }
        }
        if rewrapped > 0 {
            let facts = facts::write(&RotationFacts {
                rewrapped,
                to: self.0.master.current_id().to_owned(),
            })?;
            let (reply, done) = oneshot::channel();
            self.hand_over(Job::Note(Kind::Rotation, facts, reply), done)
                .await?;
        }
        Ok(rewrapped)
    }
}

/// The entry that says what was erased; none when nothing was. Tasks that are forgotten by age
/// were never told of.
pub(crate) fn facts(
    whose: &Whose,
    decisions: &[String],
    tasks: u64,
) -> Result<Option<(Kind, String)>, StoreError> {
    let by_age = matches!(whose, Whose::Before(_));
    if decisions.is_empty() && (tasks == 0 || by_age) {
        return Ok(None);
    }
    Ok(Some(match whose {
        Whose::Application(_) | Whose::Applicant(_) => {
            let decisions = decisions.to_vec();
            (Kind::Erasure, facts::write(&ErasureFacts { decisions })?)
        }
        Whose::Before(at) => {
            let before = DateTime::from_timestamp_micros(*at).unwrap_or_default();
            let erased = i64::try_from(decisions.len()).unwrap_or(i64::MAX);
            (
                Kind::Retention,
                facts::write(&RetentionFacts { before, erased })?,
            )
        }
    }))
}

/// Wraps some keys by the current master key; how many there were.
pub(crate) async fn rewrap(conn: &mut Connection, master: &MasterKeys) -> Result<i64, StoreError> {
    let mut count = 0_i64;
    if let Some(wrapped) = conn.secret(INDEX).await?
        && wrapped.master != master.current_id()
    {
        let key = master.unwrap(INDEX, &wrapped)?;
        conn.replace_secret(INDEX, &master.wrap(INDEX, &key)?)
            .await?;
        count = 1;
    }
    for (chain, seq, decision_id, row) in
        conn.keys_to_rewrap(master.current_id(), REWRAPPED).await?
    {
        let key = sealed::data_key(master, &decision_id, &row)?;
        let place = sealed::key_place(&decision_id, &row.application, row.applicant.as_deref());
        conn.replace_key(chain, seq, &master.wrap(&place, &key)?)
            .await?;
        count = count.saturating_add(1);
    }
    for (id, wrapped) in conn
        .task_keys_to_rewrap(master.current_id(), REWRAPPED)
        .await?
    {
        let place = work::key_place(&id);
        let key = master.unwrap(&place, &wrapped)?;
        conn.replace_task_key(&id, &master.wrap(&place, &key)?)
            .await?;
        count = count.saturating_add(1);
    }
    Ok(count)
}
