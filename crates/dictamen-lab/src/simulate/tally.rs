//! Everything that is counted of a portfolio, in whole numbers, so that pieces of it add up to the
//! same whatever they were.

use std::collections::{BTreeMap, BTreeSet};

use dictamen_engine::{Evaluated, FAILED, Outcome, UNDECIDED};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::{Label, RowProblem, keep::Kept};

/// Values of a column that are counted apart; people with further ones are counted together.
pub const MOST_VALUES: usize = 200;
/// What further values of a column are called.
pub const OTHERS: &str = "other values";
/// Problems that are told; all are in the side file.
const MOST_PROBLEMS: usize = 20;
/// Names of segments that are remembered, for suggestions.
const MOST_NAMES: usize = 50;
/// Applicants of each outcome that are kept to look from for a witness.
const MOST_KEPT: usize = 6;

/// Outcomes in the order in which they are counted.
pub(crate) const OUTCOMES: [Outcome; 4] = [
    Outcome::Approve,
    Outcome::Counter,
    Outcome::Refer,
    Outcome::Decline,
];

/// People by what became of their loans.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labels {
    /// Paid back.
    pub good: u64,
    /// Not paid back.
    pub bad: u64,
    /// Not known.
    pub unknown: u64,
}

impl Labels {
    fn count(&mut self, label: Option<Label>) {
        one(match label {
            Some(Label::Good) => &mut self.good,
            Some(Label::Bad) => &mut self.bad,
            None => &mut self.unknown,
        });
    }

    fn add(&mut self, other: Self) {
        more(&mut self.good, other.good);
        more(&mut self.bad, other.bad);
        more(&mut self.unknown, other.unknown);
    }

    /// People whose loans are known to have been paid back or not.
    pub fn known(&self) -> u64 {
        self.good.saturating_add(self.bad)
    }

    /// Everybody.
    pub fn all(&self) -> u64 {
        self.known().saturating_add(self.unknown)
    }
}

/// What a policy gave some people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// By outcome: APPROVE, COUNTER, REFER, DECLINE.
    pub outcomes: [u64; 4],
    /// By band of the score.
    pub bands: BTreeMap<String, u64>,
    /// People who were told a reason, by its code.
    pub reasons: BTreeMap<String, u64>,
    /// People referred because a rule needed what is not known.
    pub undecided: u64,
    /// People referred because a rule could not be computed.
    pub failed: u64,
    /// Sum of what was offered, in centavos.
    pub volume: i64,
    /// People with an offer.
    pub offers: u64,
    /// What became of the loans of those who were granted one here.
    pub granted: Labels,
    /// The same of everybody who was scored, by score.
    pub scores: BTreeMap<i64, Labels>,
}

impl Counts {
    pub(super) fn count(&mut self, decided: &Evaluated<'_>, label: Option<Label>) {
        let outcome = decided.outcome();
        if let Some(count) = self.outcomes.get_mut(place(outcome)) {
            one(count);
        }
        if granted(outcome) {
            self.granted.count(label);
        }
        if let Some(band) = decided.band() {
            named(&mut self.bands, band);
        }
        for code in decided.codes() {
            named(&mut self.reasons, code);
            match code {
                UNDECIDED => one(&mut self.undecided),
                FAILED => one(&mut self.failed),
                _ => {}
            }
        }
        if let Some(score) = decided.score() {
            self.scores.entry(score).or_default().count(label);
        }
        if let Some(amount) = decided.amount() {
            one(&mut self.offers);
            self.volume = self.volume.saturating_add(centavos(amount));
        }
    }

    fn add(&mut self, other: &Self) {
        for (count, others) in self.outcomes.iter_mut().zip(other.outcomes) {
            more(count, others);
        }
        add_named(&mut self.bands, &other.bands);
        add_named(&mut self.reasons, &other.reasons);
        more(&mut self.undecided, other.undecided);
        more(&mut self.failed, other.failed);
        more(&mut self.offers, other.offers);
        self.volume = self.volume.saturating_add(other.volume);
        self.granted.add(other.granted);
        for (score, labels) in &other.scores {
            self.scores.entry(*score).or_default().add(*labels);
        }
    }

