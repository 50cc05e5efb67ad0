//! Belvo's payloads as they are sent: every field may be absent, vocabularies are open.
//!
//! Nothing is interpreted here: a status is a word, an end date is a date. Field names are
//! Belvo's; so is their meaning, as of the data dictionary of April 2026 and of the older shape of
//! 2023. What identifies a person is judged and dropped while it is read (see
//! [`identity`](crate::identity)).

mod code;
mod current_employment;
mod employment_record;
mod file;
mod link;
mod webhook;

pub use code::{
    DocumentedStatus, EmploymentChange, EmploymentEvent, EmploymentStatus, ProcessType,
    WebhookCode, WebhookType,
};
pub use current_employment::{CurrentEmployer, CurrentEmployment, CurrentPersonalData};
pub use employment_record::{
    EmploymentRecord, EmploymentScore, Entitlements, Job, PersonalData, SalaryEstimation,
    SocialSecuritySummary, StatusUpdate,
};
pub use file::{Content, File};
pub use link::Link;
pub use webhook::{Webhook, WebhookData};

use crate::json::Whole;

/// Weeks; a working life has fewer than ten thousand.
pub type Weeks = Whole<0, 10_000>;
/// Days, at most 150 years.
pub type Days = Whole<0, 54_786>;
/// Points of the provider's score. Only 300 to 900 mean something; what else is read is missing.
pub type ScorePoints = Whole<-9_999, 9_999>;
/// Months ahead that a score speaks of.
pub type ScorePeriod = Whole<0, 999>;
/// A count in a webhook.
pub type Total = Whole<0, 1_000_000_000>;
