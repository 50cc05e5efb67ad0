//! The shipped policies are tested well: nothing that can be reached is left untried, and no small
//! mistake in them goes unnoticed.

use std::{fmt::Write as _, fs, num::NonZeroUsize, path::Path};

use dictamen_engine::{Policy, PolicySource, Scratch};
use dictamen_lab::{
    cases,
    coverage::{self, State},
    mutate::{self, Mutation},
};

use crate::support::{PARAMETERS, root};

/// A shipped policy with its cases.
fn folder(id: &str) -> PolicySource {
    let mut source = PolicySource::new();
    let folder = root().join("rules").join(id);
    walk(&folder, &folder, &mut source);
    source
}

fn walk(folder: &Path, base: &Path, source: &mut PolicySource) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, base, source);
        } else {
            let name = path
                .strip_prefix(base)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            source.insert(name, fs::read(&path).unwrap());
        }
    }
}

fn mutated(source: &PolicySource) -> Mutation {
    let policy = Policy::load(source).unwrap().policy;
    let jobs = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    mutate::run(&policy, source, &PARAMETERS, jobs)
}

fn no_mistake_goes_unnoticed(id: &str) -> String {
    let found = mutated(&folder(id));
    let sentences = found.survivors.iter().map(mutate::Survivor::sentence);
    assert_eq!(sentences.collect::<Vec<_>>(), Vec::<String>::new());
    assert_eq!(found.total, found.killed + found.equivalent);
    let mut text = format!("{} mutants, {} equivalent\n", found.total, found.equivalent);
    for same in &found.equivalents {
        let _ = writeln!(text, "{}: {}", same.mutant, same.why);
    }
    text
}

#[test]
fn no_mistake_in_the_reference_policy_goes_unnoticed() {
    insta::assert_snapshot!(no_mistake_goes_unnoticed("nomina-personal-loan-mx"));
}

#[test]
fn no_mistake_in_the_starter_goes_unnoticed() {
    insta::assert_snapshot!(no_mistake_goes_unnoticed("starter-mx"));
}

#[test]
fn nothing_in_the_shipped_policies_is_left_untried() {
    let mut text = String::new();
    for id in ["nomina-personal-loan-mx", "starter-mx"] {
        let source = folder(id);
        let policy = Policy::load(&source).unwrap().policy;
        let found = coverage::run(&policy, &source, &PARAMETERS);
        assert_eq!(found.findings(), []);
        let _ = writeln!(text, "{id}");
        for (kind, figures) in &found.summary {
            assert_eq!(figures.covered, figures.total);
            let _ = writeln!(text, "{}: {}", kind.title(), figures.total);
        }
        for item in found
            .items
            .iter()
            .filter(|item| item.state == State::Unreachable)
        {
            let _ = writeln!(text, "nobody: {} {}", item.subject, item.what);
        }
    }
    insta::assert_snapshot!(text);
}

/// Whoever loses cases gets them back: the written ones pass, and kill what survived.
#[test]
fn written_cases_pass_and_kill() {
    let whole = folder("starter-mx");
    let kept = ["cases/steady.toml", "cases/not-employed.toml"];
    let few = whole.iter().filter(|(path, _)| {
        !path.starts_with("cases/") || path.starts_with("cases/base/") || kept.contains(path)
    });
    let few = few.map(|(path, content)| (path.to_owned(), content.to_vec()));
    let mut source: PolicySource = few.collect();
    let before = mutated(&source);
    assert!(before.survivors.len() > 30, "{}", before.survivors.len());
    for survivor in &before.survivors {
        let case = survivor.case.as_ref().expect(&survivor.mutant);
        source.insert(case.path.clone(), case.content.clone().into_bytes());
    }
    let policy = Policy::load(&source).unwrap().policy;
    let suite = cases::run(&policy, &source, &PARAMETERS);
    assert!(suite.counts().is_success(), "{suite:?}");
    let after = mutated(&source);
    assert_eq!(after.survivors, []);
    assert_eq!(after.equivalents, before.equivalents);
}

#[test]
fn a_written_case_says_what_the_one_it_comes_from_says() {
    for id in ["nomina-personal-loan-mx", "starter-mx"] {
        let source = folder(id);
        let policy = Policy::load(&source).unwrap().policy;
        let mut scratch = Scratch::new();
        for case in cases::prepare(&policy, &source, &PARAMETERS) {
            let answer = case.answer(&policy, &mut scratch);
            let text = case.neighbour("a \"copy\"", &[], &answer, true);
            let path = format!("cases/copy.{}", case.extension());
            let copy = cases::prepare_one(&policy, &source, &PARAMETERS, &path, &text);
            let copy = copy.unwrap_or_else(|problems| panic!("{}: {problems:?}", case.path));
            assert_eq!(copy.title, "a \"copy\"");
            assert_eq!(copy.characteristics, case.characteristics, "{}", case.path);
            assert_eq!(copy.differences(&policy), [], "{}", case.path);
        }
    }
}
