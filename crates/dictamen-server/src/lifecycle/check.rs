//! What is wrong with a folder that may become a version: whether it loads, whether it keeps what it
//! promises, and whether its cases pass. Pure; where it is run is decided elsewhere.

use std::collections::BTreeMap;

use dictamen_engine::{Diagnostic, Policy, PolicySource, Severity, invariants::Invariants};
use dictamen_lab::{
    cases::{self, Counts, Suite, Verdict},
    invariants::{Limits, Verdict as Shown, verify},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    routes::health::Finding,
    rules::{PARAMETERS, ParameterSet},
};

/// Most findings that are told; a folder with more has one cause.
const MAX_FINDINGS: usize = 500;

/// Texts by path.
pub type Files = BTreeMap<String, String>;

/// A folder to be looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The policy it is for, or `parameters`.
    pub policy: String,
    /// Its files.
    pub files: Files,
    /// The parameters in force, which cases of a policy run with.
    pub parameters: Option<Files>,
    /// The policies in force, whose cases new parameters have to pass.
    pub in_force: BTreeMap<String, Files>,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Checked {
    /// The version it declares; null when it does not load.
    #[schema(example = "1.1.0")]
    pub version: Option<String>,
    /// The hash that decisions by it carry; null when it does not load.
    #[schema(example = "sha256:2c26b46b68ffc68f…")]
    pub hash: Option<String>,
    /// Whether it can be submitted and approved: it loads, nothing found is an error, and every
    /// case passes.
    pub publishable: bool,
    /// What became of its cases; null when they could not be run.
    pub cases: Option<CaseCounts>,
    /// Everything found. A case that does not pass is an error at the case's file.
    pub findings: Vec<Finding>,
}

/// How many cases passed, failed and could not be run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseCounts {
    /// Decided as expected.
    pub passed: usize,
    /// Decided otherwise.
    pub failed: usize,
    /// Could not be run.
    pub errors: usize,
}

impl From<Counts> for CaseCounts {
    fn from(counts: Counts) -> Self {
        Self {
            passed: counts.passed,
            failed: counts.failed,
            errors: counts.errors,
        }
    }
}

impl Checked {
    /// One finding and nothing else.
    pub(crate) fn only(diagnostic: &Diagnostic) -> Self {
        Self {
            findings: vec![diagnostic.into()],
            ..Self::default()
        }
    }

    fn seal(mut self) -> Self {
        let error = self.findings.iter().any(|f| f.severity == "error");
        self.publishable = self.hash.is_some() && self.cases.is_some() && !error;
        if self.findings.len() > MAX_FINDINGS {
            self.findings.truncate(MAX_FINDINGS);
        }
        self
    }
}

/// Looks at a folder.
pub fn check(question: &Question) -> Checked {
    if question.policy == PARAMETERS {
        parameters(question).seal()
    } else {
        policy(question).seal()
    }
}

fn source(files: &Files) -> PolicySource {
    let files = files.iter();
    files
        .map(|(path, text)| (path.clone(), text.as_bytes()))
        .collect()
}

fn bytes(files: &Files) -> BTreeMap<String, Vec<u8>> {
    let files = files.iter();
    files
        .map(|(path, text)| (path.clone(), text.clone().into_bytes()))
        .collect()
}

fn policy(question: &Question) -> Checked {
    let source = source(&question.files);
    let loaded = match Policy::load(&source) {
        Ok(loaded) => loaded,
        Err(found) => {
            return Checked {
                findings: found.iter().map(Finding::from).collect(),
                ..Checked::default()
            };
        }
    };
    let mut findings: Vec<Finding> = loaded.warnings.iter().map(Finding::from).collect();
    let stamp = loaded.policy.stamp();
    if *stamp.id != *question.policy {
        let message = format!(
            "it is for `{}` and declares `{}`",
            question.policy, stamp.id
        );
        let found = Diagnostic::error("rules::folder-name", message)
            .help("a policy's folder has the policy's id as its name");
        findings.push((&found).into());
    }
    findings.extend(refuted(&loaded.policy, &source));
    let set = question.parameters.as_ref().map(bytes);
    let cases = if let Some(Ok(set)) = set.map(|files| ParameterSet::load(&files)) {
        let suite = cases::run(&loaded.policy, &source, &set.parameters);
        findings.extend(not_passed(&suite));
        Some(suite.counts().into())
    } else {
        let found = Diagnostic::error(
            "draft::no-parameters",
            "its cases cannot be run: no public parameters are in force",
        )
        .help("publish and activate `parameters` first");
        findings.push((&found).into());
        None
    };
    Checked {
        version: Some(stamp.version.to_string()),
        hash: Some(stamp.hash.to_string()),
        cases,
        findings,
        ..Checked::default()
    }
}

