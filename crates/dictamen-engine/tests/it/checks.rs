//! `docs/checks.md`: every code is in it, and every example is what it says.

use std::{collections::BTreeSet, fs, path::Path};

use dictamen_engine::{Diagnostic, Policy, PolicySource, checks};

use crate::support::{REASONS, render};

/// Codes whose cause cannot be shown in a fragment.
const WITHOUT_EXAMPLE: [&str; 6] = [
    "parameters::ends-soon",
    "policy::no-script",
    "reasons::no-file",
    "script::not-utf8",
    "script::too-large",
    "script::not-run",
];

/// The example of an entry, with its language.
fn example(entry: &str, which: &str) -> Option<(String, String)> {
    ["rhai", "toml", "csv"].into_iter().find_map(|language| {
        let (_, rest) = entry.split_once(&format!("```{language} {which}\n"))?;
        Some((language.to_owned(), rest.split_once("\n```")?.0.to_owned()))
    })
}

/// A folder around a fragment.
fn folder(language: &str, fragment: &str) -> PolicySource {
    let mut script = if language == "rhai" {
        fragment.to_owned()
    } else {
        "let rates = table(\"rates.csv\");\nstage(\"KNOCKOUT\", DECLINE, [ rule(\"K01\", |a| is_missing(lookup(rates, a.weeks_total, \"rate\"))) ]);".to_owned()
    };
    if !script.contains("policy(") {
        script = format!("policy(\"t\", \"1.0.0\");\n{script}");
    }
    let shows_ending = ["otherwise(", "offer(", "policy(\"my-policy\""]
        .iter()
        .any(|e| script.contains(e));
    if !shows_ending || (script.contains("my-policy") && fragment.lines().count() < 2) {
        script += "\notherwise(APPROVE);";
    }
    let reasons = if language == "toml" {
        fragment
    } else {
        REASONS
    };
    let rates = if language == "csv" {
        fragment
    } else {
        "from,rate\n0,0.5\n"
    };
    [
        ("policy.rhai", script.as_str()),
        ("reasons.toml", reasons),
        ("rates.csv", rates),
    ]
    .into_iter()
    .map(|(path, text)| (path, text.as_bytes()))
    .collect()
}

fn findings(language: &str, fragment: &str) -> Vec<Diagnostic> {
    match Policy::load(&folder(language, fragment)) {
        Ok(loaded) => loaded.warnings,
        Err(errors) => errors,
    }
}

#[test]
fn every_example_is_what_it_says() {
    for checks::Entry { code, text: entry } in checks::all() {
        if WITHOUT_EXAMPLE.contains(&code) {
            continue;
        }
        let (language, bad) =
            example(entry, "bad").unwrap_or_else(|| panic!("{code}: no bad example"));
        let found = findings(&language, &bad);
        let finding = found.iter().find(|f| f.code == code);
        let finding =
            finding.unwrap_or_else(|| panic!("{code} is not found:\n{bad}\n{}", render(&found)));
        let severity = format!("*{:?}.*", finding.severity);
        assert!(entry.starts_with(&severity), "{code} is {severity}");
        let (language, good) =
            example(entry, "good").unwrap_or_else(|| panic!("{code}: no good example"));
        let found = findings(&language, &good);
        assert!(
            found.iter().all(|f| f.code != code),
            "{code} is in the good example"
        );
        // What a fragment leaves out may be missing; nothing else is wrong with it.
        let errors: Vec<_> = found
            .into_iter()
            .filter(|f| f.is_error() && f.code != "policy::no-ending")
            .collect();
        assert!(
            errors.is_empty(),
            "{code}: the good example is wrong\n{}",
            render(&errors)
        );
    }
}

#[test]
fn every_code_is_explained() {
    let explained: BTreeSet<&str> = checks::all().map(|entry| entry.code).collect();
    let mut used = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for family in [
                "script",
                "policy",
                "reasons",
                "scorecard",
                "bands",
                "table",
                "parameters",
            ] {
                for rest in text.split(&format!("\"{family}::")).skip(1) {
                    let name = rest.split('"').next().unwrap();
                    used.insert(format!("{family}::{name}"));
                }
            }
        }
    }
    let used: BTreeSet<&str> = used.iter().map(String::as_str).collect();
    assert_eq!(used, explained);
}
