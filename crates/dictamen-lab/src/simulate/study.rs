//! What is asked of every row of a portfolio.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use dictamen_engine::{Evaluated, Policy, Scratch};
use dictamen_model::{
    Parameters,
    characteristic::{definitions, index_of},
};

use super::{
    By, Group, Point, Row, RowProblem, Tally, Vary, VaryError, keep::Kept, needs, out::Decided,
    tally,
};
use crate::compare::Shares;

/// A policy, or two, and what is counted of what they give.
#[derive(Debug)]
pub struct Study<'p> {
    before: &'p Policy,
    after: Option<(&'p Policy, Shares)>,
    by: Vec<By>,
    sweep: Vec<(Vary, Vec<Policy>)>,
    /// What the policies read.
    read: BTreeSet<usize>,
    /// That, and what applicants are grouped by.
    needed: BTreeSet<usize>,
    /// Whether each row is told.
    rows: bool,
}

/// What became of some rows that follow each other.
#[derive(Debug, Default)]
pub struct Part {
    /// What was counted.
    pub tally: Tally,
    /// Each row, where they are wanted.
    pub rows: Vec<Decided>,
    /// Rows that were not to be read, with everything that is wrong with them.
    pub rejected: Vec<(u64, Vec<RowProblem>)>,
}

impl<'p> Study<'p> {
    /// One policy.
    pub fn of(policy: &'p Policy) -> Self {
        Self {
            read: needs(policy.declaration()),
            needed: needs(policy.declaration()),
            before: policy,
            after: None,
            by: Vec::new(),
            sweep: Vec::new(),
            rows: false,
        }
    }

    /// Two policies, and how the difference is shared among the edits between them.
    pub fn comparing(before: &'p Policy, after: &'p Policy, shares: Shares) -> Self {
        let mut study = Self::of(before);
        study.read.extend(needs(after.declaration()));
        study.needed.extend(&study.read);
        study.after = Some((after, shares));
        study
    }

    /// Groups applicants as well.
    #[must_use]
    pub fn by(mut self, by: Vec<By>) -> Self {
        let characteristics = by.iter().filter_map(|by| index_of(by.name()));
        self.needed.extend(characteristics);
        self.by = by;
        self
    }

    /// Tells every row as well.
    #[must_use]
    pub fn with_rows(mut self, rows: bool) -> Self {
        self.rows = rows;
        self
    }

    /// Varies thresholds as well, each by itself.
    ///
    /// # Errors
    ///
    /// When the policy has no such threshold, or they have too many values together.
    pub fn vary(mut self, thresholds: Vec<Vary>) -> Result<Self, VaryError> {
        let values = thresholds.iter().map(|vary| vary.values.len());
        let values = values.fold(0_usize, usize::saturating_add);
        if values > super::MOST_POINTS {
            return Err(VaryError {
                message: format!(
                    "thresholds have more than {} values together",
                    super::MOST_POINTS
                ),
                help: Some("give larger steps, or vary fewer".to_owned()),
            });
        }
        for vary in thresholds {
            let policies = vary.policies(self.before)?;
            self.sweep.push((vary, policies));
        }
        Ok(self)
    }

    /// Table positions of the characteristics that are read, by policies and groups.
    pub fn needed(&self) -> &BTreeSet<usize> {
        &self.needed
    }

    /// What applicants are grouped by.
    pub fn groupings(&self) -> &[By] {
        &self.by
    }

    /// The thresholds that are varied.
    pub fn thresholds(&self) -> impl Iterator<Item = &Vary> {
        self.sweep.iter().map(|(vary, _)| vary)
    }

    /// The first policy, or the only one.
    pub fn policy(&self) -> &'p Policy {
        self.before
    }

    /// The second policy, and how the difference is shared.
    pub fn second(&self) -> Option<(&'p Policy, &Shares)> {
        self.after
            .as_ref()
            .map(|(policy, shares)| (*policy, shares))
    }

    /// What a whole person is in [`Tally::shares`]; 1 where nothing is shared.
    pub fn whole_share(&self) -> i64 {
        self.after.as_ref().map_or(1, |(_, shares)| shares.whole())
    }

    /// Somebody who takes rows through it; each thread has its own.
    pub fn worker(&self) -> Worker<'_> {
        Worker {
            study: self,
            before: Scratch::new(),
            after: Scratch::new(),
            other: Scratch::new(),
            shares: Vec::new(),
        }
    }
}

