//! Reading rules from a disk: the part that a program which uses Dictamen writes itself.
//!
//! The crates below never touch a disk; they take the contents of files. Where those come from,
//! a folder here, is the program's affair.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use dictamen_engine::{Diagnostic, Policy, PolicySource};
use dictamen_model::{ParameterProblem, Parameters};

/// Why rules could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// A file cannot be read.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// A policy does not load; every mistake in it.
    #[error("the policy does not load:\n{}", lines(.0))]
    Policy(Vec<Diagnostic>),
    /// The dated parameters are not usable.
    #[error("the parameters are not usable: {0:?}")]
    Parameters(Vec<ParameterProblem>),
}

fn lines(diagnostics: &[Diagnostic]) -> String {
    let lines: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// A file or folder of the repository these examples are part of.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The files of a policy folder that make the policy. Cases and change log do not.
///
/// # Errors
///
/// When a file cannot be read.
pub fn policy_source(folder: &Path) -> Result<PolicySource, Problem> {
    Ok(files(folder, &["rhai", "toml", "csv"])?
        .into_iter()
        .map(|(name, text)| (name, text.into_bytes()))
        .collect())
}

/// Loads the policy in a folder.
///
/// # Errors
///
/// When a file cannot be read, or with every mistake in the policy.
pub fn policy(folder: &Path) -> Result<Policy, Problem> {
    let loaded = Policy::load(&policy_source(folder)?).map_err(Problem::Policy)?;
    Ok(loaded.policy)
}

/// Reads the dated public parameters in a folder.
///
/// # Errors
///
/// When a file cannot be read, or with every mistake in the tables.
pub fn parameters(folder: &Path) -> Result<Parameters, Problem> {
    Parameters::parse(&files(folder, &["toml"])?).map_err(Problem::Parameters)
}

/// Reads a file.
///
/// # Errors
///
/// When it cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    fs::read(path).map_err(|error| Problem::File(path.to_owned(), error))
}

fn files(folder: &Path, extensions: &[&str]) -> Result<BTreeMap<String, String>, Problem> {
    let failed = |path: &Path, error| Problem::File(path.to_owned(), error);
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|error| failed(folder, error))? {
        let path = entry.map_err(|error| failed(folder, error))?.path();
        let extension = path.extension().unwrap_or_default();
        if extensions.iter().any(|wanted| extension == *wanted) {
            let text = fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
            let name = path.file_name().unwrap_or_default();
            files.insert(name.to_string_lossy().into_owned(), text);
        }
    }
    Ok(files)
}
