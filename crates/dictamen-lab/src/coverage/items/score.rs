//! Bins, points for missing values, and bands.

use dictamen_engine::{
    Answer, Comes, Scratch,
    declaration::{Declaration, Scored},
    words::Language,
};

use super::{All, Wanted};
use crate::{
    coverage::Kind,
    mutate::{At, attainable, within},
};

/// Stands for a missing value where bins are numbered from 0.
const MISSING: i64 = -1;

impl All<'_> {
    pub(super) fn scorecard(&mut self) {
        let policy = self.policy;
        let Some(scorecard) = &policy.declaration().scorecard else {
            return;
        };
        let numbered = self.numbered();
        for (at, scored) in scorecard.characteristics.iter().enumerate() {
            let shown = |bin: i64| {
                let given = |answer: &Answer| {
                    let points = answer.points.as_ref();
                    points.and_then(|points| points.get(&scored.code)) == Some(&bin)
                };
                let found = numbered.iter().position(given);
                found.into_iter().collect::<Vec<usize>>()
            };
            let input = policy.say_value(&scored.input, Language::English);
            let list = self.locator.argument(scored.place, 2);
            for ((bin, (low, _)), number) in scored.bins.iter().enumerate().zip(0_i64..) {
                let next = scored.bins.get(bin.saturating_add(1));
                let to = next.map_or_else(String::new, |(next, _)| format!(" to below {next}"));
                let wanted = Wanted {
                    kind: Kind::Bins,
                    subject: scored.code.to_string(),
                    what: format!("gives the points of the bin from {low}"),
                    needs: format!("a case that is scored with {input} from {low}{to}"),
                    place: self.locator.entry(list, bin),
                };
                let inside = within(&scored.input, *low, next.map(|(next, _)| *next));
                self.push(wanted, &shown(number), |all| {
                    all.reach.comes(At::Scored(at), &inside, Comes::True)
                });
            }
            if scored.missing.is_some() {
                let wanted = Wanted {
                    kind: Kind::Missing,
                    subject: scored.code.to_string(),
                    what: "gives the points for a missing value".to_owned(),
                    needs: format!("a case that is scored with {input} unknown"),
                    place: self.locator.argument(scored.place, 3),
                };
                self.push(wanted, &shown(MISSING), |all| {
                    let input = &scored.input;
                    all.reach.comes(At::Scored(at), input, Comes::Missing)
                });
            }
        }
    }

    /// What each case would be told if every bin gave its number as points.
    fn numbered(&self) -> Vec<Answer> {
        let mut declaration: Declaration = self.declaration().clone();
        let scorecard = declaration.scorecard.iter_mut();
        for scored in scorecard.flat_map(|scorecard| &mut scorecard.characteristics) {
            number(scored);
        }
        let Some(policy) = self.policy.amended(declaration) else {
            return Vec::new();
        };
        let mut scratch = Scratch::new();
        let cases = self.probe.cases.iter();
        cases
            .map(|case| case.answer(&policy, &mut scratch))
            .collect()
    }

    pub(super) fn bands(&mut self) {
        let policy = self.policy;
        let Some(bands) = &policy.declaration().bands else {
            return;
        };
        let scores = attainable(policy.declaration());
        for (at, band) in bands.bands.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| bands.bands.get(at));
            let to = before.map_or_else(
                || " upwards".to_owned(),
                |before| format!(" to below {}", before.cut_off),
            );
            let wanted = Wanted {
                kind: Kind::Bands,
                subject: format!("band {}", band.id),
                what: "is reached".to_owned(),
                needs: format!("a case with a score from {}{to}", band.cut_off),
                place: band.place,
            };
            let mut answers = self.probe.answers.iter();
            let found = answers.position(|answer| answer.band.as_ref() == Some(&band.id));
            let shown: Vec<usize> = found.into_iter().collect();
            self.push(wanted, &shown, |_| {
                scores.as_ref().is_none_or(|scores| {
                    let from = scores.range(band.cut_off..).next();
                    from.is_some_and(|score| before.is_none_or(|before| *score < before.cut_off))
                })
            });
        }
    }
}

/// Makes every bin give its number as points.
fn number(scored: &mut Scored) {
    for ((_, points), number) in scored.bins.iter_mut().zip(0..) {
        *points = number;
    }
    scored.missing = scored.missing.map(|_| MISSING);
}
