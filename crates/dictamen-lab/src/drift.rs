//! How far the people a policy decides on today differ from those of an earlier time.
//!
//! The population stability index (PSI) is computed over the classes of the policy's own words:
//! outcomes, bands of the score, and what each line of the scorecard gives. It works on what the
//! decision log keeps in clear, which are points and not values: bins that give the same points
//! are one class, and so is "unknown" when it gives the points of a bin. Reads no log itself.

use std::{collections::BTreeMap, sync::Arc};

use dictamen_engine::{Outcome, words::Document};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::statistics;

/// Decisions that each window must have before an index means anything: with ten classes and this
/// many, chance alone gives about 0.04.
pub const LEAST: u64 = 500;

/// What the classes are classes of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// What applications got; over all decisions.
    Outcome,
    /// The score, by bands; over decisions that were scored.
    Score,
    /// A line of the scorecard, by its reason code; over decisions that were scored.
    Characteristic(Arc<str>),
}

impl Subject {
    /// `outcome`, `score`, or the code of the scorecard's line.
    pub fn name(&self) -> &str {
        match self {
            Self::Outcome => "outcome",
            Self::Score => "score",
            Self::Characteristic(code) => code,
        }
    }
}

/// How decisions are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Class {
    Named(Arc<str>),
    Points(i64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Classes {
    subject: Subject,
    /// What it is about, in words.
    about: String,
    /// Each with its label.
    each: Vec<(Class, String)>,
}

/// Everything in which decisions of a policy version can differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale(Vec<Classes>);

/// Of a decision, what is counted.
#[derive(Debug, Clone, Copy)]
pub struct Decided<'a> {
    /// Name of the outcome.
    pub outcome: &'a str,
    /// The band, when it was scored.
    pub band: Option<&'a str>,
    /// Points by reason code, when it was scored.
    pub points: Option<&'a BTreeMap<String, i64>>,
}

/// Decisions of a window, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    decisions: u64,
    scored: u64,
    counts: Vec<Vec<u64>>,
}

impl Tally {
    /// How many decisions were counted.
    pub fn decisions(&self) -> u64 {
        self.decisions
    }

    /// How many of them were scored; the others were settled by a rule before.
    pub fn scored(&self) -> u64 {
        self.scored
    }
}

/// A class, held against the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassShift {
    /// What it is.
    pub class: String,
    /// Decisions in the reference window.
    pub reference: u64,
    /// Their share: 0 to 1, four decimals.
    pub reference_share: Option<Decimal>,
    /// Decisions in the live window.
    pub live: u64,
    /// Their share: 0 to 1, four decimals.
    pub live_share: Option<Decimal>,
}

/// How an index is customarily read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Below 0.10.
    Stable,
    /// From 0.10 to 0.25.
    Look,
    /// Above 0.25.
    Shifted,
    /// A window has fewer than [`LEAST`] decisions.
    NotEnough,
}

impl Reading {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Look => "look",
            Self::Shifted => "shifted",
            Self::NotEnough => "not_enough_decisions",
        }
    }

    /// The thresholds of Lewis (An Introduction to Credit Scoring, 1994) and Siddiqi (Credit Risk
    /// Scorecards, 2006).
    fn of(index: Decimal) -> Self {
        if index < Decimal::new(10, 2) {
            Self::Stable
        } else if index <= Decimal::new(25, 2) {
            Self::Look
        } else {
            Self::Shifted
        }
    }
}

/// One subject, held against the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// What was compared.
    pub subject: Subject,
    /// What it is about, in words.
    pub about: String,
    /// The index, four decimals; `None` with too few decisions.
    pub psi: Option<Decimal>,
    /// What chance alone would give on average, four decimals: the number of classes that hold
    /// anybody, less one, times the sum of one over each window's decisions.
    pub by_chance: Option<Decimal>,
    /// How that is read.
    pub reading: Reading,
    /// The classes.
    pub classes: Vec<ClassShift>,
}

