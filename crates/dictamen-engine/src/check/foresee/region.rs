//! Regions: taken apart where the policy tells applicants apart, and applicants picked from them.

use std::collections::BTreeSet;

use dictamen_model::characteristic::{Definition, Kind, Unit, Value, definitions};
use rust_decimal::Decimal;

use super::{Prover, Region};
use crate::{
    check::{
        interval::{End, Interval},
        values::{Known, Values, Words},
    },
    declaration::Declaration,
    table::number,
    tree::{Node, NodeKind},
};

/// Notes the numbers that a node tells a characteristic apart at.
pub(super) fn cut(declaration: &Declaration, node: &Node, cuts: &mut [BTreeSet<Decimal>]) {
    let constant = |node: &Node| match &node.kind {
        NodeKind::Constant(value) => number(value),
        NodeKind::Param(index) => number(&declaration.params.get(*index)?.value),
        _ => None,
    };
    let mut note = |value: &Node, bounds: &[&Node]| {
        let mut read = Vec::new();
        crate::tree::visit(value, &mut |node| {
            if let NodeKind::Characteristic(index) = node.kind {
                read.push(index);
            }
        });
        if let [index] = read.as_slice()
            && let Some(cuts) = cuts.get_mut(*index)
        {
            cuts.extend(bounds.iter().filter_map(|bound| constant(bound)));
        }
    };
    match &node.kind {
        NodeKind::Compare { left, right, .. } => {
            note(left, &[right]);
            note(right, &[left]);
        }
        NodeKind::Within {
            value, low, high, ..
        } => note(value, &[low, high]),
        NodeKind::OneOf { value, options } => {
            note(value, &options.iter().collect::<Vec<_>>());
        }
        NodeKind::Call { arguments, .. } => {
            if let [one, other] = arguments.as_slice() {
                note(one, &[other]);
                note(other, &[one]);
            }
        }
        _ => {}
    }
}

impl Region {
    fn with(&self, index: usize, values: Values) -> Self {
        Self(self.0.with(index, values))
    }
}

