//! What the benches share: invented applicants and records, ways of deciding on them, and a
//! stopwatch that takes turns.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a bench ends when it cannot measure, and its numbers are small"
)]

pub mod answer;
pub mod applicant;
pub mod by_hand;
pub mod dictamen;
pub mod interpreter;
pub mod measure;
#[cfg(feature = "peers")]
mod peers;
pub mod record;
pub mod report;
mod staged;
pub mod threads;
pub mod ways;
