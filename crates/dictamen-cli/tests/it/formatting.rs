//! `dictamen fmt`.

use std::fs;

use crate::support::Place;

const SCRIPT: &str = "rules/demo/policy.rhai";

fn read(place: &Place, file: &str) -> String {
    fs::read_to_string(place.0.path().join(file)).unwrap()
}

#[test]
fn scripts_are_formatted_and_checked() {
    let place = Place::new();
    let original = read(&place, SCRIPT);
    let ran = place.run("fmt --check");
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "1 scripts, 0 to change\n")
    );

    place.edit(SCRIPT, "rule(", "  rule (");
    let untidy = read(&place, SCRIPT);
    let ran = place.run("fmt --check");
    assert_eq!(ran.code, 4);
    assert_eq!(
        ran.out,
        format!("not formatted {SCRIPT}\n1 scripts, 1 to change\n")
    );
    assert_eq!(read(&place, SCRIPT), untidy);

    let ran = place.run("fmt demo");
    assert_eq!(ran.code, 0);
    assert_eq!(
        ran.out,
        format!("formatted {SCRIPT}\n1 scripts, 1 changed\n")
    );
    assert_eq!(read(&place, SCRIPT), original);
}

#[test]
fn files_by_name_in_and_out_of_a_policy() {
    let place = Place::new();
    place.write("draft.rhai", "let x=1;");
    place.write("rules/demo/parts/more.rhai", "fn f( a ){a}");
    let ran = place.run("fmt draft.rhai --rules nowhere");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(read(&place, "draft.rhai"), "let x = 1;\n");
    let ran = place.run("fmt draft.rhai demo");
    assert!(ran.out.ends_with("3 scripts, 1 changed\n"), "{}", ran.out);
    assert_eq!(
        read(&place, "rules/demo/parts/more.rhai"),
        "fn f(a) { a }\n"
    );
}

#[test]
fn what_cannot_be_formatted_is_left_alone() {
    let place = Place::new();
    place.write("rules/demo/bad.rhai", "let x = (1;\nlet y=\"é");
    place.write("rules/demo/worse.rhai", "fn f(a) { a\n");
    fs::write(place.0.path().join("rules/demo/latin.rhai"), b"// caf\xe9").unwrap();
    place.edit(SCRIPT, "rule(", "rule (");
    let ran = place.run("fmt --check");
    assert_eq!(ran.code, 3);
    insta::assert_snapshot!(ran.err);
    let ran = place.run("fmt");
    assert_eq!(ran.code, 3);
    assert!(ran.out.contains("4 scripts, 1 changed"), "{}", ran.out);
    assert_eq!(
        read(&place, "rules/demo/bad.rhai"),
        "let x = (1;\nlet y=\"é"
    );

    for (line, code, says) in [
        ("fmt nothing.rhai", 1, "cannot read `nothing.rhai`"),
        ("fmt dem", 2, "did you mean `demo`?"),
        ("fmt --rules nowhere", 1, "cannot read `nowhere`"),
    ] {
        let ran = place.run(line);
        assert_eq!(ran.code, code, "{line}");
        assert!(ran.err.contains(says), "{line}: {}", ran.err);
    }
}
