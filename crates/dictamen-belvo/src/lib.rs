//! A client of Belvo's API for employment, and the reading of its webhooks.
//!
//! The crate knows addresses, secrets, errors, retries and limits. It knows nothing of policies and
//! keeps nothing: what it fetched is handed over as Belvo sent it, beside what was read of it. No
//! message, log line or `Debug` of it shows a CURP, a name or a secret.

mod client;
mod config;
mod envelope;
mod error;
mod links;
mod resource;
mod retry;
mod throttle;
pub mod trouble;
pub mod webhook;
pub mod widget;
pub mod wire;

pub use client::Client;
pub use config::{Config, PRODUCTION, SANDBOX};
pub use error::{Error, Kind, Refused};
pub use links::{Change, Credentials, LinkFilter, NewLink, Storage};
pub use resource::{Element, Filter, Listed, Resource, Retrieve};
pub use retry::Retry;
