//! What is asked of the store about work: adding, taking, ending and reading it.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::oneshot;

use super::{
    Added, Adding, NewTask, Once, Performed, Rewritten, Step, Task, TaskState, Turn, key_place,
    open,
};
use crate::{
    Store, StoreError,
    backend::rows::{TaskRow, TasksWanted},
    hex,
    seal::{self, Secret},
    store::Prepared,
    writer::{Job, Logged, WorkJob},
};

/// Which tasks are listed.
#[derive(Debug, Clone, Copy, Default)]
pub struct TaskFilter<'a> {
    /// Of this kind.
    pub kind: &'a str,
    /// Those that belong to a task.
    pub parent: Option<&'a str>,
    /// In this state.
    pub state: Option<TaskState>,
}

/// What a page of tasks comes after: the last of the page before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskCursor {
    at: i64,
    id: String,
}

impl TaskCursor {
    /// Reads what [`std::fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('-')?;
        let plain = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        Some(Self {
            at: at.parse().ok()?,
            id: plain.then(|| id.to_owned())?,
        })
    }
}

impl std::fmt::Display for TaskCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.at, self.id)
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl Store {
    /// A new id: 32 hexadecimal digits that nobody can guess.
    ///
    /// # Errors
    ///
    /// When the system gives no random bytes.
    pub fn new_id() -> Result<String, StoreError> {
        Ok(hex::encode(&seal::random::<16>()?))
    }

    /// How a mark is kept.
    pub(crate) fn mark_reference(&self, mark: &str) -> String {
        self.0.index.blind(&[b"mark", mark.as_bytes()])
    }

    /// Seals a task and makes it ready to be added.
    ///
    /// # Errors
    ///
    /// When the system gives no random bytes.
    pub fn prepare_task(&self, new: NewTask<'_>) -> Result<Added, StoreError> {
        let now = self.now().timestamp_micros();
        let keys = new.once.iter().map(|once| {
            let (reference, fingerprint) = self.once_references(once);
            (
                reference,
                fingerprint,
                now.saturating_add(micros(once.lasts)),
            )
        });
        let key = Secret::random()?;
        let application = new.application.map(|id| self.application_reference(id));
        let applicant = new.applicant.map(|who| self.applicant_reference(who));
        Ok(Added {
            keys: keys.collect(),
            row: TaskRow {
                id: new.id.to_owned(),
                kind: new.kind.to_owned(),
                parent: new.parent.map(str::to_owned),
                mark: new.mark.map(|mark| self.mark_reference(mark)),
                stage: new.stage.to_owned(),
                facts: new.facts.to_owned(),
                due: now.saturating_add(micros(new.after)),
                created: now,
                expires: new.keep.map(|keep| now.saturating_add(micros(keep))),
                application,
                applicant,
                wrapped: self.0.master.wrap(&key_place(new.id), &key)?,
                content: key.seal(&super::content_place(new.id), new.content)?,
            },
        })
    }

    /// The task that was added under a key and is remembered, and whether the same was asked.
    ///
    /// # Errors
    ///
    /// When the database is away.
    pub async fn added_under(&self, once: Once<'_>) -> Result<Option<(String, bool)>, StoreError> {
        let (reference, fingerprint) = self.once_references(&once);
        let now = self.now().timestamp_micros();
        let mut conn = self.0.database.reading().await?;
        let found = conn.task_key(&reference, now).await?;
        Ok(found.map(|(id, asked)| (id, asked == fingerprint)))
    }

    /// How a key, and what is asked under it, is kept.
    fn once_references(&self, once: &Once<'_>) -> (String, String) {
        let index = &self.0.index;
        let parts = [
            b"task".as_slice(),
            once.scope.as_bytes(),
            once.key.as_bytes(),
        ];
        let mut asked: Vec<&[u8]> = vec![b"task request"];
        asked.extend_from_slice(once.request);
        (index.blind(&parts), index.blind(&asked))
    }

    /// The step that exchanges what a task is about.
    ///
    /// # Errors
    ///
    /// [`StoreError::Erased`] when it was erased.
    pub async fn rewrite(&self, id: &str, content: &[u8]) -> Result<Step, StoreError> {
        let mut conn = self.0.database.reading().await?;
        let row = conn.task(id).await?;
        let opened = row.map(|row| open(row, &self.0.master)).transpose()?;
        let Some((_, Some(key))) = opened else {
            return Err(StoreError::Erased);
        };
        Ok(Step::Rewrite(Rewritten {
            id: id.to_owned(),
            content: key.seal(&super::content_place(id), content)?,
        }))
    }

    /// Writes steps, all or none. Done when they are durable.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when that could not be done in time; whether it was is then not
    /// known, and asking again under the same keys or for the same turn is safe.
    pub async fn perform(&self, steps: Vec<Step>) -> Result<Performed, StoreError> {
        let (reply, done) = oneshot::channel();
        let job = Job::Work(WorkJob::Perform(steps, reply));
        self.hand_over(job, done).await
    }

    /// Adds one task.
    ///
    /// # Errors
    ///
    /// As [`Self::perform`].
    pub async fn add(&self, added: Added) -> Result<Adding, StoreError> {
        match self.perform(vec![Step::Add(Box::new(added))]).await? {
            Performed::Done(mut adding) => Ok(adding.pop().unwrap_or(Adding::New)),
            Performed::Lost => Ok(Adding::New),
        }
    }

    /// Logs a decision and writes steps, all or none. `None` when the turn that the steps end was
    /// no longer the caller's; else whether the decision is new to the log.
    ///
    /// # Errors
    ///
    /// As [`Self::log`](crate::Store::log).
    pub async fn log_with(
        &self,
        decision: Prepared,
        steps: Vec<Step>,
    ) -> Result<Option<bool>, StoreError> {
        Ok(match self.log_one(decision, None, steps).await? {
            Logged::Now => Some(true),
            Logged::Before | Logged::Overtaken(_) => Some(false),
            Logged::Lost => None,
        })
    }

    /// Takes at most so many due tasks of a kind, for so long.
    ///
    /// # Errors
    ///
    /// When the database is away.
    pub async fn take(
        &self,
        kind: &str,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<(Task, Turn)>, StoreError> {
        let token = Self::new_id()?;
        let (reply, done) = oneshot::channel();
        let job = WorkJob::Take {
            kind: kind.to_owned(),
            token: token.clone(),
            lease: micros(lease),
            limit: i64::try_from(limit).unwrap_or(i64::MAX),
            reply,
        };
        let rows = self.hand_over(Job::Work(job), done).await?;
        let mut taken = Vec::new();
        for row in rows {
            // One that cannot be read must not keep the others from being done.
            match open(row, &self.0.master) {
                Ok((task, Some(key))) => {
                    let turn = Turn {
                        id: task.id.clone(),
                        token: token.clone(),
                        key,
                    };
                    taken.push((task, turn));
                }
                Ok((_, None)) => {}
                Err(error) => {
                    tracing::error!(code = error.code(), %error, "a task cannot be read");
                }
            }
        }
        Ok(taken)
    }

    /// Makes a turn last so long from now; `false` when it is over.
    ///
    /// # Errors
    ///
    /// When the database is away.
    pub async fn renew(&self, turn: &Turn, lease: Duration) -> Result<bool, StoreError> {
        let (reply, done) = oneshot::channel();
        let job = WorkJob::Renew {
            id: turn.id.clone(),
            token: turn.token.clone(),
            lease: micros(lease),
            reply,
        };
        self.hand_over(Job::Work(job), done).await
    }

    /// Counts one use of something that may be used `limit` times within `window`; when it has
    /// been, says from when on it may be again.
    ///
    /// # Errors
    ///
    /// When the database is away.
    pub async fn spend(
        &self,
        what: &str,
        whose: &[u8],
        limit: usize,
        window: TimeDelta,
    ) -> Result<Result<(), DateTime<Utc>>, StoreError> {
        let reference = self.0.index.blind(&[b"spent", what.as_bytes(), whose]);
        let (reply, done) = oneshot::channel();
        let job = WorkJob::Spend {
            reference,
            limit,
            window: window.num_microseconds().unwrap_or(i64::MAX),
            reply,
        };
        self.hand_over(Job::Work(job), done).await
    }

    /// Gives back the last use that was counted: it did not come to anything.
    ///
    /// # Errors
    ///
    /// When the database is away.
    pub async fn give_back(&self, what: &str, whose: &[u8]) -> Result<(), StoreError> {
        let reference = self.0.index.blind(&[b"spent", what.as_bytes(), whose]);
        let (reply, done) = oneshot::channel();
        let job = WorkJob::GiveBack { reference, reply };
        self.hand_over(Job::Work(job), done).await
    }

    /// How many tasks of each kind are due.
    ///
    /// # Errors
    ///
    /// When the database is away.
    pub async fn due(&self) -> Result<BTreeMap<String, i64>, StoreError> {
        let now = self.now().timestamp_micros();
        let mut conn = self.0.database.reading().await?;
        Ok(conn.due_tasks(now).await?.into_iter().collect())
    }

    /// How many tasks of each kind wait or have failed, by kind and state.
    ///
    /// # Errors
    ///
    /// When the database is away.
    pub async fn backlog(&self) -> Result<Vec<(String, TaskState, i64)>, StoreError> {
        let mut conn = self.0.database.reading().await?;
        let rows = conn.backlog().await?.into_iter();
        Ok(rows
            .filter_map(|(kind, state, count)| Some((kind, TaskState::by_name(&state)?, count)))
            .collect())
    }

    /// One task.
    ///
    /// # Errors
    ///
    /// When the database is away, or the task cannot be read.
    pub async fn task(&self, id: &str) -> Result<Option<Task>, StoreError> {
        let mut conn = self.0.database.reading().await?;
        let row = conn.task(id).await?;
        row.map(|row| open(row, &self.0.master).map(|(task, _)| task))
            .transpose()
    }

    /// Tasks that are found by a mark, oldest first; 100 at most.
    ///
    /// # Errors
    ///
    /// When the database is away, or one cannot be read.
    pub async fn marked(&self, mark: &str) -> Result<Vec<Task>, StoreError> {
        let mark = self.mark_reference(mark);
        let mut conn = self.0.database.reading().await?;
        let rows = conn.marked(&mark).await?.into_iter();
        rows.map(|row| open(row, &self.0.master).map(|(task, _)| task))
            .collect()
    }

    /// A page of tasks, newest first, and what the next page comes after.
    ///
    /// # Errors
    ///
    /// When the database is away, or one cannot be read.
    pub async fn tasks(
        &self,
        filter: TaskFilter<'_>,
        after: Option<TaskCursor>,
        limit: usize,
    ) -> Result<(Vec<Task>, Option<TaskCursor>), StoreError> {
        let before = after.map_or((i64::MAX, String::new()), |after| (after.at, after.id));
        let wanted = TasksWanted {
            kind: filter.kind.to_owned(),
            parent: filter.parent.map(str::to_owned),
            state: filter.state.map(|state| state.name().to_owned()),
            before,
        };
        let asked = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut conn = self.0.database.reading().await?;
        let rows = conn.tasks(&wanted, asked).await?;
        drop(conn);
        let has_more = rows.len() > limit;
        let rows = rows.into_iter().take(limit);
        let tasks: Vec<Task> = rows
            .map(|row| open(row, &self.0.master).map(|(task, _)| task))
            .collect::<Result<_, _>>()?;
        let last = tasks.last().filter(|_| has_more);
        let next = last.map(|task| TaskCursor {
            at: task.created.timestamp_micros(),
            id: task.id.clone(),
        });
        Ok((tasks, next))
    }
}
