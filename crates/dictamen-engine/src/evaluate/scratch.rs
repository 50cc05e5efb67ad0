//! What one run writes down: registers, comparisons, verdicts, and how it ended.
//!
//! Kept between runs, so that a run takes nothing from the heap.

use std::sync::Arc;

use super::ledger::Ledger;
use crate::{
    Outcome, Verdict,
    program::{Cell, Gap, Program, TextAt, index, position},
};

/// Words of 64 characteristics each; see [`Gaps`].
const WORDS: usize = 4;

/// Characteristics a set of missing ones can name.
pub(super) const CHARACTERISTICS: usize = WORDS * 64;

/// A set of characteristics, by table position.
type Gaps = [u64; WORDS];

/// Sets of missing characteristics that a run came upon.
#[derive(Debug, Default)]
pub(super) struct GapSets(Vec<Gaps>);

impl GapSets {
    /// What is missing on either side.
    pub(super) fn union(&mut self, one: Gap, other: Gap) -> Gap {
        match (one, other) {
            (Gap::None, gap) | (gap, Gap::None) => gap,
            (one, other) if one == other => one,
            (one, other) => {
                let mut set = self.set(one);
                for (word, more) in set.iter_mut().zip(self.set(other)) {
                    *word |= more;
                }
                self.0.push(set);
                Gap::Set(position(self.0.len().saturating_sub(1)))
            }
        }
    }

    fn set(&self, gap: Gap) -> Gaps {
        let mut set = Gaps::default();
        match gap {
            Gap::None => {}
            Gap::One(fact) => {
                let word = index(fact)
                    .checked_div(64)
                    .and_then(|word| set.get_mut(word));
                if let (Some(word), Some(bit)) = (word, 1_u64.checked_shl(fact % 64)) {
                    *word |= bit;
                }
            }
            Gap::Set(at) => set = self.0.get(index(at)).copied().unwrap_or_default(),
        }
        set
    }

    /// The characteristics of a gap, in table order.
    pub(super) fn missing(&self, gap: Gap) -> impl Iterator<Item = usize> + use<> {
        let set = self.set(gap);
        (0..CHARACTERISTICS).filter(move |at| {
            let word = at.checked_div(64).and_then(|word| set.get(word));
            word.is_some_and(|word| {
                word.checked_shr(position(at % 64))
                    .is_some_and(|w| w & 1 == 1)
            })
        })
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

/// Memory for runs; keep one per thread and use it again. What is in it means something only
/// through the [`Evaluated`](super::Evaluated) of the last run.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Whose constants the frame holds.
    program: Option<Arc<Program>>,
    pub(super) frame: Vec<Cell>,
    pub(super) gaps: GapSets,
    pub(super) records: Ledger<Record>,
    /// What records tell of and neither the characteristics nor the program hold.
    pub(super) values: Vec<Cell>,
    pub(super) met: Ledger<Met>,
    /// Whether anything met lately was undecided, or failed.
    pub(super) undecided: bool,
    pub(super) failed: bool,
    /// Why something met could not be computed, by position among what was met.
    pub(super) failures: Vec<(usize, &'static str)>,
    /// Points that the scorecard's characteristics were given, in their order.
    pub(super) points: Vec<Option<i64>>,
    /// The values that were binned, `None` where there was none to be computed: of those that are
    /// no characteristics as they stand, in their order.
    pub(super) inputs: Vec<Option<Cell>>,
    pub(super) granted: Vec<Granted>,
    /// Codes of reductions, by position in the catalogue, of all offers one after another.
    pub(super) reductions: Vec<u32>,
    /// Codes the run ended with, most important first, with points lost.
    pub(super) codes: Vec<(u32, Option<i64>)>,
    pub(super) end: End,
}

/// One comparison met: its site, and whether it held if that is known. The values of its sides lie
/// where the site says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record(u32);

impl Record {
    #[inline]
    pub(super) fn new(site: u32, held: Option<bool>) -> Self {
        let held = match held {
            None => 0,
            Some(false) => 1,
            Some(true) => 2,
        };
        Self(site.wrapping_shl(2) | held)
    }

    /// Position of its site.
    pub(super) fn site(self) -> u32 {
        self.0 >> 2
    }

    /// Whether it held; `None` when that cannot be known.
    pub(super) fn held(self) -> Option<bool> {
        match self.0 & 3 {
            0 => None,
            held => Some(held == 2),
        }
    }
}

/// One rule, bin input or offer met, in the order of the policy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Met {
    pub(super) verdict: Verdict,
    /// How many comparisons had been met when it ended.
    pub(super) records: u32,
    /// What was missing where it mattered.
    pub(super) gap: Gap,
}

/// The terms of a granted offer, unrounded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Granted {
    pub(super) amount: Cell,
    pub(super) term_months: i64,
    pub(super) annual_rate: Cell,
    pub(super) monthly_payment: Cell,
    pub(super) max_amount: Option<Cell>,
    pub(super) max_payment: Option<Cell>,
    pub(super) limiting_factor: Option<TextAt>,
    /// First and last-but-one of its reductions.
    pub(super) reductions: (u32, u32),
}

