//! Questions about single characteristics, and the rules that are made of them alone.

use dictamen_model::characteristic::Value;

use super::Machine;
use crate::{
    Verdict,
    evaluate::{
        compute,
        scratch::{Met, Record},
    },
    program::{Cell, Chain, Gap, Question, Tail, Test, index, position},
};

/// The answer to a question.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Held(bool),
    /// The characteristic is missing, and the question is not whether it is.
    Missing,
    /// The characteristic has another type than the table says.
    Unlike,
}

impl Machine<'_, '_> {
    /// Carries out rules that are made of questions alone.
    #[inline(never)]
    pub(in crate::evaluate) fn chains(&mut self, chains: &[Chain]) {
        let facts = self.sight.facts;
        let frame: &[Cell] = self.frame;
        let scratch = &mut *self.scratch;
        let before = (scratch.records.len(), scratch.met.len());
        let mut recorded = position(before.0);
        let mut met = before.1;
        let mut records = scratch.records.free();
        let mut rules = scratch.met.free();
        // There is room for every rule and every question. If there were not, nobody must be
        // approved for it.
        let mut whole = true;
        for chain in chains {
            let Some(rule) = rules.next() else {
                whole = false;
                break;
            };
            let mut gap = None;
            let mut settled = false;
            let mut unlike = false;
            for link in &chain.links {
                let test = &link.test;
                let value = facts.get(index(test.of));
                let (held, record) = match quick(test, value) {
                    Some(held) => (Some(held), Record::new(test.site, Some(held))),
                    None => match seldom(test, value, frame) {
                        Answer::Held(held) => (Some(held), Record::new(test.site, Some(held))),
                        Answer::Missing => (test.absent, unanswered(test)),
                        Answer::Unlike => {
                            unlike = true;
                            break;
                        }
                    },
                };
                match records.next() {
                    Some(place) => *place = record,
                    None => whole = false,
                }
                recorded = recorded.wrapping_add(1);
                match held {
                    Some(held) if held == link.settling => {
                        settled = true;
                        break;
                    }
                    Some(_) => {}
                    None => {
                        let more = Gap::One(test.of);
                        gap = Some(match gap {
                            Some(before) => scratch.gaps.union(before, more),
                            None => more,
                        });
                    }
                }
            }
            *rule = Met {
                verdict: Verdict::Passed,
                records: recorded,
                gap: Gap::None,
            };
            match gap {
                _ if unlike => {
                    rule.verdict = Verdict::Failed;
                    scratch.failed = true;
                    scratch.failures.push((met, compute::WRONG_TYPE.0));
                }
                Some(gap) if !settled => {
                    rule.verdict = Verdict::Undecided;
                    rule.gap = gap;
                    scratch.undecided = true;
                }
                _ if settled == chain.settled => {
                    rule.verdict = Verdict::Fired;
                    scratch.codes.push((chain.reason, None));
                }
                _ => {}
            }
            met = met.wrapping_add(1);
        }
        let recorded = index(recorded).wrapping_sub(before.0);
        scratch.records.fill(recorded);
        scratch.met.fill(met.wrapping_sub(before.1));
        scratch.failed |= !whole;
    }

    /// Asks, as one operand of a condition that is a register's value.
    #[inline]
    pub(super) fn test(&mut self, test: &Test, tail: &Tail, next: u32) -> u32 {
        let value = self.sight.facts.get(index(test.of));
        let answer = match quick(test, value) {
            Some(held) => Answer::Held(held),
            None => seldom(test, value, self.frame),
        };
        match answer {
            Answer::Held(held) => {
                self.record(test.site, Some(held));
                self.settle(held, tail, next)
            }
            Answer::Missing => {
                self.scratch.records.push(unanswered(test));
                match test.absent {
                    Some(held) => self.settle(held, tail, next),
                    None => self.unsettled(Gap::One(test.of), tail, next),
                }
            }
            Answer::Unlike => self.fail(compute::WRONG_TYPE, next.wrapping_sub(1)),
        }
    }
}

/// The answer to a question, where it is at hand.
#[inline]
fn quick(test: &Test, value: &Value) -> Option<bool> {
    match (&test.question, value) {
        (Question::Int { holds, than }, Value::Int(n)) => Some(holds.between(*n, *than)),
        (Question::Bool, Value::Bool(held)) => Some(*held),
        (Question::Missing, value) => Some(value.is_missing()),
        _ => None,
    }
}

/// The answer to any other question.
#[inline(never)]
fn seldom(test: &Test, value: &Value, frame: &[Cell]) -> Answer {
    let (holds, than) = match (&test.question, value) {
        (_, Value::Missing) => return Answer::Missing,
        (Question::Number { holds, than }, _) => (holds, frame.get(index(*than))),
        _ => return Answer::Unlike,
    };
    let number = match value {
        Value::Int(n) => Cell::Int(*n),
        Value::Decimal(number) => Cell::exact(*number),
        _ => return Answer::Unlike,
    };
    match than.and_then(|than| compute::order(&number, than)) {
        Some(order) => Answer::Held(holds.when(order)),
        None => Answer::Unlike,
    }
}

/// Records a question about what is missing. A trace shows what is true or false as it is, and a
/// number as what stands in for it.
#[cold]
fn unanswered(test: &Test) -> Record {
    let shown = match test.question {
        Question::Bool => None,
        _ => test.absent,
    };
    Record::new(test.site, shown)
}
