//! One usable job.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::salary::Salaries;
use super::{Span, day_number};
use crate::identity::Masked;
use crate::money::{DailySalary, MonthlySalary};
use crate::parameters::{NotCovered, Parameters, WageZone};
use crate::text::fold;
use crate::wire::{EmploymentEvent, Job as Row};

/// What makes two rows the same employer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EmployerKey<'r> {
    /// The registration with the institute.
    Id(&'r str),
    /// The name, where there is no registration.
    Name(Cow<'r, str>),
    /// Neither.
    Unknown,
}

impl<'r> EmployerKey<'r> {
    pub(super) fn of(row: &'r Row) -> Self {
        let given = |text: &'r Option<Masked>| {
            let text = text.as_ref().map(|text| text.expose().trim())?;
            (!text.is_empty()).then_some(text)
        };
        match (given(&row.employer_id), given(&row.employer)) {
            (Some(id), _) => Self::Id(id),
            (None, Some(name)) => Self::Name(fold(name)),
            (None, None) => Self::Unknown,
        }
    }
}

/// A job with a start and no impossible dates.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent findings")]
pub(crate) struct Job<'r> {
    pub(crate) key: EmployerKey<'r>,
    /// The employer's name, folded.
    pub(crate) name: Option<Cow<'r, str>>,
    /// First day.
    pub(crate) start: i64,
    /// Last day that counts, at most the reference day.
    pub(crate) last: i64,
    /// Whether it is current.
    pub(crate) open: bool,
    /// Whether it is current although its end is the reference day.
    pub(crate) open_on_last_day: bool,
    /// Whether it is a voluntary contribution and no employment.
    pub(crate) voluntary: bool,
    /// Whether it was left open by mistake.
    pub(crate) zombie: bool,
    /// The area whose minimum wage holds.
    pub(crate) zone: WageZone,
    /// Salary per month as the record gives it.
    pub(crate) monthly: Option<MonthlySalary>,
    pub(crate) salaries: Salaries,
}

impl<'r> Job<'r> {
    pub(super) fn of(
        row: &'r Row,
        key: EmployerKey<'r>,
        start: i64,
        today: i64,
        says_employed: bool,
        parameters: &Parameters,
    ) -> Self {
        let (mut hired, mut voluntary, mut left_today) = (false, false, false);
        for update in row.employment_status_updates.iter().flatten() {
            match update.event {
                Some(EmploymentEvent::Hired) => hired = true,
                Some(EmploymentEvent::VoluntaryContribution) => voluntary = true,
                Some(EmploymentEvent::DismissedResigned) => {
                    left_today |= update.update_date.map(day_number) == Some(today);
                }
                _ => {}
            }
        }
        let end = row.end_date.map(day_number);
        let ends_today = end == Some(today);
        let open_on_last_day = ends_today && says_employed && !left_today;
        Self {
            key,
            name: row.employer.as_ref().map(|name| fold(name.expose())),
            start,
            last: end.map_or(today, |end| end.min(today)),
            open: end.is_none_or(|end| end > today) || open_on_last_day,
            open_on_last_day,
            voluntary: voluntary && !hired,
            zombie: false,
            zone: row.state.as_ref().map_or(WageZone::General, |state| {
                parameters.zone_of(state.expose())
            }),
            monthly: row.monthly_salary.and_then(MonthlySalary::known),
            salaries: Salaries::of(row),
        }
    }

    /// The days that count.
    pub(crate) fn span(&self) -> Span {
        // The start never lies after the last day, so the range is never empty.
        Span::new(self.start, self.last)
            .or_else(|| Span::new(self.last, self.last))
            .unwrap_or_default()
    }

    /// Neither voluntary nor left open by mistake.
    pub(crate) fn is_employment(&self) -> bool {
        !self.voluntary && !self.zombie
    }

    /// The salary on a day of the job.
    ///
    /// An open job pays on its last day what the record gives for it as a whole; otherwise the
    /// dated salaries count, and the one of the whole job only where there are none, on its last
    /// day.
    pub(crate) fn salary_at(&self, day: i64) -> Option<DailySalary> {
        self.salary_of(day, self.salaries.by_updates(day))
    }

    /// The salary on a day of the job on which `dated` is the dated one.
    pub(super) fn salary_of(&self, day: i64, dated: Option<DailySalary>) -> Option<DailySalary> {
        let on_last_day = day == self.last;
        let whole = self.salaries.latest().filter(|_| on_last_day);
        if self.open {
            whole.or(dated)
        } else {
            dated.or(whole)
        }
    }

    /// The last salary of the job, whether it is open or closed.
    pub(crate) fn last_salary(&self) -> Option<DailySalary> {
        self.salaries.latest().or_else(|| self.salary_at(self.last))
    }

    /// The first salary of the job.
    pub(crate) fn first_salary(&self) -> Option<DailySalary> {
        self.salaries
            .changes()
            .first()
            .map(|(_, salary)| *salary)
            .or_else(|| self.salaries.latest())
    }
}

/// Marks open jobs that were left open by mistake: beside another open one, paying less than a
/// share of the minimum wage. When that would leave none, none is marked.
pub(super) fn mark_zombies(
    jobs: &mut [Job<'_>],
    reference: NaiveDate,
    parameters: &Parameters,
) -> Result<(), NotCovered> {
    let today = day_number(reference);
    let open = |job: &Job<'_>| job.open && !job.voluntary;
    let count = jobs.iter().filter(|job| open(job)).count();
    if count < 2 {
        return Ok(());
    }
    let mut marked = 0_usize;
    for job in jobs.iter_mut().filter(|job| open(job)) {
        let Some(salary) = job.salary_at(today) else {
            continue;
        };
        job.zombie = pays_less_than_floor(job.zone, salary, reference, parameters)?;
        marked = marked.saturating_add(usize::from(job.zombie));
    }
    if marked == count {
        for job in jobs.iter_mut() {
            job.zombie = false;
        }
    }
    Ok(())
}

/// Whether a salary lies below the share of the minimum wage that a real job cannot go under.
pub(crate) fn pays_less_than_floor(
    zone: WageZone,
    salary: DailySalary,
    reference: NaiveDate,
    parameters: &Parameters,
) -> Result<bool, NotCovered> {
    let wage = parameters.minimum_wage(zone, reference)?.pesos();
    let floor = wage.checked_mul(parameters.conventions().zombie_salary_floor);
    Ok(floor.is_some_and(|floor| salary.pesos() < floor))
}
