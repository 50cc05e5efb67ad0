//! What is shown of the shipped policies is so: everything told was decided by the ordinary engine.

use dictamen_engine::{
    Outcome, Policy, PolicySource, Scratch,
    invariants::Invariants,
    prove::{Prover, Way},
};
use dictamen_lab::{
    invariants::{Applicant, Limits, Verdict, Verification, verify},
    pipeline,
};
use dictamen_model::DecisionRequest;
use proptest::prelude::*;

use crate::{
    applicant::request,
    support::{NOMINA, PARAMETERS, STARTER, source},
};

fn promises(policy: &Policy, id: &str, text: Option<&str>) -> Invariants {
    let mut files = source(id);
    if let Some(text) = text {
        files.insert("invariants.rhai", text.as_bytes());
    }
    Invariants::load(&files, policy).unwrap()
}

fn shown(policy: &Policy, id: &str, text: Option<&str>) -> Verification {
    let limits = Limits {
        regions: 6,
        trials: 2_000,
    };
    verify(policy, &promises(policy, id, text), limits)
}

/// Whoever is named is decided as told, and is as assumed.
fn is_decided_so(policy: &Policy, promised: &Invariants, told: &Applicant) {
    let mut scratch = Scratch::new();
    assert!(promised.assumed(&told.facts, &mut scratch));
    let decided = policy.evaluate(&told.facts, &mut scratch);
    assert_eq!(decided.outcome(), told.outcome);
    assert_eq!(decided.score(), told.score);
    assert_eq!(decided.band(), told.band.as_deref());
    assert_eq!(decided.codes().collect::<Vec<_>>(), told.reasons);
    let amount = decided
        .amount()
        .map(|amount| amount.normalize().to_string());
    assert_eq!(amount, told.amount);
}

fn verdict<'v>(found: &'v Verification, name: &str) -> &'v Verdict {
    let checked = found.promises.iter().find(|checked| checked.name == name);
    &checked
        .unwrap_or_else(|| panic!("no promise {name}"))
        .verdict
}

#[test]
fn the_shipped_policies_keep_what_they_promise() {
    for (policy, id) in [
        (&*NOMINA, "nomina-personal-loan-mx"),
        (&*STARTER, "starter-mx"),
    ] {
        let promised = promises(policy, id, None);
        let found = shown(policy, id, None);
        for checked in &found.promises {
            let Verdict::Proved { witness, .. } = &checked.verdict else {
                panic!("{id}: {checked:?}");
            };
            let applicants = witness.iter().flat_map(|witness| &witness.applicants);
            for applicant in applicants {
                is_decided_so(policy, &promised, applicant);
                // Whoever gets to a rule is told its reason, and to a band, that band.
                let words: Vec<&str> = checked.name.split(' ').collect();
                match words[..] {
                    ["rule", code, ..] => assert!(applicant.reasons.iter().any(|c| c == code)),
                    ["band", band, ..] => assert_eq!(applicant.band.as_deref(), Some(band)),
                    _ => panic!("{}", checked.name),
                }
            }
        }
        is_decided_so(policy, &promised, &found.usual);
        assert_eq!(found.usual.outcome, Outcome::Approve);
        assert_eq!(
            shown(policy, id, None),
            found,
            "the same question has the same answer"
        );
    }
}

