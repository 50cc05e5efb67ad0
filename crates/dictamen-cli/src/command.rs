//! The subcommands, one module each.

pub(crate) mod characteristics;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod config;
pub(crate) mod decide;
pub(crate) mod doc;
pub(crate) mod draft_check;
pub(crate) mod erase;
pub(crate) mod explain;
pub(crate) mod fmt;
mod input;
pub(crate) mod key;
pub(crate) mod log;
pub(crate) mod lsp;
pub(crate) mod mutate;
pub(crate) mod policy;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod sandbox;
pub(crate) mod scorecard;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod test;
pub(crate) mod verify;

use crate::exit::{Exit, Failure};

/// What commands wait on that talk to a database or the network.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Failed, format!("cannot start: {error}")))
}
