//! Belvo's employment payloads as sent, the domain's view of them, and the characteristics a
//! credit policy decides on.
//!
//! The crate turns bytes into numbers and refuses to know what the numbers are for: no policy,
//! no rule, no outcome. It does no I/O, reads no clock and no environment.

pub mod characteristic;
mod division;
mod facts;
mod history;
pub mod identity;
mod json;
pub mod money;
pub mod parameters;
pub mod request;
pub mod suggest;
mod text;
pub mod wire;

pub use characteristic::{Characteristics, ComputeError, Value, compute};
pub use json::{Page, Problem, RequestError, Timestamp, Whole};
pub use parameters::{NotCovered, ParameterProblem, Parameters};
pub use request::{Application, DecisionRequest};
