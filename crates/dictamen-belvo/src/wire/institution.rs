//! What an institution can do, and what its form asks for.

use serde::Deserialize;

use super::lenient;

/// An institution a link can be made with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Institution {
    /// Belvo's number.
    #[serde(deserialize_with = "lenient::any")]
    pub id: Option<i64>,
    /// Belvo's name, for example `imss_mx_employment`.
    #[serde(deserialize_with = "lenient::any")]
    pub name: Option<String>,
    /// `bank`, `fiscal` or `employment`.
    #[serde(rename = "type", deserialize_with = "lenient::any")]
    pub kind: Option<String>,
    /// Name for people.
    #[serde(deserialize_with = "lenient::any")]
    pub display_name: Option<String>,
    /// Countries, of two letters.
    #[serde(deserialize_with = "lenient::any")]
    pub country_codes: Option<Vec<String>>,
    /// What the form asks for.
    #[serde(deserialize_with = "lenient::any")]
    pub form_fields: Option<Vec<FormField>>,
    /// What can be retrieved.
    #[serde(deserialize_with = "lenient::any")]
    pub resources: Option<Vec<String>>,
    /// `healthy` or `down`.
    #[serde(deserialize_with = "lenient::any")]
    pub status: Option<String>,
}

/// One field of a form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct FormField {
    /// `username`, `username2`, `password`.
    #[serde(deserialize_with = "lenient::any")]
    pub name: Option<String>,
    /// Kind of input.
    #[serde(rename = "type", deserialize_with = "lenient::any")]
    pub kind: Option<String>,
    /// Label for people.
    #[serde(deserialize_with = "lenient::any")]
    pub label: Option<String>,
    /// Regular expression the input has to match.
    #[serde(deserialize_with = "lenient::any")]
    pub validation: Option<String>,
}
