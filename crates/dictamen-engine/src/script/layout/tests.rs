//! Comments that end and comments that do not.

use super::*;
use crate::script::sandbox;

fn open(text: &str) -> Option<Position> {
    open_comment(&sandbox::engine(), text)
}

#[test]
fn comments_that_end_and_what_only_looks_like_one_are_no_open_comment() {
    for text in [
        "",
        "/* a */ let x = 1;",
        "/* a /* b */ c */ let x = 1;",
        "let x = \"/* no comment\";",
        "let x = `/* no ${1 + 2} comment /*`;",
        "let x = `a ${ #{ a: `b ${1}` }.a } /*`;",
        "// /* not this either\nlet x = 1;",
        "let x = '\"'; // \" /*",
    ] {
        assert!(open(text).is_none(), "{text}");
    }
}

#[test]
fn a_comment_that_never_ends_is_found_where_it_begins() {
    for (text, line, column) in [
        ("/* a", 1, 1),
        ("let x = 1;\n  /* a\nlet y = 2;\n", 2, 3),
        ("let x = `a ${1} /*`;\n/* b /* c */", 2, 1),
    ] {
        let position = open(text).unwrap();
        assert_eq!(
            (position.line(), position.position()),
            (Some(line), Some(column)),
            "{text}"
        );
    }
}
