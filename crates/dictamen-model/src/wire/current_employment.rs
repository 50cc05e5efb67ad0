//! Current employments: what the institute knows of the running month.

use chrono::NaiveDate;

use super::{Days, EmploymentStatus};
use crate::identity::{Curp, Document, Masked, Private, Rfc};
use crate::json::{Page, Person, RequestError, Timestamp, parse_whole, wire};
use crate::money::{DailySalary, MonthlySalary};

wire! {
    /// The employment of a person in one month.
    pub struct CurrentEmployment {
        /// Belvo's id.
        id: String,
        /// Belvo's id of the link.
        link: String,
        /// When Belvo stored it.
        created_at: Timestamp,
        /// When Belvo retrieved it.
        collected_at: Timestamp,
        /// The month it is reported for, `YYYY-MM`; null when unemployed.
        month: String,
        /// The person's CURP; null when unemployed.
        internal_identification: Curp,
        /// Who the person is.
        personal_data: CurrentPersonalData,
        /// Employed or not.
        status: EmploymentStatus,
        /// The employers; null when unemployed.
        current_employment_records: Vec<CurrentEmployer>,
    }
}

wire! {
    /// Who the person is, as far as a decision may know.
    pub struct CurrentPersonalData {
        /// Whether there was a full name.
        official_name: Private,
        /// Whether there was a first name.
        first_name: Private,
        /// Whether there were surnames.
        last_name: Private,
        /// Birth date.
        birth_date: NaiveDate,
        /// Identity documents.
        document_ids: Vec<Document>,
    }
}

wire! {
    /// One current employer.
    pub struct CurrentEmployer {
        /// Legal name.
        employer: Masked,
        /// Registration with the institute.
        employer_id: Masked,
        /// Tax code.
        employer_rfc: Rfc,
        /// Federal state.
        state: Masked,
        /// Days worked there.
        days_employed: Days,
        /// Salary per **day**; null even while employed.
        base_salary: DailySalary,
        /// Salary per month; null even while employed.
        monthly_salary: MonthlySalary,
    }
}

impl Person for CurrentEmployment {}

impl CurrentEmployment {
    /// Reads current employments as Belvo sends them: one object, an array or a page.
    ///
    /// # Errors
    /// Everything wrong with them, at once; also when they are of different people.
    pub fn parse_page(bytes: &[u8]) -> Result<Page<Self>, RequestError> {
        parse_whole(bytes, "current employments")
    }
}
