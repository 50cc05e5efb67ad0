//! Belvo's shapes that no decision reads: owners, metrics, institutions, Brazil's employments.
//!
//! Read leniently, as all of Belvo's: a field that is not what it should be is absent.

mod employment_brazil;
mod institution;
mod lenient;
mod metrics;
mod owner;

pub use employment_brazil::{BrazilEmployment, BrazilSalary, EmployerData, Occupation};
pub use institution::{FormField, Institution};
pub use metrics::EmploymentMetrics;
pub use owner::Owner;
