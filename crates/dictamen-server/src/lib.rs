//! The HTTP service that answers credit applications with decisions.
//!
//! [`rules`] reads a folder of policies into memory, [`reload`] keeps it current, [`app`] builds
//! the router, [`serve`] runs it. Nothing is decided here: the service carries bytes in and out
//! and turns everything that can go wrong into a [`problem`] a client can act on.

pub mod access;
pub mod answer;
pub mod app;
pub mod clock;
pub mod drift;
pub mod explain;
mod extract;
mod keeping;
pub mod lifecycle;
pub mod limits;
mod metrics;
mod openapi;
pub mod problem;
pub mod reload;
pub mod replay;
mod routes;
pub mod rules;
pub mod serve;
pub mod telemetry;
pub mod tls;
pub mod trace;

pub use openapi::document;
