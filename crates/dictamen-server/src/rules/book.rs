//! The policies and parameters in force, compiled from a [`RulesSource`].
//!
//! A folder that does not compile keeps its last good version in force; what is wrong with it is
//! kept beside it. Immutable once built: a request that has taken a book keeps it to its end.

use std::{collections::BTreeMap, sync::Arc};

use dictamen_engine::{Diagnostic, Policy, PolicySource};
use dictamen_model::{ParameterProblem, Parameters};

use super::{Challenger, Reading, Route, RulesSource};

/// The folder of dated parameters within the rules folder.
pub const PARAMETERS: &str = "parameters";

/// A policy that compiled.
#[derive(Debug)]
pub struct LoadedPolicy {
    /// The folder it was read from; in a registry, `policy@version`.
    pub folder: String,
    /// The policy.
    pub policy: Policy,
    /// Findings that do not keep it from deciding.
    pub warnings: Vec<Diagnostic>,
    /// What it was compiled from, cases included.
    pub source: PolicySource,
}

/// The dated public parameters.
#[derive(Debug)]
pub struct ParameterSet {
    /// The compiled tables.
    pub parameters: Parameters,
    files: BTreeMap<String, Vec<u8>>,
}

impl ParameterSet {
    /// Compiles parameter files.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them.
    pub fn load(files: &BTreeMap<String, Vec<u8>>) -> Result<Self, Vec<Diagnostic>> {
        parameters(files)
    }

    /// The files they were compiled from.
    pub fn files(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.files
    }
}

/// A folder that could not be loaded, or what lies beside the folders and cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The folder; empty for the rules folder itself.
    pub folder: String,
    /// Everything that is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether an earlier good content of the folder stays in force.
    pub last_good_in_force: bool,
}

impl Failure {
    /// Whether anything of it keeps a policy or the parameters from being loaded.
    pub fn is_error(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// The versions of one policy.
#[derive(Debug, Default)]
pub struct Versions {
    live: Option<Arc<LoadedPolicy>>,
    challenger: Option<Challenger>,
    shadows: Vec<Arc<LoadedPolicy>>,
    all: BTreeMap<String, Arc<LoadedPolicy>>,
}

impl Versions {
    /// The version for requests that name none.
    pub fn live(&self) -> Option<&Arc<LoadedPolicy>> {
        self.live.as_ref()
    }

    /// Which versions have to do with requests that name none.
    pub fn route(&self) -> Option<Route> {
        let (challenger, shadows) = (self.challenger.clone(), self.shadows.clone());
        let live = self.live.clone()?;
        Some(Route::new(live, challenger, shadows))
    }

    /// The version called `version`.
    pub fn get(&self, version: &str) -> Option<&Arc<LoadedPolicy>> {
        self.all.get(version)
    }

    /// Every version, the live one included.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.all.keys().map(String::as_str)
    }
}

/// The policies and parameters in force.
#[derive(Debug, Default)]
pub struct RuleBook {
    folders: BTreeMap<String, Arc<LoadedPolicy>>,
    policies: BTreeMap<String, Versions>,
    parameters: Option<Arc<ParameterSet>>,
    failures: Vec<Failure>,
}

impl RuleBook {
    /// Compiles what has changed since `previous` and takes over the rest.
    pub fn build(previous: &Self, source: &RulesSource) -> Self {
        let mut book = Self::default();
        for (folder, files) in &source.folders {
            let last_good = previous.folders.get(folder);
            let loaded = match (files, last_good) {
                (Ok(files), Some(policy)) if policy.source == *files => Ok(Arc::clone(policy)),
                (Ok(files), _) => load(folder, files).map(Arc::new),
                (Err(findings), _) => Err(findings.clone()),
            };
            let policy = match loaded {
                Ok(policy) => Some(policy),
                Err(diagnostics) => {
                    book.failures.push(Failure {
                        folder: folder.clone(),
                        diagnostics,
                        last_good_in_force: last_good.is_some(),
                    });
                    last_good.cloned()
                }
            };
            if let Some(policy) = policy {
                book.folders.insert(folder.clone(), policy);
            }
        }
        book.index();
        book.take_parameters(previous, &source.parameters);
        if !source.loose.is_empty() {
            book.failures.push(Failure {
                folder: String::new(),
                diagnostics: source.loose.clone(),
                last_good_in_force: true,
            });
        }
        book
    }

    /// A book of versions that were compiled elsewhere, by `policy@version`. Routes are to versions
    /// of the book; the others decide when a request names them.
    pub(crate) fn of(
        versions: BTreeMap<String, Arc<LoadedPolicy>>,
        parameters: Option<Arc<ParameterSet>>,
        failures: Vec<Failure>,
    ) -> Self {
        let mut book = Self {
            folders: versions,
            parameters,
            failures,
            ..Self::default()
        };
        book.index();
        book
    }

    /// Sets what decides requests for a policy that name no version.
    pub(crate) fn set_route(&mut self, policy: &str, route: Route) {
        if let Some(versions) = self.policies.get_mut(policy) {
            (versions.live, versions.challenger, versions.shadows) = route.into_parts();
        }
    }

    /// Whether requests that name no version get this one, if not a challenger.
    pub fn is_live(&self, loaded: &LoadedPolicy) -> bool {
        let live = self.policy(loaded.policy.id()).and_then(Versions::live);
        live.is_some_and(|live| live.folder == loaded.folder)
    }

    /// The same policies and parameters, with the rules folder marked unreadable.
    #[must_use]
    pub fn unreadable(&self, diagnostic: Diagnostic) -> Self {
        let mut book = Self {
            folders: self.folders.clone(),
            parameters: self.parameters.clone(),
            ..Self::default()
        };
        book.index();
        book.failures.push(Failure {
            folder: String::new(),
            diagnostics: vec![diagnostic],
            last_good_in_force: true,
        });
        book
    }

