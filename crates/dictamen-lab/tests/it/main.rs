//! The shipped policies held against the laws of the project and the reference cases.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::float_arithmetic,
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    reason = "tests"
)]

mod applicant;
mod comparing;
mod document;
mod drift;
mod explaining;
mod invariants;
mod laws;
mod portfolio;
mod proof;
mod readme;
mod reference;
mod support;
