//! What each finding of the checker means, with an example: `docs/checks.md` of this crate.
//!
//! The text is the single source; a test holds that every code is in it and that its examples
//! are what they say.

pub use crate::check::ending;

/// The whole text, in Markdown.
const TEXT: &str = include_str!("../docs/checks.md");

/// What is said of one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The code, such as `script::unit`.
    pub code: &'static str,
    /// Its meaning and examples, in Markdown without its heading.
    pub text: &'static str,
}

/// Every code of the engine, in the order of the text.
pub fn all() -> impl Iterator<Item = Entry> {
    entries(TEXT)
}

/// The entries of a text of this form: a heading of the second level with the code, and below it
/// what is said of it.
pub fn entries(text: &'static str) -> impl Iterator<Item = Entry> {
    text.split("\n## ").skip(1).filter_map(|section| {
        let (code, text) = section.split_once('\n')?;
        let text = text.trim();
        Some(Entry { code, text })
    })
}
