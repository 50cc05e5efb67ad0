//! What the look at brackets, comments and marks finds, and what it leaves alone.

use super::*;
use crate::script::sandbox;

fn layout(text: &str) -> Layout {
    of(&sandbox::engine(), text)
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
        let found = layout(text);
        assert!(found.open_comment.is_none(), "{text}");
        assert!(found.unpaired.is_none(), "{text}");
    }
}

#[test]
fn a_comment_that_never_ends_is_found_where_it_begins() {
    for (text, line, column) in [
        ("/* a", 1, 1),
        ("let x = 1;\n  /* a\nlet y = 2;\n", 2, 3),
        ("let x = `a ${1} /*`;\n/* b /* c */", 2, 1),
    ] {
        let position = layout(text).open_comment.unwrap();
        assert_eq!(
            (position.line(), position.position()),
            (Some(line), Some(column)),
            "{text}"
        );
    }
}

#[test]
fn brackets_that_do_not_pair_up_are_named() {
    for (text, sentence) in [
        (
            "f([\n  g(1,\n]);",
            "`(` of line 2 meets `]` of line 3: a bracket is missing, or one is too many",
        ),
        ("fn f() {\n  #{ a: 1 \n", "`#{` of line 2 is never closed"),
        ("\n}", "`}` of line 2 closes nothing"),
    ] {
        assert_eq!(layout(text).unpaired.unwrap().explain(), sentence);
    }
}
