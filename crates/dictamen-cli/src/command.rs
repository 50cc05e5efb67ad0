//! The subcommands, one module each.

pub(crate) mod characteristics;
pub(crate) mod check;
pub(crate) mod config;
pub(crate) mod decide;
pub(crate) mod demo;
pub(crate) mod doc;
pub(crate) mod draft_check;
pub(crate) mod erase;
pub(crate) mod fmt;
mod input;
pub(crate) mod key;
pub(crate) mod log;
pub(crate) mod lsp;
pub(crate) mod policy;
pub(crate) mod replay;
pub(crate) mod sandbox;
pub(crate) mod serve;
pub(crate) mod test;

use crate::exit::{Exit, Failure};

/// What commands wait on that talk to a database or the network.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Failed, format!("cannot start: {error}")))
}