    /// People with this outcome.
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.outcomes.get(place(outcome)).copied().unwrap_or(0)
    }

    /// People who were granted something: APPROVE and COUNTER.
    pub fn approved(&self) -> u64 {
        let both = [Outcome::Approve, Outcome::Counter].map(|outcome| self.of(outcome));
        both.iter().fold(0, |sum, n| sum.saturating_add(*n))
    }

    /// Sum of what was offered, in pesos.
    pub fn offered(&self) -> Decimal {
        Decimal::new(self.volume, 2)
    }
}

/// Who is granted something by two policies, with what became of their loans.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapSet {
    /// By both.
    pub both: Labels,
    /// By the second alone: swapped in.
    pub into: Labels,
    /// By the first alone: swapped out.
    pub out: Labels,
    /// By neither.
    pub neither: Labels,
}

/// Some people, and what one or two policies gave them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// How many they are.
    pub rows: u64,
    /// What became of their loans, granted here or elsewhere.
    pub labels: Labels,
    /// By the first policy, or the only one.
    pub before: Counts,
    /// By the second.
    pub after: Counts,
    /// People by outcome of the first policy, then by that of the second.
    pub moves: [[u64; 4]; 4],
    /// People for whom anything differs: outcome, score, band, offer or reasons.
    pub differ: u64,
    /// Who is granted something.
    pub swaps: SwapSet,
}

impl Group {
    pub(super) fn count(&mut self, before: &Evaluated<'_>, label: Option<Label>) {
        one(&mut self.rows);
        self.labels.count(label);
        self.before.count(before, label);
    }

    pub(super) fn count_second(
        &mut self,
        before: &Evaluated<'_>,
        after: &Evaluated<'_>,
        same: bool,
        label: Option<Label>,
    ) {
        self.after.count(after, label);
        let moves = self.moves.get_mut(place(before.outcome()));
        if let Some(count) = moves.and_then(|to| to.get_mut(place(after.outcome()))) {
            one(count);
        }
        if !same {
            one(&mut self.differ);
        }
        let cell = match (granted(before.outcome()), granted(after.outcome())) {
            (true, true) => &mut self.swaps.both,
            (false, true) => &mut self.swaps.into,
            (true, false) => &mut self.swaps.out,
            (false, false) => &mut self.swaps.neither,
        };
        cell.count(label);
    }

    fn add(&mut self, other: &Self) {
        more(&mut self.rows, other.rows);
        self.labels.add(other.labels);
        self.before.add(&other.before);
        self.after.add(&other.after);
        let cells = self.moves.iter_mut().flatten();
        for (count, others) in cells.zip(other.moves.iter().flatten()) {
            more(count, *others);
        }
        more(&mut self.differ, other.differ);
        self.swaps.both.add(other.swaps.both);
        self.swaps.into.add(other.swaps.into);
        self.swaps.out.add(other.swaps.out);
        self.swaps.neither.add(other.swaps.neither);
    }

    /// People whose outcome differs.
    pub fn flips(&self) -> u64 {
        let lines = self.moves.iter().enumerate();
        let cells = lines
            .flat_map(|(from, line)| line.iter().enumerate().map(move |(to, n)| (from, to, n)));
        cells.fold(0, |sum, (from, to, n)| {
            if from == to {
                sum
            } else {
                sum.saturating_add(*n)
            }
        })
    }
}

/// What a policy with another threshold gave everybody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// By outcome.
    pub outcomes: [u64; 4],
    /// Sum of what was offered, in centavos.
    pub volume: i64,
    /// What became of the loans of those who were granted one.
    pub granted: Labels,
}

impl Point {
    pub(super) fn count(&mut self, decided: &Evaluated<'_>, label: Option<Label>) {
        let outcome = decided.outcome();
        if let Some(count) = self.outcomes.get_mut(place(outcome)) {
            one(count);
        }
        if granted(outcome) {
            self.granted.count(label);
        }
        let amount = decided.amount().map_or(0, centavos);
        self.volume = self.volume.saturating_add(amount);
    }

    fn add(&mut self, other: &Self) {
        for (count, others) in self.outcomes.iter_mut().zip(other.outcomes) {
            more(count, others);
        }
        self.volume = self.volume.saturating_add(other.volume);
        self.granted.add(other.granted);
    }
}

