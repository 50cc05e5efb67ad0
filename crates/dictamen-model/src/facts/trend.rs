//! How the salary developed.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::statistics::{Logarithms, annual_growth};
use crate::division::divide;
use crate::history::{History, Job, date_of};
use crate::parameters::{NotCovered, Parameters};

/// Changes of the salary up to the reference day; `None` where an end is unknown.
#[derive(Default)]
pub(crate) struct Trend {
    /// Relative change over twelve months.
    pub(crate) change_12m: Option<Decimal>,
    /// The same over the change of the UMA.
    pub(crate) real_change_12m: Option<Decimal>,
    /// Growth per year over 24, 36 and 60 months.
    pub(crate) growth: [Option<Decimal>; 3],
    /// Slope of the logarithm per year over 24 months.
    pub(crate) log_slope_24m: Option<Decimal>,
    /// Standard deviation of monthly changes of the logarithm over 24 months.
    pub(crate) log_volatility_24m: Option<Decimal>,
    /// Salary of the principal job over the one before it.
    pub(crate) jump_ratio: Option<Decimal>,
}

impl Trend {
    pub(super) fn of(history: &History<'_>, parameters: &Parameters) -> Result<Self, NotCovered> {
        let conventions = parameters.conventions();
        let salary = |months: u32| Some(history.months_ago(months)?.salary?.pesos());
        let least = usize::try_from(conventions.statistics_min_points).unwrap_or(usize::MAX);
        let now = salary(0);
        let growth = [24_u32, 36, 60].map(|span| annual_growth(salary(span)?, now?, span));
        let day = history.months_ago(12).and_then(|look| date_of(look.day));
        let (change_12m, real_change_12m) = match (now, salary(12), day) {
            (Some(now), Some(then), Some(day)) => (
                relative_change(now, then),
                real_change((now, history.reference), (then, day), parameters)?,
            ),
            _ => (None, None),
        };
        let salaries = (0..=24).map(salary);
        let (log_slope_24m, log_volatility_24m) = Logarithms::of(salaries)
            .map_or((None, None), |logarithms| {
                (logarithms.slope(least), logarithms.volatility(least))
            });
        Ok(Self {
            change_12m,
            real_change_12m,
            growth,
            log_slope_24m,
            log_volatility_24m,
            jump_ratio: history
                .principal()
                .and_then(|job| jump(history, job, conventions.salary_jump_lookback_days)),
        })
    }
}

/// `now / then - 1`.
pub(super) fn relative_change(now: Decimal, then: Decimal) -> Option<Decimal> {
    divide(now, then)?.checked_sub(Decimal::ONE)
}

/// The change over that of the UMA, in one division, so that a change of exactly some percent
/// stays exact.
fn real_change(
    (now, today): (Decimal, NaiveDate),
    (then, day): (Decimal, NaiveDate),
    parameters: &Parameters,
) -> Result<Option<Decimal>, NotCovered> {
    let (uma_now, uma_then) = (parameters.uma_daily(today)?, parameters.uma_daily(day)?);
    let change = || {
        let (now, then) = (now.checked_mul(uma_then)?, then.checked_mul(uma_now)?);
        divide(now, then)?.checked_sub(Decimal::ONE)
    };
    Ok(change())
}

/// The salary of a job over that of the last day of employment before it, if that lies at most
/// `lookback` days back.
fn jump(history: &History<'_>, job: &Job<'_>, lookback: i64) -> Option<Decimal> {
    let day = history.employed.last_before(job.start)?;
    if job.start.saturating_sub(day) > lookback {
        return None;
    }
    let before = history.salary_on(day)?.pesos();
    divide(job.salary_at(history.today())?.pesos(), before)
}