#[test]
fn a_false_promise_is_refuted_with_somebody_it_does_not_hold_for() {
    let text = "assume(|a| a.requested_amount >= 1);
monotone(\"weeks_total\", UP, \"weeks\");
monotone(\"belvo_score_12m\", UP, \"belvo\");
independent(\"age_years\", \"age\");
bounded(|d| d.offer.amount, 5000, 200000, \"amounts\");
never(|a, d| d.gives(\"S30\") && d.score > 500, \"weeks told\");
always(|a, d| d.outcome == APPROVE || d.outcome == DECLINE, \"no doubt\");
";
    let id = "nomina-personal-loan-mx";
    let promised = promises(&NOMINA, id, Some(text));
    let found = shown(&NOMINA, id, Some(text));
    for name in ["weeks", "belvo", "age", "amounts", "weeks told", "no doubt"] {
        let Verdict::Refuted {
            example: Some(example),
            ..
        } = verdict(&found, name)
        else {
            panic!("{name}: {:?}", verdict(&found, name));
        };
        let all = &example.applicants;
        for one in all {
            is_decided_so(&NOMINA, &promised, one);
        }
        let number = |at: usize, name: &str| all[at].characteristics[name].as_i64().unwrap();
        match name {
            // A week more, and a referral becomes a decline: the band above it has an offer to refuse.
            "weeks" => {
                assert_eq!(number(1, "weeks_total") - number(0, "weeks_total"), 1);
                assert_eq!(
                    (all[0].outcome, all[1].outcome),
                    (Outcome::Refer, Outcome::Decline)
                );
            }
            "belvo" => {
                assert!(number(1, "belvo_score_12m") > number(0, "belvo_score_12m"));
                assert!(all[1].outcome > all[0].outcome);
            }
            "age" => {
                assert_eq!(
                    all[0].facts.by_name("weeks_total"),
                    all[1].facts.by_name("weeks_total")
                );
                assert_ne!(all[0].outcome, all[1].outcome);
            }
            "amounts" => {
                let amount: f64 = all[0].amount.as_ref().unwrap().parse().unwrap();
                assert!(!(5000.0..=200_000.0).contains(&amount));
            }
            "weeks told" => assert!(all[0].score > Some(500)),
            _ => assert!(matches!(all[0].outcome, Outcome::Refer | Outcome::Counter)),
        }
    }
}

/// A smallest applicant: nothing is away from the usual one that need not be.
#[test]
fn an_example_is_as_ordinary_as_it_can_be() {
    let text = "never(|a, d| a.weeks_total < 40 && a.tenure_current_days > 500 && d.outcome == APPROVE, \"short\");";
    let found = shown(&NOMINA, "nomina-personal-loan-mx", Some(text));
    let Verdict::Refuted {
        example: Some(example),
        ..
    } = verdict(&found, "short")
    else {
        panic!("{:?}", verdict(&found, "short"));
    };
    let applicant = &example.applicants[0];
    assert!(applicant.unusual.contains(&"weeks_total"), "{applicant:?}");
    assert_eq!(
        applicant.characteristics["weeks_total"], 39,
        "{applicant:?}"
    );
    assert!(applicant.unusual.len() <= 3, "{:?}", applicant.unusual);
}

#[test]
fn what_is_impossible_under_an_assumption_is_proved() {
    let text = "assume(|a| a.requested_amount >= 5000);
assume(|a| a.requested_amount <= 90000);
bounded(|d| d.offer.amount, 5000, 90000, \"amounts\");
never(|a, d| d.offer.amount > a.requested_amount, \"more\");
";
    let found = shown(&NOMINA, "nomina-personal-loan-mx", Some(text));
    assert!(matches!(verdict(&found, "amounts"), Verdict::Proved { .. }));
    // True, and beyond what is known of relations: never told to be false.
    assert!(!matches!(verdict(&found, "more"), Verdict::Refuted { .. }));
}

#[test]
fn a_rule_and_a_band_that_nobody_gets_to_are_told() {
    let script = r#"policy("t", "1");
stage("ONE", DECLINE, [rule("K01", |a| a.jobs_listed == 0)]);
stage("TWO", REFER, [rule("K02", |a| a.jobs_listed < 1)]);
scorecard(0, [characteristic("S10", |a| a.jobs_listed, [[0, 0], [2, 10]], missing(0))]);
bands([band("A", 5, REFER, "S11"), band("B", 0, DECLINE, "S12")]);
otherwise(APPROVE);"#;
    let codes = ["K01", "K02", "S10", "S11", "S12"];
    let reasons = codes
        .map(|code| format!("[{code}]\nes-MX = \"Texto {code}\"\nen = \"Text {code}\"\n"))
        .concat();
    let files: PolicySource = [("policy.rhai", script), ("reasons.toml", &reasons)]
        .map(|(path, text)| (path, text.as_bytes()))
        .into_iter()
        .collect();
    let policy = Policy::load(&files).unwrap().policy;
    let promised = Invariants::load(&files, &policy).unwrap();
    let found = verify(&policy, &promised, Limits::default());
    assert!(matches!(
        verdict(&found, "rule K02 is reached"),
        Verdict::Refuted { example: None, .. }
    ));
    for name in [
        "rule K01 is reached",
        "band A is reached",
        "band B is reached",
    ] {
        assert!(
            matches!(verdict(&found, name), Verdict::Proved { .. }),
            "{name}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]

    /// Real records are within what the prover takes for possible.
    #[test]
    fn every_real_decision_lies_on_a_way_that_was_foretold(bodies in proptest::collection::vec(request(), 40)) {
        for (policy, id) in [(&*NOMINA, "nomina-personal-loan-mx"), (&*STARTER, "starter-mx")] {
            let promised = promises(policy, id, Some(""));
            let prover = Prover::new(policy, &promised);
            let regions = prover.everybody();
            let ways: Vec<Way> = regions.iter().flat_map(|r| prover.ways(r).unwrap()).collect();
            let mut scratch = Scratch::new();
            for body in &bodies {
                let request = DecisionRequest::parse(&serde_json::to_vec(body).unwrap()).unwrap();
                let facts = pipeline::compute(&request, request.as_of.unwrap(), &PARAMETERS).unwrap();
                let outcome = policy.evaluate(&facts, &mut scratch).outcome();
                let on = ways.iter().any(|way| {
                    let region = way.region();
                    way.outcome() == outcome
                        && prover.read().iter().all(|at| prover.holds(&region, *at, facts.get(*at)))
                });
                prop_assert!(on, "{outcome} of {id} for {body}");
            }
        }
    }
}
