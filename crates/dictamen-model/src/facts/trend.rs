//! How the salary developed.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::statistics::{annual_growth, log_slope, log_volatility};
use crate::history::{History, Job};
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
    pub(super) fn of(history: &History, parameters: &Parameters) -> Result<Self, NotCovered> {
        let conventions = parameters.conventions();
        let months: Vec<Option<Decimal>> = (0..=24_u32)
            .map(|months| {
                let day = history.months_ago(months)?;
                Some(history.salary_on(day)?.pesos())
            })
            .collect();
        let least = usize::try_from(conventions.statistics_min_points).unwrap_or(usize::MAX);
        let now = months.first().copied().flatten();
        let growth = [24_u32, 36, 60].map(|span| {
            let then = history.salary_on(history.months_ago(span)?)?.pesos();
            annual_growth(then, now?, span)
        });
        let year_ago = months.get(12).copied().flatten();
        let (change_12m, real_change_12m) = match (now, year_ago, history.months_ago(12)) {
            (Some(now), Some(then), Some(day)) => (
                relative_change(now, then),
                real_change((now, history.reference), (then, day), parameters)?,
            ),
            _ => (None, None),
        };
        Ok(Self {
            change_12m,
            real_change_12m,
            growth,
            log_slope_24m: log_slope(&months, least),
            log_volatility_24m: log_volatility(&months, least),
            jump_ratio: history
                .principal()
                .and_then(|job| jump(history, job, conventions.salary_jump_lookback_days)),
        })
    }
}

/// `now / then - 1`.
pub(super) fn relative_change(now: Decimal, then: Decimal) -> Option<Decimal> {
    now.checked_div(then)?.checked_sub(Decimal::ONE)
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
        now.checked_mul(uma_then)?
            .checked_div(then.checked_mul(uma_now)?)?
            .checked_sub(Decimal::ONE)
    };
    Ok(change())
}

/// The salary of a job over that of the last day of employment before it, if that lies at most
/// `lookback` days back.
fn jump(history: &History, job: &Job, lookback: i64) -> Option<Decimal> {
    let day = history.employed.last_before(job.start)?;
    if job.start.saturating_sub(day) > lookback {
        return None;
    }
    let before = history.salary_on_number(day)?.pesos();
    job.salary_at(history.today())?.pesos().checked_div(before)
}
