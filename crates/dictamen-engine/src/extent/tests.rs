//! How far things reach, in scripts that can be read and in others.

use proptest::prelude::*;

use super::*;

/// What a leaf that begins at `from` covers.
fn leaf<'a>(script: &'a str, from: &str) -> &'a str {
    let byte = script.find(from).unwrap();
    let extents = Extents::new(script);
    let mut reader = Reader::new(script);
    let at = extents.at(reader.point(byte)).unwrap();
    let (_, end) = extents.points((at, extents.leaf(at))).unwrap();
    let end = (byte..=script.len())
        .filter(|byte| script.is_char_boundary(*byte))
        .find(|byte| Reader::new(script).point(*byte) == end);
    script.get(byte..end.unwrap()).unwrap()
}

#[test]
fn leaves_end_where_they_end() {
    for (script, from, wanted) in [
        ("f(1, [2, 3]) + 4", "f(", "f(1, [2, 3])"),
        ("now () + 4", "now", "now ()"),
        ("b::f(x).y", "b::", "b::f(x)"),
        ("a < -5", "-5", "-5"),
        ("!(a || b) && c", "!", "!(a || b)"),
        (
            "x = `a ${ #{ b: `c ${1}` } } d` + e",
            "`a",
            "`a ${ #{ b: `c ${1}` } } d`",
        ),
        (
            "if a { 1 } else if b { 2 } else { 3 } + 4",
            "if a",
            "if a { 1 } else if b { 2 } else { 3 }",
        ),
        (
            "rule(\"K01\", |a| f(a, 1) < 3, 4)",
            "|a|",
            "|a| f(a, 1) < 3",
        ),
        ("while a {\n  b(\n} c", "while", "while a {\n  b(\n}"),
        ("f(1, [2)", "f(", "f(1, [2)"),
        ("f(1, 2", "f(", "f"),
        ("// ñ\n é(\"ñ\") ", "\"ñ\"", "\"ñ\""),
    ] {
        assert_eq!(leaf(script, from), wanted, "{script}");
    }
}

#[test]
fn arguments_are_told_apart_by_their_own_commas() {
    let extents = Extents::new("x.f(1, g(2, 3), #{ a: 4, b: 5 })");
    let arguments = extents.arguments(2);
    let texts: Vec<&str> = arguments
        .iter()
        .map(|(from, _)| extents.text(*from))
        .collect();
    assert_eq!(texts, ["1", "g", "#{"]);
    let rule = Extents::new("rule(\"K\", |a, b| f(a, b), || 1)");
    assert_eq!(rule.arguments(0), [(2, 2), (4, 14), (16, 17)]);
    assert_eq!(extents.arguments(0), []);
    assert_eq!(Extents::new("f()").arguments(0), []);
}

#[test]
fn the_applicant_has_the_name_its_closure_gives() {
    let script = "rule(\"K\", |who| f(|x| x, who) < 1 && y); offer(|a, band| { let b = 1; z }); w";
    let extents = Extents::new(script);
    let at = |name: &str| {
        let byte = script.find(name).unwrap();
        extents.applicant((1, byte + 1))
    };
    assert_eq!(at("y);"), Some("who"));
    assert_eq!(at("x, who"), Some("x"));
    assert_eq!(at("who) <"), Some("who"));
    assert_eq!(at("z }"), Some("a"));
    assert_eq!(at("w"), None);
    assert_eq!(extents.applicant((9, 9)), None);
}

#[test]
fn the_bracket_that_is_alone_is_found() {
    for (script, wanted) in [
        ("f([a, b(c)), d]);", Some(Unpaired::Close(9))),
        ("f([a, b((c), d]);", Some(Unpaired::Open(6))),
        ("f({ a ), b", Some(Unpaired::Open(2))),
        ("f(a", Some(Unpaired::Open(1))),
        ("f(a))", Some(Unpaired::Close(4))),
        ("f([a], { b })", None),
        // What is no token may hide a bracket.
        ("f(a ´)", None),
    ] {
        assert_eq!(Extents::new(script).unpaired(), wanted, "{script}");
    }
}

#[test]
fn a_script_that_breaks_off_ends_with_its_last_token() {
    for script in ["a::", "-", "!", "``a::"] {
        let extents = Extents::new(script);
        for at in 0..extents.pieces.len() {
            assert!(extents.leaf(at) < extents.pieces.len(), "{script}");
        }
    }
}

#[test]
fn brackets_without_end_take_no_time() {
    for script in [
        "(".repeat(100_000) + &*"]".repeat(100_000),
        "([".repeat(50_000) + &*"])".repeat(50_000),
        "!".repeat(200_000),
        "a::".repeat(60_000),
        "|a|".repeat(60_000),
    ] {
        let extents = Extents::new(&script);
        let last = extents.pieces.len() - 1;
        extents.leaf(0);
        extents.balanced((0, last));
        extents.applicant(extents.pieces[last].start);
        extents.unpaired();
    }
}

proptest! {
    #[test]
    fn nothing_written_makes_it_fail(script in "[a-c(){}\\[\\]|,;:.\"`$#/*!\n -]{0,60}") {
        let extents = Extents::new(&script);
        for at in 0..extents.pieces.len() {
            let last = extents.leaf(at);
            prop_assert!(last >= at && last < extents.pieces.len().max(at.saturating_add(1)));
            prop_assert!(extents.statement(at) >= at);
            let (from, to) = extents.balanced((at, last));
            prop_assert!(from <= at && to >= last);
            extents.arguments(at);
            let point = extents.points((at, at)).unwrap().0;
            extents.applicant(point);
        }
    }
}
