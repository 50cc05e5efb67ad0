//! The words of a script: what stands where, without knowing what it means.
//!
//! For tools that show or lay out scripts. Works on drafts that do not load, and on text that is
//! no script at all; knows nothing of policies.

use std::ops::Range;

use crate::{Diagnostic, Span, script};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// `// …` up to the end of its line.
    LineComment,
    /// `/* … */`.
    BlockComment,
    /// A name, `true` and `false` among them.
    Name,
    /// A word of the language: `let`, `if`, `fn`, …
    Keyword,
    /// A number, with its sign where it is part of it.
    Number,
    /// A text in its quotes; of a text with `${…}` in it, the part up to the next code.
    Text,
    /// `(`, `[`, `?[`, `{` or `#{`.
    Open,
    /// `)`, `]` or `}`.
    Close,
    /// `()`.
    Unit,
    /// `!`, or a sign before a value.
    Unary,
    /// An operator between two values, `=` and `=>` among them.
    Binary,
    /// `|` or `||`: around the parameters of a closure, or an operator.
    Pipe,
    /// `,`.
    Comma,
    /// `;`.
    Semicolon,
    /// `:`.
    Colon,
    /// `.`, `?.` or `::`.
    Dot,
    /// `..` or `..=`.
    Range,
    /// What is no part of the language.
    Other,
}

/// One token: a piece of the script without the white space around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// The bytes it covers; always whole characters.
    pub range: Range<usize>,
    /// Whether it follows, without a break, a text that it belongs to: the code of `${…}` and
    /// what comes after it.
    pub within_text: bool,
}

impl Token {
    /// The token as written.
    pub fn text<'a>(&self, script: &'a str) -> &'a str {
        script.get(self.range.clone()).unwrap_or_default()
    }

    /// Whether it is a comment.
    pub fn is_comment(&self) -> bool {
        matches!(self.kind, TokenKind::LineComment | TokenKind::BlockComment)
    }
}

/// The tokens of a script, comments included, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    /// The tokens. What is no token is among them as [`TokenKind::Other`].
    pub tokens: Vec<Token>,
    /// The first thing that is no token: the byte it begins at, and what is wrong with it.
    pub(crate) fault: Option<(usize, &'static str)>,
}

impl Tokens {
    /// Takes a text apart, whatever it is.
    pub fn new(script: &str) -> Self {
        script::tokens::read(script, false)
    }

    /// What keeps the text from being a script, if anything does.
    pub fn fault(&self, script: &str) -> Option<Diagnostic> {
        let (at, message) = self.fault?;
        Some(Diagnostic::error("script::syntax", message).at(Some(span(script, at))))
    }
}

/// A span of one character at a byte of a script. The file is the caller's to fill in.
pub(crate) fn span(script: &str, at: usize) -> Span {
    let before = script.get(..at).unwrap_or(script);
    let line_start = before.rfind('\n').map_or(0, |i| i.saturating_add(1));
    let line = script.get(line_start..).unwrap_or_default();
    let number = before.matches('\n').count().saturating_add(1);
    let column = before.get(line_start..).unwrap_or_default().chars().count();
    Span {
        file: String::new(),
        line: number,
        column: column.saturating_add(1),
        end_line: number,
        end_column: column.saturating_add(2),
        source: line.lines().next().unwrap_or_default().to_owned(),
    }
}

/// Whether a text can be the name of a variable.
pub fn is_name(text: &str) -> bool {
    script::tokens::is_name(text)
}

/// Words that stand before a value or a block.
pub(crate) const KEYWORDS: [&str; 24] = [
    "as", "break", "catch", "const", "continue", "do", "else", "export", "fn", "for", "if",
    "import", "in", "let", "loop", "private", "return", "switch", "throw", "try", "until", "while",
    "case", "default",
];
