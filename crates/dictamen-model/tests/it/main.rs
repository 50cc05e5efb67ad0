//! Integration tests: the crate from outside, with requests as callers send them.

mod reference_cases;
mod support;