impl Prover<'_> {
    /// Two regions that together are a region, told apart at a number, or by whether something is
    /// known or true; `None` when nothing is left to tell apart. `first` is looked at first, `except`
    /// not at all.
    pub fn split(
        &self,
        region: &Region,
        first: &[usize],
        except: Option<usize>,
    ) -> Option<(Region, Region)> {
        let order = || {
            let all = first.iter().chain(&self.read).copied();
            all.filter(move |index| Some(*index) != except)
        };
        order()
            .find_map(|index| self.apart(region, index))
            .or_else(|| order().find_map(|index| self.halved(region, index)))
    }

    /// By what the policy itself tells apart.
    fn apart(&self, region: &Region, index: usize) -> Option<(Region, Region)> {
        let values = self.world.values_of(index, &region.0);
        let both = |one, other| {
            let missing = |known, missing| Values {
                known,
                missing,
                fails: false,
            };
            let (one, other): ((Known, bool), (Known, bool)) = (one, other);
            Some((
                region.with(index, missing(one.0, one.1)),
                region.with(index, missing(other.0, other.1)),
            ))
        };
        if values.missing && !values.known.is_nothing() {
            return both((values.known, false), (Known::Nothing, true));
        }
        match values.known {
            Known::Truth {
                yes: true,
                no: true,
            } => {
                let truth = |yes| Known::Truth { yes, no: !yes };
                both((truth(true), false), (truth(false), false))
            }
            Known::Text(Words::Only(words)) if words.len() > 1 => {
                let first: BTreeSet<_> = words.iter().take(1).cloned().collect();
                let rest = words.difference(&first).cloned().collect();
                both(
                    (Known::Text(Words::Only(first)), false),
                    (Known::Text(Words::Only(rest)), false),
                )
            }
            Known::Number(interval) => {
                let inside: Vec<Decimal> = self
                    .cuts(index)
                    .iter()
                    .copied()
                    .filter(|cut| divides(&interval, *cut))
                    .collect();
                let middle = inside.get(inside.len().checked_div(2)?)?;
                let (below, from) = halves(&interval, *middle);
                both((Known::Number(below), false), (Known::Number(from), false))
            }
            _ => None,
        }
    }

    /// In the middle, between what the policy tells apart.
    fn halved(&self, region: &Region, index: usize) -> Option<(Region, Region)> {
        let interval = self.world.values_of(index, &region.0).known.number()?;
        let (low, high) = interval.bounds()?;
        let width = high.checked_sub(low)?;
        if width <= Decimal::ONE {
            return None;
        }
        let middle = low.checked_add(width.checked_div(Decimal::TWO)?)?;
        let middle = middle.round_dp(if interval.whole { 0 } else { 2 });
        if !divides(&interval, middle) {
            return None;
        }
        let (below, from) = halves(&interval, middle);
        let known = |interval| Values::known(Known::Number(interval));
        Some((
            region.with(index, known(below)),
            region.with(index, known(from)),
        ))
    }

    /// Values of a characteristic within a region that are worth a try: what is usual, the ends, and
    /// both sides of every number at which the policy tells apart.
    pub fn candidates(&self, region: &Region, index: usize) -> Vec<Value> {
        let Some(definition) = definitions().get(index) else {
            return Vec::new();
        };
        let values = self.world.values_of(index, &region.0);
        let mut found = match &values.known {
            Known::Number(interval) => self.numbers(definition, interval, index),
            Known::Truth { yes, no } => {
                let yes = yes.then_some(Value::Bool(true));
                no.then_some(Value::Bool(false))
                    .into_iter()
                    .chain(yes)
                    .collect()
            }
            Known::Text(Words::Only(words)) => {
                words.iter().map(|word| Value::Text(word.clone())).collect()
            }
            Known::Text(Words::AnyBut(words)) => {
                let other = Some("other").filter(|word| !words.contains(*word));
                other.map(Value::from).into_iter().collect()
            }
            Known::Nothing | Known::Anything => Vec::new(),
        };
        if values.missing {
            found.push(Value::Missing);
        }
        found
    }

    fn numbers(&self, definition: &Definition, interval: &Interval, index: usize) -> Vec<Value> {
        let step = if interval.whole {
            Decimal::ONE
        } else {
            Decimal::new(1, 2)
        };
        let near = |number: Decimal| {
            let below = number.checked_sub(step);
            let above = number.checked_add(step);
            [Some(number), below, above].into_iter().flatten()
        };
        let mut numbers: Vec<Decimal> = usual(definition).to_vec();
        numbers.extend(self.cuts(index).iter().copied().flat_map(near));
        for end in [interval.low, interval.high] {
            if let End::Open(number) | End::Closed(number) = end {
                numbers.extend(near(number));
            }
        }
        if let Some((low, high)) = interval.bounds() {
            let middle = high
                .checked_add(low)
                .and_then(|sum| sum.checked_div(Decimal::TWO));
            numbers.extend(middle.map(|middle| {
                if interval.whole {
                    middle.round()
                } else {
                    middle
                }
            }));
        }
        let mut kept: Vec<Value> = Vec::new();
        for number in numbers {
            let inside = !interval
                .meet(&Interval::single(number, interval.whole))
                .is_empty();
            let value = match definition.kind {
                Kind::Int => i64::try_from(number).ok().map(Value::Int),
                Kind::Date => day(number),
                _ => Some(Value::Decimal(number)),
            };
            if let Some(value) = value.filter(|value| inside && !kept.contains(value)) {
                kept.push(value);
            }
        }
        kept
    }

    /// Whether a value of a characteristic is one of a region's.
    pub fn holds(&self, region: &Region, index: usize, value: &Value) -> bool {
        self.world
            .values_of(index, &region.0)
            .covers(&Values::exactly(value))
    }
}

fn day(number: Decimal) -> Option<Value> {
    let days = i32::try_from(number).ok()?;
    chrono::NaiveDate::from_num_days_from_ce_opt(days).map(Value::Date)
}

/// Numbers as they are usual.
fn usual(definition: &Definition) -> [Decimal; 2] {
    let (one, other) = match definition.unit {
        Unit::Days => (1_000, 30),
        Unit::Weeks => (300, 60),
        Unit::Months => (24, 12),
        Unit::Years => (35, 50),
        Unit::Mxn => (60_000, 20_000),
        Unit::MxnPerDay => (600, 300),
        Unit::MxnPerMonth if definition.name.contains("debt") => (0, 2_000),
        Unit::MxnPerMonth => (18_000, 9_000),
        Unit::Points => (600, 700),
        Unit::None if definition.kind == Kind::Date => (739_000, 735_000),
        Unit::Ratio | Unit::Count | Unit::PerYear | Unit::Statistic | Unit::None => (1, 0),
    };
    [Decimal::from(one), Decimal::from(other)]
}

/// Whether a number has some of a stretch on both sides: below it, and from it on.
fn divides(interval: &Interval, number: Decimal) -> bool {
    let (below, from) = halves(interval, number);
    !below.is_empty() && !from.is_empty()
}

fn halves(interval: &Interval, number: Decimal) -> (Interval, Interval) {
    let side = |low, high| {
        interval.meet(&Interval {
            low,
            high,
            whole: interval.whole,
        })
    };
    (
        side(End::Unbounded, End::Open(number)),
        side(End::Closed(number), End::Unbounded),
    )
}
