//! Two applicants who differ in one characteristic: where the one with more of it may be worse off.
//!
//! What does not read the characteristic is the same for both, so pairs of ways that need it to
//! differ are left out, and of scores only what reads it is compared.

use rust_decimal::Decimal;

use super::{BandEffect, Direction, Ending, Measure, Prover, Region, Way, reads};
use crate::{
    check::{
        case::Case,
        interval::{End, Interval},
        reason::Wanted,
        score,
        values::{Known, Values},
    },
    declaration::Scorecard,
};

impl Prover<'_> {
    /// Regions of what both applicants have in common, in which one with more of a characteristic
    /// (less of it, for [`Direction::Down`]) may be worse off; `None` when too much would have to
    /// be told apart. None at all: nobody is.
    pub fn worsened(
        &self,
        region: &Region,
        characteristic: usize,
        direction: Direction,
        measure: Measure,
    ) -> Option<Vec<Region>> {
        let mut known = self.world.values_of(characteristic, &region.0);
        known.missing = false;
        if known.is_impossible() {
            return Some(Vec::new());
        }
        let case = region.0.with(characteristic, known);
        let rising = self.score_rises(&case, characteristic, direction);
        if measure == Measure::Score {
            return Some(if rising {
                Vec::new()
            } else {
                vec![region.clone()]
            });
        }
        let ways = self.ways(&Region(case))?;
        let mut found: Vec<Case> = Vec::new();
        for before in &ways {
            for after in &ways {
                let pair = Pair {
                    prover: self,
                    characteristic,
                    before,
                    after,
                };
                if pair.is_worse(measure)
                    && pair.is_ordered(direction)
                    && !pair.is_ruled_out(rising)
                    && let Some(common) = pair.common(&region.0)
                    && !found.iter().any(|known| known.covers(&common))
                {
                    found.push(common);
                }
            }
        }
        Some(found.into_iter().map(Region).collect())
    }

    /// Whether the score never falls as the characteristic rises (falls, for `Down`).
    fn score_rises(&self, case: &Case, characteristic: usize, direction: Direction) -> bool {
        let Some(scorecard) = &self.declaration.scorecard else {
            return true;
        };
        let Some(sums) = self.sums(scorecard, case, characteristic) else {
            return false;
        };
        let pairs = sums.iter().zip(sums.iter().skip(1));
        pairs.into_iter().all(|(one, next)| match direction {
            Direction::Up => one <= next,
            Direction::Down => one >= next,
        })
    }

    /// The points of all that reads a characteristic, stretch by stretch of it; `None` where one
    /// stretch can give several.
    fn sums(&self, scorecard: &Scorecard, case: &Case, characteristic: usize) -> Option<Vec<i64>> {
        let all = self.world.values_of(characteristic, case).known.number()?;
        let cuts = self.cuts(characteristic);
        let lows = [End::Unbounded]
            .into_iter()
            .chain(cuts.iter().map(|cut| End::Closed(*cut)));
        let highs = cuts
            .iter()
            .map(|cut| End::Open(*cut))
            .chain([End::Unbounded]);
        let mut sums = Vec::new();
        for (low, high) in lows.zip(highs) {
            let whole = all.whole;
            let stretch = all.meet(&Interval { low, high, whole });
            if stretch.is_empty() {
                continue;
            }
            let within = case.with(characteristic, Values::known(Known::Number(stretch)));
            let mut sum = 0_i64;
            for scored in &scorecard.characteristics {
                if !reads(&scored.input.body, characteristic) {
                    continue;
                }
                // Where there are no points there is no score to compare.
                let mind = self.world.mind(&scored.input);
                let unknown = Wanted::MISSING.or(Wanted::FAILED);
                if scored.missing.is_some()
                    && !mind.assume(&scored.input.body, unknown, &within).is_empty()
                {
                    return None;
                }
                let (least, most) = score::points_in(&self.world, scored, &within);
                if least != most {
                    return None;
                }
                sum = sum.checked_add(least)?;
            }
            sums.push(sum);
        }
        Some(sums)
    }
}

/// The ways of two applicants: `after` has more of the characteristic, or less for `Down`.
struct Pair<'a, 'p> {
    prover: &'a Prover<'p>,
    characteristic: usize,
    before: &'a Way,
    after: &'a Way,
}