/// Everything that was counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Rows that were not to be read.
    pub rejected: u64,
    /// What is wrong with the first of them.
    pub problems: Vec<RowProblem>,
    /// Everybody.
    pub whole: Group,
    /// People by the values of what they are grouped by.
    pub by: BTreeMap<String, BTreeMap<String, Group>>,
    /// People of whom a characteristic that the policy reads is not known, by its name.
    pub missing: BTreeMap<String, u64>,
    /// For each value of each threshold that was varied.
    pub points: Vec<Point>,
    /// What each edit has to do with people swapped in, swapped out, and flipped otherwise, in
    /// parts of [`Study::whole_share`](super::Study::whole_share).
    pub shares: Vec<[i64; 3]>,
    /// Names of segments that were met.
    pub names: BTreeSet<String>,
    /// Some applicants to look from for a witness.
    pub(crate) kept: Vec<Kept>,
}

impl Tally {
    /// Adds what was counted of the rows that follow.
    pub fn add(&mut self, other: Self) {
        more(&mut self.rejected, other.rejected);
        for problem in other.problems {
            self.problem(problem);
        }
        self.whole.add(&other.whole);
        for (name, values) in other.by {
            let own = self.by.entry(name).or_default();
            for (value, group) in values {
                own_value(own, &value).add(&group);
            }
        }
        add_named(&mut self.missing, &other.missing);
        sum_up(&mut self.points, other.points, |own, point| own.add(&point));
        sum_up(&mut self.shares, other.shares, |own, shares| {
            for (own, share) in own.iter_mut().zip(shares) {
                *own = own.saturating_add(share);
            }
        });
        other.names.into_iter().for_each(|name| self.name(&name));
        for kept in other.kept {
            let outcome = kept.outcome;
            self.keep(outcome, || kept);
        }
    }

    pub(super) fn problem(&mut self, problem: RowProblem) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        }
    }

    pub(super) fn name(&mut self, name: &str) {
        if self.names.len() < MOST_NAMES && !self.names.contains(name) {
            self.names.insert(name.to_owned());
        }
    }

    pub(super) fn keep(&mut self, outcome: usize, kept: impl FnOnce() -> Kept) {
        let like = self.kept.iter().filter(|kept| kept.outcome == outcome);
        if like.count() < MOST_KEPT {
            self.kept.push(kept());
        }
    }
}

/// The group of a value of a column.
pub(super) fn own_value<'g>(groups: &'g mut BTreeMap<String, Group>, value: &str) -> &'g mut Group {
    let value = if groups.contains_key(value) || groups.len() < MOST_VALUES {
        value
    } else {
        OTHERS
    };
    groups.entry(value.to_owned()).or_default()
}

fn sum_up<T>(own: &mut Vec<T>, others: Vec<T>, add: impl Fn(&mut T, T)) {
    if own.is_empty() {
        *own = others;
        return;
    }
    for (own, other) in own.iter_mut().zip(others) {
        add(own, other);
    }
}

pub(crate) fn granted(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Approve | Outcome::Counter)
}

pub(crate) fn place(outcome: Outcome) -> usize {
    match outcome {
        Outcome::Approve => 0,
        Outcome::Counter => 1,
        Outcome::Refer => 2,
        Outcome::Decline => 3,
    }
}

/// As decisions print an amount: to the centavo, ties away from zero.
fn centavos(amount: Decimal) -> i64 {
    let rounded = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    let scaled = rounded.checked_mul(Decimal::ONE_HUNDRED);
    scaled.and_then(|n| n.try_into().ok()).unwrap_or(i64::MAX)
}

fn one(count: &mut u64) {
    more(count, 1);
}

fn more(count: &mut u64, by: u64) {
    *count = count.saturating_add(by);
}

fn named(counts: &mut BTreeMap<String, u64>, name: &str) {
    match counts.get_mut(name) {
        Some(count) => one(count),
        None => {
            counts.insert(name.to_owned(), 1);
        }
    }
}

fn add_named(counts: &mut BTreeMap<String, u64>, others: &BTreeMap<String, u64>) {
    for (name, others) in others {
        match counts.get_mut(name) {
            Some(count) => more(count, *others),
            None => {
                counts.insert(name.clone(), *others);
            }
        }
    }
}
