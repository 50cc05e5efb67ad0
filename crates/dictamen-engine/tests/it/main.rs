//! The engine's tests: policies in, decisions and diagnostics out.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod checks;
mod claims;
mod deciding;
mod diagnostics;
mod equality;
mod formatting;
mod hostile;
mod mutated;
mod proving;
mod support;
mod traps;
mod words;
mod wrong;
