//! Integration tests: the crate from outside, with requests as callers send them.

mod consistency;
mod employment;
mod hostile;
mod income;
mod laws;
mod metrics;
mod privacy;
mod record;
mod reference_cases;
mod salary;
mod scale;
mod support;
mod wire;
