//! The catalogue of reasons: `reasons.toml` of a policy folder.
//!
//! Knows codes and texts; refuses to know which rule uses which code.

use std::sync::Arc;

use serde::Serialize;

/// System reason: a rule needed a value that is missing.
pub const UNDECIDED: &str = "UNDECIDED";
/// System reason: a rule could not be computed.
pub const FAILED: &str = "FAILED";
/// System reason: the applicant asked for a person to look at an automatic decline.
pub const HUMAN_REVIEW: &str = "HUMAN_REVIEW";

/// One reason of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CatalogueReason {
    /// The code rules name.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub code: Arc<str>,
    /// What the applicant is told, in Mexican Spanish.
    #[serde(rename = "es-MX")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub es_mx: Arc<str>,
    /// What the applicant is told, in English.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub en: Arc<str>,
    /// Whether it speaks against the applicant and may be told as such.
    pub adverse: bool,
    /// What would settle a referral.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub evidence: Option<Arc<str>>,
}
