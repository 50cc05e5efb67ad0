//! The repository's own rules: which crate may use which, that every module says what it is for,
//! that the core stays pure, and that Rhai stays in one place.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Layers from the bottom; a crate may use crates of lower layers only.
const LAYERS: [(&str, usize); 11] = [
    ("dictamen-model", 0),
    ("dictamen-belvo", 1),
    ("dictamen-engine", 1),
    ("dictamen-lab", 2),
    ("dictamen-store", 2),
    ("dictamen-sandbox", 3),
    ("dictamen-server", 3),
    ("dictamen-cli", 4),
    ("dictamen-examples", 5),
    ("dictamen-benches", 5),
    ("tidy", 5),
];

/// Crates that do no I/O and read no clock, no environment and no randomness.
const PURE: [&str; 3] = ["dictamen-model", "dictamen-engine", "dictamen-lab"];

/// Who may use Rhai: the engine, and the benches, which measure beside its interpreter.
const RHAI: [&str; 2] = ["dictamen-engine", "dictamen-benches"];

/// What a pure crate may not depend on.
const IMPURE: [&str; 7] = [
    "tokio", "axum", "reqwest", "rand", "tracing", "uuid", "tempfile",
];

/// The top level of the repository, besides files that begin with a dot.
const TOP: [&str; 14] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "benches",
    "clippy.toml",
    "crates",
    "deny.toml",
    "examples",
    "rules",
];
const TOP_MORE: [&str; 4] = ["data", "rust-toolchain.toml", "rustfmt.toml", "target"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Manifests of the workspace's packages, by package name.
fn packages() -> BTreeMap<String, (PathBuf, toml::Table)> {
    let mut folders: Vec<PathBuf> = fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    folders.extend([root().join("benches"), root().join("examples")]);
    folders
        .into_iter()
        .filter(|folder| folder.join("Cargo.toml").is_file())
        .map(|folder| {
            let manifest: toml::Table = read(&folder.join("Cargo.toml")).parse().unwrap();
            let name = manifest["package"]["name"].as_str().unwrap().to_owned();
            (name, (folder, manifest))
        })
        .collect()
}

fn dependencies(manifest: &toml::Table) -> BTreeSet<String> {
    let table = manifest.get("dependencies").and_then(toml::Value::as_table);
    table
        .map(|table| table.keys().cloned().collect())
        .unwrap_or_default()
}

/// Rust files below a folder, without build output and fuzz targets' own folders.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") && !path.ends_with("corpus") {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn all_sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["crates", "benches", "examples"] {
        sources(&root().join(folder), &mut found);
    }
    assert!(found.len() > 100);
    found
}

#[test]
fn dependencies_run_one_way() {
    let layers: BTreeMap<_, _> = LAYERS.into_iter().collect();
    for (name, (_, manifest)) in packages() {
        let layer = layers.get(name.as_str());
        let layer = layer.unwrap_or_else(|| panic!("{name} has no layer; add it to LAYERS"));
        for used in dependencies(&manifest) {
            if let Some(below) = layers.get(used.as_str()) {
                assert!(
                    below < layer,
                    "{name} (layer {layer}) must not use {used} (layer {below})"
                );
            }
        }
    }
}

#[test]
fn the_core_is_pure_and_rhai_stays_in_the_engine() {
    for (name, (_, manifest)) in packages() {
        let used = dependencies(&manifest);
        assert!(
            RHAI.contains(&name.as_str()) || !used.contains("rhai"),
            "{name} uses rhai"
        );
        if PURE.contains(&name.as_str()) {
            for impure in IMPURE {
                assert!(!used.contains(impure), "{name} is pure and uses {impure}");
            }
        }
    }
    let engine = root().join("crates/dictamen-engine/src");
    let mut files = Vec::new();
    sources(&engine, &mut files);
    for path in files {
        let inside = path.starts_with(engine.join("script"));
        let text = read(&path);
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let uses = code.clone().any(|line| line.contains("rhai::"));
        let is_front = path.ends_with("src/script.rs");
        assert!(inside || is_front || !uses, "{} names rhai", path.display());
    }
}

#[test]
fn the_core_touches_no_files_clock_environment_or_console() {
    for name in PURE {
        let mut files = Vec::new();
        sources(&root().join("crates").join(name).join("src"), &mut files);
        for path in files.iter().filter(|path| !path.ends_with("tests.rs")) {
            let text = read(path);
            for banned in [
                "std::fs",
                "std::net",
                "std::env::",
                "Instant::now",
                "SystemTime",
                "Utc::now",
                "Local::now",
                "println!",
                "std::io::std",
            ] {
                assert!(!text.contains(banned), "{}: {banned}", path.display());
            }
        }
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    for path in all_sources() {
        let text = read(&path);
        let first = text
            .lines()
            .find(|line| !line.starts_with("#!"))
            .unwrap_or_default();
        assert!(
            first.starts_with("//!"),
            "{} begins without a module doc",
            path.display()
        );
    }
}

#[test]
fn no_file_is_past_600_lines() {
    for path in all_sources() {
        let lines = read(&path).lines().count();
        assert!(lines <= 600, "{} has {lines} lines", path.display());
    }
}

#[test]
fn every_package_takes_the_workspace_lints() {
    for (name, (_, manifest)) in packages() {
        let lints = manifest.get("lints").and_then(|l| l.get("workspace"));
        assert_eq!(lints.and_then(toml::Value::as_bool), Some(true), "{name}");
    }
}

#[test]
fn the_top_level_holds_what_the_architecture_names() {
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let known = name.starts_with('.') || TOP.contains(&&*name) || TOP_MORE.contains(&&*name);
        assert!(known, "{name} at the top level");
    }
    for name in TOP {
        assert!(root().join(name).exists(), "{name} is missing");
    }
}

#[test]
fn nothing_of_the_reference_policy_is_compiled_in() {
    let mut files = Vec::new();
    for name in [
        "dictamen-model",
        "dictamen-belvo",
        "dictamen-engine",
        "dictamen-lab",
        "dictamen-sandbox",
        "dictamen-server",
        "dictamen-cli",
    ] {
        sources(&root().join("crates").join(name).join("src"), &mut files);
    }
    for path in files.iter().filter(|path| !path.ends_with("tests.rs")) {
        let text = read(path);
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            assert!(
                !line.contains("include_str!(\"../../../rules"),
                "{}",
                path.display()
            );
        }
    }
}
