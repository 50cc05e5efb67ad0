//! From the registry to the rules in force.
//!
//! A [`Plan`] is what the registry wants at one instant; [`build`] makes a book of it. What does
//! not hold up here, because this instance runs another engine than the one that approved it, or
//! because its files cannot be read, does not come into force here: the last good stays.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use dictamen_engine::{Diagnostic, PolicySource};
use dictamen_lab::cases;
use dictamen_store::{Content, Registry, Split};

use super::check::not_passed;
use crate::rules::{
    Challenger, Failure, LoadedPolicy, PARAMETERS, ParameterSet, Route, RuleBook, load,
};

/// What the registry wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Hash of the files of each version, by policy and version.
    pub(crate) versions: BTreeMap<(String, String), String>,
    /// Hash of the files of the parameters in force.
    pub(crate) parameters: Option<String>,
    /// What decides requests that name no version.
    pub(crate) routes: BTreeMap<String, Wanted>,
}

/// The versions that have to do with requests that name none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    champion: String,
    split: Option<Split>,
    shadows: Vec<String>,
}

impl Plan {
    /// What a registry wants at an instant.
    pub(crate) fn of(registry: &Registry, now: DateTime<Utc>) -> Self {
        let mut plan = Self::default();
        for (policy, state) in &registry.policies {
            let in_force = state.in_force(now);
            if policy == PARAMETERS {
                let version = in_force.and_then(|found| state.version(&found.version));
                plan.parameters = version.map(|version| version.content.clone());
                continue;
            }
            for version in &state.versions {
                let key = (policy.clone(), version.version.clone());
                plan.versions.insert(key, version.content.clone());
            }
            if let Some(in_force) = in_force {
                let wanted = Wanted {
                    champion: in_force.version.clone(),
                    split: in_force.split.clone(),
                    shadows: state.shadows.clone(),
                };
                plan.routes.insert(policy.clone(), wanted);
            }
        }
        plan
    }
}

/// Files by their hash, or why they cannot be read.
pub(crate) type Contents = BTreeMap<String, Result<Content, Diagnostic>>;

/// Versions whose cases passed with parameters: hash of files, hash of parameters.
pub(crate) type Proven = BTreeSet<(String, String)>;

/// Makes the rules in force. What was compiled before is taken over.
pub(crate) fn build(
    previous: &RuleBook,
    plan: &Plan,
    contents: &Contents,
    proven: &mut Proven,
) -> RuleBook {
    let mut failures = Vec::new();
    let mut folders = BTreeMap::new();
    for ((policy, version), content) in &plan.versions {
        let folder = format!("{policy}@{version}");
        let before = previous.folders().find(|(name, _)| *name == folder);
        let loaded = match before {
            // A version never changes.
            Some((_, loaded)) => Ok(Arc::clone(loaded)),
            None => compile(&folder, contents.get(content)),
        };
        match loaded {
            Ok(loaded) => {
                folders.insert(folder, loaded);
            }
            Err(diagnostics) => failures.push(Failure {
                folder,
                diagnostics,
                last_good_in_force: false,
            }),
        }
    }
    let parameters = parameters(previous, plan, contents, proven, &mut failures);
    let mut routes = Vec::new();
    for (policy, wanted) in &plan.routes {
        let mut cast = Cast {
            policy,
            plan,
            folders: &folders,
            parameters: parameters.as_deref(),
            proven,
            failures: &mut failures,
        };
        let before = previous
            .policy(policy)
            .and_then(crate::rules::Versions::route);
        if let Some(route) = cast.route(wanted, before.as_ref()) {
            routes.push((policy.clone(), route));
        }
    }
    let mut book = RuleBook::of(folders, parameters, failures);
    for (policy, route) in routes {
        book.set_route(&policy, route);
    }
    book
}

fn compile(
    folder: &str,
    content: Option<&Result<Content, Diagnostic>>,
) -> Result<Arc<LoadedPolicy>, Vec<Diagnostic>> {
    match content {
        Some(Ok(content)) => {
            let source: PolicySource = content
                .iter()
                .map(|(path, text)| (path, text.as_bytes()))
                .collect();
            load(folder, &source).map(Arc::new)
        }
        Some(Err(diagnostic)) => Err(vec![diagnostic.clone()]),
        None => Err(vec![unreadable()]),
    }
}

/// What is said of files that are not there.
pub(crate) fn unreadable() -> Diagnostic {
    Diagnostic::error(
        "rules::unreadable",
        "its files cannot be read from the registry",
    )
    .help("`dictamen log verify` and the service's log have more")
}

