//! What a tester lets happen to a person on a day: it replaces the career that was to come.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::career::{Event, Movement, Timeline, employer};
use super::figures::{cap, floor};
use super::names;
use crate::random::{Dice, after, share};

/// Something that happens to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum LifeEvent {
    /// The salary of the current jobs changes.
    Raise {
        /// By so many per cent; less than zero for a cut.
        percent: i64,
    },
    /// From one employer to another, on the next day.
    JobChange {
        /// By how many per cent the salary changes.
        percent: i64,
    },
    /// All current jobs end.
    JobLoss,
    /// A job begins.
    Hired,
}

impl Timeline {
    /// Lets an event happen on a day. Jobs that were to begin later do not; what the person has, or
    /// is given, lasts.
    pub(crate) fn change(&mut self, event: LifeEvent, day: NaiveDate, dice: &mut Dice) {
        self.jobs.retain(|job| job.start <= day);
        self.retired = self.retired.filter(|retired| *retired <= day);
        let earned = self
            .jobs
            .iter()
            .filter(|job| job.is_open(day) && !job.voluntary)
            .filter_map(|job| job.movements.iter().rfind(|movement| movement.date <= day))
            .map(|movement| movement.salary)
            .max();
        match event {
            LifeEvent::Raise { percent } => {
                for job in self.jobs.iter_mut().filter(|job| job.is_open(day)) {
                    job.movements.retain(|movement| movement.date <= day);
                    let Some(before) = job.movements.last().copied() else {
                        continue;
                    };
                    let salary = changed(before.salary, percent, day, job.state);
                    job.movements.push(Movement {
                        date: day,
                        event: Event::SalaryModification,
                        salary,
                    });
                    job.end = NaiveDate::MAX;
                }
            }
            LifeEvent::JobLoss => self.end_all(day),
            LifeEvent::JobChange { percent } => {
                self.end_all(day);
                self.begin(after(day, 1), earned, percent, dice);
            }
            LifeEvent::Hired => self.begin(day, earned, 0, dice),
        }
    }

    fn end_all(&mut self, day: NaiveDate) {
        for job in self.jobs.iter_mut().filter(|job| job.is_open(day)) {
            job.end = day;
            job.forgotten = false;
            job.movements.retain(|movement| movement.date < day);
            let salary = job.movements.last().map_or(0, |movement| movement.salary);
            job.movements.push(Movement {
                date: day,
                event: Event::DismissedResigned,
                salary,
            });
        }
    }

    fn begin(&mut self, day: NaiveDate, earned: Option<i64>, percent: i64, dice: &mut Dice) {
        let state = names::state(dice);
        let salary = changed(earned.unwrap_or(0), percent, day, state);
        let mut job = employer(state, dice);
        job.start = day;
        job.end = NaiveDate::MAX;
        job.movements = vec![Movement {
            date: day,
            event: Event::Hired,
            salary,
        }];
        self.jobs.push(job);
    }
}

fn changed(salary: i64, percent: i64, day: NaiveDate, state: &str) -> i64 {
    share(salary, 100_i64.saturating_add(percent), 100)
        .max(floor(day, state))
        .min(cap(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_nobody_closed_ends_with_the_others() {
        let on = |text: &str| text.parse::<NaiveDate>().unwrap();
        let mut dice = Dice::new(1, "forgotten");
        let mut job = employer("PUEBLA", &mut dice);
        job.start = on("2019-03-04");
        job.end = on("2020-01-01");
        job.forgotten = true;
        job.movements = vec![Movement {
            date: job.start,
            event: Event::Hired,
            salary: 20_000,
        }];
        let mut timeline = Timeline {
            jobs: vec![job],
            ..Timeline::default()
        };
        timeline.change(LifeEvent::JobLoss, on("2026-09-15"), &mut dice);
        let job = &timeline.jobs[0];
        assert!(!job.is_open(on("2026-09-15")));
        assert_eq!(job.movements[1].event, Event::DismissedResigned);
    }
}
