//! `dictamen verify`: what policies promise.

use serde_json::Value;

use crate::support::Place;

#[test]
fn a_policy_without_promises_is_held_to_those_of_every_policy() {
    let place = Place::new();
    // It offers two years to whoever asks for less, which no offer may.
    let ran = place.run("verify");
    assert_eq!(ran.code, 4, "{}{}", ran.out, ran.err);
    insta::assert_snapshot!("verified", ran.out);
    let json: Value = serde_json::from_str(&place.run("verify demo --format json").out).unwrap();
    assert_eq!(json["refuted"], 1);
    assert_eq!(json["policies"][0]["policy"], "demo");
    assert_eq!(json["policies"][0]["promises"][1]["verdict"], "proved");
    place.write(
        "rules/demo/invariants.rhai",
        "assume(|a| a.requested_term_months == 24 && a.requested_amount >= 1000);\n",
    );
    let ran = place.run("verify");
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(
        ran.out.contains("8 proved, 0 refuted, 0 not decided"),
        "{}",
        ran.out
    );
}

#[test]
fn a_refuted_promise_is_shown_and_ends_with_4() {
    let place = Place::new();
    let promises = "never(|a, d| d.outcome == APPROVE, \"nobody is approved\");\n\
        monotone(\"weeks_total\", DOWN, \"fewer weeks are better\");\n";
    place.write("rules/demo/invariants.rhai", promises);
    let before = place.run("check demo --format json").out;
    let ran = place.run("verify demo");
    assert_eq!(ran.code, 4, "{}", ran.err);
    insta::assert_snapshot!("refuted", ran.out);
    // What is promised is no part of what decides.
    place.write("rules/demo/invariants.rhai", "");
    let hash = |text: &str| {
        let found: Value = serde_json::from_str(text).unwrap();
        found["folders"]["demo"]["policy"]["hash"].clone()
    };
    assert_eq!(
        hash(&before),
        hash(&place.run("check demo --format json").out)
    );
}

#[test]
fn a_mistake_in_the_promises_is_found_by_check_and_verify() {
    let place = Place::new();
    place.write(
        "rules/demo/invariants.rhai",
        "never(|a, d| d.outcom == APPROVE);\n",
    );
    for line in ["check demo", "verify demo"] {
        let ran = place.run(line);
        assert_eq!(ran.code, 3, "{line}");
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains("rules/demo/invariants.rhai:1:16"), "{said}");
        assert!(said.contains("did you mean `outcome`?"), "{said}");
    }
    // It decides all the same.
    let decided = place.run("decide --policy demo --input request.json");
    assert_eq!(decided.code, 0, "{}", decided.err);
    let ran = place.run("verify dmo");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("did you mean `demo`?"), "{}", ran.err);
}
