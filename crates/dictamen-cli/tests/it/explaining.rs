//! `dictamen explain`: why, what would change it, and the letter.

use std::fs;

use serde_json::Value;

use crate::support::Place;

#[test]
fn a_decision_is_explained() {
    let place = Place::new();
    let ran = place.run("explain --policy demo --input request.json");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!("explained", ran.out);
    let english = place.run("explain --policy demo --input request.json --lang en --format json");
    let found: Value = serde_json::from_str(&english.out).unwrap();
    assert_eq!(found["language"], "en");
    assert!(found["decisions_made"].as_u64().unwrap() <= 2_500);
    let decided = place.run("decide --policy demo --input request.json --format json");
    let decided: Value = serde_json::from_str(&decided.out).unwrap();
    for same in [
        "decision_id",
        "outcome",
        "score",
        "band",
        "reasons",
        "as_of",
    ] {
        assert_eq!(found[same], decided[same], "{same}");
    }
}

#[test]
fn a_letter_is_written_by_the_ending_of_its_name() {
    let place = Place::new();
    let line = "explain --policy demo --input request.json --letter";
    for (name, begins) in [
        ("l.md", "# Respuesta"),
        ("l.html", "<!doctype html>"),
        ("l.pdf", "%PDF-"),
    ] {
        let ran = place.run(&format!("{line} {name}"));
        assert_eq!(ran.code, 0, "{}", ran.err);
        let bytes = fs::read(place.0.path().join(name)).unwrap();
        assert!(bytes.starts_with(begins.as_bytes()), "{name}");
    }
    // The lender's own comes first; one that is named, before it.
    place.write("rules/demo/letter.md", "Estimado cliente: {{outcome}}.\n");
    place.run(&format!("{line} own.md"));
    let own = fs::read_to_string(place.0.path().join("own.md")).unwrap();
    assert!(own.starts_with("Estimado cliente: "), "{own}");
    place.write("mine.md", "Code: {{reason_codes}}\n");
    place.run(&format!("{line} mine-filled.md --template mine.md"));
    let mine = fs::read_to_string(place.0.path().join("mine-filled.md")).unwrap();
    assert!(mine.starts_with("Code: "), "{mine}");
}

#[test]
fn what_cannot_be_explained_or_written() {
    let place = Place::new();
    place.write("wrong.md", "{{outcom}}\n{{#ofer}}\n");
    for (line, code, says) in [
        ("", 2, "required"),
        (
            "--policy dem --input request.json",
            2,
            "did you mean `demo`?",
        ),
        ("--policy demo", 2, "there is nothing to decide on"),
        ("--policy demo --input request.json --lang fr", 2, "es-MX"),
        (
            "--policy demo --input request.json --letter l.doc",
            2,
            ".md, .html or .pdf",
        ),
        (
            "--policy demo --input request.json --letter no/l.pdf",
            1,
            "cannot write `no/l.pdf`",
        ),
        (
            "--policy demo --input request.json --template wrong.md",
            2,
            "--letter",
        ),
        (
            "--policy demo --input request.json --letter l.md --template wrong.md",
            3,
            "wrong.md:1: there is no placeholder `outcom`; did you mean `outcome`?",
        ),
        (
            "--policy demo --input request.json --letter l.md --template no.md",
            1,
            "cannot read `no.md`",
        ),
    ] {
        let ran = place.run(&format!("explain {line}"));
        assert_eq!(ran.code, code, "{line}: {}", ran.err);
        assert!(ran.err.contains(says), "{line}: {}", ran.err);
    }
}
