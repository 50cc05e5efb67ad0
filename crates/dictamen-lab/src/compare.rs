//! Two policies: what was edited between them, what each edit has to do with who flips, and
//! somebody on whom they differ when no row of a portfolio does.
//!
//! Policies are compared as what they declare, not as text: moving a line or rewording a comment is
//! no edit. Every partly edited policy is decided by the ordinary engine
//! ([`Policy::amended`](dictamen_engine::Policy::amended)); nothing here knows how to decide.

mod apply;
mod diff;
mod edit;
mod literal;
mod merge;
mod order;
mod rewrite;
mod share;
mod try_out;
mod witness;
mod words;

pub use diff::Diff;
pub use edit::{Edit, Site};
pub use share::{EXACT_EDITS, MOST_EDITS, Shares};
pub use witness::{Change, Search, Witness, search};
pub use words::{EditWords, ReasonChange, edits_in_words, reason_changes};
