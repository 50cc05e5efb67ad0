//! The ways through the scorecard and its bands.

use dictamen_model::characteristic::Value;

use super::{
    Ending, Prover, SCORE, given,
    stages::{Walk, named},
};
use crate::{
    Outcome,
    check::{
        case::Case,
        interval::Interval,
        reason::Wanted,
        score,
        values::{Known, Values},
    },
    declaration::{BandEffect, Scorecard, Scored},
    reasons::{FAILED, UNDECIDED},
    tree::Comparator,
};

impl<'p> Walk<'_, 'p> {
    pub(super) fn score(&mut self, scorecard: &'p Scorecard, case: &Case) -> Option<()> {
        let mut cases = vec![case.clone()];
        for scored in &scorecard.characteristics {
            let mut next = Vec::new();
            for case in &cases {
                next.extend(self.input(scored, case)?);
            }
            cases = super::stages::distinct(next)?;
        }
        for case in cases {
            let Some((low, high)) = self.prover.points(scorecard, &case) else {
                self.doubt(&case, FAILED)?;
                continue;
            };
            self.bands((low, high), &case)?;
        }
        Some(())
    }

    /// The part of a case that gets points of a characteristic; the rest ends here.
    fn input(&mut self, scored: &'p Scored, case: &Case) -> Option<Vec<Case>> {
        let mind = self.prover.world.mind(&scored.input);
        let body = &scored.input.body;
        for case in mind.assume(body, Wanted::FAILED, case) {
            self.doubt(&case, FAILED)?;
        }
        let first = scored.bins.first().map(|(bound, _)| *bound);
        let first = Values::known(Known::Number(Interval::single(first?, false)));
        let below = mind.against(Comparator::Less, body, &first, Wanted::TRUE, case);
        for case in &below {
            self.doubt(case, FAILED)?;
        }
        let mut kept = Vec::new();
        if scored.missing.is_none() {
            for case in mind.assume(body, Wanted::MISSING, case) {
                self.doubt(&case, UNDECIDED)?;
            }
        } else if below.is_empty() {
            return Some(mind.assume(body, Wanted::KNOWN.or(Wanted::MISSING), case));
        } else {
            kept = mind.assume(body, Wanted::MISSING, case);
        }
        kept.extend(mind.against(Comparator::AtLeast, body, &first, Wanted::TRUE, case));
        Some(kept)
    }

    fn doubt(&mut self, case: &Case, code: &str) -> Option<()> {
        let mut decision = self.prover.known(Outcome::Refer);
        let codes = self.prover.promised.codes();
        let either = || {
            Values::known(Known::Truth {
                yes: true,
                no: true,
            })
        };
        for possible in [FAILED, UNDECIDED] {
            given(&mut decision, codes, possible, either());
        }
        given(
            &mut decision,
            codes,
            code,
            Values::exactly(&Value::Bool(true)),
        );
        named(&mut decision, 3, &SCORE.into());
        let failed = code == FAILED || self.may_fail(case);
        self.push(
            case.clone(),
            Ending::Score,
            Outcome::Refer,
            decision,
            failed,
        )
    }

    /// Whether points of some characteristic may not be computed.
    fn may_fail(&self, case: &Case) -> bool {
        let scored = self.prover.declaration.scorecard.iter();
        let mut scored = scored.flat_map(|scorecard| &scorecard.characteristics);
        scored.any(|scored| {
            let mind = self.prover.world.mind(&scored.input);
            let body = &scored.input.body;
            let first = scored.bins.first().map(|(bound, _)| *bound);
            let below = first.is_none_or(|first| {
                let first = Values::known(Known::Number(Interval::single(first, false)));
                let less = Comparator::Less;
                !mind
                    .against(less, body, &first, Wanted::TRUE, case)
                    .is_empty()
            });
            below || !mind.assume(body, Wanted::FAILED, case).is_empty()
        })
    }

    fn bands(&mut self, (low, high): (i64, i64), case: &Case) -> Option<()> {
        let bands = self.prover.declaration.bands.iter();
        let bands = bands.flat_map(|bands| &bands.bands);
        let mut above: Option<i64> = None;
        for (at, band) in bands.enumerate() {
            let most = above.map_or(high, |cut_off| high.min(cut_off.saturating_sub(1)));
            let least = low.max(band.cut_off);
            above = Some(band.cut_off);
            if least > most {
                continue;
            }
            let scores = Some((least, most));
            match &band.effect {
                BandEffect::Terms(_) => self.ending(Some(at), scores, case)?,
                BandEffect::End {
                    outcome,
                    code,
                    score_reasons,
                } => {
                    let mut decision = self.prover.known(*outcome);
                    self.scored(&mut decision, Some(at), scores);
                    let codes = self.prover.promised.codes();
                    if *score_reasons > 0 {
                        let either = || {
                            Values::known(Known::Truth {
                                yes: true,
                                no: true,
                            })
                        };
                        let scored = self.prover.declaration.scorecard.iter();
                        for scored in scored.flat_map(|found| &found.characteristics) {
                            given(&mut decision, codes, &scored.code, either());
                        }
                    }
                    given(
                        &mut decision,
                        codes,
                        code,
                        Values::exactly(&Value::Bool(true)),
                    );
                    named(&mut decision, 3, &SCORE.into());
                    self.ends(case, Ending::Band(at), *outcome, decision)?;
                }
            }
        }
        if above.is_none_or(|cut_off| low < cut_off) {
            self.doubt(case, FAILED)?;
        }
        Some(())
    }

    /// Says what the score and the band of a decision are.
    pub(super) fn scored(
        &self,
        decision: &mut [Values],
        band: Option<usize>,
        score: Option<(i64, i64)>,
    ) {
        if let (Some((low, high)), Some(part)) = (score, decision.get_mut(1)) {
            let scores = Interval::between(low.into(), high.into(), true);
            *part = Values::known(Known::Number(scores));
        }
        let bands = self.prover.declaration.bands.as_ref();
        if let Some(band) = band.and_then(|at| bands?.bands.get(at)) {
            named(decision, 2, &band.id);
        }
    }
}

impl Prover<'_> {
    /// The lowest and the highest score in a case; `None` when they cannot be added up.
    pub(super) fn points(&self, scorecard: &Scorecard, case: &Case) -> Option<(i64, i64)> {
        let (mut low, mut high) = (scorecard.base, scorecard.base);
        for scored in &scorecard.characteristics {
            let (least, most) = score::points_in(&self.world, scored, case);
            low = low.checked_add(least)?;
            high = high.checked_add(most)?;
        }
        Some((low, high))
    }
}
