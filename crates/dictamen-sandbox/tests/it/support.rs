//! What the tests share: rules as they ship, and a sandbox on a socket of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use dictamen_engine::Policy;
use dictamen_model::Parameters;

static PARAMETERS: LazyLock<Parameters> = LazyLock::new(|| {
    let files = texts(&root().join("rules/parameters"), "toml");
    Parameters::parse(&files).unwrap()
});

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn texts(folder: &Path, extension: &str) -> BTreeMap<String, String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// The parameters as they ship.
pub(crate) fn parameters() -> &'static Parameters {
    &PARAMETERS
}

/// A policy as it ships.
pub(crate) fn policy(id: &str) -> Policy {
    let folder = root().join("rules").join(id);
    let source: dictamen_engine::PolicySource = ["rhai", "toml", "csv"]
        .iter()
        .flat_map(|extension| texts(&folder, extension))
        .map(|(name, text)| (name, text.into_bytes()))
        .collect();
    Policy::load(&source).unwrap().policy
}
