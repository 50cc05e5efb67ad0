//! Loads credit policies written in Rhai and decides applications with them.
//!
//! The way of a policy: [`PolicySource`] (the files of its folder, in memory) →
//! [`Policy::load`] → [`Policy::decide`] → [`Decided`]. Running the script declares; it never
//! decides. The crate does no I/O, reads no clock, no environment and no randomness: the same
//! inputs give the same bytes on every machine.

mod canonical;
mod decision;
mod declaration;
mod diagnostic;
mod evaluate;
mod nearest;
mod policy;
mod reasons;
mod script;
mod source;
mod table;
mod text;
mod trace;
mod tree;

pub use decision::{
    Decided, Decision, MissingInput, Offer, Ordered, Outcome, ParametersStamp, PolicyStamp, Reason,
    ReasonText,
};
pub use diagnostic::{Diagnostic, Severity, Span};
pub use policy::{Application, Loaded, ParamInfo, Policy, RuleInfo, StageInfo};
pub use reasons::{CatalogueReason, FAILED, HUMAN_REVIEW, UNDECIDED};
pub use source::PolicySource;
pub use trace::{Comparison, RuleTrace, Trace, Verdict};

/// The version of the engine, part of every decision.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");
