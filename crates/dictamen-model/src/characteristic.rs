//! Characteristics: the named, typed, documented inputs of every policy.
//!
//! One declarative table ([`definitions`]) is the single source of their names, types, units,
//! ranges and meanings; scripts, checker, documentation and API all read it. This module knows
//! nothing of policies.

mod definition;
mod set;
mod value;

pub use definition::{Definition, Kind, Range, Unit};
pub use set::{Characteristics, OverrideError};
pub use value::Value;

/// Every characteristic, in the order in which they are documented and printed.
pub fn definitions() -> &'static [Definition] {
    &[]
}

/// Position of the characteristic called `name` in [`definitions`].
pub fn index_of(name: &str) -> Option<usize> {
    definitions().iter().position(|d| d.name == name)
}
