//! What a scorecard can give: the bins that values reach, and the scores that add up from them.
//!
//! Bins are held against what an input is declared to be, not against the knock-outs before the
//! scorecard: analysts write bins below a knock-out on purpose, so that the scorecard stays whole
//! when the knock-out moves.

use rust_decimal::Decimal;

use super::{
    case::Case,
    interval::Interval,
    reason::{Leaf, World},
};
use crate::{
    Diagnostic,
    declaration::{Declaration, Scorecard, Scored},
    text::Texts,
    tree::Comparator,
};

/// What an input can be.
struct Input {
    /// Stretches of numbers; none of them when nothing is known.
    numbers: Option<Vec<Interval>>,
    missing: bool,
}

/// The lowest and the highest score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) lowest: i64,
    pub(crate) highest: i64,
}

/// The scores a scorecard can give; `None` when its points are too large to add up. Without
/// `exact` every bin is taken to be reached, as must be where the inputs have errors.
pub(crate) fn reach(
    declaration: &Declaration,
    scorecard: &Scorecard,
    exact: bool,
) -> Option<Reach> {
    let world = World::new(declaration);
    let mut reach = Reach {
        lowest: scorecard.base,
        highest: scorecard.base,
    };
    for scored in &scorecard.characteristics {
        let input = exact.then(|| input(&world, scored, &Case::default()));
        let points = points(scored, input.as_ref());
        let (least, most) = (points.iter().min(), points.iter().max());
        reach.lowest = reach.lowest.checked_add(*least.unwrap_or(&0))?;
        reach.highest = reach.highest.checked_add(*most.unwrap_or(&0))?;
    }
    Some(reach)
}

/// The fewest and the most points of a characteristic in a case.
pub(super) fn points_in(world: &World<'_>, scored: &Scored, case: &Case) -> (i64, i64) {
    let points = points(scored, Some(&input(world, scored, case)));
    let (least, most) = (points.iter().min(), points.iter().max());
    (*least.unwrap_or(&0), *most.unwrap_or(&0))
}

/// The points that an input can get.
fn points(scored: &Scored, input: Option<&Input>) -> Vec<i64> {
    let reached = bins(scored).filter(|(bin, _)| input.is_none_or(|input| input.reaches(bin)));
    let missing = scored
        .missing
        .filter(|_| input.is_none_or(|input| input.missing));
    reached.map(|(_, points)| points).chain(missing).collect()
}

/// The stretch of each bin, with its points.
fn bins(scored: &Scored) -> impl Iterator<Item = (Interval, i64)> {
    let next = scored.bins.iter().skip(1).map(|(lower, _)| Some(*lower));
    let ends = next.chain([None]);
    let bins = scored.bins.iter().zip(ends);
    bins.map(|((lower, points), next)| (Interval::bin(*lower, next), *points))
}

fn input(world: &World<'_>, scored: &Scored, case: &Case) -> Input {
    let mind = world.mind(&scored.input);
    let mut input = Input {
        numbers: Some(Vec::new()),
        missing: false,
    };
    for (case, leaf) in mind.ways(&scored.input.body, case) {
        match leaf {
            Leaf::Of(node) => {
                let values = mind.values(node, &case);
                input.missing |= values.missing;
                match (values.known.number(), &mut input.numbers) {
                    (Some(number), Some(numbers)) => numbers.push(number),
                    _ if values.known.is_nothing() => {}
                    _ => input.numbers = None,
                }
            }
            Leaf::Missing => input.missing = true,
            Leaf::Failed => {}
            Leaf::False | Leaf::Unknown => {
                input.numbers = None;
                input.missing = true;
            }
        }
    }
    input
}

impl Input {
    fn reaches(&self, bin: &Interval) -> bool {
        self.numbers.as_ref().is_none_or(|numbers| {
            let met = |number: &Interval| !number.meet(bin).is_empty();
            numbers.iter().any(met)
        })
    }

    /// Whether some number lies below a bound.
    fn goes_below(&self, bound: Decimal) -> bool {
        let bound = Interval::single(bound, false);
        self.numbers.iter().flatten().any(|number| {
            !number.related(Comparator::Less, &bound).is_empty()
                && number.low != super::interval::End::Unbounded
        })
    }
}

/// Warns of bins that no value reaches, and of values that reach no bin.
pub(super) fn check(
    world: &World<'_>,
    declaration: &Declaration,
    texts: &Texts,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let all = declaration
        .scorecard
        .iter()
        .flat_map(|s| &s.characteristics);
    for scored in all {
        let input = input(world, scored, &Case::default());
        let unreached: Vec<String> = scored
            .bins
            .iter()
            .zip(bins(scored))
            .filter(|(_, (bin, _))| !input.reaches(bin))
            .map(|((lower, _), _)| lower.normalize().to_string())
            .collect();
        if !unreached.is_empty() {
            let which = if unreached.len() == 1 { "bin" } else { "bins" };
            let message = format!(
                "no value reaches the {which} from {} of `{}`",
                unreached.join(" and "),
                scored.code
            );
            let help = "check the bounds and their unit against the range of the input";
            diagnostics.push(
                Diagnostic::warning("scorecard::unreachable-bin", message)
                    .at(texts.span(scored.place))
                    .help(help),
            );
        }
        let Some((first, _)) = scored.bins.first() else {
            continue;
        };
        if input.goes_below(*first) {
            let message = format!(
                "`{}` has values below its first bin, which starts at {}",
                scored.code,
                first.normalize()
            );
            let help = "they have no points, and the application is then referred; start the first \
                        bin at the lowest value";
            diagnostics.push(
                Diagnostic::warning("scorecard::below-first-bin", message)
                    .at(texts.span(scored.place))
                    .help(help),
            );
        }
    }
}
