//! From a request to its characteristics.

use chrono::NaiveDate;

use super::{Characteristics, definitions, table};
use crate::facts::Facts;
use crate::parameters::{NotCovered, Parameters};
use crate::request::DecisionRequest;

/// Why characteristics cannot be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComputeError {
    /// A dated table does not cover a day that is needed.
    #[error(transparent)]
    NotCovered(#[from] NotCovered),
}

impl ComputeError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotCovered(_) => "parameters::not-covered",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotCovered(missing) => missing.help(),
        }
    }
}

/// Computes every characteristic of an application as of a day.
///
/// # Errors
/// When a dated table does not cover a day that the record needs; only tables that are needed are
/// looked up.
pub fn compute(
    request: &DecisionRequest,
    as_of: NaiveDate,
    parameters: &Parameters,
) -> Result<Characteristics, ComputeError> {
    let facts = Facts::of(request, as_of, parameters)?;
    let mut values = Vec::with_capacity(definitions().len());
    table::compute(&facts, &mut values);
    Ok(Characteristics::from_values(values))
}
