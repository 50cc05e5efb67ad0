//! What is a token, and that Rhai's parser sees the same ones.

use proptest::prelude::*;
use rhai::Engine;

use super::*;

fn shown(text: &str) -> Vec<(TokenKind, &str)> {
    let tokens = read(text, false).tokens;
    tokens.iter().map(|t| (t.kind, t.text(text))).collect()
}

#[test]
fn comments_signs_and_texts() {
    use TokenKind::*;
    assert_eq!(
        shown("a -5 /* c */ -5 // ñ \r\n+ -5 !in x !index"),
        [
            (Name, "a"),
            (Binary, "-"),
            (Number, "5"),
            (BlockComment, "/* c */"),
            (Binary, "-"),
            (Number, "5"),
            (LineComment, "// ñ "),
            (Binary, "+"),
            (Number, "-5"),
            (Binary, "!in"),
            (Name, "x"),
            (Unary, "!"),
            (Name, "index"),
        ]
    );
    assert_eq!(
        shown("#{ a: `x${ #{b: `y${1}`} } z`, }"),
        [
            (Open, "#{"),
            (Name, "a"),
            (Colon, ":"),
            (Text, "`x$"),
            (Open, "{"),
            (Open, "#{"),
            (Name, "b"),
            (Colon, ":"),
            (Text, "`y$"),
            (Open, "{"),
            (Number, "1"),
            (Close, "}"),
            (Text, "`"),
            (Close, "}"),
            (Close, "}"),
            (Text, " z`"),
            (Comma, ","),
            (Close, "}"),
        ]
    );
    assert_eq!(
        shown("1..=3 () ##\"a\"#\"##"),
        [
            (Number, "1"),
            (Range, "..="),
            (Number, "3"),
            (Unit, "()"),
            (Text, "##\"a\"#\"##"),
        ]
    );
}

#[test]
fn what_is_no_script_has_a_fault_and_tokens_all_the_same() {
    for (text, at) in [
        ("x \"abc\nlet", 2),
        ("x `abc\n", 2),
        ("`a${1", 5),
        ("x /* a", 2),
        ("\u{feff}x", 0),
        ("''", 0),
        ("#\"a", 0),
        ("\"a\\q\"", 0),
        ("9999999999999999999999999999999999", 0),
    ] {
        let tokens = read(text, false);
        assert_eq!(tokens.fault.map(|f| f.0), Some(at), "{text}");
        assert!(text.starts_with('`') || !tokens.tokens.is_empty());
    }
    let tokens = shown("x \"abc\nlet y");
    assert_eq!(tokens.last(), Some(&(TokenKind::Name, "y")));
}

#[test]
fn names() {
    for name in ["x", "min_weeks", "_a1", "X"] {
        assert!(is_name(name), "{name}");
    }
    for other in [
        "", " x", "x ", "x y", "x.y", "1x", "é", "_", "let", "this", "true", "var", "match", "Fn",
        "call",
    ] {
        assert!(!is_name(other), "{other}");
    }
}

/// Rhai's own tokens of a script without `${…}`, as text.
fn rhai(text: &str) -> Vec<String> {
    let engine = Engine::new_raw();
    let tokens = engine.lex([&text]).0;
    let tokens = tokens.take_while(|(token, _)| !matches!(token, Lexed::EOF));
    tokens.map(|(token, _)| format!("{token:?}")).collect()
}

proptest! {
    #[test]
    fn any_text_is_taken_apart_in_order(text in any::<String>()) {
        let tokens = read(&text, false);
        let mut end = 0;
        for token in &tokens.tokens {
            prop_assert!(token.range.start >= end && token.range.end >= token.range.start);
            prop_assert!(text.get(token.range.clone()).is_some());
            end = token.range.end;
        }
    }

    #[test]
    fn every_token_is_the_one_rhai_reads_there(text in "([a-c]|-|[0-9.]|[|&!=<>?:+*/%]|[(){}\\[\\],;#]|\"x\"|'c'|in|let|fn|//|/\\*|\\*/|[ \n\t]){0,24}") {
        let ours = read(&text, false);
        if ours.fault.is_none() {
            let code = ours.tokens.iter().filter(|token| !token.is_comment());
            prop_assert_eq!(code.count(), rhai(&text).len());
        }
    }
}
