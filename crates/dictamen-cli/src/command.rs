//! The subcommands, one module each.

pub(crate) mod characteristics;
pub(crate) mod check;
pub(crate) mod config;
pub(crate) mod decide;
pub(crate) mod doc;
pub(crate) mod fmt;
mod input;
pub(crate) mod log;
pub(crate) mod lsp;
pub(crate) mod sandbox;
pub(crate) mod serve;
pub(crate) mod test;
