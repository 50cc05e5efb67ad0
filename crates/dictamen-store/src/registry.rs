//! The registry: policies that live in the store, from the first draft to what is in force.
//!
//! A draft becomes a candidate when it is submitted, a candidate becomes a version when somebody
//! else approves it, and a version comes into force when it is activated. Versions are immutable;
//! activations are only ever added or, before their time, cancelled. Whether a folder makes sense
//! as a policy is not judged here.

mod change;
mod content;
mod facts;
mod hints;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dictamen_engine::Decision;
use serde::Serialize;
use tokio::sync::oneshot;

use crate::{DecisionFacts, Store, StoreError, backend::Connection, writer::Job};

pub(crate) use change::apply;
pub use change::{Change, Changed, Expected, Made, Refusal};
pub use content::{Content, ContentProblem};
pub use facts::{PolicyChangeFacts, ShadowFacts, VersionFacts};
pub use hints::Hints;

/// What is being written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Draft {
    /// The policy it is for.
    pub policy: String,
    /// Its name among the policy's drafts.
    pub name: String,
    /// Hash of its files.
    pub content: String,
    /// Who wrote it last.
    pub author: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What was submitted, frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Candidate {
    /// The policy it is for.
    pub policy: String,
    /// Hash of its files.
    pub content: String,
    /// The version it declares.
    pub version: String,
    /// The hash that decisions by it carry.
    pub hash: String,
    /// The draft it was.
    pub draft: String,
    /// Who submitted it.
    pub author: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who approved it, once somebody has.
    pub approver: Option<String>,
    /// When.
    pub approved_at: Option<DateTime<Utc>>,
}

/// What was approved. Immutable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Version {
    /// The policy.
    pub policy: String,
    /// The version.
    pub version: String,
    /// The hash that decisions by it carry.
    pub hash: String,
    /// Hash of its files, cases included.
    pub content: String,
    /// Who submitted it.
    pub author: String,
    /// Who approved it.
    pub approver: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A version comes into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Activation {
    /// Its number; a later one has a higher.
    pub id: i64,
    /// The policy.
    pub policy: String,
    /// The version.
    pub version: String,
    /// From when on.
    pub effective_from: DateTime<Utc>,
    /// Whether it came into force when it was made, whatever a clock says.
    pub at_once: bool,
    /// Whether it puts back the version before.
    pub rollback: bool,
    /// Who made it.
    pub author: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What is decided by another version while it is in force.
    pub split: Option<Split>,
}

/// A share of applications that another version decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Split {
    /// The version that decides them.
    pub challenger: String,
    /// How many of a hundred: 1 to 99.
    pub percent: u8,
}

/// Everything of one policy but drafts and candidates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyState {
    /// Versions, in the order they were published.
    pub versions: Vec<Version>,
    /// Activations that were not cancelled, in the order in which they come into force.
    pub activations: Vec<Activation>,
    /// Versions that decide silently.
    pub shadows: Vec<String>,
}

impl PolicyState {
    /// The version called `version`.
    pub fn version(&self, version: &str) -> Option<&Version> {
        self.versions.iter().find(|found| found.version == version)
    }

    /// The activations that have come into force by then. One that came at once has, and so has
    /// everything before it.
    fn begun(&self, now: DateTime<Utc>) -> &[Activation] {
        let begun =
            |activation: &Activation| activation.at_once || activation.effective_from <= now;
        let end = self
            .activations
            .iter()
            .rposition(begun)
            .map_or(0, |last| last.saturating_add(1));
        self.activations.get(..end).unwrap_or_default()
    }

    /// What is in force.
    pub fn in_force(&self, now: DateTime<Utc>) -> Option<&Activation> {
        self.begun(now).last()
    }

    /// What comes into force later.
    pub fn scheduled(&self, now: DateTime<Utc>) -> &[Activation] {
        let begun = self.begun(now).len();
        self.activations.get(begun..).unwrap_or_default()
    }

    /// The version that a rollback puts back: the one in force before the present one was
    /// activated. Rolling back twice goes back twice.
    pub fn before(&self, now: DateTime<Utc>) -> Option<&str> {
        let mut versions: Vec<&str> = Vec::new();
        for activation in self.begun(now) {
            if activation.rollback {
                versions.pop();
            } else if versions.last() != Some(&&*activation.version) {
                versions.push(&activation.version);
            }
        }
        versions.pop();
        versions.pop()
    }
}

