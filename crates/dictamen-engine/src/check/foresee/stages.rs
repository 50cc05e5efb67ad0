//! The ways through the stages of a policy.

use std::sync::Arc;

use dictamen_model::characteristic::Value;

use super::{Ending, HUMAN_REVIEW, MOST, Prover, Way, given};
use crate::{
    Outcome,
    check::{
        case::Case,
        reason::Wanted,
        values::{Known, Values},
    },
    declaration::Stage,
    reasons::{FAILED, UNDECIDED},
};

/// Everything but that a condition holds.
const UNHELD: Wanted = Wanted::FALSE.or(Wanted::MISSING).or(Wanted::FAILED);

/// Doubtful cases of one stage that are told apart by the rules behind what is doubtful.
const DOUBTS: usize = 48;

/// One walk through the policy.
pub(super) struct Walk<'a, 'p> {
    pub(super) prover: &'a Prover<'p>,
    pub(super) ways: Vec<Way>,
}

/// Why a stage ends without a rule that fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Doubt {
    /// Whether something may have failed.
    failed: bool,
}

impl<'a, 'p> Walk<'a, 'p> {
    pub(super) fn new(prover: &'a Prover<'p>) -> Self {
        Self {
            prover,
            ways: Vec::new(),
        }
    }

    /// Walks through all of it; `None` when there are too many ways.
    pub(super) fn run(&mut self, case: &Case) -> Option<()> {
        let declaration = self.prover.declaration;
        let mut open = vec![case.clone()];
        for (at, stage) in declaration.stages.iter().enumerate() {
            open = self.stage(at, stage, open)?;
        }
        for case in open {
            match &declaration.scorecard {
                Some(scorecard) => self.score(scorecard, &case)?,
                None => self.ending(None, None, &case)?,
            }
        }
        Some(())
    }

    fn stage(&mut self, at: usize, stage: &'p Stage, open: Vec<Case>) -> Option<Vec<Case>> {
        let (mut clear, mut doubtful): (_, Vec<(Case, Doubt)>) = (open, Vec::new());
        for (position, rule) in stage.rules.iter().enumerate() {
            let mind = self.prover.world.mind(&rule.condition);
            let body = &rule.condition.body;
            let (mut next, mut doubts) = (Vec::new(), Vec::new());
            for case in &clear {
                for case in mind.assume(body, Wanted::TRUE, case) {
                    self.fired(at, stage, position, &case)?;
                }
                for (wanted, failed) in [(Wanted::MISSING, false), (Wanted::FAILED, true)] {
                    let doubt = Doubt { failed };
                    let cases = mind.assume(body, wanted, case);
                    for case in cases {
                        // In a stage that refers it is the same answer, whatever comes behind.
                        if stage.outcome == Outcome::Refer {
                            self.doubted(at, stage, position, case, doubt)?;
                        } else {
                            doubts.push((case, doubt));
                        }
                    }
                }
                next.extend(mind.assume(body, Wanted::FALSE, case));
            }
            for (case, doubt) in &doubtful {
                for case in mind.assume(body, Wanted::TRUE, case) {
                    self.fired(at, stage, position, &case)?;
                }
                let failed = doubt.failed || !mind.assume(body, Wanted::FAILED, case).is_empty();
                let doubt = Doubt { failed };
                let unheld = distinct(mind.assume(body, UNHELD, case))?;
                // Told apart by every rule behind it there would be too many of them.
                if unheld.len() > 1 && doubts.len() > DOUBTS {
                    doubts.push((case.clone(), doubt));
                } else {
                    doubts.extend(unheld.into_iter().map(|case| (case, doubt)));
                }
            }
            clear = distinct(next)?;
            let (failed, undecided): (Vec<_>, Vec<_>) =
                doubts.into_iter().partition(|(_, doubt)| doubt.failed);
            doubtful.clear();
            for (cases, failed) in [(failed, true), (undecided, false)] {
                let cases = distinct(cases.into_iter().map(|(case, _)| case).collect())?;
                doubtful.extend(cases.into_iter().map(|case| (case, Doubt { failed })));
            }
        }
        for (case, doubt) in doubtful {
            self.doubted(at, stage, stage.rules.len(), case, doubt)?;
        }
        Some(clear)
    }

