//! The shipped rules, read from the repository.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use dictamen_engine::{Decided, Policy, PolicySource};
use dictamen_lab::pipeline;
use dictamen_model::{DecisionRequest, Parameters};
use serde_json::Value;

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// JSON files of a folder that may not be there.
pub(crate) fn cases(folder: &Path) -> Vec<Value> {
    if !folder.is_dir() {
        return Vec::new();
    }
    let read = |path: PathBuf| serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    files(folder, "json").into_iter().map(read).collect()
}

/// The files of a shipped policy.
pub(crate) fn source(id: &str) -> PolicySource {
    let folder = root().join("rules").join(id);
    ["rhai", "toml", "csv"]
        .iter()
        .flat_map(|extension| files(&folder, extension))
        .map(|path| (name(&path), fs::read(&path).unwrap()))
        .collect()
}

fn load(id: &str) -> Policy {
    Policy::load(&source(id)).unwrap().policy
}

pub(crate) static NOMINA: LazyLock<Policy> = LazyLock::new(|| load("nomina-personal-loan-mx"));
pub(crate) static STARTER: LazyLock<Policy> = LazyLock::new(|| load("starter-mx"));

pub(crate) static PARAMETERS: LazyLock<Parameters> = LazyLock::new(|| {
    let files: BTreeMap<String, String> = files(&root().join("rules/parameters"), "toml")
        .into_iter()
        .map(|path| (name(&path), fs::read_to_string(&path).unwrap()))
        .collect();
    Parameters::parse(&files).unwrap()
});

/// Parses and decides a request body that is in order.
pub(crate) fn decide(policy: &Policy, body: &Value) -> Decided {
    let request = DecisionRequest::parse(&serde_json::to_vec(body).unwrap()).unwrap();
    pipeline::decide(policy, &request, request.as_of.unwrap(), &PARAMETERS).unwrap()
}

/// The decision as it is sent.
pub(crate) fn bytes(decided: &Decided) -> String {
    serde_json::to_string(&decided.decision).unwrap()
}
