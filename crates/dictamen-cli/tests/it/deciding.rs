//! `dictamen decide` and `dictamen characteristics`.

use dictamen_server::{
    answer::{self, Explain},
    rules::{RuleBook, RulesSource},
};
use serde_json::Value;

use crate::support::{Place, REQUEST};

const DECIDE: &str = "decide --policy demo --input request.json";

#[test]
fn a_decision_for_people() {
    let place = Place::new();
    let ran = place.run(DECIDE);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(!ran.out.contains('\u{1b}'), "colours into a file");
    insta::assert_snapshot!(without_id(&ran.out));
}

#[test]
fn a_decision_explained() {
    let place = Place::new();
    let ran = place.run(&format!("{DECIDE} --explain"));
    let (explained, facts) = ran.out.split_once("\nCharacteristics\n").unwrap();
    insta::assert_snapshot!(without_id(explained));
    assert!(facts.contains("weeks_total"), "{facts}");
}

/// The text without the id of the decision, which changes with every characteristic added.
fn without_id(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("decision "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_json_is_what_the_service_answers() {
    let place = Place::new();
    let source = RulesSource::read(&place.0.path().join("rules")).unwrap();
    let book = RuleBook::build(&RuleBook::default(), &source);
    let request = dictamen_model::DecisionRequest::parse(REQUEST.as_bytes()).unwrap();
    let decided = dictamen_lab::pipeline::decide(
        &book.policy("demo").unwrap().live().unwrap().policy,
        &request,
        request.as_of.unwrap(),
        &book.parameters().unwrap().parameters,
    )
    .unwrap();
    for (flag, explain) in [("", Explain::None), ("--explain", Explain::Full)] {
        let ran = place.run(&format!("{DECIDE} --format json {flag}"));
        assert_eq!(
            ran.out.as_bytes(),
            answer::write(&decided.decision, Some(&decided.trace), explain).unwrap()
        );
    }
}

#[test]
fn input_from_standard_input_or_in_parts_is_the_same_input() {
    let place = Place::new();
    let whole = place.run(&format!("{DECIDE} --format json")).out;
    let piped = place.run_with(
        "decide --policy demo@1.0.0 --input - --format json",
        REQUEST,
    );
    assert_eq!(piped.out, whole);

    let request: Value = serde_json::from_str(REQUEST).unwrap();
    place.write("application.json", &request["application"].to_string());
    place.write("record.json", &request["employment_records"].to_string());
    let parts = "decide --policy demo --record record.json --application application.json \
                 --as-of 2026-09-15 --format json";
    assert_eq!(place.run(parts).out, whole);
}

#[test]
fn the_outcome_as_exit_code() {
    let place = Place::new();
    assert_eq!(place.run(&format!("{DECIDE} --exit-outcome")).code, 0);
    let invalid = REQUEST.replace("PERL910314MJCXNC04", "PERL910314MJCXNC05");
    place.write("request.json", &invalid);
    assert_eq!(place.run(DECIDE).code, 0);
    assert_eq!(place.run(&format!("{DECIDE} --exit-outcome")).code, 10);
    place.write("request.json", REQUEST);
    place.edit("rules/demo/policy.rhai", "26, \"weeks\"", "2600, \"weeks\"");
    assert_eq!(place.run(&format!("{DECIDE} --exit-outcome")).code, 11);
}

#[test]
fn input_that_is_not_valid() {
    let place = Place::new();
    for (name, text) in [
        ("not json", "{"),
        ("nothing of it", "{}"),
        (
            "misspelt",
            &REQUEST.replace("requested_amount", "requestd_amount"),
        ),
        (
            "personal",
            &REQUEST.replace("80000", "\"PERL910314MJCXNC04\""),
        ),
    ] {
        place.write("request.json", text);
        let ran = place.run(DECIDE);
        assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{name}");
        assert!(!ran.err.contains("PERL"), "{}", ran.err);
        insta::assert_snapshot!(name, ran.err);
    }
    place.write("request.json", &REQUEST.replace("2026-09-1", "2031-09-1"));
    let ran = place.run(DECIDE);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("covers"), "{}", ran.err);
}

#[test]
fn questions_that_cannot_be_asked() {
    let place = Place::new();
    for (line, code, says) in [
        (
            "decide --policy dem --input request.json",
            2,
            "did you mean `demo`?",
        ),
        (
            "decide --policy demo@9 --input request.json",
            2,
            "no version `9`",
        ),
        ("decide --policy demo", 2, "--input FILE"),
        (
            "decide --policy demo --record request.json",
            2,
            "--application",
        ),
        (
            "decide --policy demo --input none.json",
            1,
            "cannot read `none.json`",
        ),
        (
            "decide --policy demo --input request.json --rules none",
            1,
            "cannot read `none`",
        ),
        (
            "decide --policy demo --input request.json --as-of 2026-09-14",
            2,
            "different days",
        ),
        (
            "decide --policy demo --input request.json --as-of 2026-02-30",
            2,
            "--as-of",
        ),
    ] {
        let ran = place.run(line);
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (code, ""),
            "{line}: {}",
            ran.err
        );
        assert!(ran.err.contains(says), "{line}: {}", ran.err);
    }
}

#[test]
fn characteristics_are_listed_described_and_computed() {
    let place = Place::new();
    let list = place.run("characteristics").out;
    assert!(list.lines().count() > 40);
    let one = place.run("characteristics weeks_total");
    insta::assert_snapshot!(one.out);
    let unknown = place.run("characteristics week_total");
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("did you mean `weeks_total`?"));

    let computed = place.run("characteristics weeks_total --input request.json");
    assert_eq!(computed.out, "as of 2026-09-15\n  weeks_total  485 weeks\n");
    let json = place.run("characteristics --input request.json --format json");
    let json: Value = serde_json::from_str(&json.out).unwrap();
    let decision = place.run(&format!("{DECIDE} --format json"));
    let decision: Value = serde_json::from_str(&decision.out).unwrap();
    assert_eq!(json["characteristics"], decision["characteristics"]);
}
