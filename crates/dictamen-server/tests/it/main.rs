//! The service as its clients meet it: in process, and once through a real socket.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "test"
)]

mod bad_requests;
mod batch;
mod checks;
mod decisions;
mod drift;
mod keeping;
mod logging;
mod metrics;
mod openapi;
mod operating;
mod operation;
mod policies;
mod reloading;
mod support;
