//! What may be known of the person: whether the identifiers hold together, and the age.

use chrono::{Datelike as _, Months, NaiveDate};

use crate::identity::{Curp, Document, Nss};
use crate::wire::{EmploymentRecord, PersonalData};

/// The person, as far as a decision may know.
pub(crate) struct Identified {
    /// Whether there is a valid CURP.
    pub(crate) curp_valid: bool,
    /// Whether birth date and CURP agree, where both can be read.
    pub(crate) birth_date_matches: Option<bool>,
    /// Whether the NSS is valid, where there is one.
    pub(crate) nss_valid: Option<bool>,
    /// Completed years on the day of the decision.
    pub(crate) age: Option<i64>,
    /// Completed years when the term asked for ends.
    pub(crate) age_at_maturity: Option<i64>,
    /// Completed years on the reference day.
    pub(crate) age_at_reference: Option<i64>,
}

impl Identified {
    pub(super) fn of(
        record: &EmploymentRecord,
        as_of: NaiveDate,
        reference: Option<NaiveDate>,
        term_months: i64,
    ) -> Self {
        let person = record.personal_data.as_ref();
        let documents = || {
            person
                .and_then(|p| p.document_ids.as_deref())
                .unwrap_or_default()
        };
        let curp = record.internal_identification.or_else(|| {
            documents().iter().find_map(|document| match document {
                Document::Curp(curp) => Some(*curp),
                _ => None,
            })
        });
        let nss = documents().iter().find_map(|document| match document {
            Document::Nss(nss) => Some(nss),
            _ => None,
        });
        let encoded = curp.as_ref().and_then(Curp::birth_date);
        let stated = person.and_then(|p: &PersonalData| p.birth_date);
        let born = stated.or(encoded);
        let maturity = u32::try_from(term_months)
            .ok()
            .and_then(|months| as_of.checked_add_months(Months::new(months)));
        Self {
            curp_valid: curp.as_ref().is_some_and(Curp::is_valid),
            birth_date_matches: stated
                .zip(encoded)
                .map(|(stated, encoded)| stated == encoded),
            nss_valid: nss.map(Nss::is_valid),
            age: born.and_then(|born| completed_years(born, as_of)),
            age_at_maturity: born
                .zip(maturity)
                .and_then(|(born, day)| completed_years(born, day)),
            age_at_reference: born
                .zip(reference)
                .and_then(|(born, day)| completed_years(born, day)),
        }
    }
}

/// Completed years; who was born on 29 February ages on 1 March in other years. `None` before
/// birth.
pub(super) fn completed_years(born: NaiveDate, day: NaiveDate) -> Option<i64> {
    let years = i64::from(day.year()).checked_sub(i64::from(born.year()))?;
    let had_birthday = (day.month(), day.day()) >= (born.month(), born.day());
    let years = if had_birthday {
        years
    } else {
        years.checked_sub(1)?
    };
    (years >= 0).then_some(years)
}
