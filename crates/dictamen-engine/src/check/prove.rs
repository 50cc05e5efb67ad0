//! Reasoning about all applicants at once, for whoever has to prove something about a policy.
//!
//! The checker's own, under names of its own: which applicants there are for whom a condition comes
//! to something. Nobody possible is ever left out, so an answer of "nobody" is a proof within the
//! declared ranges; an answer of "somebody" only says that none was found.

use chrono::NaiveDate;
use dictamen_model::characteristic::{Definition, Kind, Value, definitions};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};

use super::{
    case::Case,
    interval::{End, Interval},
    reason::{Wanted, World},
    values::{Known, Values, Words},
};
use crate::{declaration::Declaration, tree::Closure};

/// What a condition or a value comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comes {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// What it needs is missing.
    Missing,
    /// It cannot be computed.
    Failed,
    /// It is known, whatever it is.
    Known,
}

impl Comes {
    fn wanted(self) -> Wanted {
        match self {
            Self::True => Wanted::TRUE,
            Self::False => Wanted::FALSE,
            Self::Missing => Wanted::MISSING,
            Self::Failed => Wanted::FAILED,
            Self::Known => Wanted::KNOWN,
        }
    }
}

/// A set of applicants that is at least as large as what it stands for.
#[derive(Debug, Clone)]
pub struct Applicants {
    cases: Vec<Case>,
}

impl Applicants {
    /// Everybody whose characteristics are in their declared ranges.
    pub fn everybody() -> Self {
        Self {
            cases: vec![Case::default()],
        }
    }

    /// Nobody.
    pub fn nobody() -> Self {
        Self { cases: Vec::new() }
    }

    /// Whether there is certainly nobody among them.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// Those of both sets together.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.cases.extend(others.cases);
        self
    }

    /// For each way of being among them: what is special about it, as characteristics by table
    /// position with some values each, those at the edges. Whoever has them is worth trying; that
    /// they are among them is not certain.
    pub fn samples(&self) -> Vec<Vec<(usize, Vec<Value>)>> {
        self.cases.iter().map(sample).collect()
    }
}

fn sample(case: &Case) -> Vec<(usize, Vec<Value>)> {
    let narrowed = case.narrowed.iter();
    let sampled = narrowed.filter_map(|(index, values)| {
        let definition = definitions().get(*index)?;
        let found = samples(values, definition);
        (!found.is_empty()).then_some((*index, found))
    });
    sampled.collect()
}

fn samples(values: &Values, definition: &Definition) -> Vec<Value> {
    let mut found = match &values.known {
        Known::Number(interval) => numbers(interval, definition),
        Known::Truth { yes, no } => [(*yes, true), (*no, false)]
            .into_iter()
            .filter_map(|(can, is)| can.then_some(Value::Bool(is)))
            .collect(),
        Known::Text(Words::Only(words)) => words.iter().cloned().map(Value::Text).collect(),
        Known::Text(Words::AnyBut(_)) | Known::Nothing | Known::Anything => Vec::new(),
    };
    if values.missing && definition.missing.is_some() {
        found.push(Value::Missing);
    }
    found
}

/// Both ends of a stretch, and its middle where an end does not belong to it.
fn numbers(interval: &Interval, definition: &Definition) -> Vec<Value> {
    let step = if definition.kind == Kind::Decimal {
        Decimal::new(1, definition.unit.decimals())
    } else {
        Decimal::ONE
    };
    let inside = |number: &Decimal| {
        let single = Interval::single(*number, interval.whole);
        !interval.meet(&single).is_empty()
    };
    let mut back = step;
    back.set_sign_negative(true);
    let ends = |end: End, inward: Decimal| match end {
        End::Unbounded => Vec::new(),
        End::Closed(number) => vec![Some(number), number.checked_add(inward)],
        End::Open(number) => vec![number.checked_add(inward)],
    };
    let mut numbers = ends(interval.low, step);
    numbers.extend(ends(interval.high, back));
    if let (End::Open(low) | End::Closed(low), End::Open(high) | End::Closed(high)) =
        (interval.low, interval.high)
    {
        let sum = low.checked_add(high);
        numbers.push(sum.and_then(|sum| sum.checked_div(Decimal::TWO)));
    }
    let mut numbers: Vec<Decimal> = numbers.into_iter().flatten().filter(inside).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let value = |number: Decimal| match definition.kind {
        Kind::Int => number.to_i64().map(Value::Int),
        Kind::Decimal => Some(Value::Decimal(number)),
        Kind::Date => {
            let day = NaiveDate::from_num_days_from_ce_opt(number.to_i32()?)?;
            Some(Value::Date(day))
        }
        Kind::Bool | Kind::Text => None,
    };
    numbers.into_iter().filter_map(value).collect()
}

/// Reasons about a declaration, within limits of steps; behind them everything is possible.
pub struct Reasoning<'d> {
    declaration: &'d Declaration,
    world: World<'d>,
}

impl std::fmt::Debug for Reasoning<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reasoning").finish_non_exhaustive()
    }
}

impl<'d> Reasoning<'d> {
    /// About this declaration, which is taken to make sense.
    pub fn new(declaration: &'d Declaration) -> Self {
        Self {
            declaration,
            world: World::new(declaration),
        }
    }

    /// Those among some applicants for whom a closure comes to something. The closure need not be
    /// one of the declaration's: whatever it names is looked up there.
    pub fn among(&self, applicants: &Applicants, closure: &Closure, comes: Comes) -> Applicants {
        let mind = self.world.mind(closure);
        let mut cases = mind.among(&applicants.cases, &closure.body, comes.wanted());
        // What is known of computed values is known by where their nodes are, and the next closure may
        // be where this one was.
        for case in &mut cases {
            case.computed.clear();
        }
        Applicants { cases }
    }

    /// Those whose run goes on behind a stage: no rule of it fires, is undecided or fails.
    pub fn behind(&self, applicants: &Applicants, stage: usize) -> Applicants {
        let stage = self.declaration.stages.get(stage);
        let rules = stage.iter().flat_map(|stage| &stage.rules);
        rules.fold(applicants.clone(), |left, rule| {
            self.among(&left, &rule.condition, Comes::False)
        })
    }

    /// Those who get a score: what counts for it is known or has points when it is missing.
    pub fn scored(&self, applicants: &Applicants) -> Applicants {
        let scorecard = self.declaration.scorecard.iter();
        let scored = scorecard.flat_map(|scorecard| &scorecard.characteristics);
        let needed = scored.filter(|scored| scored.missing.is_none());
        needed.fold(applicants.clone(), |left, scored| {
            self.among(&left, &scored.input, Comes::Known)
        })
    }
}
