//! Belvo's employment metrics, computed from the record by their documented definitions.
//!
//! They are measured at the reference day and over employment only: voluntary periods and jobs
//! left open by mistake are no employment. A salary change counts when it is larger than the
//! convention's floor; changes between two consecutive jobs count on the first day of the later
//! one. Where the definition asks for a career of three or five years, a shorter one has none.

use rust_decimal::Decimal;

use super::trend::relative_change;
use crate::division::divide;
use crate::history::{History, Job, Look, Span};
use crate::money::{DailySalary, MonthConvention, MonthlySalary};
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
        let idle = career.days().saturating_sub(history.employed.days());
        let since = history
            .employed
            .last()
            .map(|day| history.today().saturating_sub(day));
        metrics.last_salary = last.last_salary().map(DailySalary::pesos);
        metrics.weeks_last_job = weeks(last.span().days());
        metrics.weeks_since_last_job = since.and_then(weeks);
        metrics.weeks_employed = weeks(history.employed.days());
        metrics.weeks_with_several = weeks(history.overlap);
        metrics.weeks_between_jobs = weeks(idle);
        let gaps = history.employed.gaps_within(career);
        metrics.longest_between_jobs = weeks(gaps.map(Span::days).max().unwrap_or(0));
        // In one division, so that what comes out even stays so.
        let days_per_year = parameters.conventions().days_per_year;
        metrics.employers_per_year = days_per_year
            .checked_mul(metrics.unique_employers.into())
            .and_then(|employers| divide(employers, career.days().into()));

        let mut changes: Vec<Change> = Vec::with_capacity(64);
        for job in &jobs {
            let before = changes.len();
            changes_of(job, floor, &mut changes);
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
        let month = parameters.conventions().days_per_month;
        let salaries = Salaries::of(history.looks(), periods, month);
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
                years.average = salaries.average;
            }
        }
        metrics
    }
}

/// Monthly salaries of a period; months without a known one are left out.
#[derive(Clone, Copy)]
struct Salaries {
    lowest: Decimal,
    average: Option<Decimal>,
    highest: Decimal,
}

impl Salaries {
    /// Of the last months, for ever longer periods; `None` where no salary is known.
    fn of<const PERIODS: usize>(
        looks: &[Look],
        periods: [u32; PERIODS],
        month: MonthConvention,
    ) -> [Option<Self>; PERIODS] {
        let period = |months: u32| {
            let months = usize::try_from(months).unwrap_or(usize::MAX);
            looks.get(..months.min(looks.len())).unwrap_or_default()
        };
        Self::in_units(looks, periods, month)
            .unwrap_or_else(|| periods.map(|months| Self::in_decimals(period(months), month)))
    }

    fn in_decimals(looks: &[Look], month: MonthConvention) -> Option<Self> {
        let salaries = || {
            let known = looks.iter().filter_map(|look| look.salary?.monthly(month));
            known.map(MonthlySalary::pesos)
        };
        let count = Decimal::from(salaries().count());
        let sum = salaries().try_fold(Decimal::ZERO, Decimal::checked_add);
        Some(Self {
            lowest: salaries().min()?,
            average: sum.and_then(|sum| divide(sum, count)),
            highest: salaries().max()?,
        })
    }

