//! Searching an applicant whom a mutant answers otherwise than the policy.
//!
//! From the applicants of the cases outwards: first with what the proof left open, then with one
//! characteristic at a threshold, then on the ties of the comparisons of an offer, then with several
//! characteristics at once in a fixed sequence of tries. Everything is decided by the ordinary engine.

mod pool;
mod tie;

use dictamen_engine::{Answer, Applicants, Policy, Scratch};
use dictamen_model::characteristic::{Characteristics, Value, definitions};

use super::{change::Mutant, session::Session};
pub(super) use pool::Pool;

/// Ways of combining the values of one hint.
const COMBINATIONS: usize = 64;
/// Hints looked at.
const HINTS: usize = 48;
/// Cases from which one characteristic is changed.
const BASES: usize = 48;
/// Tries with several characteristics.
pub(super) const TRIES: usize = 40_000;

/// An applicant: one of a case, with other values of some characteristics.
#[derive(Debug, Clone)]
pub(super) struct Witness {
    /// The case, by position.
    pub(super) case: usize,
    /// By table position.
    pub(super) changed: Vec<(usize, Value)>,
}

/// Two policies and memory for both.
pub(super) struct Duel<'a> {
    pub(super) session: &'a Session<'a>,
    pub(super) mutant: &'a Policy,
    one: Scratch,
    other: Scratch,
}

impl Duel<'_> {
    /// Whether the two answer otherwise.
    pub(super) fn differs(&mut self, facts: &Characteristics) -> bool {
        let policy = self.session.policy;
        let one = policy.evaluate(facts, &mut self.one).answer();
        one != self.mutant.evaluate(facts, &mut self.other).answer()
    }

    fn tells(&mut self, case: usize, changed: &[(usize, Value)]) -> bool {
        let facts = self.session.applicant(case, changed);
        facts.is_some_and(|facts| self.differs(&facts))
    }

    /// The same with as few values changed as do.
    fn least(&mut self, case: usize, mut changed: Vec<(usize, Value)>) -> Witness {
        let mut at = 0;
        while at < changed.len() {
            let mut fewer = changed.clone();
            fewer.remove(at);
            if self.tells(case, &fewer) {
                changed = fewer;
            } else {
                at = at.saturating_add(1);
            }
        }
        Witness { case, changed }
    }
}

impl Session<'_> {
    /// The applicant of a case with some values changed; `None` when a value cannot be had.
    pub(super) fn applicant(
        &self,
        case: usize,
        changed: &[(usize, Value)],
    ) -> Option<Characteristics> {
        let mut facts = self.cases.get(case)?.characteristics.clone();
        for (index, value) in changed {
            let name = definitions().get(*index)?.name;
            facts.set(name, value.clone()).ok()?;
        }
        Some(facts)
    }

    /// An applicant whom the mutant answers otherwise.
    pub(super) fn search(
        &self,
        policy: &Policy,
        mutant: &Mutant,
        hints: &Applicants,
    ) -> Option<Witness> {
        let mut duel = Duel {
            session: self,
            mutant: policy,
            one: Scratch::new(),
            other: Scratch::new(),
        };
        let found = self
            .by_hints(&mut duel, mutant, hints)
            .or_else(|| self.by_one(&mut duel))
            .or_else(|| tie::search(&mut duel, mutant))
            .or_else(|| self.by_several(&mut duel));
        found.map(|found| duel.least(found.case, found.changed))
    }

    /// First with what is said of the characteristics that the change is about, the others as the
    /// cases have them; then with everything that is said.
    fn by_hints(
        &self,
        duel: &mut Duel<'_>,
        mutant: &Mutant,
        hints: &Applicants,
    ) -> Option<Witness> {
        let concerned = mutant.change.concerns(self.policy.declaration());
        let hints: Vec<Hint> = hints.samples().into_iter().take(HINTS).collect();
        let mut narrow: Vec<Hint> = Vec::new();
        for hint in &hints {
            let mut hint = hint.clone();
            hint.retain(|(index, _)| concerned.contains(index));
            if !narrow.contains(&hint) {
                narrow.push(hint);
            }
        }
        for hint in narrow.into_iter().chain(hints) {
            for changed in combinations(&hint) {
                let mut nearest: Option<Witness> = None;
                for case in self.plain.iter().copied() {
                    if duel.tells(case, &changed) {
                        let found = duel.least(case, changed.clone());
                        let nearer = |other: &Witness| found.changed.len() < other.changed.len();
                        if nearest.as_ref().is_none_or(nearer) {
                            nearest = Some(found);
                        }
                    }
                }
                if nearest.is_some() {
                    return nearest;
                }
            }
        }
        None
    }

    fn by_one(&self, duel: &mut Duel<'_>) -> Option<Witness> {
        for case in self.bases() {
            for (index, values) in self.pool.iter() {
                for value in values {
                    let changed = vec![(*index, value.clone())];
                    if duel.tells(case, &changed) {
                        return Some(Witness { case, changed });
                    }
                }
            }
        }
        None
    }

    /// Cases that are answered differently from each other, spread over all of them.
    fn bases(&self) -> Vec<usize> {
        let kept = self.unlike(|_| true);
        let every = kept.len().div_ceil(BASES).max(1);
        kept.into_iter().step_by(every).collect()
    }

    /// One case for each answer of some kind, the plainest.
    pub(super) fn unlike(&self, kind: impl Fn(&Answer) -> bool) -> Vec<usize> {
        let mut kept: Vec<usize> = Vec::new();
        for at in self.plain.iter().copied() {
            let answer = self.answers.get(at);
            let known = |other: &usize| self.answers.get(*other) == answer;
            if answer.is_some_and(&kind) && !kept.iter().any(known) {
                kept.push(at);
            }
        }
        kept
    }

    fn by_several(&self, duel: &mut Duel<'_>) -> Option<Witness> {
        let mut sequence = pool::Sequence::default();
        for _ in 0..self.tries {
            let case = sequence.below(self.cases.len())?;
            let count = sequence.below(4)?.saturating_add(1);
            let changed = (0..count).filter_map(|_| self.pool.any(&mut sequence));
            let changed: Vec<_> = changed.collect();
            if duel.tells(case, &changed) {
                return Some(Witness { case, changed });
            }
        }
        None
    }
}

/// Characteristics with values worth trying.
type Hint = Vec<(usize, Vec<Value>)>;

/// Ways of taking one value of each: all of them where they are few, else some of a fixed sequence.
fn combinations(hint: &Hint) -> Vec<Vec<(usize, Value)>> {
    if hint.is_empty() {
        return Vec::new();
    }
    let mut count = 1_usize;
    for (_, values) in hint {
        count = count.saturating_mul(values.len());
    }
    let mut sequence = pool::Sequence::default();
    let tries = 0..count.min(COMBINATIONS);
    let one = |number: usize| {
        let mut rest = number;
        let taken = hint.iter().filter_map(|(index, values)| {
            let at = if count > COMBINATIONS {
                sequence.below(values.len())?
            } else {
                let at = rest.checked_rem(values.len())?;
                rest = rest.checked_div(values.len())?;
                at
            };
            Some((*index, values.get(at)?.clone()))
        });
        taken.collect()
    };
    tries.map(one).collect()
}
