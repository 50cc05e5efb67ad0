//! Places in a text as the protocol counts them: lines from 0, columns in UTF-16 units.

use std::ops::Range;

use dictamen_engine::Span;
use lsp_types::{Position, Range as LspRange};

/// The byte a position means; past the end of a line, the end of that line.
pub(super) fn offset(text: &str, position: Position) -> usize {
    let wanted = usize::try_from(position.line).unwrap_or(usize::MAX);
    let mut start = 0_usize;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if number == wanted {
            let line = line.trim_end_matches(['\n', '\r']);
            return start.saturating_add(column_to_byte(line, position.character));
        }
        start = start.saturating_add(line.len());
    }
    text.len()
}

fn column_to_byte(line: &str, column: u32) -> usize {
    let wanted = usize::try_from(column).unwrap_or(usize::MAX);
    let mut units = 0_usize;
    for (byte, c) in line.char_indices() {
        if units >= wanted {
            return byte;
        }
        units = units.saturating_add(c.len_utf16());
    }
    line.len()
}

/// The position of a byte.
pub(super) fn position(text: &str, offset: usize) -> Position {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rfind('\n').map_or(0, |i| i.saturating_add(1));
    Position {
        line: number(before.matches('\n').count()),
        character: units(before.get(line..).unwrap_or_default()),
    }
}

/// The range of some bytes.
pub(super) fn range(text: &str, bytes: &Range<usize>) -> LspRange {
    LspRange::new(position(text, bytes.start), position(text, bytes.end))
}

/// The range of a finding.
pub(super) fn span(span: &Span) -> LspRange {
    let (first, last) = span.bytes();
    let LspRange { start, end } = range(&span.source, &(first..last));
    let lines = number(span.line.saturating_sub(1));
    let below = |at: Position| Position::new(at.line.saturating_add(lines), at.character);
    LspRange::new(below(start), below(end))
}

fn units(text: &str) -> u32 {
    number(text.chars().map(char::len_utf16).sum())
}

pub(super) fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_may_cross_lines() {
        let found = Span {
            file: String::new(),
            line: 3,
            column: 3,
            end_line: 4,
            end_column: 4,
            source: "ñ😀(1,\n 😀), 2".to_owned(),
        };
        assert_eq!(found.text(), "(1,\n 😀)");
        let range = LspRange::new(Position::new(2, 3), Position::new(3, 4));
        assert_eq!(span(&found), range);
    }

    #[test]
    fn columns_are_utf_16_units() {
        let text = "áb\r\n😀 ñx\n";
        for (offset_, line, column) in [
            (0, 0, 0),
            (2, 0, 1),
            (5, 1, 0),
            (9, 1, 2),
            (12, 1, 4),
            (14, 2, 0),
        ] {
            let place = Position::new(line, column);
            assert_eq!(position(text, offset_), place);
            assert_eq!(offset(text, place), offset_);
        }
        assert_eq!(offset(text, Position::new(0, 99)), 3);
        assert_eq!(offset(text, Position::new(99, 0)), text.len());
        // In the middle of a character: behind it.
        assert_eq!(offset(text, Position::new(1, 1)), 9);
    }
}
