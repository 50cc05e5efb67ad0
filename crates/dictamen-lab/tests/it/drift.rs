//! The population stability index: worked by hand, and what it must always be.

use std::collections::BTreeMap;

use dictamen_engine::{Policy, PolicySource, words::Language};
use dictamen_lab::drift::{Decided, LEAST, Reading, Scale, Shift, Subject, Tally};
use proptest::prelude::*;

/// One line with five bins, two of which give the same points, and "unknown" those of a third.
const POLICY: &str = r#"
policy("p", "1.0.0");
scorecard(0, [
    characteristic("S1", |a| a.weeks_total,
        [[0, 10], [52, 20], [104, 30], [156, 20], [208, 40]], missing(10)),
]);
bands([
    band("A", 30, #{ rate: 0.3 }),
    band("B", 20, #{ rate: 0.4 }),
    band("C", 0, DECLINE, "R"),
]);
otherwise(APPROVE);
"#;

fn scale(language: Language) -> Scale {
    let reasons = "[S1]\nes-MX = \"a\"\nen = \"b\"\n[R]\nes-MX = \"c\"\nen = \"d\"\n";
    let files = [("policy.rhai", POLICY), ("reasons.toml", reasons)];
    let source: PolicySource = files
        .into_iter()
        .map(|(path, text)| (path, text.as_bytes().to_vec()))
        .collect();
    let policy = Policy::load(&source).unwrap().policy;
    Scale::of(&policy.document(&source, language))
}

/// Decisions with so many of points 10, 20, 30 and 40, and so many that were not scored.
fn window(scale: &Scale, counts: [u64; 4], not_scored: u64) -> Tally {
    let mut tally = scale.tally();
    for (n, points) in counts.into_iter().zip([10, 20, 30, 40]) {
        let band = match points {
            10 => "C",
            20 => "B",
            _ => "A",
        };
        let points = BTreeMap::from([("S1".to_owned(), points)]);
        for _ in 0..n {
            let decided = Decided {
                outcome: if band == "C" { "DECLINE" } else { "APPROVE" },
                band: Some(band),
                points: Some(&points),
            };
            scale.count(&mut tally, decided);
        }
    }
    for _ in 0..not_scored {
        let decided = Decided {
            outcome: "REFER",
            band: None,
            points: None,
        };
        scale.count(&mut tally, decided);
    }
    tally
}

fn of<'a>(shifts: &'a [Shift], name: &str) -> &'a Shift {
    shifts.iter().find(|s| s.subject.name() == name).unwrap()
}

#[test]
fn by_hand() {
    let scale = scale(Language::English);
    // 10, 20, 30 and 40 % against 8, 22, 26 and 44 %, and 300 that a rule settled before:
    //   (0.08-0.10) ln(0.08/0.10) = 0.004463
    //   (0.22-0.20) ln(0.22/0.20) = 0.001906
    //   (0.26-0.30) ln(0.26/0.30) = 0.005724
    //   (0.44-0.40) ln(0.44/0.40) = 0.003812
    //   together                    0.015905
    let reference = window(&scale, [100, 200, 300, 400], 0);
    let live = window(&scale, [80, 220, 260, 440], 300);
    assert_eq!((live.decisions(), live.scored()), (1300, 1000));
    let shifts = scale.compare(&reference, &live);
    let line = of(&shifts, "S1");
    assert_eq!(line.psi.unwrap().to_string(), "0.0159");
    // Three times two thousandths.
    assert_eq!(line.by_chance.unwrap().to_string(), "0.0060");
    assert_eq!(line.reading, Reading::Stable);
    // By bands: 10, 20 and 70 % against 8, 22 and 70 %; the first two lines above.
    let score = of(&shifts, "score");
    assert_eq!(score.psi.unwrap().to_string(), "0.0064");
    assert_eq!(
        score.classes[0].reference_share.unwrap().to_string(),
        "0.7000"
    );
    // REFER is empty in the reference and so counts as half a decision of 1000:
    //   APPROVE 0.9 and 920/1300, DECLINE 0.1 and 80/1300, REFER 0.0005 and 300/1300
    //   0.046228 + 0.018673 + 1.412602 = 1.477503
    let outcome = of(&shifts, "outcome");
    assert_eq!(outcome.psi.unwrap().to_string(), "1.4775");
    assert_eq!(outcome.reading, Reading::Shifted);
    insta::assert_debug_snapshot!(line.classes);
}

#[test]
fn bins_that_give_the_same_points_are_one_class() {
    for language in [Language::English, Language::Spanish] {
        let scale = scale(language);
        let shifts = scale.compare(&scale.tally(), &scale.tally());
        let labels = |name| {
            let classes = of(&shifts, name).classes.iter();
            classes.map(|c| c.class.clone()).collect::<Vec<_>>()
        };
        insta::assert_debug_snapshot!(
            format!("classes_{}", language.tag()),
            (labels("S1"), labels("score"), labels("outcome"))
        );
    }
}

#[test]
fn too_few_decisions_have_no_index() {
    let scale = scale(Language::English);
    let enough = window(&scale, [LEAST, 0, 0, 0], 0);
    let few = window(&scale, [LEAST - 1, 0, 0, 0], 1);
    for (reference, live) in [(&enough, &few), (&few, &enough)] {
        let shifts = scale.compare(reference, live);
        let line = of(&shifts, "S1");
        assert_eq!((line.psi, line.by_chance), (None, None));
        assert_eq!(line.reading, Reading::NotEnough);
        // There are as many outcomes as decisions.
        assert!(of(&shifts, "outcome").psi.is_some());
    }
    let shifts = scale.compare(&scale.tally(), &scale.tally());
    assert!(shifts.iter().all(|s| s.reading == Reading::NotEnough));
    assert!(shifts.iter().all(|s| s.classes[0].live_share.is_none()));
}

#[test]
fn the_thresholds_are_where_they_are_said_to_be() {
    let scale = scale(Language::English);
    let reference = window(&scale, [5000, 5000, 0, 0], 0);
    // With halves, the index of a shift by d is d ln((1+2d)/(1-2d)).
    for (moved, psi, reading) in [
        (1550, "0.0994", Reading::Stable),
        (1570, "0.1020", Reading::Look),
        (2380, "0.2465", Reading::Look),
        (2400, "0.2510", Reading::Shifted),
    ] {
        let live = window(&scale, [5000 - moved, 5000 + moved, 0, 0], 0);
        let shifts = scale.compare(&reference, &live);
        let line = of(&shifts, "S1");
        assert_eq!(line.psi.unwrap().to_string(), psi, "{moved}");
        assert_eq!(line.reading, reading, "{moved}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn never_negative_the_same_both_ways_and_zero_for_equal_shares(
        a in prop::array::uniform4(150_u64..400), b in prop::array::uniform4(150_u64..400),
    ) {
        let scale = scale(Language::English);
        let (a, twice) = (window(&scale, a, 0), window(&scale, a.map(|n| n * 2), 0));
        let b = window(&scale, b, 0);
        let there = scale.compare(&a, &b);
        let back = scale.compare(&b, &a);
        for (there, back) in there.iter().zip(&back) {
            prop_assert!(there.psi.unwrap() >= rust_decimal::Decimal::ZERO);
            prop_assert_eq!(there.psi, back.psi);
        }
        for same in scale.compare(&a, &twice) {
            prop_assert_eq!(same.psi.unwrap().to_string(), "0.0000");
        }
        let lines = there.iter().filter(|s| matches!(s.subject, Subject::Characteristic(_)));
        prop_assert_eq!(lines.count(), 1);
    }
}
