//! A working life in private employment, as the IMSS registers it.
//!
//! Salaries are multiples of the UMA, held between the lowest and the highest that are registered:
//! this alone brings the waves of January, when the minimum wage overtakes the salaries below it,
//! those of February at the cap, and the crowd at the bottom. Tenures, gaps and salaries follow
//! quantiles in the shape of what the institute publishes of all insured; figures of single people
//! mean nothing.

use chrono::{Datelike as _, NaiveDate};

use super::figures::{Centavos, cap, floor, uma};
use super::{identifiers, names};
use crate::random::{Dice, after, share};

/// What the institute registers in a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    Hired,
    SalaryModification,
    DismissedResigned,
    Absence,
    SickLeave,
    VoluntaryContribution,
    /// ISSSTE: where the salary was learned from.
    Normal,
    BdutaCertificate,
    DyeCertificate,
}

impl Event {
    /// Belvo's word.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Hired => "HIRED",
            Self::SalaryModification => "SALARY_MODIFICATION",
            Self::DismissedResigned => "DISMISSED_RESIGNED",
            Self::Absence => "ABSENCE",
            Self::SickLeave => "SICK_LEAVE",
            Self::VoluntaryContribution => "VOLUNTARY_CONTRIBUTION",
            Self::Normal => "NORMAL",
            Self::BdutaCertificate => "BDUTA_CERTIFICATE",
            Self::DyeCertificate => "DYE_CERTIFICATE",
        }
    }
}

/// An event with the salary from then on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Movement {
    pub(crate) date: NaiveDate,
    pub(crate) event: Event,
    pub(crate) salary: Centavos,
}

/// One job from beginning to end. The end may lie after the day it is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Employment {
    pub(crate) employer: String,
    pub(crate) employer_id: String,
    pub(crate) employer_rfc: String,
    pub(crate) state: &'static str,
    pub(crate) start: NaiveDate,
    pub(crate) end: NaiveDate,
    /// The employer never told that it ended.
    pub(crate) forgotten: bool,
    /// Contributions without an employer.
    pub(crate) voluntary: bool,
    /// Oldest first.
    pub(crate) movements: Vec<Movement>,
}

impl Employment {
    /// Whether the institute takes it for a current one on a day.
    pub(crate) fn is_open(&self, day: NaiveDate) -> bool {
        self.end > day || self.forgotten
    }
}

/// A whole working life.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Timeline {
    /// In order of their beginnings.
    pub(crate) jobs: Vec<Employment>,
    /// First day of the pension.
    pub(crate) retired: Option<NaiveDate>,
    /// Weeks that were taken out of the pension, and from which day on.
    pub(crate) redeemed: Option<(NaiveDate, i64)>,
}

/// Until when careers are told.
fn horizon() -> NaiveDate {
    NaiveDate::from_ymd_opt(2060, 12, 31).unwrap_or_default()
}

/// Before this day the institute's register is on paper, or in pesos of before 1993.
fn register_begins() -> NaiveDate {
    NaiveDate::from_ymd_opt(1990, 1, 1).unwrap_or_default()
}

/// Hundredths of a UMA that a person's work is worth.
const WORTH: [(i64, i64); 9] = [
    (0, 110),
    (80, 150),
    (250, 215),
    (500, 330),
    (700, 470),
    (850, 760),
    (940, 1300),
    (985, 2500),
    (1000, 4200),
];
/// Days a job lasts.
const TENURE: [(i64, i64); 9] = [
    (0, 1),
    (60, 15),
    (220, 100),
    (400, 300),
    (560, 640),
    (720, 1300),
    (860, 2600),
    (960, 5500),
    (1000, 11_000),
];
/// Days between two jobs; long ones are mostly informal work.
const GAP: [(i64, i64); 7] = [
    (0, 1),
    (250, 4),
    (450, 25),
    (650, 90),
    (820, 240),
    (940, 800),
    (1000, 3000),
];
/// Age, in days, at the first registered job.
const ENTRY: [(i64, i64); 5] = [
    (0, 5844),
    (200, 6700),
    (550, 7700),
    (850, 8800),
    (1000, 11_000),
];

/// A working life from a birth on.
pub(crate) fn live(birth: NaiveDate, dice: &mut Dice) -> Timeline {
    let mut timeline = Timeline::default();
    // Some have a number and were never registered in a job.
    if dice.chance(25) {
        return timeline;
    }
    let retirement = after(birth, dice.between(60, 70).saturating_mul(365));
    let last = retirement.min(horizon());
    let mut worth = dice.draw(&WORTH);
    let mut state = names::state(dice);
    let mut start = after(birth, dice.draw(&ENTRY));
    if start < register_begins() {
        start = after(register_begins(), dice.between(0, 3000));
    }
    while start < last {
        let end = after(start, dice.draw(&TENURE)).min(last);
        if dice.chance(150) {
            state = names::state(dice);
        }
        let former = timeline
            .jobs
            .get(usize::try_from(dice.between(0, 9)).unwrap_or(0))
            .cloned();
        let mut job = employer(state, dice);
        if let Some(former) = former.filter(|_| dice.chance(300)) {
            job.employer = former.employer;
            job.employer_id = former.employer_id;
            job.employer_rfc = former.employer_rfc;
        }
        job.start = start;
        job.end = end;
        job.forgotten = dice.chance(6);
        job.movements = movements(&job, worth, dice);
        let long = end.signed_duration_since(start).num_days() > 400;
        timeline.jobs.push(job);
        if long && dice.chance(90) {
            timeline
                .jobs
                .push(second_job(state, start, end, worth, dice));
        }
        worth = share(worth, dice.between(900, 1210), 1000).max(100);
        let gap = dice.draw(&GAP);
        let next = after(end, gap);
        pause(&mut timeline, birth, (end, next), dice);
        start = next;
    }
    if dice.chance(600) {
        timeline.retired = Some(retirement);
    }
    timeline.jobs.sort_by_key(|job| (job.start, job.end));
    timeline
}

