//! One run of one policy over the characteristics of one applicant.

use std::mem;

use dictamen_model::characteristic::{Characteristics, Value};

use super::{
    compute::{Failure, Fallible},
    grant::{self, Requested},
    machine::{Machine, Sight},
    scratch::{End, Met, Scratch, StageAt},
};
use crate::{
    Outcome, Verdict,
    policy::{Band, Effect, Ending, Policy, Scorecard, Scored, Stage},
    program::{Cell, Gap, Stretch, index, position},
};

/// Decides, and leaves everything in the scratch.
pub(crate) fn run(policy: &Policy, facts: &Characteristics, scratch: &mut Scratch) {
    scratch.clear(&policy.program, || policy.rules().count());
    let mut frame = mem::take(&mut scratch.frame);
    let sight = Sight {
        program: &policy.program,
        facts,
        tables: &policy.declaration.tables,
    };
    let mut run = Run {
        policy,
        machine: Machine::new(sight, &mut frame, scratch),
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
    scratch.end = end;
    scratch.frame = frame;
}

struct Run<'a, 's> {
    policy: &'a Policy,
    machine: Machine<'a, 's>,
}

impl<'a> Run<'a, '_> {
    fn decide(&mut self) -> End {
        let policy = self.policy;
        let facts = policy.program.facts.split_at_checked(policy.program.early);
        let (early, late) = facts.unwrap_or_default();
        self.machine.look_at(early);
        for (at, stage) in policy.stages.iter().enumerate() {
            if let Some(end) = self.stage(stage, StageAt::Stage(position(at))) {
                return end;
            }
        }
        self.machine.look_at(late);
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
        for stretch in &stage.stretches {
            match *stretch {
                Stretch::Chains { start, end } => {
                    let chains = &self.policy.program.chains;
                    let chains = chains.get(index(start)..index(end));
                    self.machine.chains(chains.unwrap_or_default());
                }
                Stretch::Instructions { mut start, end } => {
                    while let Err(stopped) = self.machine.run(start, end) {
                        self.machine.failed_rule(stopped.why);
                        start = after(stage, stopped.at).unwrap_or(end);
                    }
                }
            }
        }
        if !self.machine.scratch.codes.is_empty() {
            return Some(End::new(stage.outcome, at));
        }
        self.doubtful(at)
    }

    /// An error or an unknown neither approves nor declines.
    fn doubtful(&mut self, at: StageAt) -> Option<End> {
        let system = &self.policy.system;
        let scratch = &mut *self.machine.scratch;
        if scratch.failed {
            scratch.codes.push((system.failed, None));
        }
        if scratch.undecided {
            scratch.codes.push((system.undecided, None));
        }
        (scratch.failed || scratch.undecided).then(|| End::new(Outcome::Refer, at))
    }

    /// Computes the score; an end when it cannot be computed.
    fn score(&mut self, scorecard: &Scorecard) -> Result<i64, End> {
        let mut score = Some(scorecard.base);
        for scored in &scorecard.characteristics {
            let given = match scored.fact {
                Some(fact) => self.bin_fact(scored, fact),
                None => self.bin_value(scored),
            };
            if let Some(given) = given {
                score = score.and_then(|score| score.checked_add(given));
            }
            self.machine.scratch.points.push(given);
        }
        match score {
            None => Err(self.no_score("the score is too large")),
            Some(score) => match self.doubtful(StageAt::Score) {
                Some(end) => Err(end),
                None => Ok(score),
            },
        }
    }

    /// Points of a characteristic as it stands, which a trace finds where it is.
    #[inline]
    fn bin_fact(&mut self, scored: &Scored, fact: u32) -> Option<i64> {
        let value = self.machine.sight.facts.get(index(fact));
        match scored.bins.points_of_fact(value) {
            Some(given) => {
                let scratch = &mut *self.machine.scratch;
                scratch.met.push(scratch.passed());
                Some(given)
            }
            None if value.is_missing() => self.unbinned(scored, Gap::One(fact)),
            None => self.below(),
        }
    }

    /// Points of a computed value.
    fn bin_value(&mut self, scored: &Scored) -> Option<i64> {
        let value = self.machine.value(scored.entry);
        self.machine.scratch.inputs.push(value.ok());
        match value {
            Ok(Cell::Missing(gap)) => self.unbinned(scored, gap),
            Ok(value) => match scored.bins.points_of(&value) {
                Some(given) => {
                    let scratch = &mut *self.machine.scratch;
                    scratch.met.push(scratch.passed());
                    Some(given)
                }
                None => self.below(),
            },
            Err(why) => {
                self.machine.failed_rule(why);
                None
            }
        }
    }

    #[cold]
    fn unbinned(&mut self, scored: &Scored, gap: Gap) -> Option<i64> {
        let scratch = &mut *self.machine.scratch;
        let mut met = scratch.passed();
        if scored.missing.is_none() {
            scratch.undecided = true;
            undecided(&mut met, gap);
        }
        scratch.met.push(met);
        scored.missing
    }

    #[cold]
    fn below(&mut self) -> Option<i64> {
        let why = Failure("the value lies below the first bin");
        self.machine.failed_rule(why);
        None
    }

    /// What the band leads to.
    fn banded(&mut self, band: &'a Band) -> End {
        match &band.effect {
            Effect::Terms { cells, .. } => {
                self.machine.set_terms(cells);
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
        for (scored, given) in scorecard.characteristics.iter().zip(&scratch.points) {
            let lost = given.map(|given| scored.bins.best().saturating_sub(given));
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
        let value = self.machine.value(entry);
        let mut met = self.machine.scratch.passed();
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
            amount: asked.amount.map_or(Cell::Missing(Gap::None), |at| {
                self.machine.sight.fact(position(at))
            }),
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

/// Where the rule ends that an instruction belongs to.
#[cold]
fn after(stage: &Stage, instruction: u32) -> Option<u32> {
    let mut ends = stage.rules.iter().map(|rule| rule.entry.end);
    ends.find(|end| *end > instruction)
}

fn undecided(met: &mut Met, gap: Gap) {
    met.verdict = Verdict::Undecided;
    met.gap = gap;
}
