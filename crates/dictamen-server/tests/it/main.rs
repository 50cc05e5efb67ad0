//! The service as its clients meet it: in process, and once through a real socket.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "test"
)]

mod access;
mod bad_requests;
mod batch;
mod checks;
#[path = "../../../dictamen-store/tests/it/cluster.rs"]
mod cluster;
mod decisions;
mod drift;
mod house;
mod keeping;
mod lifecycle;
mod limits;
mod logging;
mod metrics;
mod openapi;
mod operating;
mod operation;
mod policies;
mod reloading;
mod support;
mod tls;
mod tokens;
mod working;
