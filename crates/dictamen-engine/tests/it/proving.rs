//! What is proved of a policy is true of every applicant: every decision lies on one of the ways that
//! were foretold, and a promise that no way breaks is broken by nobody.

use dictamen_engine::{
    FAILED, Outcome, Policy, PolicySource, Scratch,
    invariants::{Direction, Invariants, Measure},
    prove::{Prover, Region, Way},
};
use dictamen_model::characteristic::{Characteristics, Value};
use proptest::prelude::*;

use crate::{
    claims::{body, condition, grid},
    support::{REASONS, render},
};

/// A policy of generated conditions: stages, a scorecard with bands, and an offer.
fn script(conditions: &[String]) -> String {
    let [one, two, three, four, when] = conditions else {
        panic!("five conditions");
    };
    format!(
        r#"policy("proved", "1.0.0");
stage("FIRST", DECLINE, [rule("K01", |a| {one}), rule("K02", |a| {two})]);
stage("SECOND", REFER, [rule("S20", |a| {three})]);
scorecard(10, [
    characteristic("S10", |a| a.weeks_total, [[0, 0], [2, 20], [4, 10]], missing(5)),
    characteristic("L01", |a| if {four} {{ 1 }} else {{ 0 }}, [[0, 0], [1, 20]], missing(3)),
]);
bands([
    band("A", 40, #{{ rate: 0.28, most: 9000 }}),
    band("B", 25, #{{ rate: 0.48, most: 4000 }}),
    band("C", 0, DECLINE, "K03"),
]);
offer(|a, band| {{
    let factor = annuity_factor(band.rate / 12, 12);
    let able = floor_to(min(band.most, a.weeks_total * 2500 - 3000), 500);
    if able < 1000 {{
        return decline("A01");
    }}
    let amount = min(a.requested_amount, able);
    grant(#{{ amount: amount, term_months: 12, annual_rate: band.rate,
        monthly_payment: round_half_up(amount / factor, 2) }},
        [when("L02", amount < a.requested_amount || {when})])
}});"#
    )
}

fn load(script: &str, promises: &str) -> Result<(Policy, Invariants), String> {
    let more =
        "\n[K03]\nes-MX = \"Siete\"\nen = \"Seven\"\n[L02]\nes-MX = \"Ocho\"\nen = \"Eight\"\n";
    let reasons = format!("{REASONS}{more}");
    let source: PolicySource = [
        ("policy.rhai", script),
        ("reasons.toml", &reasons),
        ("invariants.rhai", promises),
    ]
    .map(|(path, text)| (path, text.as_bytes()))
    .into_iter()
    .collect();
    let loaded = Policy::load(&source).map_err(|found| format!("{script}\n{}", render(&found)))?;
    let promised = Invariants::load(&source, &loaded.policy);
    let promised = promised.map_err(|found| format!("{promises}\n{}", render(&found)))?;
    Ok((loaded.policy, promised))
}

fn applicants() -> Vec<Characteristics> {
    let mut all = Vec::new();
    for applicant in grid() {
        for (amount, human) in [(3000, false), (20_000, false), (3000, true)] {
            let mut applicant = applicant.clone();
            applicant
                .set("requested_amount", Value::Int(amount))
                .unwrap();
            applicant
                .set("requested_term_months", Value::Int(12))
                .unwrap();
            applicant
                .set("human_review_requested", Value::Bool(human))
                .unwrap();
            all.push(applicant);
        }
    }
    all
}

fn is_in(prover: &Prover<'_>, region: &Region, facts: &Characteristics) -> bool {
    let mut read = prover.read().iter();
    read.all(|at| prover.holds(region, *at, facts.get(*at)))
}

/// Every decision lies on a way that was foretold.
fn foretold(policy: &Policy, promised: &Invariants) -> Result<(), TestCaseError> {
    let prover = Prover::new(policy, promised);
    let mut ways: Vec<Way> = Vec::new();
    for region in prover.everybody() {
        ways.extend(prover.ways(&region).unwrap());
    }
    let bands: Vec<_> = policy
        .declaration()
        .bands
        .iter()
        .flat_map(|b| &b.bands)
        .collect();
    let mut scratch = Scratch::new();
    let mut asking = Scratch::new();
    for facts in applicants() {
        let decided = policy.evaluate(&facts, &mut scratch);
        let (outcome, band) = (decided.outcome(), decided.band());
        let failed = decided.codes().any(|code| code == FAILED);
        let decision = promised.decision(&decided);
        let possible: Vec<&Way> = ways
            .iter()
            .filter(|way| way.outcome() == outcome && is_in(&prover, &way.region(), &facts))
            .filter(|way| way.band().map(|at| &*bands[at].id) == band)
            .filter(|way| way.fails() || !failed)
            .collect();
        prop_assert!(!possible.is_empty(), "{outcome} {band:?} for {facts:?}");
        for at in 0..promised.invariants().len() {
            if !promised.keeps(at, &facts, &decision, &mut asking) {
                let told = possible.iter().any(|way| {
                    let parts = prover.breaking(at, way);
                    parts.iter().any(|part| is_in(&prover, part, &facts))
                });
                prop_assert!(told, "promise {at} is broken by {facts:?}");
            }
        }
    }
    Ok(())
}

