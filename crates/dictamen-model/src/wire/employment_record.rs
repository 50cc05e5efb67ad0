//! The employment record: one report of a person's whole history with the institute.

use chrono::NaiveDate;

use super::{
    Days, DocumentedStatus, EmploymentEvent, EmploymentStatus, File, ScorePeriod, ScorePoints,
    Weeks,
};
use crate::identity::{Curp, Document, Masked, Private};
use crate::json::{Page, Person, RequestError, Timestamp, parse_whole, wire};
use crate::money::{DailySalary, MonthlySalary};

wire! {
    /// One report of a person's employment history.
    pub struct EmploymentRecord {
        /// Belvo's id of the record.
        id: String,
        /// Belvo's id of the link it was retrieved through.
        link: String,
        /// When Belvo stored it.
        created_at: Timestamp,
        /// When Belvo retrieved it.
        collected_at: Timestamp,
        /// The day the institute made the report; may lie well before the retrieval.
        report_date: NaiveDate,
        /// Days since the data left the institute (since March 2026).
        days_since_extraction: Days,
        /// The person's CURP, valid or not.
        internal_identification: Curp,
        /// Who the person is.
        personal_data: PersonalData,
        /// Weeks according to the institute; null for ISSSTE.
        social_security_summary: SocialSecuritySummary,
        /// The jobs.
        employment_records: Vec<Job>,
        /// The provider's scores; null for ISSSTE and before April 2024.
        employment_scores: Vec<EmploymentScore>,
        /// The provider's estimate of today's salary; null for ISSSTE and before March 2026.
        salary_estimation: SalaryEstimation,
        /// Attached documents.
        files: Vec<File>,
    }
}

wire! {
    /// Who the person is, as far as a decision may know.
    pub struct PersonalData {
        /// Whether there was a full name.
        official_name: Private,
        /// Whether there was a first name.
        first_name: Private,
        /// Whether there were surnames.
        last_name: Private,
        /// Birth date.
        birth_date: NaiveDate,
        /// Entitlements according to the institute.
        entitlements: Entitlements,
        /// Identity documents.
        document_ids: Vec<Document>,
        /// Whether there was an e-mail address.
        email: Private,
    }
}

wire! {
    /// What the person is entitled to (*vigencia de derechos*).
    pub struct Entitlements {
        /// To health insurance.
        entitled_to_health_insurance: bool,
        /// To company benefits.
        entitled_to_company_benefits: bool,
        /// Until when; null while working.
        valid_until: NaiveDate,
        /// Employment status.
        status: DocumentedStatus,
    }
}

wire! {
    /// Contribution weeks according to the institute.
    pub struct SocialSecuritySummary {
        /// Weeks taken out of the pension (*descontadas*).
        weeks_redeemed: Weeks,
        /// Weeks paid back (*reintegradas*).
        weeks_reinstated: Weeks,
        /// Weeks contributed (*cotizadas*).
        weeks_contributed: Weeks,
    }
}

wire! {
    /// One job.
    pub struct Job {
        /// When Belvo retrieved it.
        collected_at: Timestamp,
        /// The employer's legal name.
        employer: Masked,
        /// The employer's registration with the institute; null for ISSSTE.
        employer_id: Masked,
        /// First day.
        start_date: NaiveDate,
        /// Last day; null in a current job.
        end_date: NaiveDate,
        /// Weeks worked, according to Belvo.
        weeks_employed: Weeks,
        /// The federal state, which settles the wage zone and nothing else; null for ISSSTE.
        state: Masked,
        /// Salary per **day**. Zero when unknown.
        most_recent_base_salary: DailySalary,
        /// Salary per month. Zero when unknown.
        monthly_salary: MonthlySalary,
        /// `MXN`.
        currency: String,
        /// What happened in the job, or where a salary was learned from.
        employment_status_updates: Vec<StatusUpdate>,
    }
}

wire! {
    /// One event of a job.
    pub struct StatusUpdate {
        /// What happened.
        event: EmploymentEvent,
        /// Salary per **day** from then on. Zero when unknown.
        base_salary: DailySalary,
        /// When.
        update_date: NaiveDate,
    }
}

wire! {
    /// The provider's score for one horizon.
    pub struct EmploymentScore {
        /// 300 to 900; null without a history.
        score: ScorePoints,
        /// Months ahead: 3, 6 or 12.
        period: ScorePeriod,
        /// Version of the provider's model.
        version: String,
    }
}

wire! {
    /// The provider's estimate of today, made from a report of the past.
    pub struct SalaryEstimation {
        /// Estimated status.
        employment_status_estimate: EmploymentStatus,
        /// Estimated salary per **day**.
        base_salary_estimate: DailySalary,
        /// `MXN`.
        currency: String,
    }
}

impl Person for EmploymentRecord {}

impl EmploymentRecord {
    /// Reads records as Belvo sends them: one object, an array or a page.
    ///
    /// # Errors
    /// Everything wrong with them, at once; also when they are of different people.
    pub fn parse_page(bytes: &[u8]) -> Result<Page<Self>, RequestError> {
        parse_whole(bytes, "employment records")
    }
}
