//! What one job paid over time.

use crate::money::DailySalary;
use crate::wire::Job as Row;

use super::day_number;

/// The salaries of one job; zeros, which mean unknown, are left out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Salaries {
    /// From which day on which salary, oldest first, one a day.
    changes: Vec<(i64, DailySalary)>,
    /// The salary the record gives for the job as a whole: its latest.
    latest: Option<DailySalary>,
}

impl Salaries {
    pub(super) fn of(row: &Row) -> Self {
        let updates = row.employment_status_updates.as_deref().unwrap_or_default();
        let mut changes: Vec<(i64, DailySalary)> = Vec::with_capacity(updates.len());
        // Belvo lists the newest first, so this is in order unless somebody changed it.
        let mut in_order = true;
        for update in updates.iter().rev() {
            let Some(salary) = update.base_salary.and_then(DailySalary::known) else {
                continue;
            };
            let Some(day) = update.update_date.map(day_number) else {
                continue;
            };
            in_order &= changes.last().is_none_or(|(before, _)| *before < day);
            changes.push((day, salary));
        }
        if !in_order {
            // A stable sort: of two updates of one day the later in the order given wins.
            changes.sort_by_key(|(day, _)| *day);
            changes.dedup_by_key(|(day, _)| *day);
        }
        Self {
            changes,
            latest: row.most_recent_base_salary.and_then(DailySalary::known),
        }
    }

    /// The salary of the job as a whole, where it is given.
    pub(super) fn latest(&self) -> Option<DailySalary> {
        self.latest
    }

    /// For looking at one day after the other, each earlier than the one before.
    pub(super) fn backwards(&self) -> Backwards<'_> {
        Backwards {
            changes: &self.changes,
        }
    }

    /// Every dated salary, oldest first.
    pub(crate) fn changes(&self) -> &[(i64, DailySalary)] {
        &self.changes
    }

    /// The last dated salary up to a day; before the first one, the first.
    pub(super) fn by_updates(&self, day: i64) -> Option<DailySalary> {
        let position = self.changes.partition_point(|(from, _)| *from <= day);
        self.changes
            .get(position.saturating_sub(1))
            .map(|(_, salary)| *salary)
    }
}

/// Dated salaries on ever earlier days.
pub(super) struct Backwards<'s> {
    changes: &'s [(i64, DailySalary)],
}

impl Backwards<'_> {
    /// What [`Salaries::by_updates`] tells of a day, which must not be later than the one before.
    pub(super) fn on(&mut self, day: i64) -> Option<DailySalary> {
        while let [_, .., (from, _)] = self.changes
            && *from > day
        {
            self.changes = self
                .changes
                .split_last()
                .map_or(&[], |(_, earlier)| earlier);
        }
        self.changes.last().map(|(_, salary)| *salary)
    }
}
