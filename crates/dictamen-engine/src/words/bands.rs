//! The scorecard and its bands in words: ranges of numbers.

use dictamen_model::characteristic::Unit;
use rust_decimal::Decimal;

use super::{
    BandWords, BandsWords, ScorecardWords, ScoredWords,
    speaker::{Speaker, grouped},
};
use crate::policy::{Effect, Scorecard, Scored};

impl Speaker<'_> {
    pub(super) fn scorecard(&self, scorecard: &Scorecard) -> ScorecardWords {
        let declared = self.policy.declaration.scorecard.as_ref();
        ScorecardWords {
            base: scorecard.base,
            reach: scorecard.reach,
            remark: self
                .remarks
                .heading(declared.map(|scorecard| scorecard.place)),
            characteristics: scorecard
                .characteristics
                .iter()
                .map(|scored| self.scored(scored))
                .collect(),
        }
    }

    fn scored(&self, scored: &Scored) -> ScoredWords {
        let unit = self.saying().unit_of(&scored.input.body);
        let lowers = scored.bins.iter().map(|(lower, _)| *lower);
        let uppers = lowers.clone().skip(1).map(Some).chain([None]);
        let bins = lowers
            .zip(uppers)
            .zip(scored.bins.iter())
            .map(|((lower, upper), (_, points))| (self.bin(lower, upper, unit), *points))
            .collect();
        ScoredWords {
            code: scored.code.clone(),
            input: self.number_of(&scored.input),
            bins,
            missing: scored.missing,
            remark: self.remarks.above_line(&scored.file, scored.line),
            reason: self.policy.reason(scored.reason).cloned(),
        }
    }

    fn bin(&self, lower: Decimal, upper: Option<Decimal>, unit: Option<Unit>) -> String {
        let Some(upper) = upper else {
            let lower = self.number(lower, unit);
            return self
                .language
                .pick(format!("{lower} o más"), format!("{lower} or more"));
        };
        let (lower, upper) = (
            self.number(lower, None.or(plain(unit))),
            self.number(upper, unit),
        );
        self.language.pick(
            format!("de {lower} a menos de {upper}"),
            format!("from {lower} to below {upper}"),
        )
    }

    pub(super) fn bands(&self) -> Option<BandsWords> {
        if self.policy.bands.is_empty() {
            return None;
        }
        let cut_offs = self.policy.bands.iter().map(|band| band.cut_off);
        let above = [None].into_iter().chain(cut_offs.map(Some));
        let lowest = self.policy.scorecard.as_ref().and_then(|card| card.reach);
        let lowest = lowest.map(|(low, _)| low);
        let last = self.policy.bands.len().saturating_sub(1);
        let bands = self.policy.bands.iter().zip(above).enumerate();
        let bands = bands
            .map(|(position, (band, above))| {
                let from = grouped(band.cut_off.into());
                let top = above.map(|above| grouped(above.saturating_sub(1).into()));
                // The last band begins at or below the lowest score there can be.
                let open = position == last && lowest.is_some_and(|low| band.cut_off <= low);
                let scores = match (top, open) {
                    (None, _) => self
                        .language
                        .pick(format!("{from} o más"), format!("{from} or more")),
                    (Some(top), true) => self
                        .language
                        .pick(format!("{top} o menos"), format!("{top} or less")),
                    (Some(top), false) => self.language.pick(
                        format!("de {from} a {top}"),
                        format!("from {from} to {top}"),
                    ),
                };
                let (effect, terms) = self.effect(&band.effect);
                BandWords {
                    id: band.id.clone(),
                    scores,
                    effect,
                    terms,
                }
            })
            .collect();
        let declared = self.policy.declaration.bands.as_ref();
        Some(BandsWords {
            remark: self.remarks.heading(declared.map(|bands| bands.place)),
            terms: self.policy.terms.clone(),
            bands,
        })
    }

    fn effect(&self, effect: &Effect) -> (String, Vec<String>) {
        match effect {
            Effect::Terms { values, .. } => {
                let words = self
                    .language
                    .pick("pasa a la oferta", "goes on to the offer");
                let terms = values.iter().map(|term| {
                    let term = term.as_ref().map(|value| self.value(value, None));
                    term.unwrap_or_default()
                });
                (words.to_owned(), terms.collect())
            }
            Effect::End {
                outcome,
                reason,
                score_reasons,
            } => {
                let (how, code) = (self.outcome(*outcome), self.reason(*reason));
                let words = self.language.pick(
                    format!("{how} con {code} y hasta {score_reasons} motivos de la calificación"),
                    format!("{how} with {code} and up to {score_reasons} reasons of the score"),
                );
                (words, Vec::new())
            }
        }
    }
}

/// The unit of the lower end of a range, which only a percentage repeats.
fn plain(unit: Option<Unit>) -> Option<Unit> {
    unit.filter(|unit| *unit == Unit::Ratio)
}