/// Nobody is worse off with more weeks where it is proved that nobody is.
fn never_worse(policy: &Policy, promised: &Invariants) -> Result<(), TestCaseError> {
    let prover = Prover::new(policy, promised);
    let weeks = dictamen_model::characteristic::index_of("weeks_total").unwrap();
    for (direction, measure) in [
        (Direction::Up, Measure::Outcome),
        (Direction::Down, Measure::Outcome),
        (Direction::Up, Measure::Score),
        (Direction::Down, Measure::Score),
        (Direction::Up, Measure::Amount),
    ] {
        let proved = prover.everybody().iter().all(|region| {
            let parts = prover.worsened(region, weeks, direction, measure);
            parts.is_some_and(|parts| parts.is_empty())
        });
        if !proved {
            continue;
        }
        let mut scratch = Scratch::new();
        for facts in applicants() {
            let mut line = [0, 1, 2, 3, 4, 1_000];
            if direction == Direction::Down {
                line.reverse();
            }
            let mut best: Option<(Outcome, Option<i64>, Option<rust_decimal::Decimal>)> = None;
            for weeks in line {
                let mut facts = facts.clone();
                facts.set("weeks_total", Value::Int(weeks)).unwrap();
                let decided = policy.evaluate(&facts, &mut scratch);
                let now = (decided.outcome(), decided.score(), decided.amount());
                if let Some(before) = best {
                    let worse = match measure {
                        Measure::Outcome => now.0 > before.0,
                        Measure::Score => now.1.zip(before.1).is_some_and(|(n, b)| n < b),
                        Measure::Amount => now.2.zip(before.2).is_some_and(|(n, b)| n < b),
                    };
                    prop_assert!(!worse, "{direction:?} {measure:?}: {weeks} for {facts:?}");
                }
                best = Some(now);
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn what_is_proved_is_true(
        conditions in (body(), condition(), condition(), condition(), condition()),
        asked in condition(),
    ) {
        let (one, two, three, four, when) = conditions;
        let script = script(&[one, two, three, four, when]);
        let promises = format!(
            "never(|a, d| d.outcome == APPROVE && ({asked}));\n\
             always(|a, d| d.score >= 25 || d.gives(\"K02\") || ({asked}));\n\
             never(|a, d| d.outcome == DECLINE && d.band == \"A\" && d.gives(\"A01\"));\n\
             bounded(|d| d.offer.amount, 1000, 8999);\n\
             bounded(|d| d.offer.monthly_payment, 0, 700);\n"
        );
        let (policy, promised) = load(&script, &promises).map_err(TestCaseError::fail)?;
        foretold(&policy, &promised)?;
        never_worse(&policy, &promised)?;
    }
}

fn errors(promises: &str) -> String {
    let script = script(&["a.weeks_total < 2"; 5].map(str::to_owned));
    load(&script, promises).err().unwrap_or_default()
}

#[test]
fn mistakes_in_promises_are_told_with_their_places() {
    let promises = "let least = 2;\nnevr(|a, d| d.outcome == APPROVE);\n";
    insta::assert_snapshot!("promise_unknown", errors(promises));
    let promises = r#"never(|a, d| d.outcom == APPROVE);
always(|a, d| d.offer.amout > 0);
never(|a, d| d.outcome == "APROVE");
never(|a, d| d.band == "D");
never(|a, d| d.gives("K09"));
never(|d| d);
always(|a, d| a.weeks_total);
bounded(|d| d.outcome, 0, 1);
bounded(|d| d.score, 5, 1);
monotone("weeks_totl", UP);
monotone("institution", UP);
monotone("weeks_total", OUTCOME);
independent("sex");
assume(|a, d| d.score > 3);
"#;
    insta::assert_snapshot!("promises_with_mistakes", errors(promises));
}

#[test]
fn a_broken_promise_file_keeps_nobody_from_deciding() {
    let script = script(&["a.weeks_total < 2"; 5].map(str::to_owned));
    let (policy, _) = load(&script, "").unwrap();
    let source = |promises: &str| -> PolicySource {
        let more =
            "\n[K03]\nes-MX = \"Siete\"\nen = \"Seven\"\n[L02]\nes-MX = \"Ocho\"\nen = \"Eight\"\n";
        let reasons = format!("{REASONS}{more}");
        [
            ("policy.rhai", script.as_str()),
            ("reasons.toml", &reasons),
            ("invariants.rhai", promises),
        ]
        .map(|(path, text)| (path, text.as_bytes()))
        .into_iter()
        .collect()
    };
    let loaded = Policy::load(&source("never(|a, d| d.nothing);")).unwrap();
    assert!(
        loaded
            .warnings
            .iter()
            .any(dictamen_engine::Diagnostic::is_error)
    );
    assert_eq!(loaded.policy.stamp().hash, policy.stamp().hash);
    for hostile in [
        "loop { }",
        "let x = []; loop { x.push(x); }",
        "import \"policy\" as p;",
        "rule(\"K01\", |a| true);",
        "while true {}",
    ] {
        let loaded = Policy::load(&source(hostile)).unwrap();
        assert!(
            loaded
                .warnings
                .iter()
                .any(dictamen_engine::Diagnostic::is_error),
            "{hostile}"
        );
    }
}

#[test]
fn thresholds_of_the_policy_stand_under_their_names() {
    let script = r#"policy("t", "1");
let least = param("least", 3, "weeks", "manual");
stage("K", DECLINE, [rule("K01", |a| a.weeks_total < least)]);
otherwise(APPROVE);"#;
    let promises = "for n in 0..2 { never(|a, d| a.weeks_total < least - n && d.outcome == APPROVE, `at ${n}`); }";
    let (policy, promised) = load(script, promises).unwrap();
    let names: Vec<_> = promised
        .invariants()
        .iter()
        .map(|i| i.name.as_deref())
        .collect();
    assert_eq!(names, [Some("at 0"), Some("at 1")]);
    let prover = Prover::new(&policy, &promised);
    for region in prover.everybody() {
        for way in prover.ways(&region).unwrap() {
            assert!(prover.breaking(0, &way).is_empty() && prover.breaking(1, &way).is_empty());
        }
    }
}
