//! What a policy promises of everything it will ever decide: `invariants.rhai` of its folder.
//!
//! Knows what was promised and can ask it of one decision. Whether it holds for everybody is shown
//! elsewhere, with [`prove`](crate::prove). The file decides nothing and is not part of the
//! policy's hash.

use std::sync::Arc;

use dictamen_model::characteristic::{Characteristics, Kind, Unit, Value};
use rust_decimal::Decimal;

use crate::{
    Diagnostic, Evaluated, Outcome, Policy, PolicySource, Scratch,
    declaration::{Declaration, Term},
    evaluate,
    program::{Entry, Flattener, Program},
    script,
    text::Texts,
    tree::{Closure, Node, NodeKind, Place},
};

/// The file of a policy's folder.
pub const FILE: &str = script::INVARIANTS;

/// What the parts of an offer begin with.
pub(crate) const OFFER: &str = "offer.";

/// Something that can be asked of a decision.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) unit: Option<Unit>,
}

const fn part(name: &'static str, kind: Kind, unit: Option<Unit>) -> Part {
    Part { name, kind, unit }
}

/// What can be asked of a decision, in the order in which trees name them. What a decision does not
/// have is missing.
pub(crate) const PARTS: [Part; 10] = [
    part("outcome", Kind::Text, None),
    part("score", Kind::Int, Some(Unit::Points)),
    part("band", Kind::Text, None),
    part("stage", Kind::Text, None),
    part("offer.amount", Kind::Decimal, Some(Unit::Mxn)),
    part("offer.term_months", Kind::Int, Some(Unit::Months)),
    part("offer.annual_rate", Kind::Decimal, Some(Unit::Ratio)),
    part(
        "offer.monthly_payment",
        Kind::Decimal,
        Some(Unit::MxnPerMonth),
    ),
    part("offer.max_amount", Kind::Decimal, Some(Unit::Mxn)),
    part("offer.max_payment", Kind::Decimal, Some(Unit::MxnPerMonth)),
];

/// Which way more of something must not make it worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// More is never worse.
    Up,
    /// Less is never worse.
    Down,
}

/// What must not get worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// `APPROVE` before `COUNTER` before `REFER` before `DECLINE`.
    Outcome,
    /// The score, where both have one.
    Score,
    /// The amount granted, where both have an offer.
    Amount,
}

/// What is promised.
#[derive(Debug, Clone)]
pub enum Claim {
    /// This is never true. What cannot be known is not true.
    Never(Closure),
    /// This is never false. What cannot be known is not false.
    Always(Closure),
    /// With more (or less) of a characteristic, everything else the same, nothing gets worse.
    /// Compared are applicants of whom it is known.
    Monotone {
        /// The characteristic, by table position.
        characteristic: usize,
        /// Which way.
        direction: Direction,
        /// What must not get worse.
        measure: Measure,
    },
    /// Outcome, reasons, score and offer are the same whatever the characteristic is.
    Independent(usize),
}

impl Claim {
    /// That a value is missing or lies between two bounds, both included.
    pub(crate) fn bounded(value: Closure, low: Decimal, high: Decimal) -> Self {
        let place = value.body.place;
        let node = |kind| Node { kind, place };
        let constant = |number| Box::new(node(NodeKind::Constant(Value::Decimal(number))));
        let within = node(NodeKind::Within {
            value: Box::new(value.body),
            low: constant(low),
            high: constant(high),
            inclusive: true,
        });
        Self::Always(Closure {
            body: within,
            slots: value.slots,
        })
    }
}

/// One promise.
#[derive(Debug, Clone)]
pub struct Invariant {
    /// What its author calls it.
    pub name: Option<Arc<str>>,
    /// What is promised.
    pub claim: Claim,
    /// Where it is written.
    pub place: Place,
}

/// What is taken to hold of every applicant.
#[derive(Debug, Clone)]
pub struct Assumption {
    /// What its author calls it.
    pub name: Option<Arc<str>>,
    /// What holds.
    pub condition: Closure,
    /// Where it is written.
    pub place: Place,
}

/// What a policy promises, ready to be asked.
#[derive(Debug)]
pub struct Invariants {
    assumptions: Vec<Assumption>,
    promises: Vec<Invariant>,
    /// Of the policy, with the parts of a decision for terms.
    pub(crate) world: Declaration,
    /// Codes asked for, behind the parts.
    codes: Vec<Arc<str>>,
    program: Arc<Program>,
    assumed: Vec<Entry>,
    asked: Vec<Option<Entry>>,
    texts: Vec<(String, Vec<String>)>,
}

