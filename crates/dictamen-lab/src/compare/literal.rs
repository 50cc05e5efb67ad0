//! Two closures that differ in nothing but their literals.

use dictamen_engine::tree::{Closure, NodeKind};
use dictamen_model::characteristic::Value;
use rust_decimal::Decimal;

use super::rewrite::{each, plain};

/// How two closures differ.
pub(super) enum Difference {
    /// Not at all.
    None,
    /// In literals alone: which of them in the order they are computed, from what, to what.
    Literals(Vec<(usize, Value, Value)>),
    /// Otherwise.
    Whole,
}

pub(super) fn difference(before: &Closure, after: &Closure) -> Difference {
    let (mut one, mut other) = (plain(before), plain(after));
    let take = |node: &mut _| {
        let mut literals = Vec::new();
        each(node, &mut |node| {
            if let NodeKind::Constant(value) = &mut node.kind {
                literals.push(std::mem::replace(value, Value::Missing));
            }
        });
        literals
    };
    let (literals, others) = (take(&mut one), take(&mut other));
    if one != other || literals.len() != others.len() {
        return Difference::Whole;
    }
    let pairs = literals.into_iter().zip(others).enumerate();
    let changed: Vec<_> = pairs
        .filter(|(_, (from, to))| !alike(from, to))
        .map(|(at, (from, to))| (at, from, to))
        .collect();
    if changed.is_empty() {
        Difference::None
    } else {
        Difference::Literals(changed)
    }
}

/// Replaces a literal by its place among them.
pub(super) fn replace(closure: &mut Closure, at: usize, by: &Value) {
    let mut met = 0_usize;
    each(&mut closure.body, &mut |node| {
        if let NodeKind::Constant(value) = &mut node.kind {
            if met == at {
                value.clone_from(by);
            }
            met = met.saturating_add(1);
        }
    });
}

/// Whether two values are the same; whole numbers and decimals by what they are worth.
pub(super) fn alike(one: &Value, other: &Value) -> bool {
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

pub(super) fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(n) => Some((*n).into()),
        Value::Decimal(d) => Some(*d),
        _ => None,
    }
}
