//! What Belvo would answer about a person on a day, in its own shapes.
//!
//! Each institution leaves out what Belvo says it leaves out: the ISSSTE has no summary, scores,
//! estimation, registration or state; Belvo's own sandbox institution has no file contents. Fields
//! are written in the order of Belvo's data dictionaries.

mod brazil;
mod current;
mod employment;
mod metrics;
mod owner;
mod pdf;

pub(crate) use brazil::employments;
pub(crate) use current::current_employment;
pub(crate) use employment::{Situation, employment_record, mexican_day};
pub(crate) use metrics::metrics;
pub(crate) use owner::owner;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::value::RawValue;

use crate::institution::Institution;
use crate::people::Person;
use crate::people::figures::Centavos;

/// What a record is about and for whom it is made.
#[derive(Debug, Clone)]
pub(crate) struct Subject<'a> {
    pub(crate) person: &'a Person,
    pub(crate) institution: Institution,
    pub(crate) link: &'a str,
    /// As the link was registered with.
    pub(crate) email: Option<&'a str>,
    pub(crate) id: String,
    pub(crate) now: DateTime<Utc>,
    /// The day the institute's report is of.
    pub(crate) report: NaiveDate,
    pub(crate) attach_pdf: bool,
    pub(crate) quirks: Quirks,
}

/// Shapes in which records arrive that are rarer than the usual one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Quirks {
    /// As of 2023: no scores, no estimation, no age of the extraction, a monthly salary of zero.
    pub(crate) shape_2023: bool,
    /// The person was never registered in a job.
    pub(crate) no_history: bool,
    /// Current employments without salaries.
    pub(crate) no_salary: bool,
    /// The status of the entitlements is null.
    pub(crate) no_status: bool,
    /// Timestamps end in an offset of zero instead of in `Z`.
    pub(crate) offset: bool,
}

impl Subject<'_> {
    fn moment(&self) -> String {
        moment(self.now, self.quirks)
    }
}

/// A moment as Belvo writes it.
pub(crate) fn moment(at: DateTime<Utc>, quirks: Quirks) -> String {
    let zone = if quirks.offset { "+00:00" } else { "Z" };
    format!("{}{zone}", at.format("%Y-%m-%dT%H:%M:%S%.6f"))
}

/// An amount, written as a number with exactly the digits it has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pesos(Decimal);

impl Pesos {
    fn daily(centavos: Centavos) -> Self {
        Self(Decimal::new(centavos, 2).normalize())
    }

    /// A daily salary of the IMSS by the month of 365/12 days.
    fn monthly(centavos: Centavos) -> Self {
        let monthly = Decimal::new(centavos, 2)
            .saturating_mul(Decimal::from(365))
            .checked_div(Decimal::from(12))
            .unwrap_or_default();
        Self(
            monthly
                .round_dp_with_strategy(12, RoundingStrategy::MidpointAwayFromZero)
                .normalize(),
        )
    }

    /// A base salary of the ISSSTE by the month of 30 days.
    fn monthly_public(centavos: Centavos) -> Self {
        Self(
            Decimal::new(centavos, 2)
                .saturating_mul(Decimal::from(30))
                .normalize(),
        )
    }
}

impl Serialize for Pesos {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string())
            .map_err(S::Error::custom)?
            .serialize(serializer)
    }
}

/// One identity document.
#[derive(Debug, Serialize)]
struct DocumentId<'a> {
    document_type: &'static str,
    document_number: &'a str,
}

/// The documents an institution knows of a person.
fn documents<'a>(subject: &Subject<'a>) -> Vec<DocumentId<'a>> {
    let person = subject.person;
    let of = |document_type, document_number| DocumentId {
        document_type,
        document_number,
    };
    match subject.institution {
        Institution::Issste => vec![of("CURP", &person.curp), of("RFC", &person.rfc)],
        Institution::Imss | Institution::Planet | Institution::Inss => {
            vec![of("NSS", &person.nss), of("CURP", &person.curp)]
        }
    }
}

/// Turns a value of ours into JSON text. Values of ours always can be.
fn write(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests;