/// The stage in which a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StageAt {
    Stage(u32),
    Score,
    Offer,
    End,
}

/// How a run ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    pub(super) outcome: Outcome,
    pub(super) stage: StageAt,
    pub(super) score: Option<i64>,
    /// By position among the policy's bands.
    pub(super) band: Option<u32>,
    /// By position among the offers of the run.
    pub(super) offer: Option<u32>,
    /// Why the score came to nothing, which no rule is to blame for.
    pub(super) score_failure: Option<&'static str>,
}

impl End {
    pub(super) fn new(outcome: Outcome, stage: StageAt) -> Self {
        Self {
            outcome,
            stage,
            score: None,
            band: None,
            offer: None,
            score_failure: None,
        }
    }
}

impl Default for End {
    fn default() -> Self {
        Self::new(Outcome::Refer, StageAt::End)
    }
}

impl Scratch {
    /// Memory for runs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets the last run and makes the frame ready for this program, and room for so many
    /// rules.
    pub(super) fn clear(&mut self, program: &Arc<Program>, rules: impl FnOnce() -> usize) {
        if !self
            .program
            .as_ref()
            .is_some_and(|p| Arc::ptr_eq(p, program))
        {
            self.program = Some(Arc::clone(program));
            self.frame.clear();
            self.frame.extend_from_slice(&program.frame);
            // No instruction is met twice, so that no site is.
            let sites = program.sites.len();
            self.records.make_room(sites, Record::new(0, None));
            let blank = Met {
                verdict: Verdict::NotReached,
                records: 0,
                gap: Gap::None,
            };
            self.met.make_room(rules(), blank);
        }
        self.undecided = false;
        self.failed = false;
        self.gaps.clear();
        self.records.clear();
        self.values.clear();
        self.met.clear();
        self.failures.clear();
        self.points.clear();
        self.inputs.clear();
        self.granted.clear();
        self.reductions.clear();
        self.codes.clear();
        self.end = End::default();
    }

    /// Says why what is met next cannot be computed.
    pub(super) fn fail(&mut self, met: &mut Met, why: &'static str) {
        met.verdict = Verdict::Failed;
        self.failed = true;
        self.failures.push((self.met.len(), why));
    }

    /// Something that ends here, and of which there is nothing to be said yet.
    #[inline]
    pub(super) fn passed(&self) -> Met {
        Met {
            verdict: Verdict::Passed,
            records: position(self.records.len()),
            gap: Gap::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_tells_what_it_was_made_of() {
        for held in [None, Some(false), Some(true)] {
            for site in [0, 1, 1_000_000] {
                let record = Record::new(site, held);
                assert_eq!((record.site(), record.held()), (site, held));
            }
        }
    }

    #[test]
    fn every_characteristic_can_be_named_as_missing() {
        assert!(dictamen_model::characteristic::definitions().len() <= CHARACTERISTICS);
    }

    #[test]
    fn what_is_missing_on_both_sides_is_named_once_in_order() {
        let mut scratch = GapSets::default();
        let one = scratch.union(Gap::One(200), Gap::One(3));
        let all = scratch.union(Gap::One(63), one);
        let again = scratch.union(all, Gap::One(64));
        let again = scratch.union(again, Gap::One(3));
        assert_eq!(scratch.missing(again).collect::<Vec<_>>(), [3, 63, 64, 200]);
        assert_eq!(scratch.union(Gap::None, Gap::One(7)), Gap::One(7));
        assert_eq!(scratch.missing(Gap::None).count(), 0);
    }
}
