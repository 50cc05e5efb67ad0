//! Characteristics as the API describes them and as it prints their values.

use chrono::NaiveDate;
use dictamen_engine::{ParametersStamp, Printed};
use dictamen_lab::pipeline;
use dictamen_model::{
    Parameters,
    characteristic::{Characteristics, Definition, definitions},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Every characteristic.
#[derive(Debug, Serialize, ToSchema)]
pub struct CharacteristicList {
    /// In the order in which they are documented and printed.
    characteristics: Vec<Characteristic>,
}

/// One characteristic: what a policy can decide on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Characteristic {
    /// The name policies use.
    #[schema(example = "weeks_total")]
    name: &'static str,
    /// `int`, `decimal`, `bool`, `date` or `enum`.
    #[serde(rename = "type")]
    #[schema(example = "int")]
    kind: &'static str,
    /// Unit of its values; empty when there is none.
    #[schema(example = "weeks")]
    unit: &'static str,
    /// Smallest and largest possible value, where there is one.
    range: Option<Bounds>,
    /// The possible values of a closed vocabulary; empty otherwise.
    values: &'static [&'static str],
    /// When the value is missing; null when it never is.
    missing: Option<&'static str>,
    /// What it says.
    meaning: &'static str,
    /// The fields of the record or the application it is computed from.
    source: &'static [&'static str],
}

/// Smallest and largest possible value, both included.
#[derive(Debug, Serialize, ToSchema)]
struct Bounds {
    /// Smallest.
    #[schema(example = "0")]
    low: String,
    /// Largest.
    #[schema(example = "5200")]
    high: String,
}

impl CharacteristicList {
    /// The whole table.
    pub fn all() -> Self {
        Self {
            characteristics: definitions().iter().map(Characteristic::from).collect(),
        }
    }
}

/// The characteristics of one applicant.
#[derive(Debug, Serialize, ToSchema)]
pub struct Computed {
    /// The day the facts are taken to hold.
    #[schema(example = "2026-09-15")]
    as_of: NaiveDate,
    /// Every characteristic, as in a decision: decimals as text, rounded for printing; null
    /// when missing.
    #[schema(value_type = Object)]
    characteristics: Printed,
    /// The parameters they were computed with.
    parameters: ParametersStamp,
}

impl Computed {
    /// What was computed for a day.
    pub fn new(as_of: NaiveDate, values: &Characteristics, parameters: &Parameters) -> Self {
        Self {
            as_of,
            characteristics: Printed::new(values.clone()),
            parameters: pipeline::stamp(parameters),
        }
    }
}

impl From<&'static Definition> for Characteristic {
    fn from(definition: &'static Definition) -> Self {
        Self {
            name: definition.name,
            kind: definition.kind.name(),
            unit: definition.unit.name(),
            range: definition.range.map(|range| Bounds {
                low: range.low.to_string(),
                high: range.high.to_string(),
            }),
            values: definition.values,
            missing: definition.missing,
            meaning: definition.meaning,
            source: definition.source,
        }
    }
}
