//! What the programs, the applications and the README of this package show.
#![expect(clippy::unwrap_used, reason = "tests")]

mod programs;
mod readme;
