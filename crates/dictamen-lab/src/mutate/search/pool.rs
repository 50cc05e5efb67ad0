//! Values worth trying: those of the cases, and those at the limits that the policy itself names.

use std::collections::BTreeMap;

use dictamen_engine::{
    declaration::Declaration,
    tree::{Node, NodeKind, Pattern, visit},
};
use dictamen_model::characteristic::{Definition, Kind, Value, definitions, index_of};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};

use crate::{cases::Prepared, mutate::closures, paths::characteristics};

/// Values of one characteristic.
const MOST: usize = 48;

/// Values by characteristic.
#[derive(Debug, Default)]
pub(in crate::mutate) struct Pool {
    values: BTreeMap<usize, Vec<Value>>,
}

impl Pool {
    pub(in crate::mutate) fn new(declaration: &Declaration, cases: &[Prepared]) -> Self {
        let mut pool = Self::default();
        for asked in ["human_review_requested", "requested_amount"] {
            if let Some(index) = index_of(asked) {
                pool.values.entry(index).or_default();
            }
        }
        for (_, closure) in closures(declaration) {
            for index in characteristics(&closure.body) {
                pool.values.entry(index).or_default();
            }
            visit(&closure.body, &mut |node| pool.limits(declaration, node));
        }
        let scorecard = declaration.scorecard.iter();
        for scored in scorecard.flat_map(|scorecard| &scorecard.characteristics) {
            for index in characteristics(&scored.input.body) {
                for (bound, _) in &scored.bins {
                    pool.around(index, *bound);
                }
            }
        }
        for (index, values) in &mut pool.values {
            if let Some(definition) = definitions().get(*index) {
                values.extend(possible(definition));
            }
            for case in cases {
                let value = case.characteristics.get(*index);
                if values.len() < MOST && !values.contains(value) {
                    values.push(value.clone());
                }
            }
            let mut seen: Vec<Value> = Vec::new();
            values.retain(|value| {
                let new = !seen.contains(value);
                if new {
                    seen.push(value.clone());
                }
                new
            });
        }
        pool
    }

    /// The numbers a comparison or choice names, for what it compares with them.
    fn limits(&mut self, declaration: &Declaration, node: &Node) {
        let limited = matches!(
            node.kind,
            NodeKind::Compare { .. }
                | NodeKind::Within { .. }
                | NodeKind::OneOf { .. }
                | NodeKind::Switch { .. }
                | NodeKind::Call { .. }
        );
        if !limited {
            return;
        }
        let mut numbers = Vec::new();
        visit(node, &mut |part| match &part.kind {
            NodeKind::Constant(value) => numbers.extend(number(value)),
            NodeKind::Param(index) => {
                let param = declaration.params.get(*index);
                numbers.extend(param.and_then(|param| number(&param.value)));
            }
            NodeKind::Switch { arms, .. } => {
                for arm in arms {
                    match &arm.pattern {
                        Pattern::Exactly(value) => numbers.extend(number(value)),
                        Pattern::Between { low, high, .. } => numbers.extend([*low, *high]),
                    }
                }
            }
            _ => {}
        });
        for index in characteristics(node) {
            for number in &numbers {
                self.around(index, *number);
            }
        }
    }

    fn around(&mut self, index: usize, number: Decimal) {
        let Some(definition) = definitions().get(index) else {
            return;
        };
        let step = match definition.kind {
            Kind::Int => Decimal::ONE,
            Kind::Decimal => Decimal::new(1, definition.unit.decimals()),
            Kind::Bool | Kind::Date | Kind::Text => return,
        };
        let beside = [
            Some(number),
            number.checked_sub(step),
            number.checked_add(step),
        ];
        let values = self.values.entry(index).or_default();
        for number in beside.into_iter().flatten() {
            let value = match definition.kind {
                Kind::Int => number.to_i64().map(Value::Int),
                _ => Some(Value::Decimal(number)),
            };
            let inside = definition
                .range
                .is_none_or(|range| range.low <= number && number <= range.high);
            if let Some(value) = value.filter(|value| inside && !values.contains(value)) {
                values.push(value);
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&usize, &Vec<Value>)> {
        self.values.iter()
    }

    /// Some value of some characteristic.
    pub(super) fn any(&self, sequence: &mut Sequence) -> Option<(usize, Value)> {
        let (index, values) = self.values.iter().nth(sequence.below(self.values.len())?)?;
        let one = values.get(sequence.below(values.len())?)?;
        let Value::Decimal(number) = one else {
            return Some((*index, one.clone()));
        };
        // Between two numbers as often as on one of them.
        let other = values.get(sequence.below(values.len())?)?;
        let (Value::Decimal(other), 0) = (other, sequence.below(2)?) else {
            return Some((*index, one.clone()));
        };
        let places = definitions().get(*index)?.unit.decimals();
        let parts = 997_u32;
        let part = Decimal::from(sequence.below(997)?);
        let span = other.checked_sub(*number)?.checked_mul(part)?;
        let between = number.checked_add(span.checked_div(parts.into())?)?;
        Some((*index, Value::Decimal(between.round_dp(places))))
    }
}

fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(n) => Some((*n).into()),
        Value::Decimal(d) => Some(*d),
        _ => None,
    }
}

/// What a characteristic is declared to be able to be, where that can be listed.
fn possible(definition: &Definition) -> Vec<Value> {
    let mut found = match definition.kind {
        Kind::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Kind::Text => definition.values.iter().map(|v| (*v).into()).collect(),
        Kind::Int => {
            let range = definition.range.iter();
            let ends = range.flat_map(|range| [range.low.to_i64(), range.high.to_i64()]);
            ends.flatten().map(Value::Int).collect()
        }
        Kind::Decimal => {
            let range = definition.range.iter();
            let ends = range.flat_map(|range| [range.low, range.high]);
            ends.map(Value::Decimal).collect()
        }
        Kind::Date => Vec::new(),
    };
    if definition.missing.is_some() {
        found.push(Value::Missing);
    }
    found
}

/// A fixed sequence of numbers that look like chance (`SplitMix64`), the same on every machine.
#[derive(Debug, Default)]
pub(super) struct Sequence(u64);

impl Sequence {
    /// The next number below a limit; `None` when there is none.
    pub(super) fn below(&mut self, limit: usize) -> Option<usize> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        let limit = u64::try_from(limit).ok()?;
        usize::try_from(z.checked_rem(limit)?).ok()
    }
}
