//! What is wrong with a policy folder, said to a credit analyst.
//!
//! One shape for every finding, whatever found it; how it is drawn is the caller's affair.

use std::fmt;

use serde::Serialize;

use crate::Edit;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The policy cannot be used.
    Error,
    /// The policy can be used; somebody should look.
    Warning,
    /// The policy can be used; what it does is safe and may surprise.
    Note,
}

/// A part of a file of the policy folder, from its first character up to the place behind its last
/// one. Lines and columns count from 1, columns in characters. It may cross lines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Span {
    /// Path within the folder.
    pub file: String,
    /// Line it begins on, from 1.
    pub line: usize,
    /// Column of its first character, from 1.
    pub column: usize,
    /// Line it ends on, at least `line`.
    pub end_line: usize,
    /// Column behind its last character. On one line it is past `column`, but for an edit that only
    /// inserts, where both are the same.
    pub end_column: usize,
    /// The lines it touches, whole, with a line feed between them.
    pub source: String,
}

impl Span {
    /// What it covers.
    pub fn text(&self) -> String {
        let (first, last) = self.bytes();
        self.source.get(first..last).unwrap_or_default().to_owned()
    }

    /// The bytes of [`source`](Self::source) it covers: the first one, and the one behind the last.
    pub fn bytes(&self) -> (usize, usize) {
        let lines = self.end_line.saturating_sub(self.line);
        let first = offset(&self.source, 0, self.column);
        (
            first,
            offset(&self.source, lines, self.end_column).max(first),
        )
    }
}

/// The byte of a column of a line, counted from 0; past the end of the line, that end.
fn offset(source: &str, line: usize, column: usize) -> usize {
    let mut start = 0_usize;
    for (number, text) in source.split('\n').enumerate() {
        if number == line {
            let within = text.char_indices().nth(column.saturating_sub(1));
            return start.saturating_add(within.map_or(text.len(), |(byte, _)| byte));
        }
        start = start.saturating_add(text.len()).saturating_add(1);
    }
    source.len()
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Stable code, such as `script::unknown-characteristic`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line of plain words.
    pub message: String,
    /// Where; `None` when the finding is about the folder as a whole.
    pub span: Option<Span>,
    /// What to do about it.
    pub help: Option<String>,
    /// Changes which, made together, probably settle it; empty when none is known.
    pub edits: Vec<Edit>,
}

impl Diagnostic {
    /// An error without a place.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            span: None,
            help: None,
            edits: Vec::new(),
        }
    }

    /// A warning without a place.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// A note without a place.
    pub fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Note,
            ..Self::error(code, message)
        }
    }

    /// The same finding at a place.
    #[must_use]
    pub fn at(mut self, span: Option<Span>) -> Self {
        self.span = span;
        self
    }

    /// The same finding with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same finding with advice, if there is any.
    #[must_use]
    pub fn help_opt(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    /// The same finding with changes that would settle it.
    #[must_use]
    pub fn edits(mut self, edits: impl IntoIterator<Item = Edit>) -> Self {
        self.edits.extend(edits);
        self
    }

    /// Whether its edits may be made without asking, and there are any.
    pub fn is_fixable(&self) -> bool {
        !self.edits.is_empty() && self.edits.iter().all(|edit| edit.safe)
    }

    /// Whether the policy cannot be used because of it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// One line for logs: place, code and message.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(span) = &self.span {
            write!(f, "{}:{}:{}: ", span.file, span.line, span.column)?;
        }
        write!(f, "{} ({})", self.message, self.code)
    }
}
