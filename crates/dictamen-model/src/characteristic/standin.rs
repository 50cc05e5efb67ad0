//! Stand-in until the real computation is merged; drop this commit then.
use chrono::NaiveDate;

use super::Characteristics;
use crate::{DecisionRequest, Parameters};

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct ComputeError(crate::NotCovered);

impl ComputeError {
    /// Code.
    pub fn code(&self) -> &'static str {
        "parameters::not-covered"
    }
    /// Help.
    pub fn help(&self) -> Option<String> {
        Some(self.0.help().to_owned())
    }
}

/// Computes nothing.
pub fn compute(
    _request: &DecisionRequest,
    as_of: NaiveDate,
    parameters: &Parameters,
) -> Result<Characteristics, ComputeError> {
    parameters.uma_daily(as_of).map_err(ComputeError)?;
    Ok(Characteristics::neutral())
}
