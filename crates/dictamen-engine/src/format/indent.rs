//! The column in which a line begins.
//!
//! A line is indented by one step from the line that opened the bracket it is in, a line that
//! begins with a closing bracket not at all. Brackets opened on one line make one step together.
//! A line that goes on with the expression of the line before is one step deeper, unless the
//! bracket it is in has already made that step for it.

use super::Piece;
use crate::syntax::TokenKind;

const STEP: usize = 4;

/// An open bracket.
struct Open {
    /// Column of the line that opened it.
    column: usize,
    /// Whether what it holds begins on a line of its own.
    own_lines: bool,
}

/// For every piece, the column it begins in if it is the first of its line.
pub(super) fn columns(pieces: &[Piece<'_>]) -> Vec<usize> {
    let mut open: Vec<Open> = Vec::new();
    let mut columns = Vec::with_capacity(pieces.len());
    let mut line = 0;
    let mut last_code: Option<&Piece<'_>> = None;
    let coming = next_code(pieces);
    for (index, piece) in pieces.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|i| pieces.get(i));
        let starts = before.is_none_or(|b| piece.breaks_line() || b.kind == TokenKind::LineComment);
        if starts {
            let coming = coming.get(index).copied().flatten();
            line = column(&open, piece, last_code, coming);
        }
        columns.push(line);
        match piece.kind {
            TokenKind::Open => {
                open.push(Open {
                    column: line,
                    own_lines: followed_by_break(pieces, index),
                });
            }
            TokenKind::Close => {
                open.pop();
            }
            _ => {}
        }
        if !piece.is_comment() {
            last_code = Some(piece);
        }
    }
    columns
}

/// For every piece, the first from it on that is no comment.
fn next_code<'a>(pieces: &'a [Piece<'a>]) -> Vec<Option<&'a Piece<'a>>> {
    let mut next = None;
    let mut all: Vec<_> = pieces
        .iter()
        .rev()
        .map(|piece| {
            if !piece.is_comment() {
                next = Some(piece);
            }
            next
        })
        .collect();
    all.reverse();
    all
}

/// Whether nothing but comments stands behind a bracket on its line.
fn followed_by_break(pieces: &[Piece<'_>], index: usize) -> bool {
    let mut comment = false;
    for piece in pieces.iter().skip(index.saturating_add(1)) {
        if piece.breaks_line() || comment {
            return true;
        }
        if !piece.is_comment() {
            return false;
        }
        comment = piece.kind == TokenKind::LineComment;
    }
    true
}

fn column(
    open: &[Open],
    first: &Piece<'_>,
    last_code: Option<&Piece<'_>>,
    coming: Option<&Piece<'_>>,
) -> usize {
    let Some(bracket) = open.last() else {
        return if continues(last_code, coming) {
            STEP
        } else {
            0
        };
    };
    if first.kind == TokenKind::Close {
        return bracket.column;
    }
    let inside = bracket.column.saturating_add(STEP);
    if bracket.own_lines && continues(last_code, coming) {
        inside.saturating_add(STEP)
    } else {
        inside
    }
}

/// Whether code goes on with the expression of the line before.
fn continues(last_code: Option<&Piece<'_>>, coming: Option<&Piece<'_>>) -> bool {
    let (Some(last), Some(coming)) = (last_code, coming) else {
        return false;
    };
    if coming.kind == TokenKind::Close {
        return false;
    }
    let joins = |piece: &Piece<'_>| {
        matches!(
            piece.kind,
            TokenKind::Binary | TokenKind::Dot | TokenKind::Range
        )
    };
    joins(last) || joins(coming) || last.kind == TokenKind::Colon
}
