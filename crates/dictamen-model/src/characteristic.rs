//! Characteristics: the named, typed, documented inputs of every policy.
//!
//! One declarative table ([`definitions`]) is the single source of their names, types, units,
//! ranges, meanings and of the functions that compute them; scripts, checker, documentation and
//! API all read it. This module knows nothing of policies. No characteristic carries sex,
//! birthplace, state, a name or an identifier of the person; age is there because legal capacity
//! and insurance depend on it.

mod compute;
mod definition;
mod presence;
mod set;
mod table;
mod value;

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use compute::{ComputeError, compute};
pub use definition::{Definition, Kind, Range, Unit};
pub use presence::{Presence, presences};
pub use set::{Characteristics, OverrideError};
pub use value::Value;

static DEFINITIONS: LazyLock<Vec<Definition>> = LazyLock::new(table::all);

static POSITIONS: LazyLock<BTreeMap<&'static str, usize>> = LazyLock::new(|| {
    definitions()
        .iter()
        .enumerate()
        .map(|(position, definition)| (definition.name, position))
        .collect()
});

/// Every characteristic, in the order in which they are documented and printed.
pub fn definitions() -> &'static [Definition] {
    &DEFINITIONS
}

/// Position of the characteristic called `name` in [`definitions`].
pub fn index_of(name: &str) -> Option<usize> {
    POSITIONS.get(name).copied()
}

#[cfg(test)]
mod tests;
