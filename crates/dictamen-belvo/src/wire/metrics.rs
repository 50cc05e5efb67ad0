//! Employment metrics: figures that Belvo computes from an employment record.

use chrono::NaiveDate;
use dictamen_model::Timestamp;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::lenient;

/// Belvo's metrics of a link, relative to the reference date. Salaries are pesos per month unless
/// they are called base salaries, which are pesos per day; changes are shares, 0.1 for ten per cent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct EmploymentMetrics {
    /// Belvo's id.
    #[serde(deserialize_with = "lenient::any")]
    pub id: Option<String>,
    /// Belvo's id of the link.
    #[serde(deserialize_with = "lenient::any")]
    pub link: Option<String>,
    /// When Belvo retrieved the record.
    #[serde(deserialize_with = "lenient::moment")]
    pub collected_at: Option<Timestamp>,
    /// When Belvo stored it.
    #[serde(deserialize_with = "lenient::moment")]
    pub created_at: Option<Timestamp>,
    /// When it was last computed.
    #[serde(deserialize_with = "lenient::moment")]
    pub updated_at: Option<Timestamp>,
    /// The day everything is relative to; null for the day of the request.
    #[serde(deserialize_with = "lenient::any")]
    pub reference_date: Option<NaiveDate>,
    /// Age in years.
    #[serde(deserialize_with = "lenient::any")]
    pub age: Option<i64>,
    /// `EMPLOYED`, `RETIRED` or `UNEMPLOYED`.
    #[serde(deserialize_with = "lenient::any")]
    pub current_status: Option<String>,
    /// Employers now.
    #[serde(deserialize_with = "lenient::any")]
    pub current_employer_count: Option<i64>,
    /// Last salary per **day**.
    #[serde(deserialize_with = "lenient::exact")]
    pub base_salary_last: Option<Decimal>,
    /// Weeks in the current or last job.
    #[serde(deserialize_with = "lenient::exact")]
    pub weeks_employed_last_job: Option<Decimal>,
    /// Weeks since the last job; 0 while employed.
    #[serde(deserialize_with = "lenient::exact")]
    pub weeks_since_last_job: Option<Decimal>,
    /// Weeks in employment; simultaneous jobs count once.
    #[serde(deserialize_with = "lenient::exact")]
    pub weeks_employed_total: Option<Decimal>,
    /// Weeks with several jobs at once.
    #[serde(deserialize_with = "lenient::exact")]
    pub weeks_with_multiple_employers: Option<Decimal>,
    /// Employers in all.
    #[serde(deserialize_with = "lenient::any")]
    pub employer_count: Option<i64>,
    /// Different employers.
    #[serde(deserialize_with = "lenient::any")]
    pub unique_employer_count: Option<i64>,
    /// Different employers per year.
    #[serde(deserialize_with = "lenient::exact")]
    pub employers_per_year: Option<Decimal>,
    /// Weeks without a job.
    #[serde(deserialize_with = "lenient::exact")]
    pub weeks_between_jobs: Option<Decimal>,
    /// The longest time without a job, in weeks.
    #[serde(deserialize_with = "lenient::exact")]
    pub max_weeks_between_jobs: Option<Decimal>,
    /// Rises of more than 2 % in the current or last job.
    #[serde(deserialize_with = "lenient::any")]
    pub increases_last_job: Option<i64>,
    /// Cuts of more than 2 % in the current or last job.
    #[serde(deserialize_with = "lenient::any")]
    pub decreases_last_job: Option<i64>,
    /// Rises of more than 2 % in the change to the current or last job.
    #[serde(deserialize_with = "lenient::any")]
    pub increases_after_change: Option<i64>,
    /// Cuts of more than 2 % in the change to the current or last job.
    #[serde(deserialize_with = "lenient::any")]
    pub decreases_after_change: Option<i64>,
    /// Rises of more than 2 % in the whole career.
    #[serde(deserialize_with = "lenient::any")]
    pub increases_overall: Option<i64>,
    /// Cuts of more than 2 % in the whole career.
    #[serde(deserialize_with = "lenient::any")]
    pub decreases_overall: Option<i64>,
    /// Rises of more than 2 % in the last year.
    #[serde(deserialize_with = "lenient::any")]
    pub increases_1y: Option<i64>,
    /// Cuts of more than 2 % in the last year.
    #[serde(deserialize_with = "lenient::any")]
    pub decreases_1y: Option<i64>,
    /// Rises of more than 2 % in the last three years.
    #[serde(deserialize_with = "lenient::any")]
    pub increases_3y: Option<i64>,
    /// Cuts of more than 2 % in the last three years.
    #[serde(deserialize_with = "lenient::any")]
    pub decreases_3y: Option<i64>,
    /// Rises of more than 2 % in the last five years.
    #[serde(deserialize_with = "lenient::any")]
    pub increases_5y: Option<i64>,
    /// Cuts of more than 2 % in the last five years.
    #[serde(deserialize_with = "lenient::any")]
    pub decreases_5y: Option<i64>,
    /// Change of the salary in the last year.
    #[serde(deserialize_with = "lenient::exact")]
    pub yearly_change_1y: Option<Decimal>,
    /// Change of the salary in the last three years.
    #[serde(deserialize_with = "lenient::exact")]
    pub yearly_change_3y: Option<Decimal>,
    /// Change of the salary in the last five years.
    #[serde(deserialize_with = "lenient::exact")]
    pub yearly_change_5y: Option<Decimal>,
    /// Lowest salary per month in the last year.
    #[serde(deserialize_with = "lenient::exact")]
    pub min_monthly_salary_1y: Option<Decimal>,
    /// Lowest salary per month in the last three years.
    #[serde(deserialize_with = "lenient::exact")]
    pub min_monthly_salary_3y: Option<Decimal>,
    /// Lowest salary per month in the last five years.
    #[serde(deserialize_with = "lenient::exact")]
    pub min_monthly_salary_5y: Option<Decimal>,
    /// Average salary per month in the last year.
    #[serde(deserialize_with = "lenient::exact")]
    pub average_monthly_salary_1y: Option<Decimal>,
    /// Average salary per month in the last three years.
    #[serde(deserialize_with = "lenient::exact")]
    pub average_monthly_salary_3y: Option<Decimal>,
    /// Average salary per month in the last five years.
    #[serde(deserialize_with = "lenient::exact")]
    pub average_monthly_salary_5y: Option<Decimal>,
    /// Highest salary per month in the last year.
    #[serde(deserialize_with = "lenient::exact")]
    pub max_monthly_salary_1y: Option<Decimal>,
    /// Highest salary per month in the last three years.
    #[serde(deserialize_with = "lenient::exact")]
    pub max_monthly_salary_3y: Option<Decimal>,
    /// Highest salary per month in the last five years.
    #[serde(deserialize_with = "lenient::exact")]
    pub max_monthly_salary_5y: Option<Decimal>,
}
