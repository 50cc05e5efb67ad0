//! What came of a turn: where the task stands, and what is written together with that.

use std::time::Duration;

use dictamen_model::identity::Applicant;
use dictamen_store::{Step, StoreError, TaskState};

use super::deciding::Made;

/// What came of a turn.
#[derive(Debug)]
pub(crate) struct Came {
    pub(crate) state: TaskState,
    pub(crate) stage: String,
    /// What may be read in clear.
    pub(crate) facts: String,
    /// What it is about from now on, when that is another.
    pub(crate) content: Option<Vec<u8>>,
    /// What it is found by from now on.
    pub(crate) mark: Option<String>,
    pub(crate) applicant: Option<Applicant>,
    /// When it is due again, if it waits.
    pub(crate) wait: Duration,
    /// What is written with it.
    pub(crate) with: Vec<Step>,
    /// A decision that is logged with it.
    pub(crate) made: Option<Box<Made>>,
}

impl Came {
    fn at(state: TaskState, stage: &str, facts: String) -> Self {
        Self {
            state,
            stage: stage.to_owned(),
            facts,
            content: None,
            mark: None,
            applicant: None,
            wait: Duration::ZERO,
            with: Vec::new(),
            made: None,
        }
    }

    /// It is done.
    pub(crate) fn done(stage: &str, facts: String) -> Self {
        Self::at(TaskState::Done, stage, facts)
    }

    /// It is given up.
    pub(crate) fn failed(stage: &str, facts: String) -> Self {
        Self::at(TaskState::Failed, stage, facts)
    }

    /// It goes on after a wait.
    pub(crate) fn again(stage: &str, facts: String, wait: Duration) -> Self {
        Self {
            wait,
            ..Self::at(TaskState::Waiting, stage, facts)
        }
    }
}

/// What keeps a turn from coming to anything; it is tried again.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Trouble {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was kept cannot be read: a defect.
    #[error("what is kept of a task cannot be read")]
    Unreadable,
    /// The service is not ready to decide.
    #[error("the service is not ready to decide")]
    NotReady,
}

impl From<serde_json::Error> for Trouble {
    /// The library's words may quote what it read.
    fn from(_: serde_json::Error) -> Self {
        Self::Unreadable
    }
}
