//! Values worth trying: where two policies may begin to say something else.

use std::collections::{BTreeMap, BTreeSet};

use dictamen_engine::{
    declaration::Declaration,
    tree::{Node, NodeKind, Pattern, visit},
};
use dictamen_model::characteristic::{Definition, Kind, Value, definitions};
use rust_decimal::Decimal;

use super::literal::number;
use crate::simulate::needs;

/// Values of one characteristic that are tried.
const MOST: usize = 60;
/// A limit of a range that says no more than "large".
const BOUNDLESS: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

/// Numbers that look like chance and are the same in every run (`SplitMix64`).
#[derive(Debug)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to below a limit, which is not 0.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        let at = self.next().checked_rem(limit).unwrap_or(0);
        usize::try_from(at).unwrap_or(0)
    }
}

/// Values to try for each characteristic that either policy reads, by table position.
pub(super) fn candidates(policies: [&Declaration; 2]) -> BTreeMap<usize, Vec<Value>> {
    let mut limits: BTreeMap<usize, Limits> = BTreeMap::new();
    for declaration in policies {
        for index in needs(declaration) {
            limits.entry(index).or_default();
        }
        for closure in crate::simulate::closures(declaration) {
            let mut found = Limits::default();
            let mut read = BTreeSet::new();
            visit(&closure.body, &mut |node| {
                found.of(node, declaration);
                if let NodeKind::Characteristic(index) = node.kind {
                    read.insert(index);
                }
            });
            for index in read {
                limits.entry(index).or_default().add(&found);
            }
        }
        let card = declaration.scorecard.iter();
        for line in card.flat_map(|card| &card.characteristics) {
            if let NodeKind::Characteristic(index) = line.input.body.kind {
                let bounds = line.bins.iter().map(|(lower, _)| *lower);
                limits.entry(index).or_default().numbers.extend(bounds);
            }
        }
    }
    let all = limits.into_iter();
    all.filter_map(|(index, limits)| Some((index, limits.values(definitions().get(index)?))))
        .collect()
}

/// What values are held against.
#[derive(Debug, Clone, Default)]
struct Limits {
    numbers: BTreeSet<Decimal>,
    texts: BTreeSet<std::sync::Arc<str>>,
    days: BTreeSet<chrono::NaiveDate>,
}

impl Limits {
    fn of(&mut self, node: &Node, declaration: &Declaration) {
        match &node.kind {
            NodeKind::Constant(value) => self.value(value),
            NodeKind::Param(index) => {
                if let Some(param) = declaration.params.get(*index) {
                    self.value(&param.value);
                }
            }
            NodeKind::Switch { arms, .. } => {
                for arm in arms {
                    match &arm.pattern {
                        Pattern::Exactly(value) => self.value(value),
                        Pattern::Between { low, high, .. } => {
                            self.numbers.extend([*low, *high]);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Text(text) => {
                self.texts.insert(text.clone());
            }
            Value::Date(day) => {
                self.days.insert(*day);
            }
            other => self.numbers.extend(number(other)),
        }
    }

    fn add(&mut self, other: &Self) {
        self.numbers.extend(&other.numbers);
        self.texts.extend(other.texts.iter().cloned());
        self.days.extend(&other.days);
    }

    /// On each limit, a step below and a step above, as far as the range allows.
    fn values(&self, definition: &Definition) -> Vec<Value> {
        let mut values = Vec::new();
        let range = definition.range;
        match definition.kind {
            Kind::Bool => values.extend([Value::Bool(true), Value::Bool(false)]),
            Kind::Text => {
                let known = definition
                    .values
                    .iter()
                    .map(|value| Value::Text((*value).into()));
                values.extend(known);
                let open = definition.values.is_empty();
                let others = self.texts.iter().filter(|_| open).cloned();
                values.extend(others.map(Value::Text));
            }
            Kind::Date => {
                for day in &self.days {
                    let near = [day.pred_opt(), Some(*day), day.succ_opt()];
                    values.extend(near.into_iter().flatten().map(Value::Date));
                }
            }
            Kind::Int | Kind::Decimal => {
                let step = if definition.kind == Kind::Int {
                    Decimal::ONE
                } else {
                    Decimal::new(1, definition.unit.decimals())
                };
                let ends = range.into_iter().flat_map(|range| [range.low, range.high]);
                let ends = ends.filter(|end| end.abs() < BOUNDLESS);
                let mut numbers: BTreeSet<Decimal> = ends.collect();
                for limit in &self.numbers {
                    let near = [
                        limit.checked_sub(step),
                        Some(*limit),
                        limit.checked_add(step),
                    ];
                    numbers.extend(near.into_iter().flatten());
                }
                let inside = |number: &Decimal| {
                    range.is_none_or(|range| range.low <= *number && *number <= range.high)
                };
                for number in numbers.into_iter().filter(inside) {
                    match definition.kind {
                        Kind::Int => values.extend(
                            number
                                .is_integer()
                                .then(|| number.try_into().ok())
                                .flatten()
                                .map(Value::Int),
                        ),
                        _ => values.push(Value::Decimal(number)),
                    }
                }
            }
        }
        values.truncate(MOST);
        if definition.missing.is_some() {
            values.push(Value::Missing);
        }
        values
    }
}
