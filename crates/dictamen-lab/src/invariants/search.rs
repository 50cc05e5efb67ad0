//! The search: regions taken apart, and applicants picked from them and decided.

use std::collections::VecDeque;

use dictamen_engine::{
    Outcome, Policy, Scratch,
    invariants::Invariants,
    prove::{Prover, Region, Way},
};
use dictamen_model::characteristic::{Characteristics, Value};

use super::{
    Limits, Verdict,
    example::{Applicant, Example},
    name_of,
    shrink::shrink,
};

/// Applicants tried in one region before it is taken apart.
pub(super) const TRIES: usize = 40;

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