    /// The end of a stage by what is undecided or failed. Of the rules from a position on it is not
    /// known whether they fire.
    fn doubted(
        &mut self,
        at: usize,
        stage: &Stage,
        from: usize,
        case: Case,
        doubt: Doubt,
    ) -> Option<()> {
        let mut decision = self.prover.known(Outcome::Refer);
        let codes = self.prover.promised.codes();
        let either = || {
            Values::known(Known::Truth {
                yes: true,
                no: true,
            })
        };
        given(&mut decision, codes, UNDECIDED, either());
        given(&mut decision, codes, FAILED, either());
        for rule in stage.rules.iter().skip(from) {
            given(&mut decision, codes, &rule.code, either());
        }
        named(&mut decision, 3, &stage.name);
        self.push(
            case,
            Ending::Doubt(at),
            Outcome::Refer,
            decision,
            doubt.failed,
        )
    }

    fn fired(&mut self, at: usize, stage: &'p Stage, position: usize, case: &Case) -> Option<()> {
        let codes = self.prover.promised.codes();
        let mut decision = self.prover.known(stage.outcome);
        named(&mut decision, 3, &stage.name);
        for (other, rule) in stage.rules.iter().enumerate().skip(position) {
            if !codes.contains(&rule.code) {
                continue;
            }
            let may = if other == position {
                Values::exactly(&Value::Bool(true))
            } else {
                let mind = self.prover.world.mind(&rule.condition);
                let can = |wanted| !mind.assume(&rule.condition.body, wanted, case).is_empty();
                Values::known(Known::Truth {
                    yes: can(Wanted::TRUE),
                    no: can(UNHELD),
                })
            };
            given(&mut decision, codes, &rule.code, may);
        }
        let ending = Ending::Rule(at, position);
        self.ends(case, ending, stage.outcome, decision)
    }

    /// An end, which is a referral where a decline was to be looked at by a person.
    pub(super) fn ends(
        &mut self,
        case: &Case,
        ending: Ending,
        outcome: Outcome,
        decision: Vec<Values>,
    ) -> Option<()> {
        let human = self
            .prover
            .human_review
            .filter(|_| outcome == Outcome::Decline);
        let Some(human) = human else {
            return self.push(case.clone(), ending, outcome, decision, false);
        };
        let asked = self.prover.world.values_of(human, case);
        let (yes, no) = match asked.known {
            Known::Truth { yes, no } => (yes, no || asked.missing),
            _ => (true, true),
        };
        if yes {
            let narrowed = case.with(human, Values::exactly(&Value::Bool(true)));
            let mut decision = decision.clone();
            let codes = self.prover.promised.codes();
            let sure = Values::exactly(&Value::Bool(true));
            given(&mut decision, codes, HUMAN_REVIEW, sure);
            if let Some(part) = decision.first_mut() {
                *part = Values::exactly(&Value::from(Outcome::Refer.name()));
            }
            self.push(narrowed, ending.clone(), Outcome::Refer, decision, false)?;
        }
        if no {
            let narrowed = case.with(human, Values::exactly(&Value::Bool(false)));
            self.push(narrowed, ending, outcome, decision, false)?;
        }
        Some(())
    }

    pub(super) fn push(
        &mut self,
        case: Case,
        ending: Ending,
        outcome: Outcome,
        decision: Vec<Values>,
        failed: bool,
    ) -> Option<()> {
        self.ways.push(Way {
            case,
            ending,
            outcome,
            decision,
            failed,
        });
        (self.ways.len() <= MOST).then_some(())
    }
}

/// Says what a part of the decision that is a name is.
pub(super) fn named(decision: &mut [Values], part: usize, name: &Arc<str>) {
    if let Some(part) = decision.get_mut(part) {
        *part = Values::exactly(&Value::Text(Arc::clone(name)));
    }
}

/// The same applicants in fewer cases, none of which lies in another; `None` when there are too
/// many.
pub(super) fn distinct(cases: Vec<Case>) -> Option<Vec<Case>> {
    let mut kept: Vec<Case> = Vec::new();
    for mut case in cases {
        while let Some((at, both)) = kept
            .iter()
            .enumerate()
            .find_map(|(at, other)| Some((at, other.exactly_with(&case)?)))
        {
            kept.swap_remove(at);
            case = both;
        }
        kept.push(case);
        if kept.len() > MOST {
            return None;
        }
    }
    Some(kept)
}
