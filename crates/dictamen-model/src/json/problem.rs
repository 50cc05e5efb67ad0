//! One thing wrong with what was sent, and all of them together.

use std::fmt;

/// One thing wrong with what was sent.
///
/// It never repeats the value it is about: any value may be personal data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Stable code, for example `json::type`.
    pub code: &'static str,
    /// Where, as a JSON Pointer (RFC 6901); empty for the whole document.
    pub pointer: String,
    /// What is wrong, in words.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        write!(f, "{} [{}]", self.message, self.code)
    }
}

/// Everything wrong with what was sent; at least one problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestError {
    /// The problems, in the order in which they were met.
    pub problems: Vec<Problem>,
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for RequestError {}
