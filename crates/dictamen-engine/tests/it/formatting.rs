//! Laying scripts out: the shipped policies stay as they are, and no policy changes its mind.

use std::{fs, path::PathBuf};

use dictamen_engine::{Policy, PolicySource, format, invariants::Invariants};
use proptest::prelude::*;

/// The scripts of the repository that are laid out by hand, with their folders.
fn shipped() -> Vec<(PathBuf, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    let mut folders = vec![
        root.join("rules"),
        root.join("crates/dictamen-server/tests"),
    ];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rhai") {
                found.push((path.clone(), fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(found.len() >= 3);
    found
}

/// A policy's folder with one of its scripts changed.
fn folder(script: &std::path::Path, text: &str) -> PolicySource {
    let mut source = PolicySource::new();
    for entry in fs::read_dir(script.parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            source.insert(name, fs::read(path).unwrap());
        }
    }
    let name = script.file_name().unwrap().to_str().unwrap();
    source.insert(name, text.as_bytes());
    source
}

/// All that a policy decides by, without the places it is written in.
fn meaning(source: &PolicySource) -> String {
    let policy = Policy::load(source).unwrap().policy;
    let invariants = Invariants::load(source, &policy).unwrap();
    let promises: Vec<_> = invariants.invariants().iter().map(|i| &i.name).collect();
    let stages = policy.stages();
    let stages: Vec<_> = stages
        .iter()
        .map(|stage| {
            let codes: Vec<_> = stage.rules.iter().map(|rule| &rule.code).collect();
            (&stage.name, &stage.outcome, codes)
        })
        .collect();
    let decided = super::support::decide(&policy, &super::support::facts(&[]));
    let trace: Vec<_> = decided
        .trace
        .rules
        .iter()
        .map(|rule| (&rule.rule, rule.verdict, &rule.comparisons))
        .collect();
    format!("{:?}\n{stages:?}\n{trace:?}\n{promises:?}", policy.params())
}

#[test]
fn the_shipped_policies_are_laid_out() {
    for (path, text) in shipped() {
        assert_eq!(format(&text).unwrap(), text, "{}", path.display());
    }
}

#[test]
fn a_script_without_its_layout_means_the_same_and_gets_most_of_it_back() {
    for (path, text) in shipped() {
        let flat: Vec<&str> = text.lines().map(str::trim).collect();
        let flat = flat.join("\n");
        assert_eq!(format(&flat).unwrap(), text, "{}", path.display());
        assert_eq!(
            meaning(&folder(&path, &flat)),
            meaning(&folder(&path, &text))
        );
    }
}

/// A script with its white space changed: any run of it becomes another.
fn disturbed(text: &str, by: &[u8]) -> String {
    let mut out = String::new();
    let mut by = by.iter().cycle();
    let mut quoted = false;
    for line in text.lines() {
        if line.trim_start().starts_with("//") {
            out.push_str(line);
        } else {
            for c in line.trim().chars() {
                quoted ^= c == '"';
                out.push_str(match (c, by.next().unwrap() % 8) {
                    (' ' | ',', 0) if !quoted => "\n",
                    (' ', 1) if !quoted => "\t  ",
                    (',', 2) if !quoted => "  ",
                    _ => "",
                });
                out.push(c);
            }
        }
        out.push_str(match by.next().unwrap() % 3 {
            0 => "\n",
            1 => " \r\n",
            _ => "\n\n\n",
        });
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_layout_of_a_policy_comes_to_mean_the_same(by in prop::collection::vec(any::<u8>(), 1..200)) {
        for (path, text) in shipped() {
            let disturbed = disturbed(&text, &by);
            let once = format(&disturbed).unwrap();
            prop_assert_eq!(format(&once), Ok(once.clone()));
            prop_assert_eq!(meaning(&folder(&path, &once)), meaning(&folder(&path, &text)));
            prop_assert!(!once.lines().any(|line| line.ends_with(' ')));
            prop_assert!(!once.contains("\n\n\n"));
        }
    }
}
