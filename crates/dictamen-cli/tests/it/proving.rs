//! `dictamen mutate` and `dictamen test --coverage`: whether cases are worth something.

use std::fs;

use serde_json::Value;

use crate::support::Place;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn survivors_are_sentences_and_written_cases_kill_them() {
    let place = Place::new();
    let ran = place.run("mutate demo");
    assert_eq!(ran.code, 4, "{}", ran.err);
    let sentence = "`min_weeks` 26 → 25 changes nothing that a case expects";
    assert!(ran.out.contains(sentence), "{}", ran.out);
    insta::assert_snapshot!(ran.out);

    let ran = place.run("mutate demo --write-cases rules/demo/cases/boundary --format json");
    assert_eq!(ran.code, 4, "{}", ran.err);
    let found = json(&ran.out);
    let number = |key: &str| usize::try_from(found[key].as_u64().unwrap()).unwrap();
    let survivors = found["survivors"].as_array().unwrap();
    assert_eq!(
        number("total"),
        number("killed") + number("equivalent") + survivors.len()
    );
    let with_case = survivors.iter().filter(|s| !s["case"].is_null()).count();
    assert_eq!(with_case, survivors.len());
    assert!(!found["written"].as_array().unwrap().is_empty());

    let tested = place.run("test demo --format json");
    assert_eq!(tested.code, 0, "{}", tested.out);
    let ran = place.run("mutate demo");
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.out.contains("0 survived"), "{}", ran.out);
}

#[test]
fn nothing_is_written_over() {
    let place = Place::new();
    place.write("elsewhere/K01-boundary-1.toml", "mine");
    let ran = place.run("mutate demo --write-cases elsewhere");
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.err.contains("K01-boundary-1.toml"), "{}", ran.err);
    let kept = fs::read_to_string(place.0.path().join("elsewhere/K01-boundary-1.toml")).unwrap();
    assert_eq!(kept, "mine");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let place = Place::new();
    let one = place.run("mutate demo --format json --jobs 1");
    assert_eq!(one.out, place.run("mutate demo --format json --jobs 3").out);
    assert_eq!(place.run("mutate demo --jobs 0").code, 2);
}

#[test]
fn cases_that_fail_prove_nothing() {
    let place = Place::new();
    place.edit("rules/demo/cases/counter.toml", "COUNTER", "DECLINE");
    let ran = place.run("mutate demo");
    assert_eq!((ran.code, ran.out.as_str()), (4, ""));
    assert!(ran.err.contains("dictamen test demo"), "{}", ran.err);
}

#[test]
fn gaps_are_shown_in_the_script() {
    let place = Place::new();
    let ran = place.run("test demo --coverage");
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!(ran.out);
    let found = json(&place.run("test demo --coverage --format json").out);
    let covered = &found["coverage"][0];
    assert_eq!(covered["policy"], "demo");
    let rules = &covered["summary"]["rules"];
    assert!(rules["covered"].as_u64() < rules["total"].as_u64());
    let states = ["covered", "uncovered", "unreachable"];
    for item in covered["items"].as_array().unwrap() {
        assert!(states.contains(&item["state"].as_str().unwrap()));
        assert!(item["span"]["line"].as_u64().unwrap() > 0, "{item}");
    }
    // Without being asked for, coverage is not there.
    assert!(json(&place.run("test demo --format json").out)["coverage"].is_null());
}

#[test]
fn a_page_of_its_own() {
    let place = Place::new();
    let ran = place.run("test demo --coverage --format html --output page.html");
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    let page = fs::read_to_string(place.0.path().join("page.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("class=\"line gap\""));
    assert!(!page.contains("src=") && !page.contains("href="));
    let ran = place.run("test demo --format html");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("--coverage"), "{}", ran.err);
    let ran = place.run("test demo --output no/such/folder/cases.txt");
    assert_eq!(ran.code, 1, "{}", ran.err);
}

#[test]
fn build_servers_read_junit() {
    let place = Place::new();
    place.write(
        "rules/demo/cases/wrong.toml",
        "title = \"A <wrong> & \\\"quoted\\\" case\"\nbase = \"base/none.json\"\n[expect]\noutcome = \"REFER\"\n",
    );
    place.edit("rules/demo/cases/counter.toml", "COUNTER", "DECLINE");
    let ran = place.run("test demo --format junit");
    assert_eq!(ran.code, 4, "{}", ran.err);
    insta::assert_snapshot!(ran.out);
}
