//! Belvo's employment payloads as sent, the domain's view of them, and the characteristics a
//! credit policy decides on.
//!
//! The crate turns bytes into numbers and refuses to know what the numbers are for: no policy,
//! no rule, no outcome. It does no I/O, reads no clock and no environment.

pub mod characteristic;