impl Scale {
    /// The classes of a policy, named in the language of its document.
    pub fn of(document: &Document) -> Self {
        let outcomes = [
            Outcome::Approve,
            Outcome::Counter,
            Outcome::Refer,
            Outcome::Decline,
        ];
        let named = |name: &str| (Class::Named(name.into()), name.to_owned());
        let mut scale = vec![Classes {
            subject: Subject::Outcome,
            about: document.language.pick("resultado", "outcome").to_owned(),
            each: outcomes.map(|outcome| named(outcome.name())).to_vec(),
        }];
        if let Some(bands) = &document.bands {
            let label = |id: &str, scores: &str| format!("{id}: {scores}");
            scale.push(Classes {
                subject: Subject::Score,
                about: document.language.pick("puntaje", "score").to_owned(),
                each: bands
                    .bands
                    .iter()
                    .map(|band| {
                        let label = label(&band.id, &band.scores);
                        (Class::Named(Arc::clone(&band.id)), label)
                    })
                    .collect(),
            });
        }
        let unknown = document.language.pick("desconocido", "unknown");
        for line in document.scorecard.iter().flat_map(|s| &s.characteristics) {
            let missing = line.missing.map(|points| (unknown.to_owned(), points));
            let mut classes: Vec<(Class, String)> = Vec::new();
            for (bin, points) in line.bins.iter().chain(&missing) {
                let class = Class::Points(*points);
                match classes.iter_mut().find(|(known, _)| *known == class) {
                    Some((_, label)) => {
                        label.push_str("; ");
                        label.push_str(bin);
                    }
                    None => classes.push((class, bin.clone())),
                }
            }
            scale.push(Classes {
                subject: Subject::Characteristic(Arc::clone(&line.code)),
                about: line.input.flat(),
                each: classes,
            });
        }
        Self(scale)
    }

    /// Nothing counted yet.
    pub fn tally(&self) -> Tally {
        Tally {
            decisions: 0,
            scored: 0,
            counts: self.0.iter().map(|c| vec![0; c.each.len()]).collect(),
        }
    }

    /// Counts a decision.
    pub fn count(&self, tally: &mut Tally, decided: Decided<'_>) {
        tally.decisions = tally.decisions.saturating_add(1);
        let scored = u64::from(decided.points.is_some());
        tally.scored = tally.scored.saturating_add(scored);
        for (classes, counts) in self.0.iter().zip(&mut tally.counts) {
            let class = match &classes.subject {
                Subject::Outcome => Some(Class::Named(decided.outcome.into())),
                Subject::Score => decided.band.map(|band| Class::Named(band.into())),
                Subject::Characteristic(code) => decided
                    .points
                    .and_then(|points| points.get(&**code))
                    .map(|points| Class::Points(*points)),
            };
            let place = classes
                .each
                .iter()
                .position(|(known, _)| Some(known) == class.as_ref());
            if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
                *count = count.saturating_add(1);
            }
        }
    }

    /// Holds a window against the reference; both tallies are to be of this scale.
    pub fn compare(&self, reference: &Tally, live: &Tally) -> Vec<Shift> {
        let counts = reference.counts.iter().zip(&live.counts);
        let all = self.0.iter().zip(counts);
        all.map(|(classes, (reference, live))| shift(classes, reference, live))
            .collect()
    }
}

fn shift(classes: &Classes, reference: &[u64], live: &[u64]) -> Shift {
    let total = |counts: &[u64]| counts.iter().fold(0_u64, |sum, n| sum.saturating_add(*n));
    let (before, now) = (total(reference), total(live));
    let enough = before >= LEAST && now >= LEAST;
    let pairs = || reference.iter().copied().zip(live.iter().copied());
    let psi = enough.then(|| statistics::psi(pairs())).flatten();
    let by_chance = enough.then(|| statistics::psi_by_chance(pairs())).flatten();
    let (psi, by_chance) = (psi.map(four), by_chance.map(four));
    Shift {
        subject: classes.subject.clone(),
        about: classes.about.clone(),
        psi,
        by_chance,
        reading: psi.map_or(Reading::NotEnough, Reading::of),
        classes: classes
            .each
            .iter()
            .zip(pairs())
            .map(|((_, class), (reference, live))| ClassShift {
                class: class.clone(),
                reference,
                reference_share: share(reference, before),
                live,
                live_share: share(live, now),
            })
            .collect(),
    }
}

fn share(count: u64, of: u64) -> Option<Decimal> {
    Decimal::from(count)
        .checked_div(Decimal::from(of))
        .map(four)
}

/// With four decimals.
fn four(number: Decimal) -> Decimal {
    let mut number = number.round_dp_with_strategy(4, RoundingStrategy::MidpointNearestEven);
    number.rescale(4);
    number
}
