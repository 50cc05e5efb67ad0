//! Comparing two policies: edits, who gets which share of a flip, and somebody on whom they differ.
//! Whatever is claimed is decided again by the ordinary engine, of policies that were loaded.

use std::{collections::BTreeSet, sync::LazyLock};

use dictamen_engine::{Policy, Scratch, words::Language};
use dictamen_lab::{
    compare::{Diff, Search, Shares, edits_in_words, reason_changes, search},
    pipeline,
    simulate::{Label, Part, Row, Study, Tally},
};
use dictamen_model::{DecisionRequest, characteristic::Characteristics};
use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use crate::{
    applicant,
    support::{self, NOMINA, PARAMETERS},
};

/// Four hundred invented applicants, the same in every run.
static PEOPLE: LazyLock<Vec<Characteristics>> = LazyLock::new(|| {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let requests = applicant::request();
    (0..400)
        .map(|_| {
            let body = requests.new_tree(&mut runner).unwrap().current();
            let request = DecisionRequest::parse(body.to_string().as_bytes()).unwrap();
            pipeline::compute(&request, request.as_of.unwrap(), &PARAMETERS).unwrap()
        })
        .collect()
});

/// The reference policy with some of its text replaced, loaded from its script.
fn edited(changes: &[(&str, &str)]) -> Policy {
    let mut source = support::source("nomina-personal-loan-mx");
    for file in ["policy.rhai", "reasons.toml"] {
        let mut text = String::from_utf8(source.get(file).unwrap().to_vec()).unwrap();
        for (from, to) in changes {
            text = text.replace(from, to);
        }
        source.insert(file, text.as_bytes());
    }
    Policy::load(&source)
        .unwrap_or_else(|e| panic!("{e:?}"))
        .policy
}

fn row(number: u64, facts: &Characteristics) -> Row {
    Row {
        number,
        application_id: format!("APP-{number}"),
        characteristics: facts.clone(),
        label: [Some(Label::Good), None, Some(Label::Bad)][usize::try_from(number % 3).unwrap()],
        segments: [("half".to_owned(), (number % 2).to_string())].into(),
    }
}

fn counted(study: &Study<'_>) -> Tally {
    let (mut worker, mut part) = (study.worker(), Part::default());
    for (number, facts) in (1..).zip(PEOPLE.iter()) {
        worker.take(number, Ok(row(number, facts)), &mut part);
    }
    part.tally
}

fn compared(after: &Policy) -> (Diff, Tally, i64) {
    let diff = Diff::of(&NOMINA, after);
    let shares = Shares::new(&NOMINA, &diff);
    let study = Study::comparing(&NOMINA, after, shares);
    let (tally, whole) = (counted(&study), study.whole_share());
    (diff, tally, whole)
}

/// What a policy gives, as the decision prints it.
fn given(policy: &Policy, facts: &Characteristics) -> String {
    let mut scratch = Scratch::new();
    let decided = policy.evaluate(facts, &mut scratch);
    format!(
        "{} {:?} {:?} {:?} {:?} {:?}",
        decided.outcome(),
        decided.score(),
        decided.band(),
        decided.amount().map(|a| a.normalize()),
        decided.terms(),
        decided.codes().collect::<Vec<_>>()
    )
}