impl Invariants {
    /// Reads `invariants.rhai` of a policy's folder; a folder without it promises nothing.
    ///
    /// # Errors
    ///
    /// Every problem found, with its place.
    pub fn load(source: &PolicySource, policy: &Policy) -> Result<Self, Vec<Diagnostic>> {
        let declared = if source.get(FILE).is_some() {
            let texts = Texts::new(source);
            let (declared, mut found) =
                script::run_invariants(source, policy, words(policy), &texts);
            if found.iter().any(Diagnostic::is_error) {
                found.sort_by(|a, b| (a.severity, &a.span).cmp(&(b.severity, &b.span)));
                return Err(found);
            }
            declared
        } else {
            script::Promises::default()
        };
        let script::Promises {
            assumptions,
            invariants,
            mut terms,
            codes,
        } = declared;
        if terms.is_empty() {
            terms = PARTS
                .iter()
                .map(|part| Term {
                    name: part.name.into(),
                    kind: part.kind,
                    complete: true,
                })
                .collect();
        }
        let world = Declaration {
            params: policy.declaration().params.clone(),
            terms,
            ..Declaration::default()
        };
        let none = std::collections::BTreeMap::new();
        let mut flat = Flattener::new(&world.params, world.terms.len(), &none, false);
        for word in words(policy).iter().flatten() {
            flat.cell(&Value::Text(Arc::clone(word)));
        }
        let assumed = assumptions
            .iter()
            .map(|assumption| flat.closure(&assumption.condition))
            .collect();
        let asked = invariants
            .iter()
            .map(|invariant| match &invariant.claim {
                Claim::Never(closure) | Claim::Always(closure) => Some(flat.closure(closure)),
                Claim::Monotone { .. } | Claim::Independent(_) => None,
            })
            .collect();
        let texts = source.iter().filter(|(path, _)| *path == FILE);
        let texts = texts.map(|(path, content)| {
            let text = String::from_utf8_lossy(content);
            (path.to_owned(), text.lines().map(str::to_owned).collect())
        });
        Ok(Self {
            assumptions,
            promises: invariants,
            world,
            codes,
            program: Arc::new(flat.finish()),
            assumed,
            asked,
            texts: texts.collect(),
        })
    }

    /// What is taken to hold of every applicant.
    pub fn assumptions(&self) -> &[Assumption] {
        &self.assumptions
    }

    /// What is promised, in the order written.
    pub fn invariants(&self) -> &[Invariant] {
        &self.promises
    }

    /// Codes that conditions ask for.
    pub(crate) fn codes(&self) -> &[Arc<str>] {
        &self.codes
    }

    /// The call at a place of `invariants.rhai`, as written.
    pub fn written(&self, place: Place) -> String {
        let Some((_, lines)) = self.texts.first() else {
            return String::new();
        };
        let (first, last) = (place.line.saturating_sub(1), place.end_line);
        let taken = lines.get(first..last).unwrap_or_default();
        let mut text = String::new();
        for (at, line) in taken.iter().enumerate() {
            let begin = if at == 0 {
                place.column.saturating_sub(1)
            } else {
                0
            };
            let end = if at.saturating_add(1) == taken.len() {
                place.end_column.saturating_sub(1)
            } else {
                usize::MAX
            };
            if at > 0 {
                text.push(' ');
            }
            let part: String = line.chars().take(end).skip(begin).collect();
            text.push_str(part.trim());
        }
        text
    }

    /// Whether every assumption holds for an applicant; what cannot be known does not.
    pub fn assumed(&self, facts: &Characteristics, scratch: &mut Scratch) -> bool {
        self.assumed
            .iter()
            .all(|entry| self.ask(*entry, facts, &[], scratch) == Some(true))
    }

    /// Whether one decision keeps the condition at a position. Promises about several decisions say
    /// nothing of one.
    pub fn keeps(
        &self,
        at: usize,
        facts: &Characteristics,
        decision: &[Value],
        scratch: &mut Scratch,
    ) -> bool {
        let entry = self.asked.get(at).copied().flatten();
        let claim = self.promises.get(at).map(|invariant| &invariant.claim);
        let Some(entry) = entry else { return true };
        let found = self.ask(entry, facts, decision, scratch);
        match claim {
            Some(Claim::Never(_)) => found != Some(true),
            _ => found != Some(false),
        }
    }

    /// What conditions ask of a decision.
    pub fn decision(&self, evaluated: &Evaluated<'_>) -> Vec<Value> {
        let mut parts = evaluated.parts();
        let given: Vec<&str> = evaluated.codes().collect();
        let asked = self.codes.iter();
        parts.extend(asked.map(|code| Value::Bool(given.contains(&&**code))));
        parts
    }

    fn ask(
        &self,
        entry: Entry,
        facts: &Characteristics,
        decision: &[Value],
        scratch: &mut Scratch,
    ) -> Option<bool> {
        evaluate::ask(&self.program, entry, facts, decision, scratch)
    }
}

/// The words that parts of a decision can be, by their position; empty where there is no list.
fn words(policy: &Policy) -> Vec<Vec<Arc<str>>> {
    let outcomes = [
        Outcome::Approve,
        Outcome::Counter,
        Outcome::Refer,
        Outcome::Decline,
    ];
    let outcomes = outcomes.iter().map(|outcome| outcome.name().into());
    let bands = policy.bands.iter().map(|band| Arc::clone(&band.id));
    let names = &policy.names;
    let stages = policy.stages.iter().map(|stage| &stage.name);
    let stages = stages.chain([&names.score, &names.offer, &names.end]);
    vec![
        outcomes.collect(),
        Vec::new(),
        bands.collect(),
        stages.cloned().collect(),
    ]
}
