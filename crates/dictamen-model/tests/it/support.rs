//! What the tests share: the shipped parameters and requests built from JSON.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dictamen_model::{Characteristics, DecisionRequest, Parameters, compute};

/// The parameters as they ship.
pub(crate) fn parameters() -> Parameters {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/parameters");
    let files: BTreeMap<String, String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    Parameters::parse(&files).unwrap()
}

/// Reference material beside the workspace, where it is there. The tests do not depend on it.
pub(crate) fn shared(part: &str) -> Option<PathBuf> {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Beside the workspace, or beside the folder of a second worktree.
    let found = ["../../../shared", "../../../../shared"]
        .iter()
        .map(|shared| crate_folder.join(shared).join(part))
        .find(|folder| folder.is_dir());
    if found.is_none() {
        eprintln!("skipped: there is no reference material beside the workspace");
    }
    found
}

/// The JSON files of a folder, in order of their names.
pub(crate) fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    files
}

/// Characteristics of a request given as JSON, as of a day.
pub(crate) fn characteristics(request: &serde_json::Value, as_of: &str) -> Characteristics {
    let request = DecisionRequest::parse(request.to_string().as_bytes()).unwrap();
    compute(&request, as_of.parse().unwrap(), &parameters()).unwrap()
}
