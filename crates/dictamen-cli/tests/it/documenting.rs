//! `dictamen doc`.

use std::fs;

use crate::support::Place;

#[test]
fn a_policy_is_written_to_standard_output_or_a_file() {
    let place = Place::new();
    let spanish = place.run("doc demo");
    assert_eq!((spanish.code, spanish.err.as_str()), (0, ""));
    assert!(spanish.out.starts_with("# Política de crédito demo\n"));
    let english = place.run("doc demo --lang en");
    assert!(english.out.starts_with("# Credit policy demo\n"));
    let page = place.run("doc demo@1.0.0 --format html --output demo.html");
    assert_eq!((page.code, page.out.as_str()), (0, ""), "{}", page.err);
    let page = fs::read_to_string(place.0.path().join("demo.html")).unwrap();
    assert!(page.starts_with("<!doctype html>\n<html lang=\"es-MX\">"));
}

#[test]
fn what_cannot_be_written_about() {
    let place = Place::new();
    for (line, code, says) in [
        ("doc", 2, "required"),
        ("doc dem", 2, "did you mean `demo`?"),
        ("doc demo@9", 2, "has no version `9`"),
        ("doc demo --lang fr", 2, "es-MX"),
        ("doc demo --rules nowhere", 1, "cannot read `nowhere`"),
        (
            "doc demo --output nowhere/demo.md",
            1,
            "cannot write `nowhere/demo.md`",
        ),
    ] {
        let ran = place.run(line);
        assert_eq!(ran.code, code, "{line}");
        assert!(ran.err.contains(says), "{line}: {}", ran.err);
    }
    place.edit("rules/demo/policy.rhai", "policy(", "polizy(");
    let ran = place.run("doc demo");
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("does not load"), "{}", ran.err);
}
