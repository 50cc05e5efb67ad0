//! One run of one policy over the characteristics of one applicant.

use dictamen_model::characteristic::{Characteristics, Value};

use super::{
    compute::{Fallible, number},
    grant::{self, Requested},
    machine::{Machine, Sight},
    scratch::{Binned, End, Met, Scratch, StageAt},
};
use crate::{
    Outcome, Verdict,
    policy::{Band, Effect, Ending, Policy, Scorecard, Stage},
    program::{Cell, Entry, Gap, index, position},
};

/// Decides, and leaves everything in the scratch.
pub(crate) fn run(policy: &Policy, facts: &Characteristics, scratch: &mut Scratch) {
    scratch.clear(policy.program.registers);
    let mut run = Run {
        policy,
        machine: Machine {
            sight: Sight {
                program: &policy.program,
                facts,
                tables: &policy.tables,
                terms: &[],
            },
            scratch,
        },
    };
    let mut end = run.decide();
    if end.outcome == Outcome::Decline && run.human_review_requested() {
        end.outcome = Outcome::Refer;
        run.machine
            .scratch
            .codes
            .insert(0, (policy.system.human_review, None));
    }
    if !matches!(end.outcome, Outcome::Approve | Outcome::Counter) {
        end.offer = None;
    }
    run.machine.scratch.end = end;
}

struct Run<'a, 's> {
    policy: &'a Policy,
    machine: Machine<'a, 's>,
}

/// What kept a stage or the scorecard from an answer.
#[derive(Debug, Clone, Copy, Default)]
struct Doubts {
    failed: bool,
    undecided: bool,
}

