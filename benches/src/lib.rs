//! What the benches share: an invented applicant, and a stopwatch that takes turns.

pub mod measure;
pub mod record;
