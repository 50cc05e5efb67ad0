//! Lays a script out: indentation, spaces, blank lines. Nothing else: the author's line breaks,
//! comments and every token stay as they are, so that a laid-out policy decides as before.
//!
//! Spaces by which an author lines things up, after a comma or before a comment at the end of a
//! line, stay too.

mod indent;
mod space;

use crate::{
    Diagnostic, script,
    syntax::{self, Token, TokenKind, Tokens},
};

/// A piece that is laid out as one: a token, or a text together with the code inside it.
#[derive(Debug, Clone, Copy)]
struct Piece<'a> {
    kind: TokenKind,
    text: &'a str,
    /// What stands between the piece before and this one.
    gap: &'a str,
}

impl Piece<'_> {
    fn is_comment(&self) -> bool {
        matches!(self.kind, TokenKind::LineComment | TokenKind::BlockComment)
    }

    fn breaks_line(&self) -> bool {
        self.gap.contains('\n')
    }
}

/// The script laid out: four spaces an indentation, one space around operators, at most one blank
/// line in a row, no space at the end of a line, and a line break at the end of the file.
///
/// Line breaks, comments and tokens are the author's. Laying out twice is laying out once.
///
/// # Errors
///
/// When the text is no script: an unclosed text or comment, a bracket without its other half, or
/// something that is no part of the language. The place is that of the first; its file is left
/// empty.
pub fn format(script: &str) -> Result<String, Box<Diagnostic>> {
    let tokens = Tokens::new(script);
    if let Some(fault) = tokens.fault(script) {
        return Err(Box::new(fault));
    }
    balanced(script, &tokens.tokens)?;
    let (pieces, rest) = pieces(script, &tokens.tokens);
    let ending = line_ending(&pieces, rest);
    let columns = indent::columns(&pieces);

    let mut out = String::with_capacity(script.len());
    let mut before: Option<Piece<'_>> = None;
    let roles = space::roles(&pieces);
    for (index, piece) in pieces.iter().enumerate() {
        let starts_line = match &before {
            None => true,
            // A lone carriage return ends a line comment too.
            Some(before) => piece.breaks_line() || before.kind == TokenKind::LineComment,
        };
        if starts_line {
            if before.is_some() {
                out.push_str(ending);
                if piece.gap.matches('\n').count() > 1 {
                    out.push_str(ending);
                }
            }
            let column = columns.get(index).copied().unwrap_or(0);
            out.extend(std::iter::repeat_n(' ', column));
        } else if let Some(before) = &before {
            let spaces = space::between(before, piece, &roles, index);
            out.extend(std::iter::repeat_n(' ', spaces));
        }
        out.push_str(match piece.kind {
            TokenKind::LineComment => piece.text.trim_end(),
            _ => piece.text,
        });
        before = Some(*piece);
    }
    if !pieces.is_empty() {
        out.push_str(ending);
    }
    if same_tokens(script, &tokens, &out) {
        Ok(out)
    } else {
        // Better not to lay out than to change what a policy says.
        Err(Box::new(Diagnostic::error(
            "format::unsafe",
            "laying this script out would change it, so it was left alone",
        )))
    }
}

/// The pieces of a script, and what follows the last one.
fn pieces<'a>(script: &'a str, tokens: &[Token]) -> (Vec<Piece<'a>>, &'a str) {
    let mut pieces: Vec<Piece<'a>> = Vec::with_capacity(tokens.len());
    let mut end = 0;
    let mut whole = 0..0;
    for token in tokens {
        if token.within_text {
            whole.end = token.range.end;
            if let Some(piece) = pieces.last_mut() {
                piece.text = script.get(whole.clone()).unwrap_or_default();
            }
        } else {
            whole = token.range.clone();
            pieces.push(Piece {
                kind: token.kind,
                text: token.text(script),
                gap: script.get(end..token.range.start).unwrap_or_default(),
            });
        }
        end = token.range.end;
    }
    (pieces, script.get(end..).unwrap_or_default())
}

/// How the script ends its lines: as its first line ends.
fn line_ending(pieces: &[Piece<'_>], rest: &str) -> &'static str {
    let gaps = pieces.iter().map(|piece| piece.gap).chain([rest]);
    let first = gaps.flat_map(|gap| gap.split_inclusive('\n'));
    match first.into_iter().find(|line| line.ends_with('\n')) {
        Some(line) if line.ends_with("\r\n") => "\r\n",
        _ => "\n",
    }
}

/// Indentation is by brackets, so every bracket needs its other half.
fn balanced(script: &str, tokens: &[Token]) -> Result<(), Box<Diagnostic>> {
    let fault = |token: &Token, message: String| {
        let span = syntax::span(script, token.range.start);
        Box::new(Diagnostic::error("script::syntax", message).at(Some(span)))
    };
    let mut open: Vec<&Token> = Vec::new();
    for token in tokens {
        match token.kind {
            TokenKind::Open => open.push(token),
            TokenKind::Close => {
                let found = token.text(script);
                let opened = open.pop();
                let matching = opened.is_some_and(|o| o.text(script).ends_with(opener(found)));
                if !matching {
                    return Err(fault(token, format!("`{found}` closes nothing")));
                }
            }
            _ => {}
        }
    }
    match open.pop() {
        None => Ok(()),
        Some(token) => {
            let found = token.text(script);
            Err(fault(token, format!("`{found}` is not closed")))
        }
    }
}

fn opener(close: &str) -> char {
    match close {
        ")" => '(',
        "]" => '[',
        _ => '{',
    }
}

/// Whether a laid-out script has the tokens and comments of the original.
fn same_tokens(script: &str, tokens: &Tokens, out: &str) -> bool {
    let again = script::tokens::read(out, false);
    let texts = |text: &'_ str, tokens: &Tokens| -> Vec<(TokenKind, String)> {
        let all = tokens.tokens.iter();
        all.map(|token| {
            let written = token.text(text);
            let written = match token.kind {
                TokenKind::LineComment => written.trim_end(),
                _ => written,
            };
            (token.kind, written.to_owned())
        })
        .collect()
    };
    again.fault.is_none() && texts(script, tokens) == texts(out, &again)
}

#[cfg(test)]
mod tests;
