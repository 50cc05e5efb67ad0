//! A client of Belvo's API for employment in Mexico, and the reading of its webhooks.
//!
//! The crate knows addresses, secrets, errors and retries. It knows nothing of policies and keeps
//! nothing: what it fetched is handed over as Belvo sent it, beside what the model read of it.

pub mod webhook;
