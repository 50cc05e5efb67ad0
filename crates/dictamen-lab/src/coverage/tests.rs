//! Coverage of small policies whose gaps are known.

use std::fmt::Write as _;

use dictamen_engine::{Policy, PolicySource};
use proptest::prelude::*;

use super::{Coverage, Item, Kind, State, html, run};
use crate::tests::{self as made, PARAMETERS, add_cases, fact};

const BODY: &str = r#"{"application": {"application_id": "T-1", "requested_amount": "20000",
  "requested_term_months": 12}, "employment_records": [], "as_of": "2026-09-15"}"#;

const SCRIPT: &str = r#"policy("t", "1");
fn weeks(a) {
    if a.employed_now ?? false { a.weeks_total } else { 0 }
}
stage("FIRST", DECLINE, [
    rule("K01", |a| a.jobs_listed > 3 && (a.weeks_total < 26 || a.status_conflict)),
]);
stage("SECOND", REFER, [
    rule("R01", |a| weeks(a) > 100),
    rule("R02", |a| a.jobs_listed > 3 && a.weeks_total < 20),
]);
scorecard(0, [characteristic("S10", |a| a.jobs_listed, [[0, 10], [2, 20], [3, 30]], missing(5))]);
bands([band("A", 20, #{ most: 1000 }), band("B", 0, DECLINE, "S00", 1)]);
offer(|a, band| {
    if a.requested_amount < 100 { return decline("A01"); }
    let amount = min(a.requested_amount, band.most);
    grant(#{ amount: amount, term_months: a.requested_term_months, annual_rate: 0.3, monthly_payment: amount / 12 },
        [when("L01", amount < a.requested_amount)])
});"#;

fn covered(cases: &[&str]) -> (Coverage, PolicySource) {
    let mut reasons = String::new();
    for code in ["K01", "R01", "R02", "S10", "S00", "A01", "L01"] {
        let _ = writeln!(reasons, "[{code}]\nes-MX = \"Uno\"\nen = \"One\"");
    }
    let mut source = PolicySource::new();
    source.insert("policy.rhai", SCRIPT.as_bytes());
    source.insert("reasons.toml", reasons.as_bytes());
    source.insert("cases/base/body.json", BODY.as_bytes());
    for (i, facts) in cases.iter().enumerate() {
        let (missing, facts) = facts.split_once('|').unwrap_or(("", facts));
        let text = format!(
            "title = \"t\"\nbase = \"base/body.json\"\nmissing = [{missing}]\n[characteristics]\n{facts}\n\
             [expect]\noutcome = \"REFER\"\n"
        );
        source.insert(format!("cases/c{i}.toml"), text.as_bytes());
    }
    let policy = Policy::load(&source).unwrap().policy;
    (run(&policy, &source, &PARAMETERS), source)
}

fn item<'c>(coverage: &'c Coverage, kind: Kind, subject: &str, what: &str) -> &'c Item {
    let found = coverage
        .items
        .iter()
        .find(|item| item.kind == kind && item.subject == subject && item.what == what);
    found.unwrap_or_else(|| panic!("{subject} {what} is not in {:#?}", coverage.items))
}

#[test]
fn without_cases_everything_that_can_be_reached_is_a_gap() {
    let (found, _) = covered(&[]);
    assert!(found.items.iter().all(|item| item.state != State::Covered));
    let mut text = String::new();
    for item in &found.items {
        let Item {
            subject,
            what,
            state,
            needs,
            span,
            ..
        } = item;
        let at = span.as_ref().map(|span| (span.line, span.column));
        let needs = needs.as_deref().unwrap_or_default();
        let _ = writeln!(text, "{at:?} {state:?} {subject} {what}: {needs}");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_condition_is_effective_only_when_a_pair_shows_it() {
    let many = "jobs_listed = 4\nweeks_total = 30\nstatus_conflict = ";
    let few = "jobs_listed = 4\nweeks_total = 10\nstatus_conflict = true";
    let effect = "is settled by `a.status_conflict` alone";
    // With few weeks the conflict settles nothing.
    let (found, _) = covered(&[few, &format!("{many}false")]);
    let seen = item(
        &found,
        Kind::Conditions,
        "rule K01",
        "has `a.status_conflict` true",
    );
    assert_eq!(seen.state, State::Covered);
    assert_eq!(
        item(&found, Kind::Effects, "rule K01", effect).state,
        State::Uncovered
    );
    let (found, _) = covered(&[&format!("{many}false"), &format!("{many}true")]);
    let shown = item(&found, Kind::Effects, "rule K01", effect);
    assert_eq!(shown.shown_by, ["cases/c1.toml", "cases/c0.toml"]);
    // Unknown is neither of them.
    let unknown = "\"weeks_total\"|jobs_listed = 4\nstatus_conflict = false";
    let (found, _) = covered(&[unknown]);
    let verdict = item(&found, Kind::Rules, "rule K01", "is undecided");
    assert_eq!(verdict.state, State::Covered);
    let weeks = item(
        &found,
        Kind::Conditions,
        "rule K01",
        "has `a.weeks_total < 26` false",
    );
    assert_eq!(weeks.state, State::Uncovered);
}

#[test]
fn what_the_run_does_not_get_to_is_not_covered() {
    // Declined at once: the second stage is not met, though its conditions would hold.
    let (found, _) = covered(&["jobs_listed = 4\nweeks_total = 10"]);
    assert_eq!(
        item(&found, Kind::Rules, "rule K01", "fires").state,
        State::Covered
    );
    let later = item(&found, Kind::Rules, "rule R02", "passes");
    assert_eq!(later.state, State::Uncovered);
    // Nobody gets there: the first stage declines whoever would be met.
    let never = item(&found, Kind::Rules, "rule R02", "fires");
    assert_eq!(never.state, State::Unreachable);
}

#[test]
fn choices_bins_bands_and_offers() {
    let (found, source) = covered(&[
        "jobs_listed = 2\nemployed_now = true\nweeks_total = 30\nrequested_amount = \"50\"",
        "\"jobs_listed\", \"employed_now\"|weeks_total = 30",
        "jobs_listed = 3\nemployed_now = false\nweeks_total = 30",
    ]);
    let state = |kind, subject: &str, what: &str| item(&found, kind, subject, what).state;
    let taken = "goes on where `a.employed_now ?? false` holds";
    assert_eq!(state(Kind::Branches, "rule R01", taken), State::Covered);
    let other = "goes on where `a.employed_now ?? false` does not hold";
    assert_eq!(state(Kind::Branches, "rule R01", other), State::Covered);
    let ends = state(Kind::Branches, "the offer", "ends with A01");
    assert_eq!(ends, State::Covered);
    assert_eq!(state(Kind::Branches, "the offer", "grants"), State::Covered);
    let bin = |low| {
        state(
            Kind::Bins,
            "S10",
            &format!("gives the points of the bin from {low}"),
        )
    };
    assert_eq!(
        [bin(0), bin(2), bin(3)],
        [State::Uncovered, State::Covered, State::Covered]
    );
    assert_eq!(state(Kind::Bands, "band A", "is reached"), State::Covered);
    assert_eq!(state(Kind::Bands, "band B", "is reached"), State::Uncovered);
    let page = html(&[(&found, &source)]);
    assert!(page.contains("<mark>") && page.contains("a.requested_amount &lt; 100"));
    assert!(!page.contains("http"), "nothing from elsewhere");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn nobody_gets_where_nobody_is_said_to_get(
        script in made::script(),
        few in prop::collection::vec(fact(), 1..4),
        many in prop::collection::vec(fact(), 80),
    ) {
        let Ok(loaded) = Policy::load(&made::source(&script)) else { return Ok(()) };
        let covered = |applicants: &[_]| {
            let mut source = made::source(&script);
            add_cases(&mut source, &loaded.policy, applicants);
            run(&loaded.policy, &source, &PARAMETERS)
        };
        let (few, many) = (covered(&few), covered(&many));
        prop_assert_eq!(few.items.len(), many.items.len());
        for (one, other) in few.items.iter().zip(&many.items) {
            prop_assert_eq!(&one.what, &other.what);
            let reached = other.state == State::Covered;
            let never = one.state == State::Unreachable;
            prop_assert!(!(never && reached), "{} {} by {:?}\n{script}", one.subject, one.what, other.shown_by);
        }
    }
}

#[test]
fn a_rounded_value_may_settle_a_rule() {
    let script = made_rule("a.weeks_total <= 2 && floor_to(a.weeks_total, 2) <= 0");
    let policy = Policy::load(&made::source(&script)).unwrap().policy;
    let reach = super::reach::Reach::new(policy.declaration());
    let at = crate::mutate::At::Rule { stage: 0, rule: 0 };
    for comes in [dictamen_engine::Comes::True, dictamen_engine::Comes::False] {
        assert!(reach.node_comes(at, &[1], comes), "{comes:?}");
        assert!(reach.decides(at, &vec![1], comes), "{comes:?}");
    }
}

fn made_rule(condition: &str) -> String {
    format!(
        "policy(\"t\", \"1\");\nstage(\"FIRST\", DECLINE, [rule(\"K01\", |a| {condition})]);\n\
         otherwise(APPROVE);"
    )
}
