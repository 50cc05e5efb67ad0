//! The cases of one policy, decided once by the policy itself and then by every mutant.

use dictamen_engine::{Answer, Policy, PolicySource, Scratch};
use dictamen_model::Parameters;

use super::search::{Pool, TRIES};
use crate::cases::{self, Prepared};

pub(super) struct Session<'a> {
    pub(super) policy: &'a Policy,
    pub(super) source: &'a PolicySource,
    pub(super) parameters: &'a Parameters,
    /// Those that the policy passes.
    pub(super) cases: Vec<Prepared>,
    /// What the policy says to each.
    pub(super) answers: Vec<Answer>,
    /// Positions of the cases, those first that change least of the request they begin with.
    pub(super) plain: Vec<usize>,
    /// How often several characteristics are tried at once.
    pub(super) tries: usize,
    /// Values worth trying.
    pub(super) pool: Pool,
}

/// What the cases say to a mutant.
pub(super) enum Look {
    Killed,
    Survived {
        /// The first case that is answered otherwise and does not expect what changed.
        untold: Option<usize>,
    },
}

impl<'a> Session<'a> {
    pub(super) fn new(
        policy: &'a Policy,
        source: &'a PolicySource,
        parameters: &'a Parameters,
    ) -> Self {
        let mut cases = cases::prepare(policy, source, parameters);
        cases.retain(|case| case.differences(policy).is_empty());
        let mut plain: Vec<usize> = (0..cases.len()).collect();
        plain.sort_by_key(|at| cases.get(*at).map(Prepared::changes));
        let mut scratch = Scratch::new();
        let answers = cases.iter();
        let answers = answers.map(|case| case.answer(policy, &mut scratch));
        Self {
            answers: answers.collect(),
            plain,
            tries: TRIES,
            pool: Pool::new(policy.declaration(), &cases),
            policy,
            source,
            parameters,
            cases,
        }
    }

    /// Runs the cases against a mutant up to the first that kills it.
    pub(super) fn look(&self, mutant: &Policy, last: &mut usize) -> Look {
        let mut scratch = Scratch::new();
        let mut untold: Option<usize> = None;
        let first = self.cases.get(*last).into_iter();
        let first = first.zip(self.answers.get(*last)).map(|both| (*last, both));
        let all = self.cases.iter().zip(&self.answers).enumerate();
        for (at, (case, answer)) in first.chain(all) {
            if case.answer(mutant, &mut scratch) == *answer {
                continue;
            }
            if !case.differences(mutant).is_empty() {
                *last = at;
                return Look::Killed;
            }
            untold = Some(untold.map_or(at, |untold| untold.min(at)));
        }
        Look::Survived { untold }
    }
}
