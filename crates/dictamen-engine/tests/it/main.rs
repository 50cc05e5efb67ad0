//! The engine's tests: policies in, decisions and diagnostics out.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "tests"
)]

mod deciding;
mod diagnostics;
mod formatting;
mod hostile;
mod support;
mod traps;
