//! Policies that live in the store: how they get there, and how what is in force gets from there
//! into every instance.
//!
//! [`check`] says what is wrong with a folder; a [`Checker`] has that said by a child process,
//! because a script that arrives over the network may take its reader down. [`Keeper`] builds the
//! rules in force from the registry and replaces them as a whole. [`shadow`] decides silently.

pub mod check;
mod checker;
mod keeper;
pub(crate) mod plan;
pub(crate) mod shadow;

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

pub use checker::Checker;
pub use keeper::Keeper;

/// How long an answer to a change waits for the change to be in force here.
const SETTLE: Duration = Duration::from_secs(5);

/// What the service knows about the registry it takes its policies from.
#[derive(Debug, Clone)]
pub struct Lifecycle {
    checker: Arc<Checker>,
    single_person: bool,
    applied: watch::Receiver<i64>,
}

impl Lifecycle {
    /// Of a service whose rules are kept current by `keeper`. With `single_person`, whoever wrote a
    /// policy may approve it.
    pub fn new(keeper: &Keeper, checker: Checker, single_person: bool) -> Self {
        Self {
            checker: Arc::new(checker),
            single_person,
            applied: keeper.applied(),
        }
    }

    pub(crate) fn checker(&self) -> &Checker {
        &self.checker
    }

    pub(crate) fn single_person(&self) -> bool {
        self.single_person
    }

    /// Waits until a revision of the registry is in force here, within reason.
    pub(crate) async fn settled(&self, revision: i64) {
        let mut applied = self.applied.clone();
        let there = applied.wait_for(|applied| *applied >= revision);
        if tokio::time::timeout(SETTLE, there).await.is_err() {
            tracing::warn!(
                revision,
                "a change of the registry is not in force here yet"
            );
        }
    }
}
