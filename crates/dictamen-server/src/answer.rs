//! The bytes of an answer.
//!
//! Service and command write a decision through here, so that the same decision is the same
//! bytes whichever way it was asked for. One line of JSON, ended by a line feed.

mod characteristics;

use dictamen_engine::{Decision, Trace, Verdict};
use serde::Serialize;
use utoipa::ToSchema;

use crate::rules::Arm;

pub use characteristics::{Characteristic, CharacteristicList, Computed};

/// How much of the trace an answer carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Explain {
    /// The decision alone; its reasons are part of it.
    #[default]
    None,
    /// With the trace of the rules that fired, were undecided or failed.
    Reasons,
    /// With the whole trace.
    Full,
}

impl Explain {
    /// Every value with its name.
    pub const ALL: [(&'static str, Self); 3] = [
        ("none", Self::None),
        ("reasons", Self::Reasons),
        ("full", Self::Full),
    ];

    /// The value called `name`.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find_map(|(known, value)| (known == name).then_some(value))
    }
}

/// A decision, with its trace when one was asked for: the schema of what [`Decision::json`] writes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = crate::openapi::example_answer)]
pub struct DecisionAnswer<'a> {
    /// The decision.
    #[serde(flatten)]
    pub decision: &'a Decision,
    /// The side that decided, `champion` or `challenger`; present while the live version is split.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arm: Option<Arm>,
    /// How it was reached; present with `explain=reasons` and `explain=full`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<&'a Trace>,
}

/// Writes a decision, with as much of its trace as was asked for.
///
/// # Errors
///
/// Never for a decision of the engine; the type says so because JSON writing can fail in general.
pub fn write(
    decision: &Decision,
    trace: Option<&Trace>,
    explain: Explain,
) -> Result<Vec<u8>, serde_json::Error> {
    write_for(None, decision, trace, explain)
}

/// The same for a side of a split.
///
/// # Errors
///
/// As [`write()`].
pub fn write_for(
    arm: Option<Arm>,
    decision: &Decision,
    trace: Option<&Trace>,
    explain: Explain,
) -> Result<Vec<u8>, serde_json::Error> {
    let partial;
    let trace = match explain {
        Explain::None => None,
        Explain::Reasons => {
            partial = trace.map(behind_the_reasons);
            partial.as_ref()
        }
        Explain::Full => trace,
    };
    let mut bytes = match arm {
        None => decision.json(trace)?,
        // Flattening goes through a map, which is what the line above is spared.
        arm => serde_json::to_vec(&DecisionAnswer {
            decision,
            arm,
            trace,
        })?,
    };
    bytes.push(b'\n');
    Ok(bytes)
}

/// One line of JSON.
///
/// # Errors
///
/// When the value cannot be written as JSON.
pub fn line(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn behind_the_reasons(trace: &Trace) -> Trace {
    let rules = trace.rules.iter().filter(|rule| match rule.verdict {
        Verdict::Fired | Verdict::Undecided | Verdict::Failed => true,
        Verdict::Passed | Verdict::NotReached => false,
    });
    Trace {
        rules: rules.cloned().collect(),
    }
}
