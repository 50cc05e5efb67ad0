//! Employments in Brazil: one object per employer, not per person.

use chrono::NaiveDate;
use dictamen_model::Timestamp;
use dictamen_model::identity::Masked;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::lenient;

/// An employment with one employer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct BrazilEmployment {
    /// Belvo's id.
    #[serde(deserialize_with = "lenient::any")]
    pub id: Option<String>,
    /// Belvo's id of the link.
    #[serde(deserialize_with = "lenient::any")]
    pub link: Option<String>,
    /// When Belvo stored it.
    #[serde(deserialize_with = "lenient::moment")]
    pub created_at: Option<Timestamp>,
    /// When Belvo retrieved it.
    #[serde(deserialize_with = "lenient::moment")]
    pub collected_at: Option<Timestamp>,
    /// First day.
    #[serde(deserialize_with = "lenient::any")]
    pub start_date: Option<NaiveDate>,
    /// Last day; null in a current employment.
    #[serde(deserialize_with = "lenient::any")]
    pub end_date: Option<NaiveDate>,
    /// The employer.
    #[serde(deserialize_with = "lenient::any")]
    pub employer_data: Option<EmployerData>,
    /// Posts held.
    #[serde(deserialize_with = "lenient::any")]
    pub occupations: Option<Vec<Occupation>>,
    /// Salaries paid.
    #[serde(deserialize_with = "lenient::any")]
    pub salaries: Option<Vec<BrazilSalary>>,
}

/// An employer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct EmployerData {
    /// Legal name.
    #[serde(deserialize_with = "lenient::masked")]
    pub name: Option<Masked>,
    /// The institution's code.
    #[serde(deserialize_with = "lenient::masked")]
    pub code: Option<Masked>,
    /// Activity by the national classification.
    #[serde(deserialize_with = "lenient::any")]
    pub economic_activity: Option<String>,
}

/// A post.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Occupation {
    /// First day.
    #[serde(deserialize_with = "lenient::any")]
    pub start_date: Option<NaiveDate>,
    /// Last day; null in a current one.
    #[serde(deserialize_with = "lenient::any")]
    pub end_date: Option<NaiveDate>,
    /// By the national classification.
    #[serde(deserialize_with = "lenient::any")]
    pub description: Option<String>,
    /// As the employer calls it.
    #[serde(deserialize_with = "lenient::any")]
    pub name: Option<String>,
    /// `Urbana`, `Rural` or neither.
    #[serde(deserialize_with = "lenient::any")]
    pub locale: Option<String>,
}

/// A salary of one month, in reais.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct BrazilSalary {
    /// Before deductions.
    #[serde(deserialize_with = "lenient::exact")]
    pub base_amount: Option<Decimal>,
    /// Kept by the INSS.
    #[serde(deserialize_with = "lenient::exact")]
    pub retained_amount: Option<Decimal>,
    /// `REGULAR`, `THIRTEENTH`, `VOLUNTARY` or `RETIREMENT`.
    #[serde(rename = "type", deserialize_with = "lenient::any")]
    pub kind: Option<String>,
    /// The month, `YYYY-MM`.
    #[serde(deserialize_with = "lenient::any")]
    pub month: Option<String>,
    /// `BRL`.
    #[serde(deserialize_with = "lenient::any")]
    pub currency: Option<String>,
}
