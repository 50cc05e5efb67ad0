//! `docs/checks.md`: every code of the rules folder is in it, and every example is what it says.

use std::{collections::BTreeSet, fs, path::Path};

use dictamen_engine::PolicySource;
use dictamen_server::rules::{PARAMETERS, RuleBook, RulesSource, checks};

/// Codes whose cause cannot be shown as text.
const WITHOUT_EXAMPLE: [&str; 3] = ["rules::case-failed", "rules::not-utf8", "rules::unreadable"];

/// What makes a policy of a first line.
const REST: &str =
    "stage(\"K\", DECLINE, [ rule(\"K01\", |a| a.weeks_total < 26) ]);\notherwise(APPROVE);\n";
const REASONS: &str = "[K01]\nes-MX = \"Uno\"\nen = \"One\"\n";

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn shipped() -> RulesSource {
    let mut source = RulesSource::default();
    let parameters = fs::read_dir(here().join("../../rules/parameters")).unwrap();
    let files = parameters.map(|entry| {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        (name, fs::read(entry.path()).unwrap())
    });
    source.parameters = Ok(files.collect());
    source
}

/// The rules folder that an example draws.
fn drawn(example: &str) -> RulesSource {
    let mut source = shipped();
    let mut files: Vec<(&str, String)> = Vec::new();
    for line in example.lines() {
        match line.strip_prefix("    ") {
            Some(content) => {
                let (_, text) = files.last_mut().unwrap();
                text.push_str(content);
                text.push('\n');
            }
            None => files.push((line, String::new())),
        }
    }
    for (path, text) in files {
        let (folder, file) = path.split_once('/').unwrap();
        if folder == PARAMETERS {
            let parameters = source.parameters.as_mut().unwrap();
            if file.is_empty() {
                parameters.clear();
            } else {
                parameters.insert(file.to_owned(), text.into_bytes());
            }
            continue;
        }
        let files = [(file, text + REST), ("reasons.toml", REASONS.to_owned())];
        let files: PolicySource = files
            .map(|(f, t)| (f, t.into_bytes()))
            .into_iter()
            .collect();
        source.folders.insert(folder.to_owned(), Ok(files));
    }
    source
}

fn codes(source: &RulesSource) -> BTreeSet<&'static str> {
    let book = RuleBook::build(&RuleBook::default(), source);
    let failures = book.failures().iter();
    failures
        .flat_map(|failure| &failure.diagnostics)
        .map(|finding| finding.code)
        .collect()
}

#[test]
fn every_example_is_what_it_says() {
    assert!(codes(&shipped()).is_empty());
    for entry in checks::all() {
        assert!(entry.text.starts_with("*Error"), "{}", entry.code);
        // What is found in a draft is found by a service that runs.
        if WITHOUT_EXAMPLE.contains(&entry.code) || entry.code.starts_with("draft::") {
            continue;
        }
        let example = |which: &str| {
            let (_, rest) = entry
                .text
                .split_once(&format!("```folder {which}\n"))
                .unwrap();
            drawn(rest.split_once("\n```").unwrap().0)
        };
        let bad = codes(&example("bad"));
        assert!(bad.contains(entry.code), "{}: {bad:?}", entry.code);
        let good = codes(&example("good"));
        assert!(good.is_empty(), "{}: {good:?}", entry.code);
    }
}

#[test]
fn every_code_is_explained() {
    let mut used = BTreeSet::new();
    let sources = [
        here().join("src/rules"),
        here().join("src/lifecycle"),
        here().join("../dictamen-model/src/parameters"),
    ];
    for folder in sources {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() || path.ends_with("tests.rs") {
                continue;
            }
            let text = fs::read_to_string(path).unwrap();
            for family in ["rules", "parameters", "draft"] {
                for rest in text.split(&format!("\"{family}::")).skip(1) {
                    let name = rest.split('"').next().unwrap();
                    used.insert(format!("{family}::{name}"));
                }
            }
        }
    }
    // Of a day for which there are no figures a decision tells, not the check.
    used.remove("parameters::not-covered");
    let used: BTreeSet<&str> = used.iter().map(String::as_str).collect();
    let explained: BTreeSet<&str> = checks::all().map(|entry| entry.code).collect();
    assert_eq!(used, explained);
}