/// The parameters that are wanted, if what is in force passes its cases with them; else those of
/// before.
fn parameters(
    previous: &RuleBook,
    plan: &Plan,
    contents: &Contents,
    proven: &mut Proven,
    failures: &mut Vec<Failure>,
) -> Option<Arc<ParameterSet>> {
    let last_good = previous.parameters();
    let wanted = plan.parameters.as_ref()?;
    let loaded = match contents.get(wanted) {
        Some(Ok(content)) => {
            let files = content.iter();
            let files: BTreeMap<String, Vec<u8>> = files
                .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
                .collect();
            if let Some(set) = last_good
                && *set.files() == files
            {
                return Some(Arc::clone(set));
            }
            ParameterSet::load(&files)
        }
        Some(Err(diagnostic)) => Err(vec![diagnostic.clone()]),
        None => Err(vec![unreadable()]),
    };
    let proved = loaded.and_then(|set| {
        let mut findings = Vec::new();
        for (id, versions) in previous.policies() {
            let Some(live) = versions.live() else {
                continue;
            };
            let content = plan.versions.get(&key(id, live.policy.version()));
            if let Some(content) = content
                && let Err(found) = prove(live, content, &set, proven)
            {
                findings.extend(found);
            }
        }
        if findings.is_empty() {
            Ok(set)
        } else {
            Err(findings)
        }
    });
    match proved {
        Ok(set) => Some(Arc::new(set)),
        Err(diagnostics) => {
            failures.push(Failure {
                folder: PARAMETERS.to_owned(),
                diagnostics,
                last_good_in_force: last_good.is_some(),
            });
            last_good.cloned()
        }
    }
}

fn key(policy: &str, version: &str) -> (String, String) {
    (policy.to_owned(), version.to_owned())
}

/// Runs the cases of a version, unless they passed before.
fn prove(
    loaded: &LoadedPolicy,
    content: &str,
    set: &ParameterSet,
    proven: &mut Proven,
) -> Result<(), Vec<Diagnostic>> {
    let key = (content.to_owned(), set.parameters.hash().to_owned());
    if proven.contains(&key) {
        return Ok(());
    }
    let suite = cases::run(&loaded.policy, &loaded.source, &set.parameters);
    let found = not_passed(&suite);
    if found.is_empty() {
        proven.insert(key);
        return Ok(());
    }
    let told = found.into_iter().map(|finding| {
        let place = finding.file.map(|file| format!("`{file}`: "));
        let message = format!("{}{}", place.unwrap_or_default(), finding.message);
        Diagnostic::error("rules::case-failed", message)
            .help("it passed when it was approved: does this instance run another engine?")
    });
    Err(told.collect())
}

/// Finds the versions for the parts of one policy.
struct Cast<'a> {
    policy: &'a str,
    plan: &'a Plan,
    folders: &'a BTreeMap<String, Arc<LoadedPolicy>>,
    parameters: Option<&'a ParameterSet>,
    proven: &'a mut Proven,
    failures: &'a mut Vec<Failure>,
}

impl Cast<'_> {
    /// The route that is wanted, as far as it holds up; the champion of before when its own does
    /// not.
    fn route(&mut self, wanted: &Wanted, before: Option<&Route>) -> Option<Route> {
        let last_good = before.map(Route::champion);
        let Some(champion) = self.version(&wanted.champion, last_good.is_some()) else {
            return last_good.cloned().map(Route::to);
        };
        let challenger = wanted.split.as_ref().and_then(|split| {
            Some(Challenger {
                policy: self.version(&split.challenger, true)?,
                percent: split.percent,
            })
        });
        let shadows = wanted.shadows.iter().filter_map(|version| {
            let folder = format!("{}@{version}", self.policy);
            self.folders.get(&folder).cloned()
        });
        Some(Route::new(champion, challenger, shadows.collect()))
    }

    /// A version that compiled and whose cases pass. Without parameters nothing can be decided,
    /// so nothing can be decided wrongly.
    fn version(&mut self, version: &str, last_good: bool) -> Option<Arc<LoadedPolicy>> {
        let folder = format!("{}@{version}", self.policy);
        let loaded = self.folders.get(&folder)?;
        let content = self.plan.versions.get(&key(self.policy, version))?;
        if let Some(set) = self.parameters
            && let Err(diagnostics) = prove(loaded, content, set, self.proven)
        {
            self.failures.push(Failure {
                folder,
                diagnostics,
                last_good_in_force: last_good,
            });
            return None;
        }
        Some(Arc::clone(loaded))
    }
}
