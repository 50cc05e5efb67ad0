//! The domain's view of one record: jobs that can be used, the days they cover, what they paid.
//!
//! Everything is measured at the reference day, the earlier of the report's day and the day of the
//! decision. The module knows jobs, days and salaries; it does not know what a lender makes of
//! them.

mod days;
mod employers;
mod job;
mod monthly;
mod salary;

use std::collections::BTreeSet;

use chrono::NaiveDate;

pub(crate) use days::{Coverage, Span, contribution_weeks, date_of, day_number};
pub(crate) use employers::Employers;
pub(crate) use job::{Job, pays_less_than_floor};
pub(crate) use monthly::Look;

use job::EmployerKey;

use crate::money::DailySalary;
use crate::parameters::{NotCovered, Parameters};
use crate::wire::{DocumentedStatus, EmploymentRecord};

/// What a record says about employment, measured at the reference day.
pub(crate) struct History<'r> {
    /// The reference day.
    pub(crate) reference: NaiveDate,
    /// Rows the record lists.
    pub(crate) listed: usize,
    /// Rows left out for their dates, duplicates not counted.
    pub(crate) excluded: usize,
    /// Whether a row has no start, or ends before it starts.
    pub(crate) inconsistent: bool,
    /// Whether a row starts after the reference day.
    pub(crate) future_start: bool,
    /// Whether a row ends after the reference day.
    pub(crate) future_end: bool,
    /// Usable jobs, ordered by start, end and employer.
    pub(crate) jobs: Vec<Job<'r>>,
    /// Days of all usable jobs.
    pub(crate) registered: Coverage,
    /// Days of employment: without voluntary periods and jobs that nobody closed.
    pub(crate) employed: Coverage,
    /// Days with two or more employments.
    pub(crate) overlap: i64,
    /// The different employers of all employments.
    pub(crate) employers: Employers,
    /// Salaries month by month.
    looks: Vec<Look>,
}

impl<'r> History<'r> {
    /// `Ok(None)` when the record has no list of jobs.
    pub(crate) fn of(
        record: &'r EmploymentRecord,
        reference: NaiveDate,
        parameters: &Parameters,
    ) -> Result<Option<Self>, NotCovered> {
        let Some(rows) = &record.employment_records else {
            return Ok(None);
        };
        let today = day_number(reference);
        let says_employed = record
            .personal_data
            .as_ref()
            .and_then(|person| person.entitlements.as_ref())
            .is_some_and(|e| e.status == Some(DocumentedStatus::Employed));
        let mut history = Self {
            reference,
            listed: rows.len(),
            excluded: 0,
            inconsistent: false,
            future_start: false,
            future_end: false,
            jobs: Vec::with_capacity(rows.len()),
            registered: Coverage::default(),
            employed: Coverage::default(),
            overlap: 0,
            employers: Employers::default(),
            looks: Vec::new(),
        };
        let mut seen = BTreeSet::new();
        for row in rows {
            let key = EmployerKey::of(row);
            let start = row.start_date.map(day_number);
            let end = row.end_date.map(day_number);
            if !seen.insert((key.clone(), start, end)) {
                continue;
            }
            let reversed = start.zip(end).is_some_and(|(start, end)| end < start);
            let starts_later = start.is_some_and(|start| start > today);
            history.inconsistent |= start.is_none() || reversed;
            history.future_start |= starts_later;
            history.future_end |= end.is_some_and(|end| end > today);
            match start {
                Some(start) if !reversed && !starts_later => {
                    let job = Job::of(row, key, start, today, says_employed, parameters);
                    history.jobs.push(job);
                }
                _ => history.excluded = history.excluded.saturating_add(1),
            }
        }
        history
            .jobs
            .sort_by(|a, b| (a.start, a.last, &a.key).cmp(&(b.start, b.last, &b.key)));
        job::mark_zombies(&mut history.jobs, reference, parameters)?;
        history.registered = Coverage::of(history.jobs.iter().map(Job::span).collect());
        let mut employed = Vec::with_capacity(history.jobs.len());
        employed.extend(history.employments().map(Job::span));
        history.employed = Coverage::of(employed);
        history.overlap = days::overlap_days(history.employments().map(Job::span));
        history.employers = Employers::of(history.employments());
        history.looks = monthly::looks(reference, history.employments());
        Ok(Some(history))
    }

    /// Jobs that are employment: neither voluntary nor left open by mistake.
    pub(crate) fn employments(&self) -> impl Iterator<Item = &Job<'r>> + Clone {
        self.jobs.iter().filter(|job| job.is_employment())
    }

    /// Employments that are open.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Job<'r>> {
        self.employments().filter(|job| job.open)
    }

    /// Whether there is an open employment.
    pub(crate) fn employed_now(&self) -> bool {
        self.open().next().is_some()
    }

    /// The reference day as a number.
    pub(crate) fn today(&self) -> i64 {
        day_number(self.reference)
    }

    /// The open employment that pays most today; of equal ones the one that started first.
    pub(crate) fn principal(&self) -> Option<&Job<'r>> {
        self.open().reduce(|best, job| {
            // Jobs are ordered by start, so only a higher salary displaces.
            if job.salary_at(self.today()) > best.salary_at(self.today()) {
                job
            } else {
                best
            }
        })
    }

    /// Looks at the salary from the reference day back, one a month, at most five years.
    pub(crate) fn looks(&self) -> &[Look] {
        &self.looks
    }

    /// The look at the reference day `months` earlier, clamped to the end of the month.
    pub(crate) fn months_ago(&self, months: u32) -> Option<&Look> {
        self.looks.get(usize::try_from(months).ok()?)
    }

    /// The last `months` months up to the reference day, as days; at most five years.
    pub(crate) fn window(&self, months: u32) -> Option<Span> {
        let before = self.months_ago(months)?.day;
        Span::new(before.saturating_add(1), self.today())
    }

    /// The sum of what the employments alive on a day paid; unknown salaries are left out, and
    /// the sum is unknown when all are.
    pub(crate) fn salary_on(&self, day: i64) -> Option<DailySalary> {
        DailySalary::sum(
            self.employments()
                .filter(|job| job.span().contains(day))
                .map(|job| job.salary_at(day)),
        )
    }

    /// What the open employments pay today.
    pub(crate) fn current_salary(&self) -> Option<DailySalary> {
        DailySalary::sum(self.open().map(|job| job.salary_at(self.today())))
    }
}

#[cfg(test)]
mod tests;
