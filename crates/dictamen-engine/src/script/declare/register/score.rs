//! The functions that declare a score: characteristics with their bins, and the bands.

use std::sync::Arc;

use rhai::{Dynamic, Engine, Map, NativeCallContext};
use rust_decimal::Decimal;

use super::{
    BandValue, Collector, MissingPoints, OutcomeValue, RawClosure, RawScored, ScoredValue, Shared,
    argument, ending, lock, members,
};
use crate::{
    declaration::{Band, BandEffect},
    tree::Place,
};

pub(super) fn scorecards(engine: &mut Engine, shared: &Shared) {
    let s = Arc::clone(shared);
    engine.register_fn(
        "missing",
        move |c: NativeCallContext<'_>, points: Dynamic| {
            let mut collector = lock(&s);
            let (place, _) = collector.here(&c);
            MissingPoints(collector.fit(
                place,
                0,
                argument::whole("the points for a missing value", &points),
            ))
        },
    );
    let add = |s: &Shared,
               c: &NativeCallContext<'_>,
               code: &Dynamic,
               input: &Dynamic,
               bins: &Dynamic,
               missing: Option<i64>| {
        let mut collector = lock(s);
        let (place, file) = collector.here(c);
        let code = collector.fit(place, 0, argument::text("a characteristic's code", code));
        let input = collector.fit(
            place,
            1,
            argument::closure("a characteristic's input", input),
        );
        let (bins, sound) = bins_of(&mut collector, place, bins);
        let (Some(code), Some(pointer)) = (code, input) else {
            return ScoredValue(None);
        };
        let index = collector.scored.len();
        let input = RawClosure::new(&pointer, file);
        collector.scored.push(RawScored {
            code,
            input,
            bins,
            sound,
            missing,
            place,
        });
        ScoredValue(Some(index))
    };
    let s = Arc::clone(shared);
    engine.register_fn(
        "characteristic",
        move |c: NativeCallContext<'_>,
              code: Dynamic,
              input: Dynamic,
              bins: Dynamic,
              missing: MissingPoints| { add(&s, &c, &code, &input, &bins, missing.0) },
    );
    let s = Arc::clone(shared);
    engine.register_fn(
        "characteristic",
        move |c: NativeCallContext<'_>, code: Dynamic, input: Dynamic, bins: Dynamic| {
            add(&s, &c, &code, &input, &bins, None)
        },
    );
    let s = Arc::clone(shared);
    engine.register_fn(
        "scorecard",
        move |c: NativeCallContext<'_>, base: Dynamic, list: Dynamic| {
            let mut collector = lock(&s);
            let (place, _) = collector.here(&c);
            let base = collector.fit(place, 0, argument::whole("the scorecard's base", &base));
            let members = members(
                &mut collector,
                place,
                1,
                "the scorecard's characteristics",
                &list,
                |v| v.clone().try_cast::<ScoredValue>().map(|v| v.0),
            );
            if collector.scorecard.is_some() {
                collector.twice(place, "scorecard");
            } else if let Some(base) = base {
                collector.scorecard = Some((base, members, place));
            }
        },
    );
}

fn bin_of(bin: &Dynamic) -> Result<(Decimal, i64), argument::Misfit> {
    let pair = argument::list("a bin", bin)?;
    match pair.as_slice() {
        [lower, points] => Ok((
            argument::number("a bin's lower bound", lower)?,
            argument::whole("a bin's points", points)?,
        )),
        _ => Err(format!(
            "a bin has a lower bound and points, not {} values",
            pair.len()
        )),
    }
}

