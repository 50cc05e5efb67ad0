//! The command as it is typed: what it prints, where, and how it ends.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "tests"
)]

mod backing_up;
mod checking;
#[path = "../../../dictamen-store/tests/it/cluster.rs"]
mod cluster;
mod configuring;
mod deciding;
mod documenting;
mod editing;
mod explaining;
mod fixing;
mod formatting;
mod http;
mod instances;
mod keeping;
mod keys;
mod killing;
mod lifecycle;
mod privacy;
mod proving;
mod registry_outage;
mod sandbox;
mod scoring;
mod serving;
mod simulating;
mod support;
mod tables;
mod usage;
mod verifying;
mod wrong;
