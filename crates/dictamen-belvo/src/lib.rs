//! A client of Belvo's API for employment, and the reading of its webhooks.
//!
//! The crate knows addresses, secrets, errors, retries and limits. It knows nothing of policies and
//! keeps nothing: what it fetched is handed over as Belvo sent it, beside what was read of it. No
//! message, log line or `Debug` of it shows a CURP, a name or a secret.
//!
//! ```no_run
//! use dictamen_belvo::{Client, Config, NewLink, Retrieve};
//! use dictamen_model::wire::EmploymentRecord;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let config = Config::new("http://127.0.0.1:8090", "sandbox-secret-id", "sandbox-secret-password")?;
//! let client = Client::new(config)?;
//! let link = match client.register(&NewLink::single("imss_mx_employment", "QXWA850309MPLRNL08")).await {
//!     Ok(link) => link,
//!     // What the applicant can do about it.
//!     Err(error) => return Err(error.trouble().es_mx().into()),
//! };
//! let link = link.id.ok_or("a link has an id")?;
//! for record in client.retrieve::<EmploymentRecord>(&Retrieve::of(&link)).await? {
//!     // Exactly as Belvo sent it: what a decision takes.
//!     let _json: &str = record.text();
//! }
//! # Ok(())
//! # }
//! ```

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
