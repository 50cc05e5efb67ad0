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
        let floor = Floor::new(parameters.conventions().salary_change_floor);
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
    months: usize,
}

impl Salaries {
    /// Of the last months, for ever longer periods; `None` where no salary is known.
    fn of<const PERIODS: usize>(
        history: &History<'_>,
        periods: [u32; PERIODS],
        parameters: &Parameters,
    ) -> [Option<Self>; PERIODS] {
        let month = parameters.conventions().days_per_month;
        let mut so_far: Option<Self> = None;
        let mut looked = 0_usize;
        periods.map(|months| {
            let months = usize::try_from(months).unwrap_or(usize::MAX);
            let end = months.min(history.looks().len());
            let looks = history.looks().get(looked..end).unwrap_or_default();
            // Most months pay what the next one pays.
            for run in looks.chunk_by(|one, next| same(one.salary, next.salary)) {
                let salary = run.first().and_then(|look| look.salary?.monthly(month));
                if let Some(salary) = salary.map(MonthlySalary::pesos) {
                    so_far = Some(Self::and(so_far, salary, run.len()));
                }
            }
            looked = end;
            so_far
        })
    }

    /// One period longer by so many months of one salary.
    fn and(so_far: Option<Self>, salary: Decimal, months: usize) -> Self {
        let before = so_far.unwrap_or(Self {
            lowest: salary,
            highest: salary,
            sum: Some(Decimal::ZERO),
            months: 0,
        });
        Self {
            lowest: before.lowest.min(salary),
            highest: before.highest.max(salary),
            sum: before.sum.and_then(|sum| plus(sum, salary, months)),
            months: before.months.saturating_add(months),
        }
    }

    fn average(&self) -> Option<Decimal> {
        self.sum?.checked_div(Decimal::from(self.months))
    }
}

/// Whether two are both unknown, or equal down to the zeros at their ends.
fn same(one: Option<DailySalary>, other: Option<DailySalary>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.is_written_as(other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// A sum and so many times a salary: added at once where both have so few digits that adding them
/// one by one rounds nothing either.
fn plus(sum: Decimal, salary: Decimal, times: usize) -> Option<Decimal> {
    const FEW: i64 = 1 << 50;
    let few = |value: Decimal| {
        let units = i64::try_from(value.mantissa()).ok()?;
        (value.scale() <= 10 && (0..FEW).contains(&units)).then_some(units)
    };
    let at_once = || {
        few(sum)?;
        let units = few(salary)?.checked_mul(i64::try_from(times).ok()?)?;
        (units < FEW).then(|| Decimal::new(units, salary.scale()))
    };
    match at_once() {
        Some(salaries) => sum.checked_add(salaries),
        None => (0..times).try_fold(sum, |sum, _| sum.checked_add(salary)),
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

fn changes_of(job: &Job<'_>, floor: Floor) -> impl Iterator<Item = Change> {
    let pairs = job.salaries.changes().windows(2);
    pairs.filter_map(move |pair| match pair {
        [(_, before), (day, after)] => change(*before, *after, *day, floor),
        _ => None,
    })
}

fn change_between(earlier: &Job<'_>, later: &Job<'_>, floor: Floor) -> Option<Change> {
    change(
        earlier.last_salary()?,
        later.first_salary()?,
        later.start,
        floor,
    )
}

fn change(before: DailySalary, after: DailySalary, day: i64, floor: Floor) -> Option<Change> {
    let (before, after) = (before.pesos(), after.pesos());
    let (larger, up) = floor.exceeded_in_units(before, after).or_else(|| {
        let difference = after.checked_sub(before)?;
        let least = before.checked_mul(floor.share)?;
        Some((difference.abs() > least, difference > Decimal::ZERO))
    })?;
    larger.then_some(Change { day, up })
}

/// The share of a salary up to which a change does not count.
#[derive(Clone, Copy)]
struct Floor {
    share: Decimal,
    /// The share as units over a power of ten, where both are small.
    units: Option<(i64, i64)>,
}

impl Floor {
    fn new(share: Decimal) -> Self {
        let units = || {
            let units = i64::try_from(share.mantissa()).ok()?;
            let power = 10_i64.checked_pow(share.scale())?;
            let small = (0..=1_000_000).contains(&units) && power <= 1_000_000;
            small.then_some((units, power))
        };
        Self {
            share,
            units: units(),
        }
    }

    /// Whether a change is larger than the share of what was before, and whether it goes up, in
    /// whole numbers: for figures of like scale and so few digits that nothing wraps here, and
    /// nothing would be rounded in decimals.
    fn exceeded_in_units(self, before: Decimal, after: Decimal) -> Option<(bool, bool)> {
        let small = |value: Decimal| {
            let units = i64::try_from(value.mantissa()).ok()?;
            (0..1 << 40).contains(&units).then_some(units)
        };
        if before.scale() != after.scale() || before.scale() > 20 {
            return None;
        }
        let (share, power) = self.units?;
        let (before, after) = (small(before)?, small(after)?);
        let difference = after.wrapping_sub(before);
        let larger = difference.wrapping_abs().wrapping_mul(power) > before.wrapping_mul(share);
        Some((larger, difference > 0))
    }
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