/// Takes rows through a study.
#[derive(Debug)]
pub struct Worker<'s> {
    study: &'s Study<'s>,
    before: Scratch,
    after: Scratch,
    other: Scratch,
    shares: Vec<i64>,
}

impl Worker<'_> {
    /// A line with a request, decided as of `as_of` where it names no day; blank lines are nothing.
    pub fn line(
        &mut self,
        number: u64,
        line: &[u8],
        as_of: NaiveDate,
        parameters: &Parameters,
        part: &mut Part,
    ) {
        if !line.iter().all(u8::is_ascii_whitespace) {
            self.take(number, Row::read(number, line, as_of, parameters), part);
        }
    }

    /// A row that was read, or what is wrong with it.
    pub fn take(&mut self, number: u64, row: Result<Row, Vec<RowProblem>>, part: &mut Part) {
        match row {
            Ok(row) => self.row(&row, part),
            Err(problems) => {
                part.tally.rejected = part.tally.rejected.saturating_add(1);
                if let Some(first) = problems.first() {
                    part.tally.problem(first.clone());
                }
                part.rejected.push((number, problems));
            }
        }
    }

    fn row(&mut self, row: &Row, part: &mut Part) {
        let (study, facts, label) = (self.study, &row.characteristics, row.label);
        let before = study.before.evaluate(facts, &mut self.before);
        let second = study.after.as_ref();
        let second = second.map(|(policy, shares)| {
            let after = policy.evaluate(facts, &mut self.after);
            (after, same(&before, &after), shares)
        });
        let tally = &mut part.tally;
        let count = |group: &mut Group| {
            group.count(&before, label);
            if let Some((after, same, _)) = &second {
                group.count_second(&before, after, *same, label);
            }
        };
        count(&mut tally.whole);
        for by in &study.by {
            let value = by.of(row, &before);
            if !tally.by.contains_key(by.name()) {
                tally.by.insert(by.name().to_owned(), BTreeMap::new());
            }
            if let Some(groups) = tally.by.get_mut(by.name()) {
                count(tally::own_value(groups, &value));
            }
        }
        for index in &study.read {
            if facts.get(*index).is_missing() {
                let name = definitions().get(*index).map_or("", |d| d.name);
                match tally.missing.get_mut(name) {
                    Some(count) => *count = count.saturating_add(1),
                    None => {
                        tally.missing.insert(name.to_owned(), 1);
                    }
                }
            }
        }
        for name in row.segments.keys() {
            tally.name(name);
        }
        if second.is_some() {
            let place = tally::place(before.outcome());
            tally.keep(place, || Kept::new(row.number, place, facts));
        }
        if let Some((after, _, shares)) = &second {
            let (from, to) = (before.outcome(), after.outcome());
            if from != to {
                shares.share(facts, from, to, &mut self.other, &mut self.shares);
                let kind = match (tally::granted(from), tally::granted(to)) {
                    (false, true) => 0,
                    (true, false) => 1,
                    _ => 2,
                };
                tally.shares.resize(self.shares.len(), [0; 3]);
                for (sums, share) in tally.shares.iter_mut().zip(&self.shares) {
                    if let Some(sum) = sums.get_mut(kind) {
                        *sum = sum.saturating_add(*share);
                    }
                }
            }
        }
        if study.rows {
            let after = second.as_ref().map(|(after, ..)| after);
            part.rows.push(Decided::new(row, &before, after));
        }
        let policies = study.sweep.iter().flat_map(|(_, policies)| policies);
        for (at, policy) in policies.enumerate() {
            let decided = policy.evaluate(facts, &mut self.other);
            if tally.points.len() <= at {
                tally.points.push(Point::default());
            }
            if let Some(point) = tally.points.get_mut(at) {
                point.count(&decided, label);
            }
        }
    }
}

/// Whether two policies give the same: outcome, score, band, offer and reasons.
pub(crate) fn same(one: &Evaluated<'_>, other: &Evaluated<'_>) -> bool {
    one.outcome() == other.outcome()
        && one.score() == other.score()
        && one.band() == other.band()
        && one.amount() == other.amount()
        && one.terms() == other.terms()
        && one.codes().eq(other.codes())
}
