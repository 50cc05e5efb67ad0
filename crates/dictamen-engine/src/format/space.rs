//! The spaces between two pieces of one line.

use super::Piece;
use crate::{
    script,
    syntax::TokenKind::{
        Binary, BlockComment, Close, Colon, Comma, Dot, Keyword, LineComment, Name, Number, Open,
        Other, Pipe, Range, Semicolon, Text, Unary, Unit,
    },
};

/// What a `|` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Not a `|`, or one between two values.
    Operator,
    /// Before the parameters of a closure.
    Opens,
    /// Behind the parameters of a closure, or `||` for none.
    Closes,
}

/// What every piece is, in the sense of [`Role`].
pub(super) fn roles(pieces: &[Piece<'_>]) -> Vec<Role> {
    let mut roles = Vec::with_capacity(pieces.len());
    let mut value_before = false;
    let mut in_parameters = false;
    for piece in pieces {
        let role = match piece.kind {
            Pipe if in_parameters => Role::Closes,
            Pipe if value_before => Role::Operator,
            Pipe if piece.text == "||" => Role::Closes,
            Pipe => Role::Opens,
            _ => Role::Operator,
        };
        match role {
            Role::Opens => in_parameters = true,
            Role::Closes => in_parameters = false,
            Role::Operator => {}
        }
        if !piece.is_comment() {
            value_before = matches!(piece.kind, Name | Number | Text | Unit | Close);
        }
        roles.push(role);
    }
    roles
}

/// The number of spaces between the piece before `index` and the one at it.
pub(super) fn between(
    before: &Piece<'_>,
    piece: &Piece<'_>,
    roles: &[Role],
    index: usize,
) -> usize {
    let role = |i: usize| roles.get(i).copied().unwrap_or(Role::Operator);
    let before_role = role(index.saturating_sub(1));
    let as_written = usize::from(!piece.gap.is_empty());
    let lined_up = if piece.gap.bytes().all(|b| b == b' ') {
        piece.gap.len().max(1)
    } else {
        1
    };
    match (before.kind, piece.kind) {
        (_, LineComment) => return lined_up,
        // What is no part of the language is nobody's to join or part.
        (_, BlockComment | Other) | (BlockComment | Other, _) => return as_written,
        _ => {}
    }
    let wanted = if apart(before, before_role, piece, role(index)) {
        1
    } else if joinable(before, piece) {
        0
    } else {
        as_written
    };
    match (before.kind, piece.kind) {
        (Comma, Close) => wanted,
        (Comma, _) => lined_up,
        _ => wanted,
    }
}

/// Whether a space belongs between two pieces.
fn apart(before: &Piece<'_>, before_role: Role, piece: &Piece<'_>, role: Role) -> bool {
    let is_brace = |p: &Piece<'_>| p.text.ends_with('{') || p.text == "}";
    match (before.kind, piece.kind) {
        (Open, Close) => false,
        (Open, _) => is_brace(before),
        (_, Close) | (Range, Open) => is_brace(piece),
        (Binary | Keyword, Range) => true,
        (_, Comma | Semicolon | Colon | Dot | Range) | (Dot | Range | Unary, _) => false,
        (Comma | Semicolon | Colon | Keyword | Binary, _) | (_, Binary | Keyword) => true,
        (Pipe, _) if before_role == Role::Opens => false,
        (Pipe, Pipe) => false,
        (_, Pipe) if role == Role::Closes && piece.text == "|" => false,
        (Close, Open | Unit) if before.text == "}" => true,
        // A call or an index, unless a block begins.
        (Name | Close | Text | Number | Unit, Open) => is_brace(piece),
        (Name | Close, Unit) => false,
        _ => true,
    }
}

/// Whether two pieces stay two when nothing stands between them.
fn joinable(before: &Piece<'_>, piece: &Piece<'_>) -> bool {
    if piece.gap.is_empty() {
        return true;
    }
    // Long texts end in their own quotes and join with nothing.
    let left = if before.kind == Text {
        "\"\""
    } else {
        before.text
    };
    let right = if piece.kind == Text {
        "\"\""
    } else {
        piece.text
    };
    let joined = format!("{left}{right}");
    let tokens = script::tokens::read(&joined, false).tokens;
    matches!(tokens.as_slice(), [first, second]
        if first.range.end == left.len() && first.kind == before.kind && second.kind == piece.kind)
}
