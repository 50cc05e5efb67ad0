//! How a run goes: stages, scorecard, bands, offer, and what ends it.

use std::sync::Arc;

use dictamen_engine::{Outcome, Policy, Verdict};
use dictamen_model::characteristic::{Characteristics, Value};
use proptest::prelude::*;

use crate::support::{decide, facts, folder, line, one_rule, policy};

fn int(n: i64) -> Value {
    Value::Int(n)
}

fn dec(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

#[test]
fn the_first_stage_that_fires_ends_the_run_with_all_its_codes() {
    let policy = policy(
        r#"policy("t", "1");
stage("FIRST", REFER, [rule("K01", |a| a.current_jobs > 5), rule("K02", |a| a.current_jobs > 3), rule("L01", |a| a.current_jobs > 4)]);
stage("SECOND", DECLINE, [rule("A01", |a| a.current_jobs > 2)]);
otherwise(APPROVE);"#,
    );
    let at = |n| decide(&policy, &facts(&[("current_jobs", int(n))]));
    assert_eq!(line(&at(5)), r#"REFER FIRST ["K02", "L01"]"#);
    assert_eq!(line(&at(3)), r#"DECLINE SECOND ["A01"]"#);
    assert_eq!(line(&at(2)), "APPROVE END []");
    let verdicts: Vec<Verdict> = at(5).trace.rules.iter().map(|r| r.verdict).collect();
    assert_eq!(
        verdicts,
        [
            Verdict::Passed,
            Verdict::Fired,
            Verdict::Fired,
            Verdict::NotReached
        ]
    );
}

#[test]
fn a_rule_that_fires_decides_beside_one_that_is_undecided() {
    let policy = policy(
        r#"policy("t", "1");
stage("K", DECLINE, [rule("K01", |a| a.weeks_total < 26), rule("K02", |a| a.current_jobs > 2)]);
otherwise(APPROVE);"#,
    );
    let decided = decide(&policy, &facts(&[("current_jobs", int(3))]));
    assert_eq!(line(&decided), r#"DECLINE K ["K02"]"#);
    assert_eq!(decided.decision.missing.len(), 1);
}

const LANGUAGE: &str = r#"policy("t", "1");
let least = param("least", 26, "weeks", "manual");
fn band_of(weeks) {
    if weeks < 10 { return "low"; }
    if weeks < 20 { "middle" } else { "high" }
}
fn young(a) { a.age_years < 25 }
stage("K", DECLINE, [rule("K01", |a| CONDITION)]);
otherwise(APPROVE);"#;

/// Whether a condition holds for 15 weeks, 2 jobs, a density of 0.5, aged 30, at IMSS.
fn holds(condition: &str) -> Option<bool> {
    let policy = policy(&LANGUAGE.replace("CONDITION", condition));
    let facts = facts(&[
        ("weeks_total", int(15)),
        ("current_jobs", int(2)),
        ("density_12m", dec("0.5")),
        ("age_years", int(30)),
        ("institution", Value::from("imss")),
        ("employed_now", Value::Bool(true)),
        ("ref_date", Value::Date("2026-09-10".parse().unwrap())),
        (
            "first_registration_date",
            Value::Date("2026-01-01".parse().unwrap()),
        ),
    ]);
    match decide(&policy, &facts).decision.outcome {
        Outcome::Decline => Some(true),
        Outcome::Approve => Some(false),
        _ => None,
    }
}

#[test]
fn the_deciding_language_means_what_it_says() {
    for (condition, expected) in [
        ("a.weeks_total < least", Some(true)),
        ("a.weeks_total >= 15.0 && a.weeks_total <= 15", Some(true)),
        ("!(a.weeks_total != 15)", Some(true)),
        (
            "a.weeks_total + 1 == 16 && a.weeks_total - 1 == 14 && a.weeks_total * 2 == 30 && a.weeks_total % 4 == 3",
            Some(true),
        ),
        ("-a.weeks_total < -14.5", Some(true)),
        ("band_of(a.weeks_total) == \"middle\"", Some(true)),
        (
            "band_of(5) == \"low\" && band_of(25) == \"high\"",
            Some(true),
        ),
        ("young(a)", Some(false)),
        ("a.weeks_total in 10..15", Some(false)),
        ("a.weeks_total in 10..=15", Some(true)),
        ("a.weeks_total in [1, 15, 20]", Some(true)),
        ("a.institution in [\"imss\", \"issste\"]", Some(true)),
        ("a.weeks_total !in [1, 2]", Some(true)),
        (
            "{ let x = a.weeks_total * 2; let y = x + 1; y == 31 }",
            Some(true),
        ),
        (
            "if a.employed_now { a.age_years == 30 } else { false }",
            Some(true),
        ),
        (
            "{ if a.age_years > 90 { return true; } a.current_jobs > 5 }",
            Some(false),
        ),
        (
            "switch a.current_jobs { 1 => true, 2 => false, _ => true }",
            Some(false),
        ),
        (
            "switch a.weeks_total { 0..10 => false, 10..=15 if a.age_years == 30 => true, _ => false }",
            Some(true),
        ),
        (
            "switch a.employed_now { true => a.age_years == 30, false => false }",
            Some(true),
        ),
        (
            "switch a.institution { \"imss\" => true, _ => false }",
            Some(true),
        ),
        (
            "(a.belvo_score_12m ?? a.belvo_score_6m ?? 400) == 400",
            Some(true),
        ),
        (
            "min(a.weeks_total, 7) == 7 && max(a.weeks_total, 7.5) == 15",
            Some(true),
        ),
        ("abs(a.age_years - 40) == 10", Some(true)),
        (
            "floor_to(1234.56, 500) == 1000 && ceil_to(1234.56, 500) == 1500 && floor_to(-1, 500) == -500",
            Some(true),
        ),
        (
            "round_half_up(2.5, 0) == 3 && round_half_up(-2.5, 0) == -3 && round_half_up(1.005, 2) == 1.01",
            Some(true),
        ),
        (
            "round_half_up(annuity_factor(0.0348, 36), 3) == 20.349",
            Some(true),
        ),
        ("annuity_factor(0, 12) == 12", Some(true)),
        (
            "days_between(a.first_registration_date, a.ref_date) == 252",
            Some(true),
        ),
        ("a.ref_date > date(\"2026-09-09\")", Some(true)),
        ("a.weeks_total.max(100) == 100", Some(true)),
        // Missing on purpose:
        ("a.belvo_score_12m > 5", None),
        ("if a.belvo_score_12m > 5 { true } else { false }", None),
        ("{ if a.belvo_score_12m > 5 { return true; } false }", None),
        ("{ let x = a.belvo_score_12m; is_missing(x) }", Some(true)),
        ("a.belvo_score_12m in [1, 2]", None),
        ("switch a.belvo_score_12m { 1 => true, _ => false }", None),
        ("min(a.belvo_score_12m, 3) > 1", None),
    ] {
        assert_eq!(holds(condition), expected, "{condition}");
    }
}

#[test]
fn tables_are_read_by_key_by_range_and_in_loops() {
    let mut source = folder(
        r#"policy("t", "1");
let rates = table("rates.csv");
let rules = [];
for row in table("limits.csv") { rules.push(rule(row.code, |a| a.weeks_total < row.least)); }
rules.push(rule("L01", |a| lookup_range(rates, a.weeks_total, "rate") > 0.4));
rules.push(rule("A01", |a| lookup(rates, a.current_jobs, "word") == "hundred"));
stage("K", DECLINE, rules);
otherwise(APPROVE);"#,
    );
    source.insert(
        "rates.csv",
        &b"from,rate,word\n0,0.5,none\n50,0.3,fifty\n100,0.28,hundred\n"[..],
    );
    source.insert("limits.csv", &b"code,least\nK01,10\nK02,20\n"[..]);
    let policy = Policy::load(&source).unwrap().policy;
    let at = |weeks, jobs| {
        line(&decide(
            &policy,
            &facts(&[("weeks_total", int(weeks)), ("current_jobs", int(jobs))]),
        ))
    };
    assert_eq!(at(15, 100), r#"DECLINE K ["K02", "L01", "A01"]"#);
    assert_eq!(at(50, 50), "APPROVE END []");
    // A key the table does not have is missing, not a silent no.
    assert_eq!(at(50, 7), r#"REFER K ["UNDECIDED"]"#);
    assert_eq!(at(-1, 100), r#"DECLINE K ["K01", "K02", "A01"]"#);
}

fn scored() -> Policy {
    policy(
        r#"policy("t", "1");
scorecard(300, [
    characteristic("S10", |a| a.weeks_total, [[0, 0], [52, 10], [104, 30]], missing(5)),
    characteristic("S20", |a| a.density_12m, [[-1, 0], [0.25, 20], [0.5, 40]]),
]);
bands([
    band("A", 360, #{ annual_rate: 0.28, max_term: 48 }),
    band("B", 340, #{ annual_rate: 0.36, max_term: 12 }),
    band("D", 320, REFER, "K01", 1),
    band("E", 300, DECLINE, "K02"),
]);
offer(|a, band| {
    let term = min(a.requested_term_months, band.max_term);
    let amount = min(a.requested_amount, 1000);
    if a.existing_monthly_debt > 500 { return decline("A01"); }
    grant(#{ amount: amount, term_months: term, annual_rate: band.annual_rate, monthly_payment: amount / term },
        [when("L01", amount < a.requested_amount || term < a.requested_term_months)])
});"#,
    )
}

fn applicant(weeks: Value, density: Value, amount: i64, term: i64, debt: i64) -> Characteristics {
    facts(&[
        ("weeks_total", weeks),
        ("density_12m", density),
        ("requested_amount", int(amount)),
        ("requested_term_months", int(term)),
        ("existing_monthly_debt", int(debt)),
    ])
}

#[test]
fn the_score_settles_the_band_and_the_band_the_offer() {
    let policy = scored();
    let decided = decide(&policy, &applicant(int(104), dec("0.5"), 900, 48, 0));
    assert_eq!(line(&decided), "APPROVE OFFER []");
    assert_eq!(
        (decided.decision.score, decided.decision.band.as_deref()),
        (Some(370), Some("A"))
    );
    let offer = decided.decision.offer.unwrap();
    assert_eq!(
        (
            &*offer.amount,
            offer.term_months,
            &*offer.annual_rate,
            &*offer.monthly_payment
        ),
        ("900.00", 48, "0.28", "18.75")
    );

    let decided = decide(&policy, &applicant(int(52), dec("0.49999"), 900, 12, 0));
    assert_eq!(
        line(&decided),
        r#"REFER SCORE ["K01", "S10"]"#,
        "ties in the order written"
    );
    let decided = decide(&policy, &applicant(int(52), dec("0.5"), 900, 24, 0));
    assert_eq!(line(&decided), r#"COUNTER OFFER ["L01"]"#);
    assert_eq!(decided.decision.offer.unwrap().term_months, 12);
    let decided = decide(&policy, &applicant(int(51), dec("0.2499"), 900, 12, 0));
    assert_eq!(line(&decided), r#"DECLINE SCORE ["K02", "S20", "S10"]"#);
    assert_eq!(decided.decision.reasons[1].points_lost, Some(40));
    let decided = decide(&policy, &applicant(int(104), dec("0.5"), 900, 48, 501));
    assert_eq!(line(&decided), r#"DECLINE OFFER ["A01"]"#);
    assert!(decided.decision.offer.is_none());
}

#[test]
fn a_missing_input_takes_its_points_or_refers() {
    let policy = scored();
    let decided = decide(&policy, &applicant(Value::Missing, dec("0.5"), 900, 12, 0));
    assert_eq!(decided.decision.score, Some(345));
    let decided = decide(&policy, &applicant(int(104), Value::Missing, 900, 12, 0));
    assert_eq!(line(&decided), r#"REFER SCORE ["UNDECIDED"]"#);
    assert_eq!(decided.decision.score, None);
    let decided = decide(&policy, &applicant(int(-1), dec("0.5"), 900, 12, 0));
    assert_eq!(
        line(&decided),
        r#"REFER SCORE ["FAILED"]"#,
        "below the first bin"
    );
}

#[test]
fn an_offer_that_makes_no_sense_refers() {
    for (terms, why) in [
        (
            "amount: 0, term_months: 12, annual_rate: 0.2, monthly_payment: 1",
            "the offer grants no amount",
        ),
        (
            "amount: 10, term_months: 12, annual_rate: 28, monthly_payment: 1",
            "the annual rate is above 1,000 %; 28 % is written 0.28",
        ),
        (
            "amount: 10, term_months: 0, annual_rate: 0.2, monthly_payment: 1",
            "the offer has no term",
        ),
        (
            "amount: 10, term_months: 12, annual_rate: 0.2, monthly_payment: 0",
            "the offer has a rate or a payment below zero",
        ),
        (
            "amount: 2000, term_months: 12, annual_rate: 0.2, monthly_payment: 1",
            "the offer grants more than was requested",
        ),
        (
            "amount: 10, term_months: 12, annual_rate: 0.2, monthly_payment: 1",
            "the offer is smaller than requested and no reason says why",
        ),
    ] {
        let policy = policy(&format!(
            "policy(\"t\", \"1\");\nstage(\"K\", DECLINE, [rule(\"K01\", |a| a.current_jobs > 9)]);\noffer(|a| grant(#{{ {terms} }}));"
        ));
        let facts = facts(&[
            ("requested_amount", int(1000)),
            ("requested_term_months", int(12)),
            ("current_jobs", int(1)),
        ]);
        let decided = decide(&policy, &facts);
        assert_eq!(line(&decided), r#"REFER OFFER ["FAILED"]"#, "{terms}");
        assert_eq!(
            decided.trace.rules.last().unwrap().failure.as_deref(),
            Some(why)
        );
    }
}

#[test]
fn a_person_looks_at_a_decline_when_the_applicant_asks() {
    let policy = one_rule("|a| a.current_jobs > 2");
    let asked = facts(&[
        ("current_jobs", int(3)),
        ("human_review_requested", Value::Bool(true)),
    ]);
    assert_eq!(
        line(&decide(&policy, &asked)),
        r#"REFER KNOCKOUT ["HUMAN_REVIEW", "K01"]"#
    );
    let asked = facts(&[
        ("current_jobs", int(2)),
        ("human_review_requested", Value::Bool(true)),
    ]);
    assert_eq!(line(&decide(&policy, &asked)), "APPROVE END []");
}

#[test]
fn the_decision_and_its_trace_are_printed_in_full() {
    let decided = decide(&scored(), &applicant(int(104), dec("0.5"), 2000, 60, 0));
    insta::assert_json_snapshot!("trace", decided.trace);
    let mut decision = serde_json::to_value(&decided.decision).unwrap();
    decision["characteristics"] = serde_json::Value::Null;
    decision["decision_id"] = "…".into();
    decision["input_hash"] = "…".into();
    insta::assert_snapshot!("decision", serde_json::to_string_pretty(&decision).unwrap());
}

#[test]
fn the_trace_shows_conditions_that_are_true_or_false() {
    let policy = one_rule("|a| !a.employed_now && is_missing(a.weeks_total)");
    let decided = decide(&policy, &facts(&[("employed_now", Value::Bool(false))]));
    let met: Vec<(&str, Option<bool>)> = decided.trace.rules[0]
        .comparisons
        .iter()
        .map(|c| (&*c.text, c.holds))
        .collect();
    assert_eq!(
        met,
        [
            ("a.employed_now", Some(false)),
            ("is_missing(a.weeks_total)", Some(true))
        ]
    );
}

#[test]
fn the_trace_calls_values_by_the_names_they_were_given() {
    let policy = policy(
        "policy(\"t\", \"1\");
        fn short(weeks, least) { let years = weeks / 52; years < least && weeks < 500 }
        stage(\"K\", DECLINE, [rule(\"K01\", |a| { let least = a.age_years; short(a.weeks_total + 1, 3) && least > 1 })]);
        otherwise(APPROVE);",
    );
    let known = [("weeks_total", int(51)), ("age_years", int(30))];
    let decided = decide(&policy, &facts(&known));
    let met = decided.trace.rules[0].comparisons.iter();
    let met: Vec<&str> = met.map(|c| &*c.text).collect();
    assert_eq!(met, ["years < least", "weeks < 500", "least > 1"]);
}

#[test]
fn a_decision_names_its_causes() {
    let facts = applicant(int(104), dec("0.5"), 900, 12, 0);
    let (policy, same) = (scored(), scored());
    let bytes = |policy| serde_json::to_string(&decide(policy, &facts).decision).unwrap();
    assert_eq!(
        bytes(&policy),
        bytes(&same),
        "equal inputs give equal bytes"
    );
    let mut other = facts.clone();
    other.set("weeks_total", int(105)).unwrap();
    let (one, two) = (
        decide(&policy, &facts).decision,
        decide(&policy, &other).decision,
    );
    assert_ne!(one.input_hash, two.input_hash);
    assert_ne!(one.decision_id, two.decision_id);
    assert_eq!(one.policy.hash, two.policy.hash);
    let changed = one_rule("|a| a.current_jobs > 2");
    assert_ne!(
        decide(&changed, &facts).decision.policy.hash,
        one.policy.hash
    );
    assert_eq!(decide(&changed, &facts).decision.input_hash, one.input_hash);
}

#[test]
fn cases_and_change_log_are_not_part_of_the_hash() {
    let mut source = folder(
        "policy(\"t\", \"1\");\nstage(\"K\", DECLINE, [rule(\"K01\", |a| a.employed_now)]);\notherwise(APPROVE);",
    );
    let hash = |source: &dictamen_engine::PolicySource| {
        Policy::load(source).unwrap().policy.stamp().hash.clone()
    };
    let before = hash(&source);
    source
        .insert("CHANGELOG.md", &b"x"[..])
        .insert("cases/a.toml", &b"x"[..])
        .insert("cases/t.csv", &b"x"[..]);
    assert_eq!(before, hash(&source));
    source.insert("rates.csv", &b"x\n1\n"[..]);
    assert_ne!(before, hash(&source));
}

#[test]
fn one_policy_serves_many_threads() {
    let policy = Arc::new(scored());
    let expected = serde_json::to_string(
        &decide(&policy, &applicant(int(104), dec("0.5"), 900, 12, 0)).decision,
    )
    .unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let facts = applicant(int(104), dec("0.5"), 900, 12, 0);
                    assert_eq!(
                        serde_json::to_string(&decide(&policy, &facts).decision).unwrap(),
                        expected
                    );
                }
            });
        }
    });
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Missing),
        (-10_i64..200).prop_map(Value::Int),
        any::<i64>().prop_map(Value::Int)
    ]
}

proptest! {
    #[test]
    fn an_added_rule_never_turns_a_decline_into_an_approval(weeks in value(), jobs in value(), least in 0_i64..150, most in 0_i64..5) {
        let stage = |extra: &str| policy(&format!(
            "policy(\"t\", \"1\");\nstage(\"ONE\", REFER, [rule(\"A01\", |a| a.current_jobs > 50)]);\nstage(\"TWO\", DECLINE, [rule(\"K01\", |a| a.weeks_total < {least}){extra}]);\notherwise(APPROVE);"
        ));
        let facts = facts(&[("weeks_total", weeks), ("current_jobs", jobs)]);
        let before = decide(&stage(""), &facts).decision.outcome;
        let after = decide(&stage(&format!(", rule(\"K02\", |a| a.current_jobs > {most} && a.weeks_total * 3 < {least})")), &facts).decision.outcome;
        prop_assert!(after >= before, "{before} became {after}");
    }

    #[test]
    fn decisions_never_panic_and_always_say_why(weeks in value(), density in value(), amount in any::<i64>(), term in any::<i64>(), debt in value()) {
        let facts = facts(&[("weeks_total", weeks), ("requested_amount", int(amount)), ("requested_term_months", int(term))]);
        let mut facts = facts;
        if let Value::Int(n) = density { facts.set("density_12m", int(n)).unwrap(); }
        if let Value::Int(n) = debt { facts.set("existing_monthly_debt", int(n)).unwrap(); }
        let decided = decide(&scored(), &facts);
        prop_assert!(decided.decision.outcome == Outcome::Approve || !decided.decision.reasons.is_empty());
        prop_assert_eq!(decided.decision.offer.is_some(), decided.decision.outcome <= Outcome::Counter);
    }
}

#[test]
fn a_column_of_days_is_compared_and_looked_up_as_days() {
    let mut source = folder(
        "policy(\"t\", \"1\");\nlet days = table(\"days.csv\");\nstage(\"K\", DECLINE, [\n\
         rule(\"K01\", |a| lookup(days, a.ref_date, \"closed\") ?? false),\n\
         rule(\"K02\", |a| (lookup(days, a.ref_date, \"until\") ?? date(\"2000-01-01\")) > a.ref_date),\n\
         ]);\notherwise(APPROVE);",
    );
    source.insert(
        "days.csv",
        &b"day,closed,until\n2026-09-16,true,2026-09-17\n2026-09-17,false,2026-09-17\n2026-09-18,false,2026-09-20\n"[..],
    );
    let policy = Policy::load(&source).map(|l| l.policy);
    let policy = policy.unwrap_or_else(|e| panic!("{}", crate::support::render(&e)));
    let on = |day: &str| {
        let day: chrono::NaiveDate = day.parse().unwrap();
        line(&decide(&policy, &facts(&[("ref_date", day.into())])))
    };
    assert_eq!(on("2026-09-16"), "DECLINE K [\"K01\", \"K02\"]");
    assert_eq!(on("2026-09-17"), "APPROVE END []");
    assert_eq!(on("2026-09-18"), "DECLINE K [\"K02\"]");
    assert_eq!(on("2026-09-19"), "APPROVE END []");
}

#[test]
fn days_among_other_cells_are_texts() {
    let mut source = folder(
        "policy(\"t\", \"1\");\nlet days = table(\"days.csv\");\nstage(\"K\", DECLINE, [\n\
         rule(\"K01\", |a| lookup(days, \"2026-09-16\", \"closed\") == \"2026-9-1\")]);\notherwise(APPROVE);",
    );
    source.insert(
        "days.csv",
        &b"day,closed\n2026-09-16,2026-9-1\nalways,2026-02-28\n"[..],
    );
    let policy = Policy::load(&source).map(|l| l.policy);
    let policy = policy.unwrap_or_else(|e| panic!("{}", crate::support::render(&e)));
    assert_eq!(line(&decide(&policy, &facts(&[]))), "DECLINE K [\"K01\"]");
}

#[test]
fn a_text_that_is_a_param_is_one_wherever_it_is_read() {
    let source = folder(
        r#"policy("t", "1");
let word = param("own_institution", "imss", "code", "manual");
let other = "imss";
stage("K", DECLINE, [
    rule("K01", |a| a.institution != word),
    rule("K02", |a| a.channel == other && a.institution in [word, "issste"]),
]);
otherwise(APPROVE);"#,
    );
    let loaded = Policy::load(&source).unwrap();
    let unused = loaded
        .warnings
        .iter()
        .filter(|d| d.code == "policy::unused-param");
    assert_eq!(unused.count(), 0);
    let decided = decide(&loaded.policy, &facts(&[("institution", "issste".into())]));
    assert_eq!(line(&decided), r#"DECLINE K ["K01"]"#);
    let texts: Vec<&str> = decided.trace.rules[..2]
        .iter()
        .map(|rule| &*rule.comparisons[0].text)
        .collect();
    assert_eq!(
        texts,
        ["a.institution != own_institution", "a.channel == \"imss\""]
    );
}
