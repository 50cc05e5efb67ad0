//! Keeps the rules in force current with the registry.
//!
//! A change made here or on another instance is hinted at; should a hint be lost, the registry is
//! looked at every two seconds anyway. What comes into force at a time of its own is looked for by
//! the clock, and needs no database: while that is away, the last known registry goes on.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use dictamen_engine::Diagnostic;
use dictamen_store::{Clock, Registry, Store, StoreError};
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
};

use super::plan::{Contents, Plan, Proven, build, unreadable};
use crate::{
    reload::{SharedRules, log_changes},
    rules::RuleBook,
};

/// How often the registry is looked at without a hint.
const EVERY: Duration = Duration::from_secs(2);
/// How often the clock is.
const TICK: Duration = Duration::from_millis(200);

/// Builds the rules in force from the registry and replaces them as a whole.
#[derive(Debug)]
pub struct Keeper {
    store: Store,
    clock: Arc<dyn Clock>,
    rules: SharedRules,
    registry: Registry,
    contents: Contents,
    proven: Proven,
    plan: Plan,
    applied: watch::Sender<i64>,
    away: bool,
}

impl Keeper {
    /// Builds them for the first time. What does not hold up is told by the rules themselves.
    ///
    /// # Errors
    ///
    /// When the registry cannot be read.
    pub async fn start(store: Store, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let mut keeper = Self {
            store,
            clock,
            rules: Arc::new(ArcSwap::from_pointee(RuleBook::default())),
            registry: Registry::default(),
            contents: BTreeMap::new(),
            proven: Proven::new(),
            plan: Plan::default(),
            applied: watch::Sender::new(-1),
            away: false,
        };
        keeper.read().await?;
        keeper.apply().await;
        Ok(keeper)
    }

    /// The rules in force, shared with whoever decides.
    pub fn rules(&self) -> SharedRules {
        Arc::clone(&self.rules)
    }

    /// The revision of the registry that is in force here.
    pub(crate) fn applied(&self) -> watch::Receiver<i64> {
        self.applied.subscribe()
    }

    /// Keeps them current until the task is dropped.
    pub async fn run(mut self) {
        let mut hints = self.store.registry_hints();
        let hinted = Arc::new(Notify::new());
        let hint = Arc::clone(&hinted);
        // On its own, so that a tick does not break off a connection that is being made. Ends with
        // this task.
        let mut listening = JoinSet::new();
        listening.spawn(async move {
            loop {
                hints.next().await;
                hint.notify_one();
            }
        });
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut looked = Instant::now();
        loop {
            let look = tokio::select! {
                () = hinted.notified() => true,
                _ = ticks.tick() => looked.elapsed() >= EVERY,
            };
            if look {
                looked = Instant::now();
                self.look().await;
            }
            self.apply().await;
        }
    }

    async fn look(&mut self) {
        match self.read().await {
            Ok(()) if self.away => {
                self.away = false;
                tracing::info!("the policy registry can be read again");
            }
            Err(error) if !self.away => {
                self.away = true;
                tracing::error!(code = error.code(), %error, "policy registry unreadable; rules in force stay");
            }
            Ok(()) | Err(_) => {}
        }
    }

    /// Takes in what has changed in the registry.
    async fn read(&mut self) -> Result<(), StoreError> {
        if self.store.registry_revision().await? == self.registry.revision {
            return Ok(());
        }
        let registry = self.store.registry().await?;
        for state in registry.policies.values() {
            for version in &state.versions {
                let known = self.contents.get(&version.content);
                if known.is_some_and(Result::is_ok) {
                    continue;
                }
                let content = match self.store.policy_content(&version.content).await {
                    Ok(Some(content)) => Ok(content),
                    Ok(None) => Err(unreadable()),
                    Err(StoreError::Damaged(what)) => Err(Diagnostic {
                        message: what,
                        ..unreadable()
                    }),
                    Err(error) => return Err(error),
                };
                self.contents.insert(version.content.clone(), content);
            }
        }
        self.registry = registry;
        Ok(())
    }

    /// Puts in force what the registry wants now.
    async fn apply(&mut self) {
        let plan = Plan::of(&self.registry, self.clock.now());
        let first = *self.applied.borrow() < 0;
        if plan != self.plan || first {
            let (previous, contents) = (self.rules.load_full(), self.contents.clone());
            let mut proven = std::mem::take(&mut self.proven);
            let wanted = plan.clone();
            // Compiling and running cases takes its time; requests go on by the rules of before.
            let built = tokio::task::spawn_blocking(move || {
                let book = build(&previous, &wanted, &contents, &mut proven);
                log_changes(&previous, &book);
                (book, proven)
            });
            if let Ok((book, proven)) = built.await {
                self.rules.store(Arc::new(book));
                self.proven = proven;
                self.plan = plan;
            } else {
                tracing::error!("the rules in force could not be rebuilt; they stay");
            }
        }
        let revision = self.registry.revision;
        self.applied.send_if_modified(|applied| {
            let newer = *applied < revision;
            *applied = (*applied).max(revision);
            newer
        });
    }
}