/// The registry as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Registry {
    /// Counts changes.
    pub revision: i64,
    /// Every policy with a version, by id.
    pub policies: BTreeMap<String, PolicyState>,
}

impl Registry {
    async fn fill(&mut self, conn: &mut Connection) -> Result<(), StoreError> {
        for version in conn.versions().await? {
            let state = self.policies.entry(version.policy.clone()).or_default();
            state.versions.push(version);
        }
        for activation in conn.activations().await? {
            if let Some(state) = self.policies.get_mut(&activation.policy) {
                state.activations.push(activation);
            }
        }
        for (policy, version) in conn.shadows().await? {
            if let Some(state) = self.policies.get_mut(&policy) {
                state.shadows.push(version);
            }
        }
        Ok(())
    }
}

impl Store {
    /// The registry as it stands.
    ///
    /// # Errors
    ///
    /// When the database is away or what is stored is damaged.
    pub async fn registry(&self) -> Result<Registry, StoreError> {
        self.in_time(async |conn| {
            // Each change counts the revision in its own transaction: when it is the same before
            // and after, nothing was changed in between.
            let mut revision = conn.revision().await?;
            loop {
                let mut registry = Registry {
                    revision,
                    policies: BTreeMap::new(),
                };
                registry.fill(conn).await?;
                revision = conn.revision().await?;
                if revision == registry.revision {
                    return Ok(registry);
                }
            }
        })
        .await
    }

    /// What time it is by the store's clock, which is the one activations come into force by.
    pub fn now(&self) -> DateTime<Utc> {
        crate::clock::now(self.0.clock.as_ref())
    }

    /// How often the registry was changed.
    ///
    /// # Errors
    ///
    /// When the database is away.
    pub async fn registry_revision(&self) -> Result<i64, StoreError> {
        self.in_time(async |conn| conn.revision().await).await
    }

    /// The files with a hash; `None` when there are none.
    ///
    /// # Errors
    ///
    /// When the database is away, or the files are not those that had the hash.
    pub async fn policy_content(&self, hash: &str) -> Result<Option<Content>, StoreError> {
        let found = self.in_time(async |conn| conn.content(hash).await).await?;
        let Some(text) = found else {
            return Ok(None);
        };
        let content = Content::read(&text)?;
        if content.hash() == hash {
            Ok(Some(content))
        } else {
            let what = "files of the registry are not those that were kept";
            Err(StoreError::Damaged(what.into()))
        }
    }

    /// The drafts of a policy, by name.
    ///
    /// # Errors
    ///
    /// When the database is away or what is stored is damaged.
    pub async fn drafts(&self, policy: &str) -> Result<Vec<Draft>, StoreError> {
        self.in_time(async |conn| conn.drafts(policy).await).await
    }

    /// A draft.
    ///
    /// # Errors
    ///
    /// When the database is away or what is stored is damaged.
    pub async fn draft(&self, policy: &str, name: &str) -> Result<Option<Draft>, StoreError> {
        self.in_time(async |conn| conn.draft(policy, name).await)
            .await
    }

    /// The candidates of a policy, oldest first.
    ///
    /// # Errors
    ///
    /// When the database is away or what is stored is damaged.
    pub async fn candidates(&self, policy: &str) -> Result<Vec<Candidate>, StoreError> {
        self.in_time(async |conn| conn.candidates(policy).await)
            .await
    }

    /// Changes the registry; done when it is durable, with its entry in the log. Either all of a
    /// change is made or nothing.
    ///
    /// # Errors
    ///
    /// When the database is away: then nothing was acknowledged, and it has to be looked up
    /// whether it was done.
    pub async fn change(&self, change: Change) -> Result<Result<Changed, Refusal>, StoreError> {
        let (reply, done) = oneshot::channel();
        self.hand_over(Job::Change(Box::new(change), reply), done)
            .await
    }

    /// Logs what a version decided silently beside the decision `answered`. Waits for nothing and
    /// acknowledges nothing; says whether there was room.
    pub fn log_shadow(&self, answered: &str, decision: &Decision) -> bool {
        let application = self.application_reference(&decision.application_id);
        let facts = crate::facts::write(&ShadowFacts {
            answered: answered.to_owned(),
            decision: DecisionFacts::of(decision, application),
        });
        facts.is_ok_and(|facts| self.0.jobs.try_send(Job::Shadow(facts)).is_ok())
    }

    /// Tells of changes of the registry.
    pub fn registry_hints(&self) -> Hints {
        Hints::of(&self.0.database, self.0.changes.subscribe())
    }
}
