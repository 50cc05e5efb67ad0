//! Loads credit policies written in Rhai and decides applications with them.
//!
//! The way of a policy: [`PolicySource`] (the files of its folder, in memory) →
//! [`Policy::load`] → [`Policy::decide`] → [`Decided`]. Running the script declares; it never
//! decides. The crate does no I/O, reads no clock, no environment and no randomness: the same
//! inputs give the same bytes on every machine. It does not know what a record is; it decides
//! on characteristics.
//!
//! ```
//! use dictamen_engine::{Application, Outcome, ParametersStamp, Policy, PolicySource};
//! use dictamen_model::characteristic::{Characteristics, Value};
//!
//! let script = r#"
//!     policy("first", "0.1.0");
//!     let min_weeks = param("min_weeks", 52, "weeks", "credit committee");
//!     stage("HISTORY", DECLINE, [rule("SHORT", |a| a.weeks_total < min_weeks)]);
//!     otherwise(APPROVE);
//! "#;
//! let reasons = r#"
//!     [SHORT]
//!     es-MX = "Su historial de cotización es corto"
//!     en = "Your contribution history is short"
//! "#;
//! let mut source = PolicySource::new();
//! source.insert("policy.rhai", script.as_bytes()).insert("reasons.toml", reasons.as_bytes());
//! let policy = Policy::load(&source).map_err(|findings| findings[0].to_string())?.policy;
//!
//! // Usually computed from a record; here everything is unknown but the weeks.
//! let mut characteristics = Characteristics::neutral();
//! characteristics.set("weeks_total", Value::Int(51)).map_err(|e| e.to_string())?;
//! let decided = policy.decide(&Application {
//!     application_id: "APP-1",
//!     as_of: "2026-09-15".parse().map_err(|_| "no date")?,
//!     characteristics: &characteristics,
//!     parameters: &ParametersStamp { hash: "sha256:…".into() },
//! });
//! assert_eq!(decided.decision.outcome, Outcome::Decline);
//! assert_eq!(&*decided.decision.reasons[0].text.en, "Your contribution history is short");
//! assert_eq!(&*decided.trace.rules[0].comparisons[0].text, "a.weeks_total < min_weeks");
//! # Ok::<(), String>(())
//! ```

mod canonical;
mod check;
pub mod checks;
mod decision;
pub mod declaration;
mod diagnostic;
mod edit;
mod evaluate;
mod extent;
mod format;
pub mod guide;
pub mod invariants;
mod policy;
mod program;
pub mod prove;
mod reasons;
mod script;
mod source;
pub mod syntax;
mod table;
mod text;
mod trace;
pub mod tree;
pub mod words;

pub use check::{Applicants, Comes, Reasoning};
pub use decision::{
    Decided, Decision, MissingInput, Offer, Outcome, ParametersStamp, PolicyStamp, Printed, Reason,
    ReasonText,
};
pub use diagnostic::{Diagnostic, Severity, Span};
pub use edit::Edit;
pub use evaluate::{Answer, Evaluated, Scratch};
pub use format::format;
pub use policy::{Application, Loaded, Locator, ParamInfo, Policy, RuleInfo, StageInfo};
pub use reasons::{CatalogueReason, FAILED, HUMAN_REVIEW, UNDECIDED};
pub use source::PolicySource;
pub use table::{Column, Table};
pub use trace::{Comparison, RuleTrace, Trace, Verdict};

/// The version of the engine, part of every decision.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");
