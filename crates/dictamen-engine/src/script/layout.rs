//! A comment that never ends, which hides the rules behind it: Rhai's parser does not say so.
//!
//! Walks Rhai's own tokens, so that texts and comments are what Rhai takes them for.

use rhai::{Engine, Position, Token};

/// Where a block comment begins that the script never closes.
pub(super) fn open_comment(engine: &Engine, text: &str) -> Option<Position> {
    let inputs = [text];
    let (mut tokens, control) = engine.lex(&inputs);
    tokens.state.include_comments = true;
    // For each text that is being put together: how many braces are open in its code.
    let mut texts: Vec<usize> = Vec::new();
    while let Some((token, position)) = tokens.next() {
        match token {
            Token::Comment(_) if tokens.state.comment_level > 0 => return Some(position),
            Token::LexError(_) | Token::EOF => break,
            Token::InterpolatedString(_) => texts.push(0),
            Token::LeftBrace | Token::MapStart => {
                if let Some(open) = texts.last_mut() {
                    *open = open.saturating_add(1);
                }
            }
            Token::RightBrace => {
                if let Some(open) = texts.last_mut() {
                    *open = open.saturating_sub(1);
                    if *open == 0 {
                        texts.pop();
                        // What follows is text again, which only the parser knows.
                        control.borrow_mut().is_within_text = true;
                    }
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests;
