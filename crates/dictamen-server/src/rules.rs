//! The rules folder: policies and parameters, read into memory and compiled.
//!
//! ```text
//! rules/
//!   <policy-id>/             the live version of a policy
//!   <policy-id>@<version>/   a further version, used when a request names it
//!   parameters/*.toml        dated public parameters
//! ```
//!
//! [`RulesSource::read`] does the reading and nothing else; [`RuleBook::build`] does the
//! compiling and no reading. Names that begin with a dot and plain files beside the folders are
//! passed over, so that a version-control folder, a read-me or the bookkeeping of a mounted
//! volume does no harm. What cannot be read fails the folder it is in and no other.

mod book;
pub mod checks;
mod read;
mod route;

pub(crate) use book::load;
pub use book::{Failure, LoadedPolicy, PARAMETERS, ParameterSet, RuleBook, Versions};
pub use read::{ReadError, Reading, RulesSource};
pub use route::{Arm, Challenger, Route};
