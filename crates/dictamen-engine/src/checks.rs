//! What each finding of the checker means, with an example: `docs/checks.md` of this crate.
//!
//! The text is the single source; a test holds that every code is in it and that its examples
//! are what they say.

pub use crate::check::ending;

/// The whole text, in Markdown.
const TEXT: &str = include_str!("../docs/checks.md");

/// Every code that the text explains, in its order.
pub fn codes() -> impl Iterator<Item = &'static str> {
    sections().map(|(code, _)| code)
}

/// The entry of a code, in Markdown without its heading.
pub fn explain(code: &str) -> Option<&'static str> {
    sections()
        .find(|(known, _)| *known == code)
        .map(|(_, entry)| entry)
}

fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    TEXT.split("\n## ").skip(1).filter_map(|section| {
        let (code, entry) = section.split_once('\n')?;
        Some((code, entry.trim()))
    })
}
