//! The service as its clients meet it: in process, and once through a real socket.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "test"
)]

mod access;
mod bad_requests;
mod checks;
#[path = "../../../dictamen-store/tests/it/cluster.rs"]
mod cluster;
mod decisions;
mod keeping;
mod lifecycle;
mod logging;
mod openapi;
mod operation;
mod policies;
mod reloading;
mod support;
