//! The search: regions taken apart, and applicants picked from them and decided.

use std::collections::VecDeque;

use dictamen_engine::{
    Outcome, Policy, Scratch,
    invariants::{Direction, Invariants, Measure},
    prove::{Prover, Region, Way},
};
use dictamen_model::characteristic::{Characteristics, Value};
use rust_decimal::Decimal;

use super::{
    Limits, Verdict,
    example::{Applicant, Example},
    meaning, name_of,
    shrink::{approach, shrink},
};

/// Applicants tried in one region before it is taken apart.
const TRIES: usize = 40;

/// What has been spent on one promise.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spent {
    pub(super) regions: usize,
    pub(super) open: usize,
    pub(super) trials: usize,
}

impl Spent {
    /// What is to be said when neither was found.
    pub(super) fn verdict(self) -> Verdict {
        Verdict::NotDecided {
            looked_at: self.regions,
            open: self.open,
            trials: self.trials,
        }
    }
}

/// What can be picked of one characteristic.
#[derive(Debug)]
struct Choice {
    name: &'static str,
    usual: Option<Value>,
    candidates: Vec<Value>,
}

/// What can be picked from a region.
#[derive(Debug)]
pub(super) struct Choices(Vec<Choice>);

/// Everything that is needed to look at one policy.
#[derive(Debug)]
pub(super) struct Search<'a> {
    pub(super) policy: &'a Policy,
    pub(super) promised: &'a Invariants,
    pub(super) prover: Prover<'a>,
    pub(super) limits: Limits,
    pub(super) usual: Characteristics,
    pub(super) scratch: Scratch,
    asking: Scratch,
    chance: Chance,
    pub(super) everybody: Vec<Region>,
    /// The ways of everybody, which every promise begins with.
    pub(super) first: Vec<Option<Vec<Way>>>,
}

impl<'a> Search<'a> {
    pub(super) fn new(policy: &'a Policy, promised: &'a Invariants, limits: Limits) -> Self {
        let mut search = Self {
            policy,
            promised,
            prover: Prover::new(policy, promised),
            limits,
            usual: Characteristics::neutral(),
            scratch: Scratch::new(),
            asking: Scratch::new(),
            chance: Chance(1),
            everybody: Vec::new(),
            first: Vec::new(),
        };
        search.everybody = search.prover.everybody();
        let regions = search.everybody.iter();
        search.first = regions.map(|region| search.prover.ways(region)).collect();
        search.usual = search.ordinary();
        search
    }

    pub(super) fn usual_applicant(&self) -> Applicant {
        let neutral = Characteristics::neutral();
        Applicant::of(self.policy, &self.usual, &neutral, self.prover.read())
    }

    /// An applicant with the best outcome there is, of those with values as they are usual.
    fn ordinary(&mut self) -> Characteristics {
        let mut ways: Vec<Way> = self.first.iter().flatten().flatten().cloned().collect();
        ways.sort_by_key(Way::outcome);
        let mut best: Option<(Outcome, Characteristics)> = None;
        let mut left = self.limits.trials;
        for way in &ways {
            if best
                .as_ref()
                .is_some_and(|(outcome, _)| *outcome <= way.outcome())
            {
                break;
            }
            let choices = self.choices(&way.region());
            for attempt in 0..TRIES {
                left = left.saturating_sub(1);
                let facts = self.pick(&choices, attempt);
                if left == 0 || !self.promised.assumed(&facts, &mut self.asking) {
                    continue;
                }
                let outcome = self.outcome(&facts);
                if best.as_ref().is_none_or(|(known, _)| outcome < *known) {
                    best = Some((outcome, facts));
                }
            }
        }
        best.map_or_else(Characteristics::neutral, |(_, facts)| facts)
    }

    pub(super) fn outcome(&mut self, facts: &Characteristics) -> Outcome {
        self.policy.evaluate(facts, &mut self.scratch).outcome()
    }

    pub(super) fn assumed(&mut self, facts: &Characteristics) -> bool {
        self.promised.assumed(facts, &mut self.asking)
    }

    /// What can be picked from a region.
    pub(super) fn choices(&self, region: &Region) -> Choices {
        let of = |at: &usize| {
            let known = self.usual.get(*at);
            let usual = !known.is_missing() && self.prover.holds(region, *at, known);
            Choice {
                name: name_of(*at),
                usual: usual.then(|| known.clone()),
                candidates: self.prover.candidates(region, *at),
            }
        };
        Choices(self.prover.read().iter().map(of).collect())
    }

    /// An applicant of a region: at first as usual as it can be, then with more and more values
    /// from those at which something changes.
    pub(super) fn pick(&mut self, choices: &Choices, attempt: usize) -> Characteristics {
        let mut facts = Characteristics::neutral();
        for choice in &choices.0 {
            let keep = attempt == 0 || self.chance.below(4) >= attempt.min(3);
            let value = match &choice.usual {
                Some(usual) if keep => Some(usual),
                _ if attempt == 0 => choice.candidates.first(),
                _ => choice
                    .candidates
                    .get(self.chance.below(choice.candidates.len())),
            };
            // What is never missing and has no candidate stays as it is.
            let _ = facts.set(choice.name, value.cloned().unwrap_or(Value::Missing));
        }
        facts
    }

    /// Looks for an applicant of a region of whom something is true.
    pub(super) fn find(
        &mut self,
        region: &Region,
        tries: usize,
        spent: &mut Spent,
        shows: &mut dyn FnMut(&mut Self, &Characteristics) -> bool,
    ) -> Option<Characteristics> {
        let choices = self.choices(region);
        for attempt in 0..tries {
            if spent.trials >= self.limits.trials {
                return None;
            }
            spent.trials = spent.trials.saturating_add(1);
            let facts = self.pick(&choices, attempt);
            if self.assumed(&facts) && shows(self, &facts) {
                return Some(facts);
            }
        }
        None
    }

