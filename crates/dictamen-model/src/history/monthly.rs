//! The salary of a person looked at once a month, back from the reference day.

use chrono::{Datelike as _, NaiveDate};

use super::{Job, day_number};
use crate::money::DailySalary;

/// As far back as anything looks.
const MONTHS: u32 = 60;

/// One look.
pub(crate) struct Look {
    /// The day, clamped to the end of the month.
    pub(crate) date: NaiveDate,
    pub(crate) day: i64,
    /// What the employments alive on it paid; unknown salaries are left out.
    pub(crate) salary: Option<DailySalary>,
}

/// Sixty months and the reference day, the newest first; fewer where the calendar begins.
///
/// All that looks at salaries of the past looks at these days, so each is worked out once, and job
/// by job: within a job salaries are met in order.
pub(super) fn looks<'j, 'r: 'j>(
    reference: NaiveDate,
    employments: impl Iterator<Item = &'j Job<'r>>,
) -> Vec<Look> {
    let mut looks: Vec<Look> = Vec::with_capacity(64);
    let (mut year, mut month) = (reference.year(), reference.month());
    looks.extend((0..=MONTHS).map_while(|months| {
        if months > 0 {
            (year, month) = match month {
                1 => (year.checked_sub(1)?, 12),
                _ => (year, month.saturating_sub(1)),
            };
        }
        let day = reference.day();
        let date = NaiveDate::from_ymd_opt(year, month, day).or_else(|| {
            // The month is shorter.
            let mut days = (28..day).rev();
            days.find_map(|day| NaiveDate::from_ymd_opt(year, month, day))
        })?;
        Some(Look {
            date,
            day: day_number(date),
            salary: None,
        })
    }));
    // A sum that is too large to be exact is as unknown as none, and stays so.
    let mut too_large = Vec::new();
    for job in employments {
        let span = job.span();
        let mut salaries = job.salaries.backwards();
        let before = looks.partition_point(|look| look.day > span.last());
        for (index, look) in looks.iter_mut().enumerate().skip(before) {
            if look.day < span.first() {
                break;
            }
            let dated = salaries.on(look.day);
            let Some(salary) = job.salary_of(look.day, dated).and_then(DailySalary::known) else {
                continue;
            };
            look.salary = match look.salary {
                None => Some(salary),
                Some(sum) => {
                    let sum = sum.plus(salary);
                    if sum.is_none() {
                        too_large.push(index);
                    }
                    sum
                }
            };
        }
    }
    for index in too_large {
        if let Some(look) = looks.get_mut(index) {
            look.salary = None;
        }
    }
    looks
}
