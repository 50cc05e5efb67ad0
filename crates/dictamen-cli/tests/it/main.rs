//! The command as it is typed: what it prints, where, and how it ends.
#![expect(clippy::unwrap_used, reason = "test")]

mod checking;
#[path = "../../../dictamen-store/tests/it/cluster.rs"]
mod cluster;
mod configuring;
mod deciding;
mod documenting;
mod editing;
mod fixing;
mod formatting;
mod killing;
mod sandbox;
mod serving;
mod support;
mod usage;
mod wrong;
