//! Changes that would settle a finding, and how they are made to a text.
//!
//! An edit is *safe* when the text can only have been meant as it then reads: a sign of another
//! language, quotation marks of another keyboard, a name with one slip in it that only one known
//! name answers to. Nothing that changes a number, a code or which of two things is asked is safe;
//! such an edit is offered and never made unasked.

use std::ops::Range;

use serde::Serialize;

use crate::Span;

/// A change to a part of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// What is replaced; of no width where something is only inserted.
    pub span: Span,
    /// What stands there instead.
    pub replacement: String,
    /// Whether it may be made without asking.
    pub safe: bool,
}

impl Edit {
    /// A text of one file with edits made to it. `None` when two of them touch the same part, or
    /// when the text is not the one they were made for: the lines they touch must be the same.
    pub fn apply<'a>(text: &str, edits: impl IntoIterator<Item = &'a Self>) -> Option<String> {
        let mark = text
            .len()
            .saturating_sub(crate::text::without_mark(text).len());
        let mut changes: Vec<(Range<usize>, &str)> = Vec::new();
        for edit in edits {
            let range = range(text, mark, &edit.span)?;
            changes.push((range, &edit.replacement));
        }
        changes.sort_by_key(|(range, _)| (range.start, range.end));
        changes.dedup();
        let mut edited = String::new();
        let mut done = 0;
        let mut last = None;
        for (range, replacement) in changes {
            if range.start < done || last == Some(range.start) {
                return None;
            }
            edited.push_str(text.get(done..range.start)?);
            edited.push_str(replacement);
            done = range.end;
            last = Some(range.start);
        }
        edited.push_str(text.get(done..)?);
        Some(edited)
    }
}

/// The bytes of a text that a span covers, when its lines stand there as the span has them.
fn range(text: &str, mark: usize, span: &Span) -> Option<Range<usize>> {
    let mut start = mark;
    let mut first = None;
    let mut lines = text.get(mark..)?.split_inclusive('\n');
    let mut wanted = span.source.split('\n');
    for number in 1..=span.end_line {
        let line = lines.next().unwrap_or_default();
        if number >= span.line {
            let content = line.strip_suffix('\n').unwrap_or(line);
            let content = content.strip_suffix('\r').unwrap_or(content);
            if wanted.next() != Some(content) {
                return None;
            }
            let at = |column: usize| {
                let within = content.char_indices().nth(column.saturating_sub(1));
                start.saturating_add(within.map_or(content.len(), |(byte, _)| byte))
            };
            if number == span.line {
                first = Some(at(span.column));
            }
            if number == span.end_line {
                let first = first?;
                return Some(first..at(span.end_column).max(first));
            }
        }
        start = start.saturating_add(line.len());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(line: usize, columns: Range<usize>, source: &str, replacement: &str) -> Edit {
        Edit {
            span: Span {
                file: "policy.rhai".to_owned(),
                line,
                column: columns.start,
                end_line: line,
                end_column: columns.end,
                source: source.to_owned(),
            },
            replacement: replacement.to_owned(),
            safe: true,
        }
    }

    #[test]
    fn edits_are_made_from_the_original_places() {
        let text = "\u{feff}añb == c\r\nd\r\n";
        let edits = [
            edit(2, 2..2, "d", ";"),
            edit(1, 1..4, "añb == c", "x"),
            edit(1, 8..9, "añb == c", "yy"),
        ];
        let edited = Edit::apply(text, &edits);
        assert_eq!(edited.as_deref(), Some("\u{feff}x == yy\r\nd;\r\n"));
        assert_eq!(Edit::apply(text, []).as_deref(), Some(text));
    }

    #[test]
    fn edits_that_meet_or_are_of_another_text_are_not_made() {
        let text = "a b c";
        for edits in [
            [edit(1, 1..4, text, "x"), edit(1, 3..6, text, "y")],
            [edit(1, 1..1, text, "x"), edit(1, 1..1, text, "y")],
            [edit(1, 1..2, "a b d", "x"), edit(1, 5..6, text, "y")],
            [edit(2, 1..2, "q", "x"), edit(1, 5..6, text, "y")],
        ] {
            assert_eq!(Edit::apply(text, &edits), None, "{edits:?}");
        }
        let twice = [edit(1, 1..2, text, "x"), edit(1, 1..2, text, "x")];
        assert_eq!(Edit::apply(text, &twice).as_deref(), Some("x b c"));
    }
}
