//! Asking the ordinary engine what became of a part of a policy.
//!
//! Nothing is evaluated here. A question about a part becomes an amended policy: the part alone as a
//! rule, the part settled to true or to false, or something in its place that cannot be computed, so
//! that whoever gets there fails. What that policy says is the answer.

use std::sync::Arc;

use dictamen_engine::{
    Answer, FAILED, HUMAN_REVIEW, Outcome, Policy, Scratch, UNDECIDED,
    declaration::{Declaration, Otherwise, Rule, Stage},
    tree::{Closure, Comparator, Node, NodeKind, Operator, Place},
};
use dictamen_model::characteristic::Value;

use crate::{
    cases::Prepared,
    mutate::{At, closure},
    paths::{at, of_node, replaced},
};

/// What a condition came to in one case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    True,
    False,
    Missing,
    Failed,
}

/// The cases of a policy, and what it says to each.
pub(super) struct Probe<'a> {
    pub(super) policy: &'a Policy,
    pub(super) cases: &'a [Prepared],
    pub(super) answers: Vec<Answer>,
}

impl<'a> Probe<'a> {
    pub(super) fn new(policy: &'a Policy, cases: &'a [Prepared]) -> Self {
        let mut scratch = Scratch::new();
        let answers = cases.iter().map(|case| case.answer(policy, &mut scratch));
        Self {
            answers: answers.collect(),
            policy,
            cases,
        }
    }

    fn declaration(&self) -> &'a Declaration {
        self.policy.declaration()
    }

    /// Whether the run of a case got to a closure.
    pub(super) fn reaches(&self, case: usize, place: At) -> bool {
        let Some(answer) = self.answers.get(case) else {
            return false;
        };
        let stages = &self.declaration().stages;
        let ended = stages.iter().position(|stage| stage.name == answer.stage);
        match place {
            At::Rule { stage, .. } => ended.is_none_or(|ended| stage <= ended),
            At::Scored(_) => ended.is_none(),
            At::Offer => ended.is_none() && &*answer.stage == "OFFER",
        }
    }

    /// What a condition of a closure comes to in each case that gets to the closure.
    pub(super) fn values(&self, place: At, way: &[usize]) -> Vec<Option<Came>> {
        let declaration = self.declaration();
        let Some(found) = closure(declaration, place) else {
            return Vec::new();
        };
        let Some(node) = at(&found.body, way) else {
            return Vec::new();
        };
        match place {
            At::Rule { .. } | At::Scored(_) => self.fires(place, &of_node(found, node)),
            At::Offer => {
                let closure = asking(found, node, self.some_code());
                self.amended(place, closure, |after, _| Came::of_offer(after))
            }
        }
    }

    /// What a rule comes to in each case that gets to it.
    pub(super) fn verdicts(&self, place: At) -> Vec<Option<Came>> {
        let found = closure(self.declaration(), place);
        found.map_or_else(Vec::new, |found| self.fires(place, found))
    }

    /// Whether each case gets to a part of a closure.
    pub(super) fn met(&self, place: At, way: &[usize]) -> Vec<bool> {
        let Some(found) = closure(self.declaration(), place) else {
            return Vec::new();
        };
        if way.is_empty() {
            let cases = 0..self.cases.len();
            return cases.map(|case| self.reaches(case, place)).collect();
        }
        let trapped = replaced(found, way, impossible());
        let met = match place {
            At::Rule { .. } | At::Scored(_) => self.fires(place, &whole(&trapped)),
            At::Offer => self.amended(place, trapped, |after, before| {
                let failed = |answer: &Answer| answer.reasons.iter().any(|r| &**r == FAILED);
                (failed(after) && !failed(before)).then_some(Came::Failed)
            }),
        };
        let failed = Some(Came::Failed);
        met.into_iter().map(|came| came == failed).collect()
    }

    /// Whether it makes a difference, in each case that gets to a closure, that a condition of it is
    /// true and not false while everything else stays as it is.
    pub(super) fn decides(&self, place: At, way: &[usize]) -> Vec<bool> {
        let Some(found) = closure(self.declaration(), place) else {
            return Vec::new();
        };
        let settled = |to: bool| replaced(found, way, constant(Value::Bool(to)));
        let cases = 0..self.cases.len();
        if let At::Rule { .. } = place {
            let one = self.fires(place, &settled(true));
            let other = self.fires(place, &settled(false));
            let failed = Some(Came::Failed);
            return one
                .into_iter()
                .zip(other)
                .map(|(one, other)| one != other && one != failed && other != failed)
                .collect();
        }
        let (Some(one), Some(other)) = (
            self.with(place, settled(true)),
            self.with(place, settled(false)),
        ) else {
            return Vec::new();
        };
        let mut scratch = Scratch::new();
        cases
            .map(|at| {
                let case = self.cases.get(at).filter(|_| self.reaches(at, place));
                case.is_some_and(|case| {
                    case.answer(&one, &mut scratch) != case.answer(&other, &mut scratch)
                })
            })
            .collect()
    }

    /// The policy with another closure.
    fn with(&self, place: At, closure: Closure) -> Option<Policy> {
        let mut declaration = self.declaration().clone();
        *crate::mutate::closure_mut(&mut declaration, place)? = closure;
        self.policy.amended(declaration)
    }

    /// What the policy with another closure says to each case that gets to it.
    fn amended(
        &self,
        place: At,
        closure: Closure,
        read: impl Fn(&Answer, &Answer) -> Option<Came>,
    ) -> Vec<Option<Came>> {
        let Some(policy) = self.with(place, closure) else {
            return Vec::new();
        };
        let mut scratch = Scratch::new();
        let cases = self.cases.iter().zip(&self.answers).enumerate();
        let came = cases.map(|(at, (case, before))| {
            let reaches = self.reaches(at, place);
            reaches
                .then(|| case.answer(&policy, &mut scratch))
                .and_then(|after| read(&after, before))
        });
        came.collect()
    }

    /// What a policy of one rule says to each case that gets to a closure.
    fn fires(&self, place: At, condition: &Closure) -> Vec<Option<Came>> {
        let here = Place::default();
        let declaration = self.declaration();
        let alone = Declaration {
            identity: declaration.identity.clone(),
            params: declaration.params.clone(),
            tables: declaration.tables.clone(),
            stages: vec![Stage {
                name: "PROBE".into(),
                outcome: Outcome::Refer,
                rules: vec![Rule {
                    code: HUMAN_REVIEW.into(),
                    condition: condition.clone(),
                    place: here,
                }],
                place: here,
            }],
            otherwise: Some(Otherwise {
                outcome: Outcome::Approve,
                code: None,
                place: here,
            }),
            ..Declaration::default()
        };
        let Some(policy) = self.policy.amended(alone) else {
            return Vec::new();
        };
        let mut scratch = Scratch::new();
        let cases = self.cases.iter().enumerate();
        let came = cases.map(|(at, case)| {
            let reaches = self.reaches(at, place);
            reaches.then(|| Came::of_reason(&case.answer(&policy, &mut scratch)))
        });
        came.collect()
    }

    /// A code that no run gives without being told to.
    fn some_code(&self) -> Arc<str> {
        let mut codes = self.policy.catalogue().iter().map(|reason| &reason.code);
        let own = codes.find(|code| ![FAILED, UNDECIDED, HUMAN_REVIEW].contains(&&***code));
        own.map_or_else(|| HUMAN_REVIEW.into(), Arc::clone)
    }
}

