//! The client against servers that misbehave, and Belvo's own examples.
#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod anything;
mod examples;
mod hostile;
mod privacy;
mod support;
