//! Belvo's employment metrics, computed from the record by their documented definitions.
//!
//! They are measured at the reference day and over employment only: voluntary periods and jobs
//! left open by mistake are no employment. A salary change counts when it is larger than the
//! convention's floor; changes between two consecutive jobs count on the first day of the later
//! one. Where the definition asks for a career of three or five years, a shorter one has none.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::trend::relative_change;
use crate::history::{History, Job, Span, overlap_days};
use crate::money::{DailySalary, MonthlySalary};
use crate::parameters::Parameters;

/// How many salary increases and decreases there were.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moves {
    pub(crate) increases: i64,
    pub(crate) decreases: i64,
}

impl Moves {
    fn count<'c>(changes: impl Iterator<Item = &'c Change>) -> Self {
        let mut moves = Self::default();
        for change in changes {
            if change.up {
                moves.increases = moves.increases.saturating_add(1);
            } else {
                moves.decreases = moves.decreases.saturating_add(1);
            }
        }
        moves
    }
}

struct Change {
    day: i64,
    up: bool,
}

/// What a window of years shows.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Years {
    pub(crate) moves: Option<Moves>,
    pub(crate) change: Option<Decimal>,
    pub(crate) lowest: Option<Decimal>,
    pub(crate) average: Option<Decimal>,
    pub(crate) highest: Option<Decimal>,
}

/// The metrics; all but the counts of employers need at least one employment.
#[derive(Default)]
pub(crate) struct Metrics {
    pub(crate) current_employers: i64,
    pub(crate) employers: i64,
    pub(crate) unique_employers: i64,
    pub(crate) last_salary: Option<Decimal>,
    pub(crate) weeks_last_job: Option<Decimal>,
    pub(crate) weeks_since_last_job: Option<Decimal>,
    pub(crate) weeks_employed: Option<Decimal>,
    pub(crate) weeks_with_several: Option<Decimal>,
    pub(crate) employers_per_year: Option<Decimal>,
    pub(crate) weeks_between_jobs: Option<Decimal>,
    pub(crate) longest_between_jobs: Option<Decimal>,
    pub(crate) last_job: Option<Moves>,
    pub(crate) after_change: Option<Moves>,
    pub(crate) overall: Option<Moves>,
    /// One, three and five years.
    pub(crate) years: [Years; 3],
}

impl Metrics {
    pub(super) fn of(history: &History, parameters: &Parameters) -> Self {
        let jobs: Vec<&Job> = history.employments().collect();
        let unique = |jobs: &mut dyn Iterator<Item = &Job>| {
            count(jobs.map(|job| &job.key).collect::<BTreeSet<_>>().len())
        };
        let mut metrics = Self {
            current_employers: unique(&mut history.open()),
            employers: count(jobs.len()),
            unique_employers: unique(&mut jobs.iter().copied()),
            ..Self::default()
        };
        let (Some(last), Some(first_day)) = (last_job(history), history.employed.first()) else {
            return metrics;
        };
        let Some(career) = Span::new(first_day, history.today()) else {
            return metrics;
        };
        let floor = parameters.conventions().salary_change_floor;
        let gaps = history.employed.gaps_within(career);
        let idle = career.days().saturating_sub(history.employed.days());
        let since = history
            .employed
            .last()
            .map(|day| history.today().saturating_sub(day));
        metrics.last_salary = last.last_salary().map(DailySalary::pesos);
        metrics.weeks_last_job = weeks(last.span().days());
        metrics.weeks_since_last_job = since.and_then(weeks);
        metrics.weeks_employed = weeks(history.employed.days());
        metrics.weeks_with_several = weeks(overlap_days(jobs.iter().map(|job| job.span())));
        metrics.weeks_between_jobs = weeks(idle);
        metrics.longest_between_jobs = weeks(gaps.iter().map(|gap| gap.days()).max().unwrap_or(0));
        metrics.employers_per_year = Decimal::from(career.days())
            .checked_div(parameters.conventions().days_per_year)
            .and_then(|years| Decimal::from(metrics.unique_employers).checked_div(years));

        let inside: Vec<Change> = jobs.iter().flat_map(|job| changes_of(job, floor)).collect();
        let between: Vec<Change> = jobs
            .windows(2)
            .filter_map(|pair| match pair {
                [earlier, later] if later.start > earlier.last => {
                    change_between(earlier, later, floor)
                }
                _ => None,
            })
            .collect();
        let all = || inside.iter().chain(&between);
        metrics.last_job = Some(Moves::count(changes_of(last, floor).iter()));
        metrics.after_change = jobs
            .iter()
            .rev()
            .find(|job| (job.start, &job.key) < (last.start, &last.key))
            .map(|penultimate| Moves::count(change_between(penultimate, last, floor).iter()));
        metrics.overall = Some(Moves::count(all()));
        for (years, months) in metrics.years.iter_mut().zip([12_u32, 36, 60]) {
            let Some(window) = history.window(months) else {
                continue;
            };
            if months > 12 && first_day > window.first() {
                continue;
            }
            years.moves = Some(Moves::count(
                all().filter(|change| window.contains(change.day)),
            ));
            years.change = years_change(history, months);
            years.fill_salaries(history, months, parameters);
        }
        metrics
    }
}

impl Years {
    /// Lowest, average and highest monthly salary over monthly looks at the salary; months
    /// without a known one are left out.
    fn fill_salaries(&mut self, history: &History, months: u32, parameters: &Parameters) {
        let month = parameters.conventions().days_per_month;
        let seen: Vec<Decimal> = (0..months)
            .filter_map(|ago| history.salary_on(history.months_ago(ago)?)?.monthly(month))
            .map(MonthlySalary::pesos)
            .collect();
        self.lowest = seen.iter().min().copied();
        self.highest = seen.iter().max().copied();
        self.average = seen
            .iter()
            .try_fold(Decimal::ZERO, |sum, salary| sum.checked_add(*salary))
            .and_then(|sum| sum.checked_div(Decimal::from(seen.len())));
    }
}

/// The principal job of who is employed, else the one that ended last.
fn last_job(history: &History) -> Option<&Job> {
    history.principal().or_else(|| {
        history.employments().max_by(|a, b| {
            (a.last, a.start, a.last_salary(), &a.key).cmp(&(
                b.last,
                b.start,
                b.last_salary(),
                &b.key,
            ))
        })
    })
}

fn changes_of(job: &Job, floor: Decimal) -> Vec<Change> {
    job.salaries
        .changes()
        .windows(2)
        .filter_map(|pair| match pair {
            [(_, before), (day, after)] => change(*before, *after, *day, floor),
            _ => None,
        })
        .collect()
}

fn change_between(earlier: &Job, later: &Job, floor: Decimal) -> Option<Change> {
    change(
        earlier.last_salary()?,
        later.first_salary()?,
        later.start,
        floor,
    )
}

fn change(before: DailySalary, after: DailySalary, day: i64, floor: Decimal) -> Option<Change> {
    let difference = after.pesos().checked_sub(before.pesos())?;
    let least = before.pesos().checked_mul(floor)?;
    (difference.abs() > least).then_some(Change {
        day,
        up: difference > Decimal::ZERO,
    })
}

fn years_change(history: &History, months: u32) -> Option<Decimal> {
    let now = history.salary_on(history.reference)?.pesos();
    let then = history.salary_on(history.months_ago(months)?)?.pesos();
    relative_change(now, then)
}

fn weeks(days: i64) -> Option<Decimal> {
    Decimal::from(days).checked_div(Decimal::from(7))
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
