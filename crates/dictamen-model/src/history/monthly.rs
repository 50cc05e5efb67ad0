//! The salary of a person looked at once a month, back from the reference day.

use chrono::{Datelike as _, NaiveDate};

use super::{Job, day_number};
use crate::money::DailySalary;

/// As far back as anything looks.
const MONTHS: u32 = 60;

/// One look.
#[derive(Debug)]
pub(crate) struct Look {
    /// The day, clamped to the end of the month.
    pub(crate) day: i64,
    /// What the employments alive on it paid; unknown salaries are left out.
    pub(crate) salary: Option<DailySalary>,
}

/// The reference day and sixty months, the newest first.
///
/// All that looks at salaries of the past looks at these days, so each is worked out once, and job
/// by job: within a job salaries are met in order.
pub(super) fn looks<'j, 'r: 'j>(
    reference: NaiveDate,
    employments: impl Iterator<Item = &'j Job<'r>>,
) -> Vec<Look> {
    let mut looks: Vec<Look> = Vec::with_capacity(64);
    looks.extend(days(reference).map(|day| Look { day, salary: None }));
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
            let salary = if look.day == span.last() {
                job.salary_of(look.day, dated)
            } else {
                dated
            };
            let Some(salary) = salary else {
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

/// The same day of this month and of those before it, or the last where a month is shorter.
fn days(reference: NaiveDate) -> impl Iterator<Item = i64> {
    let day = i64::from(reference.day());
    let (mut year, mut month) = (reference.year(), reference.month());
    // The last day of the month before, from which the days of a month are counted.
    let mut before = day_number(reference).saturating_sub(day);
    (0..=MONTHS).map(move |months| {
        if months > 0 {
            (year, month) = match month {
                1 => (year.saturating_sub(1), 12),
                _ => (year, month.saturating_sub(1)),
            };
            before = before.saturating_sub(length(year, month));
        }
        before.saturating_add(day.min(length(year, month)))
    })
}

/// How many days a month has.
fn length(year: i32, month: u32) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}