impl<'a> Run<'a, '_> {
    fn decide(&mut self) -> End {
        let policy = self.policy;
        for (at, stage) in policy.stages.iter().enumerate() {
            if let Some(end) = self.stage(stage, StageAt::Stage(position(at))) {
                return end;
            }
        }
        let Some(scorecard) = &policy.scorecard else {
            return self.ending();
        };
        let score = match self.score(scorecard) {
            Ok(score) => score,
            Err(end) => return end,
        };
        let band = policy.bands.iter().position(|b| b.cut_off <= score);
        let mut end = match band.and_then(|band| policy.bands.get(band)) {
            None => self.no_score("no band takes the score"),
            Some(band) => self.banded(band),
        };
        end.score = Some(score);
        end.band = band.map(position);
        end
    }

    /// Runs one stage; `None` when no rule of it ends the run.
    fn stage(&mut self, stage: &Stage, at: StageAt) -> Option<End> {
        let mut doubts = Doubts::default();
        let mut fired = false;
        for rule in &stage.rules {
            let (value, mut met) = self.walk(rule.entry);
            match value {
                Ok(Cell::Bool(true)) => {
                    met.verdict = Verdict::Fired;
                    fired = true;
                    self.machine.scratch.codes.push((rule.reason, None));
                }
                Ok(Cell::Bool(false)) => {}
                Ok(Cell::Missing(gap)) => {
                    doubts.undecided = true;
                    undecided(&mut met, gap);
                }
                Ok(_) => {
                    doubts.failed = true;
                    self.machine
                        .scratch
                        .fail(&mut met, "the condition is neither true nor false");
                }
                Err(why) => {
                    doubts.failed = true;
                    self.machine.scratch.fail(&mut met, why.0);
                }
            }
            self.machine.scratch.met.push(met);
        }
        if fired {
            return Some(End::new(stage.outcome, at));
        }
        self.doubtful(doubts, at)
    }

    /// An error or an unknown neither approves nor declines.
    fn doubtful(&mut self, doubts: Doubts, at: StageAt) -> Option<End> {
        let system = &self.policy.system;
        if doubts.failed {
            self.machine.scratch.codes.push((system.failed, None));
        }
        if doubts.undecided {
            self.machine.scratch.codes.push((system.undecided, None));
        }
        (doubts.failed || doubts.undecided).then(|| End::new(Outcome::Refer, at))
    }

    /// Computes the score; an end when it cannot be computed.
    fn score(&mut self, scorecard: &Scorecard) -> Result<i64, End> {
        let mut doubts = Doubts::default();
        let mut score = Some(scorecard.base);
        for scored in &scorecard.characteristics {
            let (value, mut met) = self.walk(scored.entry);
            let given = match value {
                Ok(Cell::Missing(gap)) => {
                    if scored.missing.is_none() {
                        doubts.undecided = true;
                        undecided(&mut met, gap);
                    }
                    scored.missing
                }
                Ok(value) => {
                    let given = match value {
                        Cell::Int(n) => scored.bins.points_of_int(n),
                        value => number(value).and_then(|value| scored.bins.points(value)),
                    };
                    if given.is_none() {
                        doubts.failed = true;
                        self.machine
                            .scratch
                            .fail(&mut met, "the value lies below the first bin");
                    }
                    given
                }
                Err(why) => {
                    doubts.failed = true;
                    self.machine.scratch.fail(&mut met, why.0);
                    None
                }
            };
            if let Some(given) = given {
                score = score.and_then(|score| score.checked_add(given));
            }
            self.machine.scratch.binned.push(Binned {
                value: value.ok(),
                points: given,
            });
            self.machine.scratch.met.push(met);
        }
        match score {
            None => Err(self.no_score("the score is too large")),
            Some(score) => match self.doubtful(doubts, StageAt::Score) {
                Some(end) => Err(end),
                None => Ok(score),
            },
        }
    }

    /// What the band leads to.
    fn banded(&mut self, band: &'a Band) -> End {
        match &band.effect {
            Effect::Terms { cells, .. } => {
                self.machine.sight.terms = cells;
                self.ending()
            }
            Effect::End {
                outcome,
                reason,
                score_reasons,
                ..
            } => {
                self.machine.scratch.codes.push((*reason, None));
                self.strongest(*score_reasons);
                End::new(*outcome, StageAt::Score)
            }
        }
    }

    /// Adds the codes that lost most points against the best bin, most first, ties as written.
    fn strongest(&mut self, most: usize) {
        let Some(scorecard) = &self.policy.scorecard else {
            return;
        };
        let scratch = &mut *self.machine.scratch;
        let begun = scratch.codes.len();
        for (scored, binned) in scorecard.characteristics.iter().zip(&scratch.binned) {
            let lost = binned
                .points
                .map(|given| scored.bins.best().saturating_sub(given));
            if let Some(lost) = lost.filter(|lost| *lost > 0) {
                let weaker = |(_, other): &(u32, Option<i64>)| *other < Some(lost);
                let among = scratch.codes.iter().skip(begun);
                let behind = among.take_while(|code| !weaker(code)).count();
                if behind < most {
                    scratch
                        .codes
                        .insert(begun.saturating_add(behind), (scored.reason, Some(lost)));
                    scratch.codes.truncate(begun.saturating_add(most));
                }
            }
        }
    }

    /// The end of a run that no stage and no band ended.
    fn ending(&mut self) -> End {
        let entry = match &self.policy.ending {
            Ending::Offer { entry, .. } => *entry,
            Ending::Otherwise {
                outcome, reason, ..
            } => {
                let codes = &mut self.machine.scratch.codes;
                codes.extend(reason.map(|reason| (reason, None)));
                return End::new(*outcome, StageAt::End);
            }
        };
        let system = &self.policy.system;
        let (value, mut met) = self.walk(entry);
        let (end, code) = match value {
            Ok(Cell::Granted(offer)) => match self.granted(offer) {
                Ok(end) => (end, None),
                Err(why) => {
                    self.machine.scratch.fail(&mut met, why.0);
                    (
                        End::new(Outcome::Refer, StageAt::Offer),
                        Some(system.failed),
                    )
                }
            },
            Ok(Cell::Ended { outcome, code }) => {
                met.verdict = Verdict::Fired;
                (End::new(outcome, StageAt::Offer), Some(code))
            }
            Ok(Cell::Missing(gap)) => {
                undecided(&mut met, gap);
                (
                    End::new(Outcome::Refer, StageAt::Offer),
                    Some(system.undecided),
                )
            }
            Ok(_) => {
                self.machine.scratch.fail(&mut met, "the offer has no end");
                (
                    End::new(Outcome::Refer, StageAt::Offer),
                    Some(system.failed),
                )
            }
            Err(why) => {
                self.machine.scratch.fail(&mut met, why.0);
                (
                    End::new(Outcome::Refer, StageAt::Offer),
                    Some(system.failed),
                )
            }
        };
        let scratch = &mut *self.machine.scratch;
        scratch.met.push(met);
        scratch.codes.extend(code.map(|code| (code, None)));
        end
    }

    /// The end of a run with an offer, if its terms make sense.
    fn granted(&mut self, offer: u32) -> Fallible<End> {
        let requested = self.requested();
        let scratch = &mut *self.machine.scratch;
        let Some(granted) = scratch.granted.get(index(offer)) else {
            return super::compute::wrong_type();
        };
        let (first, last) = granted.reductions;
        let reduced = last > first;
        grant::check(granted, requested, reduced)?;
        let outcome = if reduced {
            Outcome::Counter
        } else {
            Outcome::Approve
        };
        let (first, last) = (index(first), index(last));
        let reductions = scratch.reductions.get(first..last).unwrap_or_default();
        scratch
            .codes
            .extend(reductions.iter().map(|code| (*code, None)));
        Ok(End {
            offer: Some(offer),
            ..End::new(outcome, StageAt::Offer)
        })
    }

    fn requested(&self) -> Requested {
        let asked = &self.policy.asked;
        let value = |at: Option<usize>| at.map(|at| self.machine.sight.facts.get(at));
        Requested {
            amount: match value(asked.amount) {
                Some(Value::Decimal(amount)) => Some(*amount),
                Some(Value::Int(amount)) => Some((*amount).into()),
                _ => None,
            },
            term_months: match value(asked.term_months) {
                Some(Value::Int(months)) => Some(*months),
                _ => None,
            },
        }
    }

    fn human_review_requested(&self) -> bool {
        let facts = self.machine.sight.facts;
        let asked = self.policy.asked.human_review;
        asked.is_some_and(|at| *facts.get(at) == Value::Bool(true))
    }

    fn walk(&mut self, entry: Entry) -> (Fallible<Cell>, Met) {
        let met = Met::passed(self.machine.scratch.next_record());
        (self.machine.run(entry), met)
    }

    /// The end of a run whose score came to nothing.
    fn no_score(&mut self, why: &'static str) -> End {
        let failed = self.policy.system.failed;
        self.machine.scratch.codes.push((failed, None));
        End {
            score_failure: Some(why),
            ..End::new(Outcome::Refer, StageAt::Score)
        }
    }
}

fn undecided(met: &mut Met, gap: Gap) {
    met.verdict = Verdict::Undecided;
    met.gap = gap;
}