    /// Arranges the folders by policy and version.
    fn index(&mut self) {
        let mut conflicts = Vec::new();
        // Live folders sort before their pinned versions: `@` follows the end of the name.
        for (folder, policy) in &self.folders {
            let versions = self
                .policies
                .entry(policy.policy.id().to_owned())
                .or_default();
            if !folder.contains('@') {
                versions.live = Some(Arc::clone(policy));
            }
            let version = policy.policy.version();
            match versions.all.get(version) {
                Some(other) if other.policy.stamp().hash != policy.policy.stamp().hash => {
                    conflicts.push(Failure {
                        folder: folder.clone(),
                        diagnostics: vec![
                            Diagnostic::error(
                                "rules::version-conflict",
                                format!(
                                    "version {version} is also in folder `{}`, with other content",
                                    other.folder
                                ),
                            )
                            .help("give the changed policy a new version"),
                        ],
                        last_good_in_force: false,
                    });
                }
                Some(_) => {}
                None => {
                    versions.all.insert(version.to_owned(), Arc::clone(policy));
                }
            }
        }
        self.failures.append(&mut conflicts);
    }

    fn take_parameters(&mut self, previous: &Self, files: &Reading<BTreeMap<String, Vec<u8>>>) {
        let last_good = previous.parameters.as_ref();
        let loaded = match (files, last_good) {
            (Ok(files), Some(set)) if set.files == *files => Ok(Arc::clone(set)),
            (Ok(files), _) => parameters(files).map(Arc::new),
            (Err(findings), _) => Err(findings.clone()),
        };
        match loaded {
            Ok(set) => self.parameters = Some(set),
            Err(diagnostics) => {
                self.failures.push(Failure {
                    folder: PARAMETERS.to_owned(),
                    diagnostics,
                    last_good_in_force: last_good.is_some(),
                });
                self.parameters = last_good.cloned();
            }
        }
    }

    /// The versions of the policy called `id`.
    pub fn policy(&self, id: &str) -> Option<&Versions> {
        self.policies.get(id)
    }

    /// Every policy with its versions, sorted by id.
    pub fn policies(&self) -> impl Iterator<Item = (&str, &Versions)> {
        self.policies.iter().map(|(id, v)| (id.as_str(), v))
    }

    /// Ids of all policies.
    pub fn ids(&self) -> impl Iterator<Item = &str> + Clone {
        self.policies.keys().map(String::as_str)
    }

    /// Every policy that compiled, by folder.
    pub fn folders(&self) -> impl Iterator<Item = (&str, &Arc<LoadedPolicy>)> {
        self.folders.iter().map(|(folder, p)| (folder.as_str(), p))
    }

    /// The parameters; none before the first good ones.
    pub fn parameters(&self) -> Option<&Arc<ParameterSet>> {
        self.parameters.as_ref()
    }

    /// The folders that could not be loaded.
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// Whether a decision can be asked for: there is a policy, and there are parameters.
    pub fn is_ready(&self) -> bool {
        self.parameters.is_some() && !self.policies.is_empty()
    }
}

/// Compiles one folder and holds its name against what it declares.
pub(crate) fn load(folder: &str, files: &PolicySource) -> Result<LoadedPolicy, Vec<Diagnostic>> {
    let loaded = Policy::load(files)?;
    let (id, version) = match folder.split_once('@') {
        Some((id, version)) => (id, Some(version)),
        None => (folder, None),
    };
    let policy = loaded.policy;
    let mut problems = Vec::new();
    if policy.id() != id {
        problems.push(
            Diagnostic::error(
                "rules::folder-name",
                format!("folder `{folder}` declares policy `{}`", policy.id()),
            )
            .help("a policy's folder has the policy's id as its name"),
        );
    }
    if let Some(version) = version
        && policy.version() != version
    {
        problems.push(
            Diagnostic::error(
                "rules::folder-version",
                format!("folder `{folder}` declares version `{}`", policy.version()),
            )
            .help("what follows `@` in a folder's name is the version it declares"),
        );
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(LoadedPolicy {
        folder: folder.to_owned(),
        policy,
        warnings: loaded.warnings,
        source: files.clone(),
    })
}

fn parameters(files: &BTreeMap<String, Vec<u8>>) -> Result<ParameterSet, Vec<Diagnostic>> {
    if files.is_empty() {
        return Err(vec![
            Diagnostic::error("rules::no-parameters", "there are no parameter tables")
                .help("put the dated parameters (UMA, minimum wages) into `parameters/*.toml`"),
        ]);
    }
    let mut texts = BTreeMap::new();
    for (name, content) in files {
        match str::from_utf8(content) {
            Ok(text) => texts.insert(name.clone(), text.to_owned()),
            Err(_) => {
                return Err(vec![Diagnostic::error(
                    "rules::not-utf8",
                    format!("`{PARAMETERS}/{name}` is not UTF-8 text"),
                )]);
            }
        };
    }
    match Parameters::parse(&texts) {
        Ok(parameters) => Ok(ParameterSet {
            parameters,
            files: files.clone(),
        }),
        Err(problems) => Err(problems.into_iter().map(diagnostic).collect()),
    }
}

fn diagnostic(problem: ParameterProblem) -> Diagnostic {
    let file = problem.file.map(|file| format!("`{PARAMETERS}/{file}`: "));
    Diagnostic::error(
        problem.code,
        format!(
            "{}`{}`: {}",
            file.unwrap_or_default(),
            problem.place,
            problem.message
        ),
    )
    .help_opt(problem.help)
}
