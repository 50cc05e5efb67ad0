//! Decides: stages, scorecard, bands, offer, in this order, until one of them ends the run.
//!
//! Total by construction: whatever cannot be computed refers. It knows the compiled policy and
//! the characteristics, and nothing of scripts, files or records.

mod compute;
mod function;
mod offer;
mod run;
mod value;
mod walk;

pub(crate) use run::run;
