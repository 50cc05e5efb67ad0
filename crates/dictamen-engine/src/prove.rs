//! What is certain of a policy before any applicant is seen.
//!
//! A [`Prover`] carries out a policy on regions of applicants: every way it can decide, with the
//! applicants who may take it. Whatever is said of all ways holds for every applicant whose
//! characteristics are in their declared ranges and who is as the assumptions say.

pub use crate::check::foresee::{Prover, Region, Way};
