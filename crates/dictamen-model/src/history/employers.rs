//! The different employers of a person.

use super::Job;

/// One employer.
struct Employer {
    /// Last day of employment there, at most the reference day.
    last: i64,
    /// Whether there is an open employment.
    open: bool,
}

/// The different employers, whatever number of jobs there was at each.
#[derive(Default)]
pub(crate) struct Employers {
    all: Vec<Employer>,
    names: usize,
}

impl Employers {
    pub(super) fn of<'j, 'r: 'j>(employments: impl Iterator<Item = &'j Job<'r>>) -> Self {
        let mut jobs: Vec<&Job<'_>> = employments.collect();
        jobs.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        let mut all: Vec<Employer> = Vec::with_capacity(jobs.len());
        let mut key = None;
        for job in &jobs {
            match all.last_mut() {
                Some(employer) if key == Some(&job.key) => {
                    employer.last = employer.last.max(job.last);
                    employer.open |= job.open;
                }
                _ => all.push(Employer {
                    last: job.last,
                    open: job.open,
                }),
            }
            key = Some(&job.key);
        }
        let mut names: Vec<&str> = Vec::with_capacity(jobs.len());
        names.extend(jobs.iter().filter_map(|job| job.name.as_deref()));
        names.sort_unstable();
        names.dedup();
        Self {
            all,
            names: names.len(),
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.all.len()
    }

    /// How many different names they have.
    pub(crate) fn names(&self) -> usize {
        self.names
    }

    /// How many of them have an open employment.
    pub(crate) fn open(&self) -> usize {
        self.all.iter().filter(|employer| employer.open).count()
    }

    /// How many of them employed on some day from `day` on.
    pub(crate) fn since(&self, day: i64) -> usize {
        self.all.iter().filter(|e| e.last >= day).count()
    }
}