impl Pair<'_, '_> {
    fn is_worse(&self, measure: Measure) -> bool {
        match measure {
            Measure::Outcome => self.after.outcome > self.before.outcome,
            Measure::Score => true,
            Measure::Amount => {
                let amount = |way: &Way| way.decision.get(4).and_then(|part| part.known.number());
                match (amount(self.before), amount(self.after)) {
                    (Some(before), Some(after)) => {
                        ends(before.high, after.low).is_none_or(|(before, after)| after < before)
                    }
                    _ => false,
                }
            }
        }
    }

    /// Whether there are values of the characteristic in the right order.
    fn is_ordered(&self, direction: Direction) -> bool {
        let of = |way: &Way| {
            let values = self.prover.world.values_of(self.characteristic, &way.case);
            values.known.number()
        };
        let (Some(before), Some(after)) = (of(self.before), of(self.after)) else {
            return false;
        };
        let (less, more) = match direction {
            Direction::Up => (before, after),
            Direction::Down => (after, before),
        };
        match ends(less.low, more.high) {
            None => true,
            Some((low, high)) if less.whole => {
                low.checked_add(Decimal::ONE).is_none_or(|low| low <= high)
            }
            Some((low, high)) => low < high,
        }
    }

    /// Whether two such applicants must share what these ways do not. `rising` says that the score
    /// of the second is no lower.
    fn is_ruled_out(&self, rising: bool) -> bool {
        let (before, after) = (self.before, self.after);
        if before.ending == after.ending && !self.reads(&before.ending) {
            return true;
        }
        // What fires on the one fires on the other, unless its run ended before.
        if let Ending::Rule(stage, _) = before.ending
            && !self.reads(&before.ending)
            && stage_of(&after.ending).is_none_or(|other| other >= stage)
        {
            // It is fired on in the same stage, or should not have got beyond.
            return true;
        }
        if let Ending::Rule(stage, _) = after.ending
            && !self.reads(&after.ending)
            && stage_of(&before.ending).is_none_or(|other| other >= stage)
        {
            return true;
        }
        let bands = before.band().zip(after.band());
        bands.is_some_and(|(before, after)| rising && after > before)
    }

    /// Whether what makes an ending reads the characteristic.
    fn reads(&self, ending: &Ending) -> bool {
        let declaration = self.prover.declaration;
        let offer = || {
            let offer = declaration.offer.as_ref();
            offer.is_some_and(|offer| reads(&offer.closure.body, self.characteristic))
        };
        match ending {
            Ending::Rule(stage, rule) => {
                let stage = declaration.stages.get(*stage);
                let rule = stage.and_then(|stage| stage.rules.get(*rule));
                rule.is_none_or(|rule| reads(&rule.condition.body, self.characteristic))
            }
            Ending::Band(band) => {
                let band = declaration.bands.as_ref().and_then(|b| b.bands.get(*band));
                band.is_none_or(|band| !matches!(band.effect, BandEffect::End { .. }))
            }
            Ending::Offer(_) => offer(),
            Ending::Otherwise(_) => false,
            Ending::Doubt(_) | Ending::Score => true,
        }
    }

    /// What both have in common, within a region; `None` when nobody is in it.
    fn common(&self, region: &Case) -> Option<Case> {
        let mut case = region.clone();
        let narrowed = [&self.before.case, &self.after.case];
        for (index, values) in narrowed.iter().flat_map(|case| &case.narrowed) {
            if *index == self.characteristic {
                continue;
            }
            let both = self.prover.world.values_of(*index, &case).meet(values);
            if both.is_impossible() {
                return None;
            }
            case = case.with(*index, both);
        }
        Some(case)
    }
}

/// The stage that an ending lies in; `None` behind all stages.
fn stage_of(ending: &Ending) -> Option<usize> {
    match ending {
        Ending::Rule(stage, _) | Ending::Doubt(stage) => Some(*stage),
        _ => None,
    }
}

/// The numbers of two ends, when both have one.
fn ends(one: End, other: End) -> Option<(Decimal, Decimal)> {
    let number = |end| match end {
        End::Open(number) | End::Closed(number) => Some(number),
        End::Unbounded => None,
    };
    number(one).zip(number(other))
}
