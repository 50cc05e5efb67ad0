//! Promises about two applicants who differ in one characteristic.

use std::collections::VecDeque;

use dictamen_engine::{
    Outcome,
    invariants::{Direction, Measure},
};
use dictamen_model::characteristic::{Characteristics, Value};
use rust_decimal::Decimal;

use super::{
    Verdict,
    example::{Applicant, Example},
    meaning, name_of,
    search::{Search, Spent, TRIES, proved},
    shrink::{approach, shrink},
};

impl Search<'_> {
    /// More of a characteristic never makes something worse.
    pub(super) fn monotone(
        &mut self,
        characteristic: usize,
        direction: Direction,
        measure: Measure,
    ) -> Verdict {
        if !self.prover.decides_by(characteristic) {
            return unread(characteristic);
        }
        let line = self.line(characteristic);
        let mut spent = Spent::default();
        let mut waiting = VecDeque::from(self.everybody.clone());
        while let Some(region) = waiting.pop_front() {
            if spent.regions >= self.limits.regions {
                spent.open = spent.open.saturating_add(1);
                continue;
            }
            spent.regions = spent.regions.saturating_add(1);
            let parts = self
                .prover
                .worsened(&region, characteristic, direction, measure);
            for part in parts.unwrap_or_else(|| vec![region]) {
                let choices = self.choices(&part);
                for attempt in 0..TRIES {
                    if spent.trials >= self.limits.trials {
                        break;
                    }
                    let facts = self.pick(&choices, attempt);
                    spent.trials = spent.trials.saturating_add(line.len());
                    let worse = self.worse_pair(&facts, characteristic, &line, direction, measure);
                    if let Some(pair) = worse {
                        return Verdict::Refuted {
                            because: meaning(characteristic, direction, measure),
                            example: Some(self.pair(pair, characteristic, measure)),
                        };
                    }
                }
                match self.prover.split(&part, &[], Some(characteristic)) {
                    Some((one, other)) => waiting.extend([one, other]),
                    None => spent.open = spent.open.saturating_add(1),
                }
            }
        }
        if spent.open == 0 {
            proved(spent)
        } else {
            spent.verdict()
        }
    }

    /// Values of a characteristic to go through, ascending.
    fn line(&self, characteristic: usize) -> Vec<Value> {
        let everybody = self.everybody.clone();
        let Some(region) = everybody.first() else {
            return Vec::new();
        };
        let mut line = self.prover.candidates(region, characteristic);
        line.retain(|value| !value.is_missing());
        line.sort_by_key(order);
        line
    }

    /// Two applicants, the second worse off although with more of a characteristic (less, for down).
    fn worse_pair(
        &mut self,
        facts: &Characteristics,
        characteristic: usize,
        line: &[Value],
        direction: Direction,
        measure: Measure,
    ) -> Option<(Characteristics, Characteristics)> {
        let mut best: Option<(Decimal, Characteristics)> = None;
        let ordered: Vec<&Value> = match direction {
            Direction::Up => line.iter().collect(),
            Direction::Down => line.iter().rev().collect(),
        };
        for value in ordered {
            let mut changed = facts.clone();
            if changed.set(name_of(characteristic), value.clone()).is_err() {
                continue;
            }
            if !self.assumed(&changed) {
                continue;
            }
            let Some(worth) = self.worth(&changed, measure) else {
                continue;
            };
            match &best {
                Some((known, before)) if worth < *known => return Some((before.clone(), changed)),
                Some((known, _)) if worth == *known => {}
                _ => best = Some((worth, changed)),
            }
        }
        None
    }

    /// How good a decision is: the more the better.
    fn worth(&mut self, facts: &Characteristics, measure: Measure) -> Option<Decimal> {
        let decided = self.policy.evaluate(facts, &mut self.scratch);
        match measure {
            Measure::Outcome => Some(Decimal::from(match decided.outcome() {
                Outcome::Approve => 3,
                Outcome::Counter => 2,
                Outcome::Refer => 1,
                Outcome::Decline => 0,
            })),
            Measure::Score => decided.score().map(Decimal::from),
            Measure::Amount => decided.amount(),
        }
    }

    fn pair(
        &mut self,
        pair: (Characteristics, Characteristics),
        characteristic: usize,
        measure: Measure,
    ) -> Example {
        self.nearest(pair, characteristic, |search, before, after| {
            let worths = (search.worth(before, measure), search.worth(after, measure));
            matches!(worths, (Some(before), Some(after)) if after < before)
        })
    }

    /// Two applicants who differ in one characteristic and for whom something holds, as ordinary as
    /// possible and as near to each other.
    fn nearest(
        &mut self,
        (before, after): (Characteristics, Characteristics),
        characteristic: usize,
        holds: impl Fn(&mut Self, &Characteristics, &Characteristics) -> bool,
    ) -> Example {
        let (usual, read) = (self.usual.clone(), self.prover.read().to_vec());
        let name = name_of(characteristic);
        let rest: Vec<usize> = read
            .iter()
            .copied()
            .filter(|at| *at != characteristic)
            .collect();
        let (one, two) = (
            before.get(characteristic).clone(),
            after.get(characteristic).clone(),
        );
        let with = |facts: &Characteristics, value: &Value| {
            let mut changed = facts.clone();
            let _ = changed.set(name, value.clone());
            changed
        };
        let both = |search: &mut Self, before: &Characteristics, after: &Characteristics| {
            search.assumed(before) && search.assumed(after) && holds(search, before, after)
        };
        let common = shrink(before, &usual, &rest, |facts| {
            both(self, &with(facts, &one), &with(facts, &two))
        });
        let mut after = with(&common, &two);
        approach(&mut after, characteristic, &one, &mut |after| {
            both(self, &with(&common, &one), after)
        });
        let two = after.get(characteristic).clone();
        let mut before = with(&common, &one);
        approach(&mut before, characteristic, &two, &mut |before| {
            both(self, before, &with(&common, &two))
        });
        Example {
            applicants: [before, after]
                .iter()
                .map(|facts| Applicant::of(self.policy, facts, &usual, &read))
                .collect(),
        }
    }

    /// The answer does not depend on a characteristic.
    pub(super) fn independent(&mut self, characteristic: usize) -> Verdict {
        if !self.prover.decides_by(characteristic) {
            return unread(characteristic);
        }
        let everybody = self.everybody.clone();
        let mut line: Vec<Value> = everybody
            .first()
            .map(|region| self.prover.candidates(region, characteristic))
            .unwrap_or_default();
        line.dedup();
        let mut spent = Spent::default();
        for region in &everybody {
            let Some(ways) = self.prover.ways(region) else {
                spent.open = spent.open.saturating_add(1);
                continue;
            };
            spent.regions = spent.regions.saturating_add(1);
            for way in ways {
                spent.open = spent.open.saturating_add(1);
                let choices = self.choices(&way.region());
                for attempt in 0..8 {
                    if spent.trials >= self.limits.trials {
                        break;
                    }
                    spent.trials = spent.trials.saturating_add(line.len());
                    let facts = self.pick(&choices, attempt);
                    if let Some(pair) = self.unlike(&facts, characteristic, &line) {
                        let example = self.nearest(pair, characteristic, |search, one, two| {
                            search.answer(one) != search.answer(two)
                        });
                        return Verdict::Refuted {
                            because: format!("the answer changes with {}", name_of(characteristic)),
                            example: Some(example),
                        };
                    }
                }
            }
        }
        spent.verdict()
    }

    fn answer(&mut self, facts: &Characteristics) -> (Vec<Value>, Vec<String>) {
        let decided = self.policy.evaluate(facts, &mut self.scratch);
        let codes = decided.codes().map(str::to_owned).collect();
        (self.promised.decision(&decided), codes)
    }

    fn unlike(
        &mut self,
        facts: &Characteristics,
        characteristic: usize,
        line: &[Value],
    ) -> Option<(Characteristics, Characteristics)> {
        let mut first = None;
        for value in line {
            let mut changed = facts.clone();
            if changed.set(name_of(characteristic), value.clone()).is_err()
                || !self.assumed(&changed)
            {
                continue;
            }
            let answer = self.answer(&changed);
            match &first {
                None => first = Some((answer, changed)),
                Some((known, one)) if *known != answer => return Some((one.clone(), changed)),
                Some(_) => {}
            }
        }
        None
    }
}

fn unread(characteristic: usize) -> Verdict {
    Verdict::Proved {
        because: format!("nothing that decides reads {}", name_of(characteristic)),
        witness: None,
    }
}

/// The order of values on a line.
fn order(value: &Value) -> (Decimal, bool) {
    use chrono::Datelike as _;
    match value {
        Value::Int(number) => ((*number).into(), false),
        Value::Decimal(number) => (*number, false),
        Value::Bool(holds) => (Decimal::ZERO, *holds),
        Value::Date(day) => (day.num_days_from_ce().into(), false),
        Value::Missing | Value::Text(_) => (Decimal::ZERO, false),
    }
}