/// The bins of the call at `place`, and whether they are all there.
fn bins_of(collector: &mut Collector, place: Place, bins: &Dynamic) -> (Vec<(Decimal, i64)>, bool) {
    const PAIRS: &str = "write each bin as its lower bound and its points: `[[0, 0], [52, 30]]`";
    let place = collector.texts.argument(place, 2);
    let list = match argument::list("a characteristic's bins", bins) {
        Ok(list) => list,
        Err(misfit) => {
            let message = if bins.is::<MissingPoints>() {
                "the bins are missing before `missing(…)`".to_owned()
            } else {
                misfit
            };
            collector.advise("script::arguments", place, message, PAIRS, None);
            return (Vec::new(), false);
        }
    };
    if !list.is_empty() && list.iter().all(|bin| argument::scalar(bin).is_some()) {
        let message = "the bins are no list of pairs";
        collector.advise("script::arguments", place, message, PAIRS, None);
        return (Vec::new(), false);
    }
    let mut found = Vec::new();
    for (i, bin) in list.iter().enumerate() {
        match bin_of(bin) {
            Ok(bin) => found.push(bin),
            Err(misfit) => {
                let at = collector.texts.entry(place, i);
                collector.advise("script::arguments", at, misfit, PAIRS, None);
            }
        }
    }
    let sound = found.len() == list.len();
    (found, sound)
}

pub(super) fn bands(engine: &mut Engine, shared: &Shared) {
    let s = Arc::clone(shared);
    engine.register_fn(
        "band",
        move |c: NativeCallContext<'_>, id: Dynamic, cut_off: Dynamic, terms: Map| {
            let mut collector = lock(&s);
            let (place, _) = collector.here(&c);
            let written = collector.texts.argument(place, 2);
            let effect = BandEffect::Terms(collector.band_terms(written, &terms));
            band(&mut collector, place, &id, &cut_off, Some(effect))
        },
    );
    let end = |s: &Shared,
               c: &NativeCallContext<'_>,
               id: &Dynamic,
               cut_off: &Dynamic,
               outcome: &Dynamic,
               code: &Dynamic,
               reasons: &Dynamic| {
        let mut collector = lock(s);
        let (place, _) = collector.here(c);
        let outcome = ending(&mut collector, place, 2, "a band's outcome", outcome);
        let code = collector.fit(place, 3, argument::text("a band's code", code));
        let reasons = collector.fit(
            place,
            4,
            argument::whole("the number of score reasons", reasons),
        );
        let effect = outcome
            .zip(code)
            .zip(reasons)
            .map(|((outcome, code), reasons)| BandEffect::End {
                outcome,
                code,
                score_reasons: usize::try_from(reasons).unwrap_or(0),
            });
        band(&mut collector, place, id, cut_off, effect)
    };
    let s = Arc::clone(shared);
    engine.register_fn(
        "band",
        move |c: NativeCallContext<'_>,
              id: Dynamic,
              cut: Dynamic,
              outcome: OutcomeValue,
              code: Dynamic| {
            end(
                &s,
                &c,
                &id,
                &cut,
                &Dynamic::from(outcome),
                &code,
                &Dynamic::from_int(4),
            )
        },
    );
    let s = Arc::clone(shared);
    engine.register_fn(
        "band",
        move |c: NativeCallContext<'_>,
              id: Dynamic,
              cut: Dynamic,
              outcome: OutcomeValue,
              code: Dynamic,
              reasons: Dynamic| {
            end(&s, &c, &id, &cut, &Dynamic::from(outcome), &code, &reasons)
        },
    );
    let s = Arc::clone(shared);
    engine.register_fn("bands", move |c: NativeCallContext<'_>, list: Dynamic| {
        let mut collector = lock(&s);
        let (place, _) = collector.here(&c);
        let members = members(&mut collector, place, 0, "the bands", &list, |v| {
            v.clone().try_cast::<BandValue>().map(|v| v.0)
        });
        if collector.banded.is_some() {
            collector.twice(place, "bands");
        } else {
            collector.banded = Some((members, place));
        }
    });
}

fn band(
    collector: &mut Collector,
    place: Place,
    id: &Dynamic,
    cut_off: &Dynamic,
    effect: Option<BandEffect>,
) -> BandValue {
    let id = collector.fit(place, 0, argument::text("a band's id", id));
    let cut_off = collector.fit(place, 1, argument::whole("a band's cut-off", cut_off));
    let (Some(id), Some(cut_off), Some(effect)) = (id, cut_off, effect) else {
        return BandValue(None);
    };
    let index = collector.bands.len();
    collector.bands.push(Band {
        id,
        cut_off,
        effect,
        place,
    });
    BandValue(Some(index))
}
