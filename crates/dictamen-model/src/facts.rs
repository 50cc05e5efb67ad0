//! Everything the characteristics of one application are read off.
//!
//! All look-ups in dated tables happen here, and only those that the record needs; what follows
//! cannot fail any more.

mod income;
mod metrics;
mod person;
mod source;
mod statistics;
mod trend;

use chrono::NaiveDate;

pub(crate) use income::Income;
pub(crate) use metrics::{Metrics, Years};
pub(crate) use person::Identified;
pub(crate) use trend::Trend;

use crate::history::History;
use crate::parameters::{NotCovered, Parameters};
use crate::request::{Application, DecisionRequest};
use crate::wire::{CurrentEmployment, EmploymentRecord, EmploymentScore};

/// The institute a record comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Institution {
    /// Private sector.
    Imss,
    /// Public sector.
    Issste,
}

/// What is known of one application on one day.
pub(crate) struct Facts<'a> {
    pub(crate) application: &'a Application,
    pub(crate) parameters: &'a Parameters,
    pub(crate) record: Option<RecordFacts<'a>>,
}

/// What is known from the record that is used.
pub(crate) struct RecordFacts<'a> {
    pub(crate) record: &'a EmploymentRecord,
    pub(crate) institution: Institution,
    pub(crate) person: Identified,
    /// The earlier of report and decision.
    pub(crate) reference: Option<NaiveDate>,
    /// Days from the report to the decision.
    pub(crate) report_age: Option<i64>,
    /// The current employment that may be compared with the record.
    pub(crate) current: Option<&'a CurrentEmployment>,
    /// Present when the record has a date and a list of jobs.
    pub(crate) employment: Option<EmploymentFacts<'a>>,
}

/// What is known from the list of jobs.
pub(crate) struct EmploymentFacts<'a> {
    pub(crate) history: History<'a>,
    pub(crate) income: Income,
    pub(crate) trend: Trend,
    pub(crate) metrics: Metrics,
}

impl<'a> Facts<'a> {
    pub(crate) fn of(
        request: &'a DecisionRequest,
        as_of: NaiveDate,
        parameters: &'a Parameters,
    ) -> Result<Self, NotCovered> {
        let record = source::newest_record(&request.employment_records)
            .map(|record| RecordFacts::of(request, record, as_of, parameters))
            .transpose()?;
        Ok(Self {
            application: &request.application,
            parameters,
            record,
        })
    }

    /// What the jobs say, where they are known.
    pub(crate) fn employment(&self) -> Option<&EmploymentFacts<'a>> {
        self.record.as_ref()?.employment.as_ref()
    }

    /// The jobs, where they are known.
    pub(crate) fn history(&self) -> Option<&History<'a>> {
        Some(&self.employment()?.history)
    }
}

impl<'a> RecordFacts<'a> {
    fn of(
        request: &'a DecisionRequest,
        record: &'a EmploymentRecord,
        as_of: NaiveDate,
        parameters: &Parameters,
    ) -> Result<Self, NotCovered> {
        let report = source::report_day(record);
        let reference = report.map(|report| report.min(as_of));
        let institution = source::institution(request.link.as_ref(), record);
        let term = request.application.requested_term_months;
        let person = Identified::of(record, as_of, reference, term);
        let current = reference.and_then(|reference| {
            source::current_employment(
                request.current_employments.as_deref().unwrap_or_default(),
                reference,
                parameters.conventions().current_employment_max_skew_days,
            )
        });
        let history = match reference {
            Some(reference) => History::of(record, reference, parameters)?,
            None => None,
        };
        let employment = match history {
            None => None,
            Some(history) => Some(EmploymentFacts {
                income: Income::of(&history, institution, current, parameters)?,
                trend: Trend::of(&history, parameters)?,
                metrics: Metrics::of(&history, parameters),
                history,
            }),
        };
        Ok(Self {
            record,
            institution,
            person,
            reference,
            report_age: report.map(|report| as_of.signed_duration_since(report).num_days()),
            current,
            employment,
        })
    }

    /// The provider's score for a horizon: the first entry of that period, if it is a score.
    pub(crate) fn score(&self, months: i64) -> Option<i64> {
        self.record
            .employment_scores
            .iter()
            .flatten()
            .find(|entry: &&EmploymentScore| entry.period.is_some_and(|p| p.get() == months))
            .and_then(|entry| entry.score)
            .map(crate::json::Whole::get)
            .filter(|score| SCORE_RANGE.contains(score))
    }

    /// Weeks that the institute reports.
    pub(crate) fn weeks_reported(&self) -> Option<i64> {
        let summary = self.record.social_security_summary.as_ref()?;
        summary.weeks_contributed.map(crate::json::Whole::get)
    }

    /// Weeks redeemed and reinstated, a missing one being none; `None` without a summary.
    pub(crate) fn weeks_redeemed_and_reinstated(&self) -> Option<(i64, i64)> {
        let summary = self.record.social_security_summary.as_ref()?;
        Some((
            summary.weeks_redeemed.map_or(0, crate::json::Whole::get),
            summary.weeks_reinstated.map_or(0, crate::json::Whole::get),
        ))
    }
}

/// The provider's scores, as documented.
pub(crate) const SCORE_RANGE: std::ops::RangeInclusive<i64> = 300..=900;

#[cfg(test)]
mod tests;
