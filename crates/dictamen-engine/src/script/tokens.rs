//! Takes a script apart with Rhai's own tokenizer, keeping what the parser throws away: comments
//! and the text as written.
//!
//! Rhai gives tokens by value and place of beginning. Here the characters it takes are counted, so
//! that every token is known by the bytes it covers and nobody has to agree with Rhai on what a
//! token is.

use std::ops::Range;

use rhai::{InputStream, Position, Token as Lexed, TokenizeState, get_next_token};

use crate::syntax::{KEYWORDS, Token, TokenKind, Tokens};

/// A text read character by character, which knows how far it has been read.
struct Counted {
    characters: Vec<char>,
    read: usize,
}

impl InputStream for Counted {
    fn unget(&mut self, _: char) {
        // Rhai only gives back what it has just taken.
        self.read = self.read.saturating_sub(1);
    }

    fn get_next(&mut self) -> Option<char> {
        let next = self.peek_next()?;
        self.read = self.read.saturating_add(1);
        Some(next)
    }

    fn peek_next(&mut self) -> Option<char> {
        self.characters.get(self.read).copied()
    }
}

/// The tokens of a text. `after_value` says whether a value stands before it, so that a sign at
/// its beginning is an operator.
pub(crate) fn read(text: &str, after_value: bool) -> Tokens {
    // Byte offsets of the characters, and of the end.
    let mut bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    bytes.push(text.len());
    let at = |character: usize| bytes.get(character).copied().unwrap_or(text.len());

    let mut stream = Counted {
        characters: text.chars().collect(),
        read: 0,
    };
    let mut state = TokenizeState {
        include_comments: true,
        next_token_cannot_be_unary: after_value,
        ..TokenizeState::default()
    };
    let mut position = Position::new(1, 0);
    let mut found = Tokens::default();
    // For every text with code in it that is open: how many braces are open in that code.
    let mut texts: Vec<usize> = Vec::new();
    loop {
        let from = stream.read;
        let resumes = state.is_within_text_terminated_by.is_some();
        let unary = state.next_token_cannot_be_unary;
        let (lexed, _) = get_next_token(&mut stream, &mut state, &mut position);
        if matches!(lexed, Lexed::EOF) {
            break;
        }
        let range = trimmed(text, at(from)..at(stream.read), resumes);
        let unclosed = state.comment_level > 0 || state.is_within_text_terminated_by.is_some();
        let fault = fault(&lexed, unclosed, state.comment_level > 0);
        if let (Some(message), None) = (fault, found.fault) {
            found.fault = Some((range.start, message));
        }
        if matches!(lexed, Lexed::Comment(_)) {
            // The parser never sees it, so it does not settle what a sign after it means.
            state.next_token_cannot_be_unary = unary;
        }
        found.tokens.push(Token {
            kind: kind(&lexed, range_text(text, &range)),
            within_text: !texts.is_empty(),
            range,
        });
        match lexed {
            // Resuming, it closes or goes on; either way the text it belongs to is on the stack.
            Lexed::InterpolatedString(_) if !resumes => texts.push(0),
            Lexed::StringConstant(_) | Lexed::LexError(_) if resumes => {
                texts.pop();
            }
            Lexed::LeftBrace | Lexed::MapStart => {
                if let Some(open) = texts.last_mut() {
                    *open = open.saturating_add(1);
                }
            }
            Lexed::RightBrace => {
                if let Some(open) = texts.last_mut() {
                    *open = open.saturating_sub(1);
                    if *open == 0 {
                        state.is_within_text_terminated_by = Some("`".into());
                    }
                }
            }
            _ => {}
        }
        if unclosed && stream.peek_next().is_none() {
            break;
        }
    }
    if found.fault.is_none() && !texts.is_empty() {
        found.fault = Some((text.len(), UNCLOSED_TEXT));
    }
    found
}

/// Whether a text is one name that Rhai leaves to scripts.
pub(crate) fn is_name(text: &str) -> bool {
    let mut stream = Counted {
        characters: text.chars().collect(),
        read: 0,
    };
    let mut state = TokenizeState::default();
    let (lexed, _) = get_next_token(&mut stream, &mut state, &mut Position::new(1, 0));
    matches!(lexed, Lexed::Identifier(name) if *name == text)
}

const UNCLOSED_TEXT: &str = "the text is not closed";

fn range_text<'a>(text: &'a str, range: &Range<usize>) -> &'a str {
    text.get(range.clone()).unwrap_or_default()
}

/// A token begins after the white space before it, unless it goes on with a text. A line comment
/// takes the end of its line with it, which is not part of it.
fn trimmed(text: &str, range: Range<usize>, resumes: bool) -> Range<usize> {
    let covered = range_text(text, &range);
    let body = if resumes {
        covered
    } else {
        covered.trim_start_matches(|c: char| c.is_ascii_whitespace())
    };
    let start = range.end.saturating_sub(body.len());
    let body = if body.starts_with("//") && !resumes {
        body.trim_end_matches(['\n', '\r'])
    } else {
        body
    };
    start..start.saturating_add(body.len())
}

fn fault(lexed: &Lexed, unclosed: bool, comment: bool) -> Option<&'static str> {
    match lexed {
        _ if unclosed && comment => Some("the comment is not closed by `*/`"),
        _ if unclosed => Some(UNCLOSED_TEXT),
        Lexed::LexError(error) => Some(match **error {
            rhai::LexError::UnterminatedString => UNCLOSED_TEXT,
            rhai::LexError::MalformedNumber(_) => "this is not a number",
            rhai::LexError::MalformedEscapeSequence(_) => "a text holds no such escape",
            rhai::LexError::MalformedChar(_) => "texts stand in \", a single character in '",
            _ => "this is no part of the language",
        }),
        Lexed::Reserved(symbol) if !symbol.starts_with(|c: char| c.is_alphabetic()) => {
            Some("this is no part of the language")
        }
        _ => None,
    }
}

fn kind(lexed: &Lexed, text: &str) -> TokenKind {
    match lexed {
        Lexed::Comment(_) if text.starts_with("/*") => TokenKind::BlockComment,
        Lexed::Comment(_) => TokenKind::LineComment,
        Lexed::IntegerConstant(_) | Lexed::DecimalConstant(_) => TokenKind::Number,
        Lexed::StringConstant(_) | Lexed::InterpolatedString(_) | Lexed::CharConstant(_) => {
            TokenKind::Text
        }
        Lexed::LexError(_) => TokenKind::Other,
        Lexed::Unit => TokenKind::Unit,
        Lexed::UnaryMinus | Lexed::UnaryPlus | Lexed::Bang => TokenKind::Unary,
        _ => match text {
            "(" | "[" | "?[" | "{" | "#{" => TokenKind::Open,
            ")" | "]" | "}" => TokenKind::Close,
            "|" | "||" => TokenKind::Pipe,
            "," => TokenKind::Comma,
            ";" => TokenKind::Semicolon,
            ":" => TokenKind::Colon,
            "." | "?." | "::" => TokenKind::Dot,
            ".." | "..=" => TokenKind::Range,
            "in" | "!in" => TokenKind::Binary,
            word if KEYWORDS.contains(&word) => TokenKind::Keyword,
            word if word.starts_with(|c: char| c.is_alphanumeric() || c == '_') => TokenKind::Name,
            _ if matches!(lexed, Lexed::Reserved(_)) => TokenKind::Other,
            _ => TokenKind::Binary,
        },
    }
}

#[cfg(test)]
mod tests;