impl Came {
    /// What the one rule of a policy came to.
    fn of_reason(answer: &Answer) -> Self {
        match answer.reasons.first().map(|code| &**code) {
            Some(HUMAN_REVIEW) => Self::True,
            Some(UNDECIDED) => Self::Missing,
            Some(_) => Self::Failed,
            None => Self::False,
        }
    }

    /// What an offer came to that only asks a condition.
    fn of_offer(answer: &Answer) -> Option<Self> {
        if &*answer.stage != "OFFER" {
            return None;
        }
        Some(match answer.reasons.first().map(|code| &**code) {
            Some(HUMAN_REVIEW) => Self::True,
            Some(UNDECIDED) => Self::Missing,
            Some(FAILED) | None => Self::Failed,
            Some(_) => Self::False,
        })
    }
}

/// An offer that says what a condition of another comes to.
fn asking(closure: &Closure, condition: &Node, otherwise: Arc<str>) -> Closure {
    let settle = |code| {
        Box::new(node(NodeKind::Settle {
            outcome: Outcome::Refer,
            code,
        }))
    };
    let ask = node(NodeKind::If {
        condition: Box::new(condition.clone()),
        then: settle(HUMAN_REVIEW.into()),
        otherwise: Some(settle(otherwise)),
    });
    of_node(closure, &ask)
}

/// A closure as a condition, whatever it comes to: what matters is only whether it fails.
fn whole(closure: &Closure) -> Closure {
    let body = NodeKind::Inlined {
        name: "probe".into(),
        body: Box::new(closure.body.clone()),
    };
    Closure {
        body: node(NodeKind::IsMissing(Box::new(node(body)))),
        slots: closure.slots,
    }
}

/// Something that cannot be computed.
fn impossible() -> Node {
    let quotient = node(NodeKind::Arithmetic {
        op: Operator::Divide,
        left: Box::new(constant(Value::Int(1))),
        right: Box::new(constant(Value::Int(0))),
    });
    node(NodeKind::Compare {
        op: Comparator::Equal,
        left: Box::new(quotient),
        right: Box::new(constant(Value::Int(1))),
        text: "".into(),
    })
}

fn constant(value: Value) -> Node {
    node(NodeKind::Constant(value))
}

fn node(kind: NodeKind) -> Node {
    Node {
        kind,
        place: Place::default(),
    }
}
