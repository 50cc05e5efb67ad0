//! How much one request, one caller and all together may ask of the service.
//!
//! What is too much is refused at once, with a moment to come back after: a service that lets
//! requests wait runs out of memory before it runs out of requests.

mod load;
mod rate;

use std::{num::NonZeroU32, time::Duration};

pub(crate) use load::{InFlight, Load};
pub(crate) use rate::{Rate, Standing};

/// How much may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest request body, in bytes.
    pub body_bytes: usize,
    /// Longest wait for the first head on a connection, again for the body of a request, again for
    /// the decision, and again for a client to take in some of its answer.
    pub timeout: Duration,
    /// Requests that are worked on at the same time; one more is refused.
    pub requests: usize,
    /// What their bodies may take up together, in bytes.
    pub memory: usize,
    /// Connections at the same time; more wait to be accepted.
    pub connections: usize,
    /// Requests a second that one caller with a key or token may make, as many at once; any number
    /// when absent.
    pub rate: Option<NonZeroU32>,
}

impl Default for Limits {
    /// 10 MiB and 10 seconds; 512 requests with 256 MiB of bodies on 4096 connections; any rate.
    fn default() -> Self {
        Self {
            body_bytes: 10 * 1024 * 1024,
            timeout: Duration::from_secs(10),
            requests: 512,
            memory: 256 * 1024 * 1024,
            connections: 4096,
            rate: None,
        }
    }
}
