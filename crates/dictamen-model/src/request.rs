//! What a decision is asked for: the application, and Belvo's records exactly as Belvo sent them.
//!
//! Belvo's objects are read leniently, ours strictly: an unknown key of the application is more
//! likely a misspelt field that would silently be ignored than anything else.

mod application;

pub use application::Application;

use chrono::NaiveDate;

use crate::identity::Applicant;
use crate::json::{Context, Page, RequestError, read_document, wire};
use crate::wire::{CurrentEmployment, EmploymentRecord, Link};
use application::ApplicationFields;

/// Everything a decision is made from, except the policy and its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRequest {
    /// What is asked for.
    pub application: Application,
    /// Belvo's employment records; all of one person.
    pub employment_records: Vec<EmploymentRecord>,
    /// Belvo's current employments; `None` when they were not retrieved.
    pub current_employments: Option<Vec<CurrentEmployment>>,
    /// The link the records came through.
    pub link: Option<Link>,
    /// Whose records they are, when one of them names a CURP. No rule can reach it.
    pub applicant: Option<Applicant>,
    /// The day to decide as of; `None` leaves it to the caller's clock.
    pub as_of: Option<NaiveDate>,
}

wire! {
    /// The request as it is sent.
    pub(crate) struct RequestFields: strict {
        /// What is asked for.
        application: ApplicationFields,
        /// Belvo's employment records.
        employment_records: Page<EmploymentRecord>,
        /// Belvo's current employments.
        current_employments: Page<CurrentEmployment>,
        /// The link.
        link: Link,
        /// The day to decide as of.
        as_of: NaiveDate,
    }
}

impl DecisionRequest {
    /// Reads a request from JSON.
    ///
    /// # Errors
    /// Everything wrong with it, at once, each with its JSON Pointer.
    pub fn parse(bytes: &[u8]) -> Result<Self, RequestError> {
        let mut context = Context::default();
        let fields: Option<RequestFields> = read_document(bytes, &mut context);
        if fields.is_none() && context.count() == 0 {
            context.wrong_type("an object", "null");
        }
        let request = fields.and_then(|fields| Self::complete(fields, &mut context));
        context.finish(request)
    }

    /// Reads a request whose parts come as texts of their own: records and current employments
    /// as Belvo sent them, and the application. Pointers are those of the one-text form.
    ///
    /// # Errors
    /// Everything wrong with the parts, at once.
    pub fn parse_with_parts(
        records: &[u8],
        application: &[u8],
        current: Option<&[u8]>,
    ) -> Result<Self, RequestError> {
        let mut context = Context::default();
        let fields = RequestFields {
            application: context.at("application", |c| read_document(application, c)),
            employment_records: context.at("employment_records", |c| read_document(records, c)),
            current_employments: current
                .and_then(|bytes| context.at("current_employments", |c| read_document(bytes, c))),
            link: None,
            as_of: None,
        };
        let request = Self::complete(fields, &mut context);
        context.finish(request)
    }

    fn complete(fields: RequestFields, context: &mut Context) -> Option<Self> {
        let application = context.at("application", |context| {
            if fields.application.is_none() {
                context.require("an application is needed");
            }
            fields
                .application
                .and_then(|fields| fields.complete(context))
        });
        let records = context.at("employment_records", |context| {
            if fields.employment_records.is_none() {
                context.require("Belvo's employment records are needed; an empty list is fine");
            }
            fields.employment_records
        });
        Some(Self {
            application: application?,
            employment_records: records?.results,
            current_employments: fields.current_employments.map(|page| page.results),
            link: fields.link,
            applicant: context.person().map(Applicant::of_curp),
            as_of: fields.as_of,
        })
    }
}

#[cfg(test)]
mod tests;
