//! The store from outside, the same tests on SQLite and on PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::print_stdout,
    reason = "tests"
)]

mod backup;
mod cluster;
mod erasing;
mod instances;
mod keys;
mod logging;
mod once;
mod outage;
mod registry;
mod support;
mod tampering;
mod work;
