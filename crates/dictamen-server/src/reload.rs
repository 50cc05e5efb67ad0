//! Keeps the rules in force current with the rules folder, without a restart.
//!
//! The folder is read every second and compared by content. File system notifications would be
//! cheaper but are not delivered on network file systems, mounted volumes and container
//! overlays, and a policy change that is silently missed is the worst kind. What has changed is
//! taken only when two readings in a row agree, so that a half-written file is not compiled. A
//! bad edit never takes a policy out of force: see [`RuleBook::build`].

use std::{path::PathBuf, sync::Arc, thread, time::Duration};

use arc_swap::ArcSwap;
use dictamen_engine::{Diagnostic, Severity, checks::ending};

use crate::clock::Clock;
use crate::rules::{ReadError, RuleBook, RulesSource};

/// How often the folder is looked at.
pub const EVERY: Duration = Duration::from_secs(1);
/// Pause between the two readings that must agree.
const SETTLE: Duration = Duration::from_millis(50);
/// Readings after which a folder that keeps changing is left for the next look.
const MAX_READINGS: usize = 5;

/// The rules in force, replaced as a whole.
pub type SharedRules = Arc<ArcSwap<RuleBook>>;

/// What a look at the folder brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing new.
    None,
    /// The rules in force were rebuilt.
    Rebuilt,
    /// The folder cannot be read; the rules in force stay.
    Unreadable,
}

/// Looks at a rules folder and replaces the rules in force.
#[derive(Debug)]
pub struct Reloader {
    dir: PathBuf,
    rules: SharedRules,
    source: RulesSource,
    unreadable: Option<String>,
}

impl Reloader {
    /// Reads and compiles the folder for the first time. Policies that do not compile are
    /// reported by the rules themselves.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read at all.
    pub fn start(dir: impl Into<PathBuf>) -> Result<Self, ReadError> {
        let dir = dir.into();
        let source = RulesSource::read(&dir)?;
        let book = RuleBook::build(&RuleBook::default(), &source);
        log_changes(&RuleBook::default(), &book);
        Ok(Self {
            dir,
            rules: Arc::new(ArcSwap::from_pointee(book)),
            source,
            unreadable: None,
        })
    }

    /// The rules in force, shared with whoever decides.
    pub fn rules(&self) -> SharedRules {
        Arc::clone(&self.rules)
    }

    /// Looks once. Blocks while it reads and compiles.
    pub fn look(&mut self) -> Change {
        match self.settled() {
            Ok(None) => Change::None,
            Ok(Some(source)) => {
                let previous = self.rules.load_full();
                let book = RuleBook::build(&previous, &source);
                log_changes(&previous, &book);
                self.rules.store(Arc::new(book));
                self.source = source;
                self.unreadable = None;
                Change::Rebuilt
            }
            Err(error) => {
                let text = error.to_string();
                if self.unreadable.as_ref() != Some(&text) {
                    tracing::error!(error = text, "rules folder unreadable; rules in force stay");
                    let diagnostic =
                        Diagnostic::error("rules::unreadable", text.clone()).help(error.help());
                    let book = self.rules.load().unreadable(diagnostic);
                    self.rules.store(Arc::new(book));
                    self.unreadable = Some(text);
                }
                Change::Unreadable
            }
        }
    }

    /// New content that two readings agree on; none when nothing is new or nothing has settled.
    fn settled(&self) -> Result<Option<RulesSource>, ReadError> {
        let mut first = RulesSource::read(&self.dir)?;
        if first == self.source && self.unreadable.is_none() {
            return Ok(None);
        }
        for _ in 1..MAX_READINGS {
            thread::sleep(SETTLE);
            let second = RulesSource::read(&self.dir)?;
            if first == second {
                return Ok(Some(second));
            }
            first = second;
        }
        Ok(None)
    }

    /// Looks again and again until the task is dropped.
    pub async fn run(self, every: Duration) {
        let mut reloader = self;
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let look = tokio::task::spawn_blocking(move || {
                reloader.look();
                reloader
            });
            let Ok(back) = look.await else {
                tracing::error!("reloading stopped; the rules in force stay until a restart");
                return;
            };
            reloader = back;
        }
    }
}

/// Says what came into force and what was refused, each once.
pub(crate) fn log_changes(previous: &RuleBook, book: &RuleBook) {
    for (folder, loaded) in book.folders() {
        let stamp = loaded.policy.stamp();
        let before = previous.folders().find(|(name, _)| *name == folder);
        let before = before.map(|(_, policy)| policy.policy.stamp());
        if before.is_some_and(|before| before.hash == stamp.hash) {
            continue;
        }
        tracing::info!(
            folder,
            policy = &*stamp.id,
            version = &*stamp.version,
            hash = &*stamp.hash,
            "policy in force"
        );
        if before.is_some_and(|before| before.version == stamp.version) {
            tracing::warn!(
                folder,
                policy = &*stamp.id,
                version = &*stamp.version,
                "policy changed without a new version; its decisions carry different hashes"
            );
        }
        for finding in &loaded.warnings {
            if finding.severity == Severity::Warning {
                tracing::warn!(folder, code = finding.code, "{finding}");
            } else {
                tracing::info!(folder, code = finding.code, "{finding}");
            }
        }
    }
    for (folder, _) in previous.folders() {
        if !book.folders().any(|(name, _)| name == folder) {
            tracing::warn!(folder, "policy no longer in force: its folder is gone");
        }
    }
    let hash = |book: &RuleBook| {
        let set = book.parameters()?;
        Some(set.parameters.hash().to_owned())
    };
    if let Some(now) = hash(book)
        && hash(previous).as_ref() != Some(&now)
    {
        tracing::info!(hash = now, "parameters in force");
        let ending = book.parameters().map_or_else(Vec::new, |set| {
            ending(&set.parameters, Clock::System.today())
        });
        for finding in ending {
            tracing::warn!(code = finding.code, "{finding}");
        }
    }
    for failure in book.failures() {
        if previous.failures().contains(failure) {
            continue;
        }
        for diagnostic in &failure.diagnostics {
            if !diagnostic.is_error() {
                tracing::warn!(
                    folder = failure.folder,
                    code = diagnostic.code,
                    "{diagnostic}"
                );
                continue;
            }
            tracing::error!(
                folder = failure.folder,
                code = diagnostic.code,
                last_good_in_force = failure.last_good_in_force,
                "{diagnostic}"
            );
        }
    }
}