    /// An applicant made as ordinary as possible.
    pub(super) fn example(
        &mut self,
        facts: Characteristics,
        shows: &mut dyn FnMut(&mut Self, &Characteristics) -> bool,
    ) -> Example {
        let (usual, read) = (self.usual.clone(), self.prover.read().to_vec());
        let facts = shrink(facts, &usual, &read, |facts| {
            self.assumed(facts) && shows(self, facts)
        });
        Example {
            applicants: vec![Applicant::of(self.policy, &facts, &usual, &read)],
        }
    }

    /// A condition on applicant and decision.
    pub(super) fn condition(&mut self, at: usize) -> Verdict {
        let promised = self.promised;
        let mut breaks = |search: &mut Self, facts: &Characteristics| {
            let decided = search.policy.evaluate(facts, &mut search.scratch);
            let decision = promised.decision(&decided);
            !promised.keeps(at, facts, &decision, &mut search.asking)
        };
        self.everywhere(
            &mut |search, ways| {
                let parts = ways.iter().flat_map(|way| search.prover.breaking(at, way));
                parts.collect()
            },
            &mut breaks,
            "it does not hold for this applicant",
        )
    }

    /// Takes regions apart until something is shown of all of them. `doubtful` gives the parts of
    /// the ways of a region in which it may not hold.
    pub(super) fn everywhere(
        &mut self,
        doubtful: &mut dyn FnMut(&mut Self, &[Way]) -> Vec<Region>,
        breaks: &mut dyn FnMut(&mut Self, &Characteristics) -> bool,
        because: &str,
    ) -> Verdict {
        let mut spent = Spent::default();
        let mut waiting = VecDeque::from(self.everybody.clone());
        while let Some(region) = waiting.pop_front() {
            if spent.regions >= self.limits.regions {
                spent.open = spent.open.saturating_add(1);
                continue;
            }
            let known = self.first.get(spent.regions).cloned().flatten();
            let ways = known.or_else(|| self.prover.ways(&region));
            spent.regions = spent.regions.saturating_add(1);
            let parts = ways.map_or_else(|| vec![region], |ways| doubtful(self, &ways));
            for part in parts {
                if let Some(facts) = self.find(&part, TRIES, &mut spent, breaks) {
                    return Verdict::Refuted {
                        because: because.to_owned(),
                        example: Some(self.example(facts, breaks)),
                    };
                }
                match self.prover.split(&part, &[], None) {
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
        (before, after): (Characteristics, Characteristics),
        characteristic: usize,
        measure: Measure,
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
        let worse = |search: &mut Self, before: &Characteristics, after: &Characteristics| {
            if !search.assumed(before) || !search.assumed(after) {
                return false;
            }
            let worths = (search.worth(before, measure), search.worth(after, measure));
            matches!(worths, (Some(before), Some(after)) if after < before)
        };
        let common = shrink(before, &usual, &rest, |facts| {
            worse(self, &with(facts, &one), &with(facts, &two))
        });
        // The two as near to each other as they can be.
        let mut after = with(&common, &two);
        approach(&mut after, characteristic, &one, &mut |after| {
            worse(self, &with(&common, &one), after)
        });
        let two = after.get(characteristic).clone();
        let mut before = with(&common, &one);
        approach(&mut before, characteristic, &two, &mut |before| {
            worse(self, before, &with(&common, &two))
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
                    if let Some((one, two)) = self.unlike(&facts, characteristic, &line) {
                        let example = self.unlike_example(&one, &two, characteristic);
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

    fn unlike_example(
        &mut self,
        one: &Characteristics,
        two: &Characteristics,
        characteristic: usize,
    ) -> Example {
        let (usual, read) = (self.usual.clone(), self.prover.read().to_vec());
        let name = name_of(characteristic);
        let rest: Vec<usize> = read
            .iter()
            .copied()
            .filter(|at| *at != characteristic)
            .collect();
        let (first, second) = (
            one.get(characteristic).clone(),
            two.get(characteristic).clone(),
        );
        let with = |facts: &Characteristics, value: &Value| {
            let mut changed = facts.clone();
            let _ = changed.set(name, value.clone());
            changed
        };
        let common = shrink(one.clone(), &usual, &rest, |facts| {
            let (one, two) = (with(facts, &first), with(facts, &second));
            self.assumed(&one) && self.assumed(&two) && self.answer(&one) != self.answer(&two)
        });
        let mut after = with(&common, &second);
        approach(&mut after, characteristic, &first, &mut |after| {
            self.assumed(after) && self.answer(&with(&common, &first)) != self.answer(after)
        });
        Example {
            applicants: [with(&common, &first), after]
                .iter()
                .map(|facts| Applicant::of(self.policy, facts, &usual, &read))
                .collect(),
        }
    }
}

pub(super) fn proved(spent: Spent) -> Verdict {
    let regions = if spent.regions == 1 {
        "region"
    } else {
        "regions"
    };
    Verdict::Proved {
        because: format!("exact over {} {regions} of applicants", spent.regions),
        witness: None,
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

/// Chance that is the same on every machine: `SplitMix64`, as no library promises its numbers.
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    /// A number below another; zero below zero.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        let found = mixed.checked_rem(limit).unwrap_or(0);
        usize::try_from(found).unwrap_or(0)
    }
}