/// Promises that do not hold. Those of the folder keep it from being published; those that are made of
/// every policy are told, since a policy may do without.
fn refuted(policy: &Policy, source: &PolicySource) -> Vec<Finding> {
    let Ok(invariants) = Invariants::load(source, policy) else {
        // What is wrong with the file is among the findings of the policy.
        return Vec::new();
    };
    let found = verify(policy, &invariants, Limits::default());
    let promises = found.promises.iter();
    promises
        .filter_map(|promise| {
            let Shown::Refuted { because, .. } = &promise.verdict else {
                return None;
            };
            let message = format!("{}: {because}", promise.name);
            let finding = match promise.line {
                Some(_) => Diagnostic::error("promise::refuted", message),
                None => Diagnostic::warning("promise::refuted", message),
            };
            let help = "`dictamen verify` names an applicant it does not hold for";
            Some(Finding {
                file: promise.line.map(|_| "invariants.rhai".to_owned()),
                line: promise.line,
                ..Finding::from(&finding.help(help))
            })
        })
        .collect()
}

/// New parameters have no cases of their own: those of every policy in force have to pass.
fn parameters(question: &Question) -> Checked {
    let set = match ParameterSet::load(&bytes(&question.files)) {
        Ok(set) => set,
        Err(found) => {
            return Checked {
                findings: found.iter().map(Finding::from).collect(),
                ..Checked::default()
            };
        }
    };
    let mut findings = Vec::new();
    let mut counts = Counts::default();
    for (name, files) in &question.in_force {
        let source = source(files);
        let Ok(loaded) = Policy::load(&source) else {
            continue;
        };
        let suite = cases::run(&loaded.policy, &source, &set.parameters);
        counts = counts.plus(suite.counts());
        findings.extend(not_passed(&suite).into_iter().map(|finding| Finding {
            file: finding.file.map(|file| format!("{name}/{file}")),
            ..finding
        }));
    }
    let hash = set.parameters.hash();
    let digits = hash.strip_prefix("sha256:").unwrap_or(hash);
    Checked {
        version: Some(digits.chars().take(12).collect()),
        hash: Some(hash.to_owned()),
        cases: Some(counts.into()),
        findings,
        ..Checked::default()
    }
}

/// A finding for everything that is not as expected.
pub(crate) fn not_passed(suite: &Suite) -> Vec<Finding> {
    let mut found: Vec<Finding> = suite.problems.iter().map(Finding::from).collect();
    for case in &suite.cases {
        match &case.verdict {
            Verdict::Pass => {}
            Verdict::Fail { differences } => {
                let differences = differences.iter().map(|difference| {
                    format!(
                        "{}: expected {}, found {}",
                        difference.what, difference.expected, difference.found
                    )
                });
                let message = differences.collect::<Vec<_>>().join("; ");
                let failed = Diagnostic::error("draft::case-failed", message)
                    .help("change the rule, or the case when it expects what is not wanted");
                found.push(Finding {
                    file: Some(case.path.clone()),
                    ..Finding::from(&failed)
                });
            }
            Verdict::Error { problems } => found.extend(problems.iter().map(|problem| Finding {
                file: Some(case.path.clone()),
                severity: severity(problem),
                ..Finding::from(problem)
            })),
        }
    }
    found
}

/// Whatever keeps a case from running keeps the folder from being published.
fn severity(problem: &Diagnostic) -> String {
    match problem.severity {
        Severity::Error | Severity::Warning | Severity::Note => "error".to_owned(),
    }
}
