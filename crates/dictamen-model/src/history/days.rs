//! Closed ranges of days, their union and what lies between them.
//!
//! Days are counted as numbers, so that no arithmetic can leave the calendar.

use chrono::{Datelike as _, NaiveDate};

/// The number of a day; consecutive days have consecutive numbers.
pub(crate) fn day_number(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce())
}

/// The day of a number; `None` outside the calendar.
pub(crate) fn date_of(day: i64) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(day).ok()?)
}

/// A range of days, both ends included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    first: i64,
    last: i64,
}

impl Span {
    /// `None` when it would be empty.
    pub(crate) fn new(first: i64, last: i64) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    pub(crate) fn first(self) -> i64 {
        self.first
    }

    pub(crate) fn last(self) -> i64 {
        self.last
    }

    /// Days, both ends counted.
    pub(crate) fn days(self) -> i64 {
        self.last.saturating_sub(self.first).saturating_add(1)
    }

    pub(crate) fn contains(self, day: i64) -> bool {
        (self.first..=self.last).contains(&day)
    }

    /// What lies in both.
    pub(crate) fn within(self, other: Self) -> Option<Self> {
        Self::new(self.first.max(other.first), self.last.min(other.last))
    }
}

/// A set of days, as ranges that neither overlap nor touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Coverage {
    runs: Vec<Span>,
}

impl Coverage {
    /// The union of ranges.
    pub(crate) fn of(mut runs: Vec<Span>) -> Self {
        runs.sort_unstable();
        runs.dedup_by(|next, run| {
            let touches = next.first <= run.last.saturating_add(1);
            if touches {
                run.last = run.last.max(next.last);
            }
            touches
        });
        Self { runs }
    }

    /// First day ever.
    pub(crate) fn first(&self) -> Option<i64> {
        self.runs.first().map(|run| run.first)
    }

    /// Last day.
    pub(crate) fn last(&self) -> Option<i64> {
        self.runs.last().map(|run| run.last)
    }

    /// Number of days.
    pub(crate) fn days(&self) -> i64 {
        total(self.runs.iter().copied())
    }

    /// Number of days within a span.
    pub(crate) fn days_within(&self, span: Span) -> i64 {
        total(self.runs.iter().filter_map(|run| run.within(span)))
    }

    /// The last day before another one.
    pub(crate) fn last_before(&self, day: i64) -> Option<i64> {
        let before = Span::new(i64::MIN, day.saturating_sub(1))?;
        let run = self.runs.iter().rev().find_map(|run| run.within(before))?;
        Some(run.last)
    }

    /// The runs of days within a span that are not covered.
    pub(crate) fn gaps_within(&self, span: Span) -> impl Iterator<Item = Span> {
        let mut next = span.first;
        let runs = self.runs.iter().filter_map(move |run| run.within(span));
        let behind = Span {
            first: span.last.saturating_add(1),
            last: i64::MAX,
        };
        runs.chain([behind]).filter_map(move |run| {
            let gap = Span::new(next, run.first.saturating_sub(1));
            next = run.last.saturating_add(1);
            gap
        })
    }

    /// The last stretch of days in which no pause is longer than `bridge` days, pauses included.
    pub(crate) fn last_spell(&self, bridge: i64) -> Option<Span> {
        let mut runs = self.runs.iter().rev();
        let mut spell = *runs.next()?;
        for run in runs {
            let pause = spell.first.saturating_sub(run.last).saturating_sub(1);
            if pause > bridge {
                break;
            }
            spell.first = run.first;
        }
        Some(spell)
    }
}

fn total(spans: impl Iterator<Item = Span>) -> i64 {
    spans.map(Span::days).fold(0, i64::saturating_add)
}

/// Days that lie in two or more of the ranges.
pub(crate) fn overlap_days(spans: impl Iterator<Item = Span> + Clone) -> i64 {
    // Most people have one job after the other, and they come in order.
    let mut last = i64::MIN;
    let apart = spans.clone().all(|span| {
        let behind = span.first > last;
        last = span.last;
        behind
    });
    if apart {
        return 0;
    }
    let mut turns: Vec<(i64, i64)> = spans
        .flat_map(|span| [(span.first, 1), (span.last.saturating_add(1), -1)])
        .collect();
    turns.sort_unstable();
    let (mut days, mut depth, mut since) = (0_i64, 0_i64, 0_i64);
    for (day, turn) in turns {
        if depth >= 2 {
            days = days.saturating_add(day.saturating_sub(since));
        }
        depth = depth.saturating_add(turn);
        since = day;
    }
    days
}

/// Contribution weeks of a number of days: a remainder of more than three days counts as a week
/// (Ley del Seguro Social, article 20).
pub(crate) fn contribution_weeks(days: i64) -> i64 {
    days.saturating_add(3).div_euclid(7)
}
