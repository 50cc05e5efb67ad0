//! What Rhai's parser does not say about a script's layout: a comment that never ends, which
//! hides the rules behind it without a word, and brackets that do not pair up.
//!
//! Walks Rhai's own tokens, so that texts and comments are what Rhai takes them for.

use rhai::{Engine, Position, Token};

/// What the tokens of a script show.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Where a block comment begins that the script never closes.
    pub(super) open_comment: Option<Position>,
    /// The first two brackets that do not belong together.
    pub(super) unpaired: Option<Unpaired>,
}

/// A bracket that is closed by another kind, or not at all.
#[derive(Debug)]
pub(super) struct Unpaired {
    opened: Option<(&'static str, Position)>,
    closed: Option<(&'static str, Position)>,
}

impl Unpaired {
    /// The mismatch in a sentence.
    pub(super) fn explain(&self) -> String {
        let line = |position: &Position| position.line().unwrap_or(0);
        match (&self.opened, &self.closed) {
            (Some((opened, from)), Some((closed, to))) => format!(
                "`{opened}` of line {} meets `{closed}` of line {}: a bracket is missing, or one is too many",
                line(from),
                line(to)
            ),
            (Some((opened, from)), None) => {
                format!("`{opened}` of line {} is never closed", line(from))
            }
            (None, Some((closed, to))) => {
                format!("`{closed}` of line {} closes nothing", line(to))
            }
            (None, None) => String::new(),
        }
    }
}

/// Walks the tokens of a script up to its end or to what is no token.
pub(super) fn of(engine: &Engine, text: &str) -> Layout {
    let mut layout = Layout::default();
    let inputs = [text];
    let (mut tokens, control) = engine.lex(&inputs);
    tokens.state.include_comments = true;
    let mut open: Vec<(&'static str, Position)> = Vec::new();
    // Brackets that were open when a `${` began, for each text that is being put together.
    let mut texts: Vec<usize> = Vec::new();
    while let Some((token, position)) = tokens.next() {
        match token {
            Token::Comment(_) if tokens.state.comment_level > 0 => {
                layout.open_comment = Some(position);
                break;
            }
            Token::LexError(_) | Token::EOF => break,
            Token::InterpolatedString(_) => texts.push(open.len()),
            Token::LeftParen => open.push(("(", position)),
            Token::LeftBracket => open.push(("[", position)),
            Token::LeftBrace => open.push(("{", position)),
            Token::MapStart => open.push(("#{", position)),
            Token::RightParen => close(&mut open, &["("], (")", position), &mut layout),
            Token::RightBracket => close(&mut open, &["["], ("]", position), &mut layout),
            Token::RightBrace => {
                close(&mut open, &["{", "#{"], ("}", position), &mut layout);
                if texts.last() == Some(&open.len()) {
                    texts.pop();
                    // What follows is text again, which only the parser knows.
                    control.borrow_mut().is_within_text = true;
                }
            }
            _ => {}
        }
        if layout.unpaired.is_some() {
            break;
        }
    }
    if layout.unpaired.is_none() && layout.open_comment.is_none() {
        layout.unpaired = open.pop().map(|opened| Unpaired {
            opened: Some(opened),
            closed: None,
        });
    }
    layout
}

fn close(
    open: &mut Vec<(&'static str, Position)>,
    partners: &[&str],
    closed: (&'static str, Position),
    layout: &mut Layout,
) {
    let opened = open.pop();
    if !opened.is_some_and(|(opened, _)| partners.contains(&opened)) {
        layout.unpaired = Some(Unpaired {
            opened,
            closed: Some(closed),
        });
    }
}

#[cfg(test)]
mod tests;