/// What people do between two jobs: some pay their contributions on their own, some take money out
/// of their pension.
fn pause(
    timeline: &mut Timeline,
    birth: NaiveDate,
    (end, next): (NaiveDate, NaiveDate),
    dice: &mut Dice,
) {
    let days = next.signed_duration_since(end).num_days();
    let age = end.signed_duration_since(birth).num_days();
    if days > 120 && age > 50_i64.saturating_mul(365) && dice.chance(250) {
        let first = after(end, dice.between(15, 40));
        timeline
            .jobs
            .push(voluntary(first, after(next, dice.between(-20, -1)), dice));
    } else if days > 46 && timeline.redeemed.is_none() && dice.chance(70) {
        timeline.redeemed = Some((after(end, 60), dice.between(5, 90)));
    }
}

/// An employer nobody works for yet.
pub(super) fn employer(state: &'static str, dice: &mut Dice) -> Employment {
    Employment {
        employer: names::company(dice),
        employer_id: identifiers::registration(10, dice),
        employer_rfc: identifiers::company_rfc(dice),
        state,
        start: NaiveDate::default(),
        end: NaiveDate::default(),
        forgotten: false,
        voluntary: false,
        movements: Vec::new(),
    }
}

/// A job beside another one, within its time.
fn second_job(
    state: &'static str,
    start: NaiveDate,
    end: NaiveDate,
    worth: i64,
    dice: &mut Dice,
) -> Employment {
    let mut job = employer(state, dice);
    job.start = dice.day(start, end);
    job.end = dice.day(job.start, end);
    job.movements = movements(&job, share(worth, 6, 10), dice);
    job
}

/// Voluntary continuation (*modalidad 40*): looks like a job, with a salary the person chose.
fn voluntary(start: NaiveDate, end: NaiveDate, dice: &mut Dice) -> Employment {
    let chosen = share(cap(start), dice.between(300, 1000), 1000);
    Employment {
        employer: "CONTINUACION VOLUNTARIA EN EL REGIMEN OBLIGATORIO".to_owned(),
        employer_id: identifiers::registration(40, dice),
        voluntary: true,
        start,
        end,
        movements: vec![
            Movement {
                date: start,
                event: Event::VoluntaryContribution,
                salary: chosen,
            },
            Movement {
                date: end,
                event: Event::DismissedResigned,
                salary: chosen,
            },
        ],
        ..employer(names::state(dice), dice)
    }
}

/// What may happen to a salary.
#[derive(Clone, Copy)]
enum Cause {
    /// By so many thousandths.
    Change(i64),
    /// Only what the law asks for.
    Law,
    Leave(Event),
}

/// Everything registered in a job, from its beginning to its end.
pub(super) fn movements(job: &Employment, worth: i64, dice: &mut Dice) -> Vec<Movement> {
    let within =
        |salary: Centavos, date: NaiveDate| salary.max(floor(date, job.state)).min(cap(date));
    let mut salary = within(share(uma(job.start), worth, 100), job.start);
    let mut movements = vec![Movement {
        date: job.start,
        event: Event::Hired,
        salary,
    }];
    for (date, cause) in causes(job, dice) {
        let before = salary;
        let event = match cause {
            Cause::Change(permille) => {
                salary = within(share(salary, 1000_i64.saturating_add(permille), 1000), date);
                Event::SalaryModification
            }
            Cause::Law => {
                let was_capped = salary == cap(after(date, -1));
                salary = if was_capped {
                    cap(date)
                } else {
                    within(salary, date)
                };
                Event::SalaryModification
            }
            Cause::Leave(event) => event,
        };
        if salary != before || matches!(cause, Cause::Leave(_)) {
            movements.push(Movement {
                date,
                event,
                salary,
            });
        }
    }
    if !job.forgotten {
        movements.push(Movement {
            date: job.end,
            event: Event::DismissedResigned,
            salary,
        });
    }
    movements
}

/// The days on which something may be registered, in order.
fn causes(job: &Employment, dice: &mut Dice) -> Vec<(NaiveDate, Cause)> {
    let variable = dice.chance(140);
    let mut causes = Vec::new();
    for year in job.start.year()..=job.end.year() {
        let on =
            |month: u32, day: u32| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
        causes.push((on(1, 1), Cause::Law));
        causes.push((on(2, 1), Cause::Law));
        if variable {
            for month in [1, 3, 5, 7, 9, 11] {
                causes.push((on(month, 1), Cause::Change(dice.between(-90, 110))));
            }
            continue;
        }
        if dice.chance(620) {
            let day = if dice.chance(550) {
                on(1, 1)
            } else {
                dice.day(on(1, 2), on(12, 28))
            };
            causes.push((day, Cause::Change(dice.between(25, 85))));
        }
        if dice.chance(90) {
            causes.push((
                dice.day(on(1, 2), on(12, 28)),
                Cause::Change(dice.between(100, 380)),
            ));
        }
        if dice.chance(25) {
            causes.push((
                dice.day(on(1, 2), on(12, 28)),
                Cause::Change(dice.between(-200, -40)),
            ));
        }
        if dice.chance(70) {
            let leave = if dice.chance(700) {
                Event::SickLeave
            } else {
                Event::Absence
            };
            causes.push((dice.day(on(1, 2), on(12, 28)), Cause::Leave(leave)));
        }
    }
    causes.retain(|(date, _)| *date > job.start && *date < job.end);
    causes.sort_by_key(|(date, _)| *date);
    causes
}