/// Edits that change something, one for each kind of part there is.
const EDITS: [(&str, &str); 16] = [
    (r#"min_weeks_total", 26"#, r#"min_weeks_total", 400"#),
    ("[104, 30]", "[104, 5]"),
    ("[90, 20], [180, 40]", "[120, 20], [240, 40]"),
    (
        "[[0, 0], [1, 70], [2, 50], [3, 25], [4, 0]]",
        "[[0, 0], [1, 20], [3, 10]]",
    ),
    ("a.jobs_listed == 0", "a.jobs_listed == 1"),
    (
        "|a| a.salary_above_cap",
        "|a| a.salary_above_cap || a.weeks_total > 900",
    ),
    (r#"band("B", 670"#, r#"band("B", 720"#),
    ("income_multiple: 4", "income_multiple: 1"),
    (
        r#"band("C", 600, #{ annual_rate: 0.48, max_term: 24, payment_to_income: 0.22, income_multiple: 2 })"#,
        r#"band("C", 600, REFER, "S01", 3)"#,
    ),
    ("scorecard(300,", "scorecard(280,"),
    ("missing(25)", "missing(0)"),
    (
        r#"    rule("F02", |a| a.current_jobs > max_employers),"#,
        "",
    ),
    (
        r#"    rule("D03", |a| a.report_age_days < 0),"#,
        r#"    rule("D03", |a| a.report_age_days < 0),
    rule("D09", |a| a.requested_amount > 300000),"#,
    ),
    ("min_amount {", "min_amount * 9 {"),
    (
        r#"stage("SOFT_REFER", REFER"#,
        r#"stage("SOFT_REFER", DECLINE"#,
    ),
    (
        "[D03]",
        "[D09]\nes-MX = \"Mucho\"\nen = \"Much\"\nadverse = true\n\n[D03]",
    ),
];

#[test]
fn making_all_edits_makes_the_second_policy() {
    let mut kinds = BTreeSet::new();
    for change in EDITS.iter().filter(|(from, _)| *from != "[D03]") {
        let after = edited(&[*change, EDITS[15]]);
        let diff = Diff::of(&NOMINA, &after);
        assert!(!diff.is_empty(), "{change:?}");
        let made = diff.policy(&NOMINA, &|_| true).unwrap();
        let none = diff.policy(&NOMINA, &|_| false).unwrap();
        let mut differs = false;
        for facts in PEOPLE.iter() {
            // A code that only the second has is told by it alone.
            let plain = |policy| given(policy, facts).replace("\"D09\"", "");
            assert_eq!(plain(&made), plain(&after), "{change:?}");
            assert_eq!(given(&none, facts), given(&NOMINA, facts), "{change:?}");
            differs |= given(&after, facts) != given(&NOMINA, facts);
        }
        assert!(
            differs,
            "{change:?} changes nobody, so the test says nothing"
        );
        kinds.extend(
            diff.edits
                .iter()
                .map(|edit| format!("{edit:?}").split(' ').next().unwrap().to_owned()),
        );
    }
    let all = "BandEffect Base Bin Bins Closure CutOff Literal MissingPoints Param RuleAdded \
               RuleRemoved StageOutcome Term";
    assert_eq!(kinds.into_iter().collect::<Vec<_>>().join(" "), all);
}

#[test]
fn all_edits_at_once_make_the_second_policy_too() {
    let after = edited(&EDITS);
    let diff = Diff::of(&NOMINA, &after);
    assert!(diff.edits.len() > 15, "{}", diff.edits.len());
    let made = diff.policy(&NOMINA, &|_| true).unwrap();
    for facts in PEOPLE.iter() {
        let plain = |policy| given(policy, facts).replace("\"D09\"", "");
        assert_eq!(plain(&made), plain(&after));
    }
}

#[test]
fn what_decides_nothing_is_no_edit() {
    let after = edited(&[
        (r#""1.0.0""#, r#""1.0.1""#),
        (
            "a.weeks_total < min_weeks",
            "a.weeks_total   <  weeks_needed",
        ),
        ("let min_weeks =", "let weeks_needed ="),
        ("[104, 30]", "[104.0, 30]"),
        ("// Income", "// Money"),
        ("credit manual, eligibility", "credit manual, page 7"),
        ("let net =", "let after_tax ="),
        ("* net", "* after_tax"),
    ]);
    let diff = Diff::of(&NOMINA, &after);
    assert!(diff.is_empty(), "{:?}", diff.edits);
    let found = search(&NOMINA, &after, &diff, &Tally::default());
    assert!(matches!(found, Search::None));
}

#[test]
fn shares_of_one_applicant_add_up_to_one() {
    for (changes, exact) in [
        (&EDITS[..1], true),
        (&EDITS[..4], true),
        (&EDITS[..], false),
    ] {
        let after = edited(changes);
        let (diff, tally, whole) = compared(&after);
        assert_eq!(Shares::new(&NOMINA, &diff).is_exact(), exact);
        let swaps = tally.whole.swaps;
        let flips = i64::try_from(tally.whole.flips()).unwrap();
        assert!(flips > 10, "{flips}");
        let sum = |kind: usize| tally.shares.iter().map(|shares| shares[kind]).sum::<i64>();
        assert_eq!(sum(0), whole * i64::try_from(swaps.into.all()).unwrap());
        assert_eq!(sum(1), whole * i64::try_from(swaps.out.all()).unwrap());
        assert_eq!(sum(0) + sum(1) + sum(2), whole * flips);
    }
}

#[test]
fn an_edit_that_does_nothing_gets_nothing_and_two_that_are_both_needed_share() {
    // Nobody has a requested amount above this; both other edits decline by themselves.
    let both = edited(&[
        (r#"min_weeks_total", 26"#, r#"min_weeks_total", 3000"#),
        ("a.jobs_listed == 0", "a.jobs_listed >= 0"),
        (r#""max_amount", 250000"#, r#""max_amount", 990000000"#),
    ]);
    let (diff, tally, whole) = compared(&both);
    assert_eq!(diff.edits.len(), 3);
    let of = |at: usize| tally.shares[at].iter().sum::<i64>();
    let place = |what: &str| {
        diff.edits
            .iter()
            .position(|edit| format!("{edit:?}").contains(what))
            .unwrap()
    };
    let (weeks, jobs, most) = (place("min_weeks_total"), place("E01"), place("max_amount"));
    assert_eq!(of(most), 0);
    // People whose contributions are unknown are declined by the other rule alone.
    assert!(of(weeks) > 0 && of(jobs) >= of(weeks));
    assert_eq!(
        of(weeks) + of(jobs),
        whole * i64::try_from(tally.whole.flips()).unwrap()
    );
}

#[test]
fn edits_are_told_in_words() {
    let after = edited(&EDITS);
    let diff = Diff::of(&NOMINA, &after);
    let source = support::source("nomina-personal-loan-mx");
    let document = |policy: &Policy, language| policy.document(&source, language);
    for (name, language) in [
        ("edits_en", Language::English),
        ("edits_es", Language::Spanish),
    ] {
        let (one, other) = (document(&NOMINA, language), document(&after, language));
        let words = edits_in_words(&one, &other, &diff);
        let lines = words.iter().map(|edit| {
            format!(
                "{} | {} | {} => {}",
                edit.subject, edit.what, edit.before, edit.after
            )
        });
        insta::assert_snapshot!(name, lines.collect::<Vec<_>>().join("\n"));
        assert_eq!(words.len(), diff.edits.len());
    }
    let english = |policy| document(policy, Language::English);
    let texts = reason_changes(&english(&NOMINA), &english(&after));
    let texts: Vec<_> = texts
        .iter()
        .map(|change| (&*change.code, change.text))
        .collect();
    assert_eq!(texts, [("D09", "es-MX"), ("D09", "en")]);
}

/// Edits at which nobody of the portfolio stands, and whether somebody can.
#[test]
fn somebody_is_found_on_whom_policies_differ() {
    for changes in [
        &[(r#"min_weeks_total", 26"#, r#"min_weeks_total", 27"#)][..],
        &[("[104, 30]", "[105, 30]")],
        &[(r#"band("A", 740"#, r#"band("A", 745"#)],
        &[("missing(25)", "missing(20)")],
        &[(r#"salary_jump_tenure", 180"#, r#"salary_jump_tenure", 181"#)],
        &[("income_multiple: 2", "income_multiple: 3")],
        &[(r#""max_amount", 250000"#, r#""max_amount", 250500"#)],
    ] {
        let after = edited(changes);
        let diff = Diff::of(&NOMINA, &after);
        let study = Study::comparing(&NOMINA, &after, Shares::new(&NOMINA, &diff));
        let (mut worker, mut part) = (study.worker(), Part::default());
        for (number, facts) in (1..).zip(PEOPLE.iter()) {
            if given(&NOMINA, facts) == given(&after, facts) {
                worker.take(number, Ok(row(number, facts)), &mut part);
            }
        }
        assert_eq!(part.tally.whole.differ, 0);
        let Search::Found(witness) = search(&NOMINA, &after, &diff, &part.tally) else {
            panic!("{changes:?}: nobody was found");
        };
        // Decided again, by policies as they were loaded.
        let facts = &witness.characteristics;
        assert_ne!(given(&NOMINA, facts), given(&after, facts), "{changes:?}");
        assert!(!witness.changes.is_empty());
        // None of the changes is idle.
        let begun = usize::try_from(witness.row.unwrap_or(0)).unwrap();
        let begun = begun
            .checked_sub(1)
            .map_or_else(Characteristics::neutral, |at| PEOPLE[at].clone());
        for change in &witness.changes {
            let mut without = facts.clone();
            let back = begun.by_name(change.characteristic).unwrap().clone();
            without.set(change.characteristic, back).unwrap();
            assert_eq!(
                given(&NOMINA, &without),
                given(&after, &without),
                "{changes:?} {change:?}"
            );
        }
    }
}

#[test]
fn that_nobody_was_found_is_said_as_it_is() {
    // No applicant has more weeks than the range allows: the rule fires for nobody either way.
    let one = edited(&[("a.weeks_total < min_weeks", "a.weeks_total > 5000000")]);
    let other = edited(&[("a.weeks_total < min_weeks", "a.weeks_total > 6000000")]);
    let diff = Diff::of(&one, &other);
    assert!(!diff.is_empty());
    match search(&one, &other, &diff, &Tally::default()) {
        Search::NotFound { tried } => assert!(tried > 10_000),
        found => panic!("{found:?}"),
    }
}

#[test]
fn counts_of_groups_add_up_to_the_whole() {
    let after = edited(&EDITS[..6]);
    let diff = Diff::of(&NOMINA, &after);
    let by = ["institution", "band", "weeks_total", "half", "outcome"];
    let by = by.map(|name| dictamen_lab::simulate::By::parse(name, NOMINA.declaration()).unwrap());
    let study = Study::comparing(&NOMINA, &after, Shares::new(&NOMINA, &diff)).by(by.into());
    let tally = counted(&study);
    assert_eq!(tally.by.len(), 5);
    for (name, groups) in &tally.by {
        let rows: u64 = groups.values().map(|group| group.rows).sum();
        let approved: u64 = groups.values().map(|group| group.after.approved()).sum();
        let volume: i64 = groups.values().map(|group| group.before.volume).sum();
        assert_eq!(rows, tally.whole.rows, "{name}");
        assert_eq!(approved, tally.whole.after.approved(), "{name}");
        assert_eq!(volume, tally.whole.before.volume, "{name}");
    }
    // Counting in pieces and adding them up is counting at once.
    let mut summed = Tally::default();
    for chunk in PEOPLE.iter().enumerate().collect::<Vec<_>>().chunks(7) {
        let (mut worker, mut part) = (study.worker(), Part::default());
        for (at, facts) in chunk {
            let number = u64::try_from(at + 1).unwrap();
            worker.take(number, Ok(row(number, facts)), &mut part);
        }
        summed.add(part.tally);
    }
    assert_eq!(summed, tally);
    let state = serde_json::to_string(&tally).unwrap();
    assert_eq!(serde_json::from_str::<Tally>(&state).unwrap(), tally);
}

#[test]
fn a_threshold_that_is_varied_decides_as_a_policy_with_that_threshold() {
    let vary = dictamen_lab::simulate::Vary::parse("min_weeks_total=0..400:200").unwrap();
    let study = Study::of(&NOMINA).vary(vec![vary]).unwrap();
    let tally = counted(&study);
    for (value, point) in [0, 200, 400].into_iter().zip(&tally.points) {
        let changed = format!(r#"min_weeks_total", {value}"#);
        let after = edited(&[(r#"min_weeks_total", 26"#, &changed)]);
        let own = counted(&Study::of(&after));
        assert_eq!(point.outcomes, own.whole.before.outcomes, "{value}");
        assert_eq!(point.volume, own.whole.before.volume, "{value}");
    }
    assert_eq!(tally.points.len(), 3);
    for text in ["min_week_total=0..9", "min_weeks_total=0..1:0.001"] {
        let vary = dictamen_lab::simulate::Vary::parse(text);
        assert!(
            vary.and_then(|vary| Study::of(&NOMINA).vary(vec![vary]))
                .is_err(),
            "{text}"
        );
    }
}
