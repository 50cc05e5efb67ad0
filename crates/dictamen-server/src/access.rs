//! Who may do what: callers, their roles, and the role each address needs.
//!
//! [`guard`] stands before every handler. It finds out who asks, holds them against the
//! [`table`], and puts a [`Caller`] into the request. Knows nothing of policies and decisions.

pub(crate) mod caller;
pub(crate) mod guard;
pub(crate) mod role;
pub(crate) mod table;

pub use caller::Caller;
pub use role::{Role, Roles};
pub use table::{Need, need};
