//! The subcommands, one module each.

pub(crate) mod characteristics;
pub(crate) mod check;
pub(crate) mod decide;
pub(crate) mod doc;
pub(crate) mod draft_check;
pub(crate) mod fmt;
mod input;
pub(crate) mod key;
pub(crate) mod lsp;
pub(crate) mod policy;
pub(crate) mod sandbox;
pub(crate) mod serve;
pub(crate) mod test;
