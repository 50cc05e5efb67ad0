//! A working life in public employment, as the ISSSTE knows it: few jobs, long ones, and salaries
//! that come from certificates.

use chrono::{Datelike as _, NaiveDate};

use super::career::{Employment, Event, Movement, Timeline, employer};
use super::figures::minimum_wage;
use super::names;
use crate::random::{Dice, after, share};

/// Centavos per day, in 2026; the base salary only, without what is paid beside it.
const SALARY: [(i64, i64); 5] = [
    (0, 33_000),
    (300, 38_000),
    (650, 52_000),
    (920, 78_000),
    (1000, 105_000),
];
/// Days a post is held.
const TENURE: [(i64, i64); 5] = [
    (0, 180),
    (150, 1200),
    (450, 4000),
    (800, 9000),
    (1000, 13_500),
];

/// A working life from a birth on.
pub(super) fn live(birth: NaiveDate, dice: &mut Dice) -> Timeline {
    let mut timeline = Timeline::default();
    let retirement = after(birth, dice.between(58, 68).saturating_mul(365));
    let mut start = after(birth, dice.between(7000, 11_500));
    let mut salary = dice.draw(&SALARY);
    while start < retirement {
        let end = after(start, dice.draw(&TENURE)).min(retirement);
        let mut job = employer("CIUDAD DE MEXICO", dice);
        job.employer = names::public_entity(dice);
        job.start = start;
        job.end = end;
        job.movements = movements(&job, salary, dice);
        timeline.jobs.push(job);
        salary = share(salary, dice.between(980, 1250), 1000);
        start = after(end, dice.between(1, 500));
    }
    if dice.chance(800) {
        timeline.retired = Some(retirement);
    }
    timeline
}

/// Salaries of a post at the days of which there are certificates: three per cent more each year.
fn movements(job: &Employment, salary_2026: i64, dice: &mut Dice) -> Vec<Movement> {
    let in_year = |year: i32| {
        let years = i64::from(2026_i32.saturating_sub(year));
        let permille = 1000_i64.saturating_sub(years.saturating_mul(24)).max(150);
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
        share(salary_2026, permille, 1000).max(minimum_wage(first, job.state))
    };
    let mut movements = vec![Movement {
        date: job.start,
        event: Event::Normal,
        salary: in_year(job.start.year()),
    }];
    for year in job.start.year().saturating_add(1)..=job.end.year() {
        let date = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
        if date < job.end && dice.chance(350) {
            let event = dice.pick(
                &[Event::BdutaCertificate, Event::DyeCertificate],
                Event::Normal,
            );
            movements.push(Movement {
                date,
                event,
                salary: in_year(year),
            });
        }
    }
    movements
}
