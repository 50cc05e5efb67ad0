//! The changes suggested for wrong policies: they can be made, and what is safe settles the finding.

use std::{fs, path::Path};

use dictamen_engine::{Diagnostic, Edit, Policy, PolicySource};
use proptest::prelude::*;

use crate::support::{REASONS, render};

/// The wrong policies by name: their scripts, tables and reasons, without the marks around faults.
fn policies() -> Vec<(String, PolicySource)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/wrong");
    let mut policies: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap().replace(['⟦', '⟧'], "");
            let mut sections = text.split("=== ");
            let mut source = PolicySource::new();
            source.insert("reasons.toml", REASONS.as_bytes());
            source.insert("policy.rhai", sections.next().unwrap().as_bytes());
            for section in sections {
                let (name, content) = section.split_once('\n').unwrap();
                source.insert(name, content.as_bytes());
            }
            let name = path.file_stem().unwrap().to_str().unwrap();
            (name.to_owned(), source)
        })
        .collect();
    policies.sort_by(|a, b| a.0.cmp(&b.0));
    policies
}

fn findings(source: &PolicySource) -> Vec<Diagnostic> {
    match Policy::load(source) {
        Ok(loaded) => loaded.warnings,
        Err(errors) => errors,
    }
}

/// A policy after the edits of a finding.
fn edited(source: &PolicySource, finding: &Diagnostic) -> PolicySource {
    let mut after = source.clone();
    let file = &finding.edits[0].span.file;
    assert!(finding.edits.iter().all(|edit| edit.span.file == *file));
    let text = std::str::from_utf8(source.get(file).unwrap()).unwrap();
    let text = Edit::apply(text, &finding.edits);
    let text = text.unwrap_or_else(|| panic!("{finding:?} cannot be made"));
    after.insert(file.clone(), text.into_bytes());
    after
}

/// Every change can be made, and after a safe one there is one finding less of its kind.
fn hold(name: &str, source: &PolicySource) {
    let before = findings(source);
    for finding in before.iter().filter(|f| !f.edits.is_empty()) {
        let after = edited(source, finding);
        if !finding.is_fixable() {
            continue;
        }
        let after = findings(&after);
        let place = |f: &Diagnostic| f.span.as_ref().map(|s| (s.file.clone(), s.line, s.column));
        let same = |f: &&Diagnostic| {
            f.code == finding.code && f.message == finding.message && place(f) == place(finding)
        };
        let still = after.iter().filter(same).count();
        let had = before.iter().filter(same).count();
        assert!(
            still < had,
            "{name}\n{}\nis still there:\n{}",
            render(std::slice::from_ref(finding)),
            render(&after)
        );
    }
}

#[test]
fn a_safe_change_settles_its_finding() {
    let policies = policies();
    assert!(policies.len() >= 80);
    for (name, source) in &policies {
        hold(name, source);
    }
}

#[test]
fn the_changes_of_a_wrong_policy_make_it_right() {
    // One fault each, so that nothing but it can be left; these changes are whole answers.
    let mut made = 0;
    for (name, source) in policies() {
        let before = findings(&source);
        let own = |f: &&Diagnostic| f.code != "reasons::unused";
        let [finding] = before.iter().filter(own).collect::<Vec<_>>()[..] else {
            continue;
        };
        if !finding.is_fixable() {
            continue;
        }
        made += 1;
        let after = findings(&edited(&source, finding));
        // A code that can be read at last may still have no reason.
        let left = after.into_iter().filter(Diagnostic::is_error);
        let left: Vec<_> = left
            .filter(|f| f.code != "policy::missing-reason")
            .collect();
        assert!(left.is_empty(), "{name}\n{}", render(&left));
    }
    assert!(made > 40, "only {made} can be fixed");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Faults on faults: some of the text taken out, doubled or replaced by other signs.
    #[test]
    fn changes_can_be_made_to_any_wrong_policy(
        which in any::<prop::sample::Index>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..4_usize, "[ a-z(){}\\[\\]|,;:.=<>&%$#\"'“ñ\n0-9-]{0,3}"), 1..4),
    ) {
        let policies = policies();
        let (name, source) = which.get(&policies);
        let script = String::from_utf8(source.get("policy.rhai").unwrap().to_vec()).unwrap();
        let mut chars: Vec<char> = script.chars().collect();
        for (at, length, insert) in cuts {
            let at = at.index(chars.len() + 1);
            let end = (at + length).min(chars.len());
            chars.splice(at..end, insert.chars());
        }
        let mut source = source.clone();
        source.insert("policy.rhai", chars.into_iter().collect::<String>().into_bytes());
        hold(name, &source);
    }
}
