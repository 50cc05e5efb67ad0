//! What is said of mutants, held against what the ordinary engine decides.

use std::num::NonZeroUsize;

use dictamen_engine::{Policy, Scratch};
use proptest::prelude::*;

use super::{Fate, enumerate, fate, prove::Prover, run, session::Session};
use crate::{
    cases,
    tests::{PARAMETERS, add_cases, fact, script, source, with},
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_is_said_of_mutants_is_true(
        script in script(),
        cased in prop::collection::vec(fact(), 1..6),
        applicants in prop::collection::vec(fact(), 40),
    ) {
        let mut source = source(&script);
        let policy = match Policy::load(&source) {
            Ok(loaded) => loaded.policy,
            Err(findings) => {
                let codes: Vec<_> = findings.iter().filter(|f| f.is_error()).map(ToString::to_string).collect();
                prop_assert!(codes.iter().all(|c| c.contains("duplicate")), "{codes:?}\n{script}");
                return Ok(());
            }
        };
        add_cases(&mut source, &policy, &cased);
        let suite = cases::run(&policy, &source, &PARAMETERS);
        prop_assert!(suite.counts().is_success(), "{suite:?}");
        let mut session = Session::new(&policy, &source, &PARAMETERS);
        session.tries = 100;
        let prover = Prover::new(policy.declaration());
        let base = &session.cases[0].characteristics;
        let (mut one, mut other) = (Scratch::new(), Scratch::new());
        for mutant in enumerate::mutants(policy.declaration()) {
            let changed = policy.amended(mutant.change.made(policy.declaration())).unwrap();
            let what = &mutant.what;
            match fate(&session, &prover, &mutant, &mut 0) {
                Fate::Killed => {
                    let kills = session.cases.iter().any(|case| !case.differences(&changed).is_empty());
                    prop_assert!(kills, "nothing kills {what}\n{script}");
                }
                Fate::Equivalent(why) => {
                    for facts in &applicants {
                        let facts = with(base, facts);
                        prop_assert_eq!(
                            policy.evaluate(&facts, &mut one).answer(),
                            changed.evaluate(&facts, &mut other).answer(),
                            "{} because {}\n{}", what, why, script
                        );
                    }
                }
                Fate::Survived { witness, .. } => {
                    for case in &session.cases {
                        prop_assert!(case.differences(&changed).is_empty(), "{what} survives\n{script}");
                    }
                    if let Some(witness) = witness {
                        let facts = session.applicant(witness.case, &witness.changed).unwrap();
                        prop_assert_ne!(
                            policy.evaluate(&facts, &mut one).answer(),
                            changed.evaluate(&facts, &mut other).answer()
                        );
                        let written = session.write(&mutant, &changed, &witness, &[]);
                        prop_assert!(written.is_some(), "no case for {what}\n{script}");
                        let (written, _) = written.unwrap();
                        let content = &written.content;
                        let case = cases::prepare_one(&policy, &source, &PARAMETERS, &written.path, content);
                        let case = case.unwrap();
                        prop_assert!(case.differences(&policy).is_empty(), "{content}");
                        prop_assert!(!case.differences(&changed).is_empty(), "{what}: {content}");
                    }
                }
            }
        }
    }
}

const SMALL: &str = r#"policy("t", "1");
let limit = param("limit", 2, "weeks", "test");
stage("FIRST", DECLINE, [rule("K01", |a| a.weeks_total < limit)]);
otherwise(APPROVE);"#;

fn small(cases: &[(&str, &str)]) -> super::Mutation {
    let mut source = source(SMALL);
    for (path, text) in cases {
        source.insert(*path, text.as_bytes());
    }
    let policy = Policy::load(&source).unwrap().policy;
    let one = run(&policy, &source, &PARAMETERS, NonZeroUsize::MIN);
    let four = NonZeroUsize::new(4).unwrap();
    assert_eq!(one, run(&policy, &source, &PARAMETERS, four));
    one
}

const DECLINED: &str = "title = \"t\"\nbase = \"base/body.json\"\n[characteristics]\nweeks_total = 1\n\
    [expect]\noutcome = \"DECLINE\"\n";

#[test]
fn a_survivor_is_a_sentence_with_a_case() {
    let found = small(&[("cases/one.toml", DECLINED)]);
    let survivor = found.survivors.iter().find(|s| s.mutant == "`limit` 2 → 3");
    let survivor = survivor.unwrap();
    assert_eq!(
        survivor.sentence(),
        "`limit` 2 → 3 changes nothing that a case expects"
    );
    assert_eq!((survivor.operator, survivor.line), ("threshold", 2));
    insta::assert_snapshot!(survivor.case.as_ref().unwrap().content, @r#"
    title = "weeks_total 2; would notice: `limit` 2 → 3"
    base = "base/body.json"

    [characteristics]
    weeks_total = 2

    [expect]
    outcome = "APPROVE"
    stage = "END"
    reasons = []
    "#);
}

#[test]
fn what_a_case_does_not_expect_kills_nothing_and_is_told() {
    let refers = DECLINED
        .replace("weeks_total = 1", "weeks_total = 5")
        .replace("DECLINE", "APPROVE");
    let found = small(&[("cases/a.toml", &refers), ("cases/b.toml", DECLINED)]);
    assert!(found.survivors.iter().any(|s| s.mutant == "`limit` 2 → 3"));
    // Of an unknown number of weeks nothing is said by either case.
    let unknown = "title = \"t\"\nbase = \"base/body.json\"\nmissing = [\"weeks_total\"]\n\
        [expect]\noutcome = \"REFER\"\n";
    let dropped = small(&[("cases/a.toml", unknown)]);
    let survivor = dropped.survivors.iter().find(|s| s.operator == "outcome");
    assert!(survivor.is_some_and(|s| s.untold.is_none()));
}

#[test]
fn a_policy_without_cases_has_only_survivors_and_equivalents() {
    let found = small(&[]);
    assert_eq!(found.killed, 0);
    assert_eq!(found.total, found.equivalent + found.survivors.len());
    assert!(found.survivors.iter().all(|s| s.case.is_none()));
}

#[test]
fn a_case_that_fails_kills_nothing() {
    let wrong = DECLINED.replace("DECLINE", "APPROVE");
    assert_eq!(small(&[("cases/a.toml", &wrong)]).killed, 0);
}

/// Undecided either way is not the same when the mutant no longer needs a value that is missing.
#[test]
fn a_part_that_only_names_what_is_missing_is_not_nothing() {
    let script = SMALL.replace(
        "a.weeks_total < limit",
        "(is_missing(a.weeks_total) && a.employed_now) || a.weeks_total < limit",
    );
    let mut source = source(&script);
    source.insert("cases/one.toml", DECLINED.as_bytes());
    let policy = Policy::load(&source).unwrap().policy;
    let found = run(&policy, &source, &PARAMETERS, NonZeroUsize::MIN);
    let dropped = found
        .survivors
        .iter()
        .find(|survivor| survivor.mutant.ends_with("→ `a.weeks_total < limit`"));
    let case = dropped.and_then(|dropped| dropped.case.as_ref());
    assert!(case.is_some(), "{found:#?}");
}
