//! Whether changed points, bins and bands change anybody's answer.

use std::collections::BTreeSet;

use dictamen_engine::{
    Applicants, Comes, Reasoning,
    declaration::{Band, BandEffect, Declaration, Scored},
};
use rust_decimal::Decimal;

use super::{Prover, Same, within};

/// Scores told apart.
const MOST: usize = 50_000;

impl Prover<'_> {
    fn scored_at(&self, scored: usize) -> Option<&Scored> {
        let scorecard = self.original.scorecard.as_ref()?;
        scorecard.characteristics.get(scored)
    }

    pub(super) fn bound(
        &self,
        reasoning: &Reasoning<'_>,
        scored: usize,
        bin: usize,
        moved: Decimal,
    ) -> Result<Same, Applicants> {
        let everybody = Err(Applicants::everybody());
        let Some(scored) = self.scored_at(scored) else {
            return everybody;
        };
        let Some((bound, points)) = scored.bins.get(bin) else {
            return everybody;
        };
        let before = bin.checked_sub(1).and_then(|bin| scored.bins.get(bin));
        if before.is_some_and(|(_, before)| before == points) {
            return Ok(Same(format!("the bins on both sides give {points} points")));
        }
        let (low, high) = (*bound.min(&moved), *bound.max(&moved));
        let between = within(&scored.input, low, Some(high));
        let between = reasoning.among(&Applicants::everybody(), &between, Comes::True);
        let none = format!("no possible value lies from {low} to below {high}");
        self.scored(reasoning, between, &none)
    }

    pub(super) fn points(
        &self,
        reasoning: &Reasoning<'_>,
        scored: usize,
        bin: usize,
        points: i64,
    ) -> Result<Same, Applicants> {
        let everybody = Err(Applicants::everybody());
        let Some(scored) = self.scored_at(scored) else {
            return everybody;
        };
        let Some((low, _)) = scored.bins.get(bin) else {
            return everybody;
        };
        let next = scored.bins.get(bin.saturating_add(1));
        let inside = within(&scored.input, *low, next.map(|(next, _)| *next));
        let inside = reasoning.among(&Applicants::everybody(), &inside, Comes::True);
        let none = "no possible value lies in the bin";
        let same = self.scored(reasoning, inside, none)?;
        // Points lost, which rank the reasons of the score, are counted from the best bin.
        let given = |at: usize, own: i64| if at == bin { points } else { own };
        let best = scored.bins.iter().map(|(_, own)| *own).max();
        let others = scored.bins.iter().enumerate();
        let after = others.map(|(at, (_, own))| given(at, *own)).max();
        if best == after || !self.tells_score_reasons() {
            Ok(same)
        } else {
            everybody
        }
    }

    fn tells_score_reasons(&self) -> bool {
        let mut bands = self.bands().iter();
        bands.any(|band| matches!(band.effect, BandEffect::End { score_reasons, .. } if score_reasons > 0))
    }

    fn bands(&self) -> &[Band] {
        let bands = self.original.bands.as_ref();
        bands.map_or(&[], |bands| bands.bands.as_slice())
    }

    pub(super) fn cut_off(&self, band: usize, moved: i64) -> Result<Same, Applicants> {
        let everybody = Err(Applicants::everybody());
        let (Some(band), Some(scores)) = (self.bands().get(band), &self.scores) else {
            return everybody;
        };
        let (low, high) = (band.cut_off.min(moved), band.cut_off.max(moved));
        if scores.range(low..high).next().is_some() {
            return everybody;
        }
        Ok(Same(format!("no score lies from {low} to below {high}")))
    }

    pub(super) fn effect(&self, band: usize, changed: &BandEffect) -> Result<Same, Applicants> {
        let everybody = Err(Applicants::everybody());
        let (Some(found), Some(scores)) = (self.bands().get(band), &self.scores) else {
            return everybody;
        };
        let before = band.checked_sub(1).and_then(|at| self.bands().get(at));
        let reached = scores
            .range(found.cut_off..)
            .next()
            .is_some_and(|score| before.is_none_or(|before| *score < before.cut_off));
        if !reached {
            return Ok(Same(format!("no score falls in band {}", found.id)));
        }
        let lossy = self.original.scorecard.iter();
        let lossy = lossy.flat_map(|scorecard| &scorecard.characteristics);
        let lossy = lossy.filter(|scored| loses(scored)).count();
        match (&found.effect, changed) {
            (
                BandEffect::End {
                    outcome,
                    score_reasons: one,
                    ..
                },
                BandEffect::End {
                    outcome: other_outcome,
                    score_reasons: other,
                    ..
                },
            ) if outcome == other_outcome && lossy <= *one && lossy <= *other => Ok(Same(format!(
                "no more than {lossy} of the scorecard's characteristics can lose points"
            ))),
            _ => everybody,
        }
    }
}

/// Whether somebody may get fewer points for a characteristic than its best bin gives.
fn loses(scored: &Scored) -> bool {
    let points = scored.bins.iter().map(|(_, points)| *points);
    let best = points.clone().max();
    points
        .chain(scored.missing)
        .any(|points| Some(points) < best)
}

/// Every score that somebody who is scored may have.
pub(crate) fn attainable(declaration: &Declaration) -> Option<BTreeSet<i64>> {
    let scorecard = declaration.scorecard.as_ref()?;
    let mut scores = BTreeSet::from([scorecard.base]);
    for scored in &scorecard.characteristics {
        let points = possible(declaration, scored);
        let mut next = BTreeSet::new();
        for score in &scores {
            for points in &points {
                next.insert(score.checked_add(*points)?);
            }
        }
        if next.len() > MOST {
            return None;
        }
        scores = next;
    }
    Some(scores)
}

/// The points that somebody who gets to the scorecard may get for a characteristic.
fn possible(declaration: &Declaration, scored: &Scored) -> BTreeSet<i64> {
    let reasoning = Reasoning::new(declaration);
    let gets_there = |applicants: Applicants| {
        let stages = 0..declaration.stages.len();
        let left = stages.fold(applicants, |left, stage| reasoning.behind(&left, stage));
        !left.is_empty()
    };
    let mut points = BTreeSet::new();
    for (at, (low, given)) in scored.bins.iter().enumerate() {
        let next = scored.bins.get(at.saturating_add(1));
        let inside = within(&scored.input, *low, next.map(|(next, _)| *next));
        if gets_there(reasoning.among(&Applicants::everybody(), &inside, Comes::True)) {
            points.insert(*given);
        }
    }
    if let Some(given) = scored.missing
        && gets_there(reasoning.among(&Applicants::everybody(), &scored.input, Comes::Missing))
    {
        points.insert(given);
    }
    points
}