    /// The same where salaries and days of a month have so few digits that nothing is rounded
    /// either way: salaries per day are compared and added up, and only what comes of it is
    /// brought to the month.
    fn in_units<const PERIODS: usize>(
        looks: &[Look],
        periods: [u32; PERIODS],
        month: MonthConvention,
    ) -> Option<[Option<Self>; PERIODS]> {
        let days = month.days();
        i32::try_from(days.mantissa())
            .ok()
            .filter(|_| days.scale() <= 10)?;
        let (mut lowest, mut highest, mut sum, mut count) = (i64::MAX, 0_i64, 0_i64, 0_u32);
        let mut looks = looks.iter();
        let mut looked = 0_u32;
        let mut found = [None; PERIODS];
        for (found, months) in found.iter_mut().zip(periods) {
            while looked < months {
                looked = looked.saturating_add(1);
                let Some(salary) = looks.next().and_then(|look| look.salary) else {
                    continue;
                };
                let units = salary.units()?;
                lowest = lowest.min(units);
                highest = highest.max(units);
                sum = sum.checked_add(units)?;
                count = count.saturating_add(1);
            }
            let monthly =
                |units: i64| Decimal::new(units, DailySalary::UNIT_SCALE).checked_mul(days);
            if count > 0 {
                *found = Some(Self {
                    lowest: monthly(lowest)?,
                    average: divide(monthly(sum)?, count.into()),
                    highest: monthly(highest)?,
                });
            }
        }
        Some(found)
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

/// Adds the changes within a job.
fn changes_of(job: &Job<'_>, floor: Floor, found: &mut Vec<Change>) {
    let mut before = None;
    for (day, salary) in job.salaries.changes() {
        let after = (*salary, salary.units());
        if let Some(before) = before {
            found.extend(floor.change(before, after, *day));
        }
        before = Some(after);
    }
}

fn change_between(earlier: &Job<'_>, later: &Job<'_>, floor: Floor) -> Option<Change> {
    let [before, after] =
        [earlier.last_salary()?, later.first_salary()?].map(|salary| (salary, salary.units()));
    floor.change(before, after, later.start)
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

    /// The change from one salary to another, each with its units, if it is larger than the floor.
    /// In whole numbers where there are some: they are so few that nothing wraps.
    fn change(
        self,
        (before, from): (DailySalary, Option<i64>),
        (after, to): (DailySalary, Option<i64>),
        day: i64,
    ) -> Option<Change> {
        let (larger, up) = if let (Some(from), Some(to), Some((share, power))) =
            (from, to, self.units)
        {
            let difference = to.wrapping_sub(from);
            let larger = difference.wrapping_abs().wrapping_mul(power) > from.wrapping_mul(share);
            (larger, difference > 0)
        } else {
            let (before, after) = (before.pesos(), after.pesos());
            let difference = after.checked_sub(before)?;
            let least = before.checked_mul(self.share)?;
            (difference.abs() > least, difference > Decimal::ZERO)
        };
        larger.then_some(Change { day, up })
    }
}

fn years_change(history: &History<'_>, months: u32) -> Option<Decimal> {
    let now = history.months_ago(0)?.salary?.pesos();
    let then = history.months_ago(months)?.salary?.pesos();
    relative_change(now, then)
}

fn weeks(days: i64) -> Option<Decimal> {
    divide(Decimal::from(days), Decimal::from(7))
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Salaries as they are, to the centavo, and as they could be.
    fn salaries() -> impl Strategy<Value = DailySalary> {
        let parts = prop_oneof![
            (1_i64..1_000_000, 0_u32..=4),
            (1_i64..1_000, Just(2_u32)),
            (any::<i64>(), 0_u32..=28),
        ];
        parts.prop_filter_map("not negative", |(units, scale)| {
            DailySalary::new(Decimal::new(units, scale))
        })
    }

    fn looks() -> impl Strategy<Value = Vec<Look>> {
        let usual = (1_i64..1_000_000, 0_u32..=4)
            .prop_map(|(units, scale)| DailySalary::new(Decimal::new(units, scale)));
        let salary = prop_oneof![8 => usual.boxed(), 1 => Just(None).boxed()];
        prop::collection::vec(salary, 0..=61).prop_map(|salaries| {
            let looks = salaries.into_iter().map(|salary| Look { day: 0, salary });
            looks.collect()
        })
    }

    proptest! {
        #[test]
        fn months_in_whole_numbers_are_those_in_decimals(
            looks in looks(), days in 1_i64..400_000, scale in 0_u32..=4,
        ) {
            let Some(month) = MonthConvention::new(Decimal::new(days, scale)) else {
                return Ok(());
            };
            let told = |salaries: Option<Salaries>| {
                salaries.map(|s| (s.lowest, s.average, s.highest))
            };
            let short = Salaries::in_units(&looks, [12, 36, 60], month);
            prop_assert!(short.is_some());
            for (short, months) in short.into_iter().flatten().zip([12, 36, 60]) {
                let looks = &looks[..looks.len().min(months)];
                prop_assert_eq!(told(short), told(Salaries::in_decimals(looks, month)));
            }
        }

        #[test]
        fn changes_in_whole_numbers_are_those_in_decimals(
            before in salaries(), after in salaries(), share in 0_i64..1_000, near in any::<bool>(),
        ) {
            let floor = Floor::new(Decimal::new(share, 3));
            // Exactly on the floor, too.
            let times = before.pesos().checked_mul(Decimal::new(share, 3).saturating_add(Decimal::ONE));
            let after = times.filter(|_| near).and_then(DailySalary::new).unwrap_or(after);
            let told = |change: Option<Change>| change.map(|change| (change.day, change.up));
            let short = floor.change((before, before.units()), (after, after.units()), 7);
            let long = floor.change((before, None), (after, None), 7);
            prop_assert_eq!(told(short), told(long));
        }

        #[test]
        fn units_are_the_salary(salary in salaries()) {
            if let Some(units) = salary.units() {
                prop_assert_eq!(Decimal::new(units, DailySalary::UNIT_SCALE), salary.pesos());
            }
        }
    }
}
