//! Questions about single characteristics, and the rules that are made of them alone.

use dictamen_model::characteristic::Value;

use super::Machine;
use crate::{
    evaluate::compute,
    program::{Chain, Gap, Question, Tail, Test, index},
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
    pub(in crate::evaluate) fn chains(&mut self, chains: &[Chain]) {
        for chain in chains {
            self.chain(chain);
        }
    }

    #[inline]
    fn chain(&mut self, chain: &Chain) {
        let mut gap = None;
        for link in &chain.links {
            let held = match self.ask(&link.test) {
                Answer::Held(held) => {
                    self.record(link.test.site, Some(held));
                    held
                }
                Answer::Missing => match self.unanswered(&link.test) {
                    Some(held) => held,
                    None => {
                        gap = Some(self.more(gap, Gap::One(link.test.of)));
                        continue;
                    }
                },
                Answer::Unlike => return self.failed_rule(compute::WRONG_TYPE),
            };
            if held == link.settling {
                return self.end_rule(chain.settled, chain.reason);
            }
        }
        match gap {
            None => self.end_rule(!chain.settled, chain.reason),
            Some(gap) => self.undecided_rule(gap),
        }
    }

    /// Asks, as one operand of a condition that is a register's value.
    #[inline]
    pub(super) fn test(&mut self, test: &Test, tail: &Tail, next: u32) -> u32 {
        let held = match self.ask(test) {
            Answer::Held(held) => {
                self.record(test.site, Some(held));
                held
            }
            Answer::Missing => match self.unanswered(test) {
                Some(held) => held,
                None => return self.unsettled(Gap::One(test.of), tail, next),
            },
            Answer::Unlike => return self.fail(compute::WRONG_TYPE, next.wrapping_sub(1)),
        };
        self.settle(held, tail, next)
    }

    #[inline]
    fn ask(&self, test: &Test) -> Answer {
        let value = self.sight.facts.get(index(test.of));
        match (test.question, value) {
            (Question::Int { holds, than }, Value::Int(n)) => Answer::Held(holds.between(*n, than)),
            (Question::Bool, Value::Bool(held)) => Answer::Held(*held),
            (Question::Missing, value) => Answer::Held(value.is_missing()),
            (_, Value::Missing) => Answer::Missing,
            (Question::Number { holds, than }, Value::Int(_) | Value::Decimal(_)) => {
                match compute::order(&self.sight.fact(test.of), self.get(than)) {
                    Some(order) => Answer::Held(holds.when(order)),
                    None => Answer::Unlike,
                }
            }
            _ => Answer::Unlike,
        }
    }

    /// Records a question about what is missing; what stands in for it may answer it.
    #[cold]
    fn unanswered(&mut self, test: &Test) -> Option<bool> {
        // A trace shows what is true or false as it is, and a number as what stands in for it.
        let shown = match test.question {
            Question::Bool => None,
            _ => test.absent,
        };
        self.record(test.site, shown);
        test.absent
    }

    /// What is missing so far, and more.
    #[cold]
    fn more(&mut self, before: Option<Gap>, gap: Gap) -> Gap {
        match before {
            Some(before) => self.scratch.union(before, gap),
            None => gap,
        }
    }
}
