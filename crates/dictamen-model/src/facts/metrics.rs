//! Belvo's employment metrics, computed from the record by their documented definitions.
//!
//! They are measured at the reference day and over employment only: voluntary periods and jobs
//! left open by mistake are no employment. A salary change counts when it is larger than the
//! convention's floor; changes between two consecutive jobs count on the first day of the later
//! one. Where the definition asks for a career of three or five years, a shorter one has none.

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
    pub(super) fn of(history: &History<'_>, parameters: &Parameters) -> Self {
        let jobs: Vec<&Job<'_>> = history.employments().collect();
        let mut metrics = Self {
            current_employers: count(history.employers.open()),
            employers: count(jobs.len()),
            unique_employers: count(history.employers.count()),
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

        let mut changes: Vec<Change> = Vec::with_capacity(64);
        for job in &jobs {
            let before = changes.len();
            changes.extend(changes_of(job, floor));
            if std::ptr::eq(*job, last) {
                let inside = changes.get(before..).unwrap_or_default();
                metrics.last_job = Some(Moves::count(inside.iter()));
            }
        }
        changes.extend(jobs.windows(2).filter_map(|pair| match pair {
            [earlier, later] if later.start > earlier.last => change_between(earlier, later, floor),
            _ => None,
        }));
        metrics.after_change = jobs
            .iter()
            .rev()
            .find(|job| (job.start, &job.key) < (last.start, &last.key))
            .map(|penultimate| Moves::count(change_between(penultimate, last, floor).iter()));
        metrics.overall = Some(Moves::count(changes.iter()));
        let periods = [12_u32, 36, 60];
        let salaries = Salaries::of(history, periods, parameters);
        for ((years, months), salaries) in metrics.years.iter_mut().zip(periods).zip(salaries) {
            let Some(window) = history.window(months) else {
                continue;
            };
            if months > 12 && first_day > window.first() {
                continue;
            }
            let within = changes.iter().filter(|change| window.contains(change.day));
            years.moves = Some(Moves::count(within));
            years.change = years_change(history, months);
            if let Some(salaries) = salaries {
                years.lowest = Some(salaries.lowest);
                years.highest = Some(salaries.highest);
                years.average = salaries.average();
            }
        }
        metrics
    }
}

/// Monthly salaries of a period; months without a known one are left out.
#[derive(Clone, Copy)]
struct Salaries {
    lowest: Decimal,
    highest: Decimal,
    /// `None` when it is too large to be exact.
    sum: Option<Decimal>,
    months: u32,
}

impl Salaries {
    /// Of the last months, for ever longer periods; `None` where no salary is known.
    fn of<const PERIODS: usize>(
        history: &History<'_>,
        periods: [u32; PERIODS],
        parameters: &Parameters,
    ) -> [Option<Self>; PERIODS] {
        let month = parameters.conventions().days_per_month;
        let mut looks = history.looks().iter();
        let mut so_far: Option<Self> = None;
        let mut last: Option<(DailySalary, Option<MonthlySalary>)> = None;
        let mut looked = 0_u32;
        periods.map(|months| {
            for look in looks
                .by_ref()
                .take(usize::try_from(months.saturating_sub(looked)).unwrap_or(0))
            {
                let Some(daily) = look.salary else { continue };
                // Most months pay what the next one pays.
                let known = last.filter(|(same, _)| same.is_written_as(daily));
                let (_, monthly) =
                    *last.insert(known.unwrap_or_else(|| (daily, daily.monthly(month))));
                if let Some(monthly) = monthly {
                    let pesos = monthly.pesos();
                    match &mut so_far {
                        None => so_far = Some(Self::first(pesos)),
                        Some(so_far) => so_far.add(pesos, known.is_some()),
                    }
                }
            }
            looked = months;
            so_far
        })
    }

    fn first(salary: Decimal) -> Self {
        Self {
            lowest: salary,
            highest: salary,
            sum: Some(salary),
            months: 1,
        }
    }

    /// Adds a month; `repeated` when it pays what the last one did.
    fn add(&mut self, salary: Decimal, repeated: bool) {
        if !repeated {
            self.lowest = self.lowest.min(salary);
            self.highest = self.highest.max(salary);
        }
        self.sum = self.sum.and_then(|sum| sum.checked_add(salary));
        self.months = self.months.saturating_add(1);
    }

    fn average(&self) -> Option<Decimal> {
        self.sum?.checked_div(Decimal::from(self.months))
    }
}

/// The principal job of who is employed, else the one that ended last.
fn last_job<'h, 'r>(history: &'h History<'r>) -> Option<&'h Job<'r>> {
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

fn changes_of(job: &Job<'_>, floor: Decimal) -> impl Iterator<Item = Change> {
    let pairs = job.salaries.changes().windows(2);
    pairs.filter_map(move |pair| match pair {
        [(_, before), (day, after)] => change(*before, *after, *day, floor),
        _ => None,
    })
}

fn change_between(earlier: &Job<'_>, later: &Job<'_>, floor: Decimal) -> Option<Change> {
    change(
        earlier.last_salary()?,
        later.first_salary()?,
        later.start,
        floor,
    )
}

fn change(before: DailySalary, after: DailySalary, day: i64, floor: Decimal) -> Option<Change> {
    let (before, after) = (before.pesos(), after.pesos());
    let (larger, up) = in_units(before, after, floor).or_else(|| {
        let difference = after.checked_sub(before)?;
        let least = before.checked_mul(floor)?;
        Some((difference.abs() > least, difference > Decimal::ZERO))
    })?;
    larger.then_some(Change { day, up })
}

/// Whether the difference is larger than a share of what was before, and whether it is more, in
/// whole numbers: for figures of like scale, so small that nothing would be rounded in decimals.
fn in_units(before: Decimal, after: Decimal, share: Decimal) -> Option<(bool, bool)> {
    let scale = before.scale();
    if after.scale() != scale || scale.saturating_add(share.scale()) > Decimal::MAX_SCALE {
        return None;
    }
    let (before, after) = (small(before)?, small(after)?);
    let ten = 10_i128.checked_pow(share.scale())?;
    let difference = after.saturating_sub(before);
    let larger =
        difference.saturating_abs().checked_mul(ten)? > before.checked_mul(small(share)?)?;
    Some((larger, difference > 0))
}

/// Units of a decimal, where the product of two such fits one.
fn small(value: Decimal) -> Option<i128> {
    Some(value.mantissa()).filter(|units| units.unsigned_abs() < 1 << 47)
}

fn years_change(history: &History<'_>, months: u32) -> Option<Decimal> {
    let now = history.months_ago(0)?.salary?.pesos();
    let then = history.months_ago(months)?.salary?.pesos();
    relative_change(now, then)
}

fn weeks(days: i64) -> Option<Decimal> {
    Decimal::from(days).checked_div(Decimal::from(7))
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
