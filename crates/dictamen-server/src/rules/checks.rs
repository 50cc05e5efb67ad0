//! What each finding about a rules folder means, with an example: `docs/checks.md` of this crate.
//!
//! What is found in a policy's own files is explained by the engine.

use dictamen_engine::checks::{Entry, entries};

/// Every finding about the folder and its parameters, in the order of the text.
pub fn all() -> impl Iterator<Item = Entry> {
    entries(include_str!("../../docs/checks.md"))
}
