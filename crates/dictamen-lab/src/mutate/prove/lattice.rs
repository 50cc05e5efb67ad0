//! Numbers that were rounded to steps: between two of them there is nothing to tell limits apart.

use dictamen_engine::{
    declaration::Declaration,
    tree::{Closure, Comparator, Function, Node, NodeKind, Step, visit},
};
use dictamen_model::characteristic::Value;
use rust_decimal::Decimal;

use super::Same;
use crate::{mutate::change::Change, paths::Called};

/// Steps looked at around two limits.
const MOST: u32 = 2_000;

/// A comparison before and after, each with where it belongs.
pub(super) struct Sides<'a> {
    pub(super) before: (&'a Declaration, &'a Closure, &'a Node),
    pub(super) after: (&'a Declaration, &'a Closure, &'a Node),
}

/// Why a comparison comes to the same, if one side of it is rounded to steps and no step lies where
/// the two differ.
pub(super) fn prove(sides: &Sides<'_>, change: &Change) -> Option<Same> {
    let (before, after) = (Read::of(&sides.before)?, Read::of(&sides.after)?);
    if before.step != after.step || before.rounded != after.rounded {
        return None;
    }
    if let Change::Param { index, .. } = change
        && reads(sides.before.1, before.rounded, *index, 0)
    {
        return None;
    }
    let (low, high) = (before.limit.min(after.limit), before.limit.max(after.limit));
    let first = low.checked_div(before.step)?.floor();
    let mut multiple = first.checked_sub(Decimal::ONE)?.checked_mul(before.step)?;
    let end = high.checked_add(before.step)?.checked_add(before.step)?;
    for _ in 0..MOST {
        if before.holds(multiple) != after.holds(multiple) {
            return None;
        }
        multiple = multiple.checked_add(before.step)?;
        if multiple > end {
            let called = Called::new(sides.before.0, sides.before.1);
            return Some(Same(format!(
                "`{}` is a multiple of {}, and no such number tells the two apart",
                called.print(before.shown),
                before.step.normalize()
            )));
        }
    }
    None
}

/// A comparison of something rounded with a limit, the rounded side on the left.
struct Read<'a> {
    op: Comparator,
    /// The side as written.
    shown: &'a Node,
    /// What it is.
    rounded: &'a Node,
    step: Decimal,
    limit: Decimal,
}

impl<'a> Read<'a> {
    fn of((declaration, closure, node): &(&'a Declaration, &'a Closure, &'a Node)) -> Option<Self> {
        let NodeKind::Compare {
            op, left, right, ..
        } = &node.kind
        else {
            return None;
        };
        let read = |op, shown: &'a Node, limit: &Node| {
            let rounded = bound(closure, shown);
            let NodeKind::Call {
                function: Function::FloorTo | Function::CeilTo,
                arguments,
            } = &rounded.kind
            else {
                return None;
            };
            let step = number(declaration, arguments.get(1)?)?;
            let limit = number(declaration, limit)?;
            (step > Decimal::ZERO).then_some(Self {
                op,
                shown,
                rounded,
                step,
                limit,
            })
        };
        read(*op, left, right).or_else(|| read(op.mirrored(), right, left))
    }

    fn holds(&self, number: Decimal) -> bool {
        match self.op {
            Comparator::Less => number < self.limit,
            Comparator::AtMost => number <= self.limit,
            Comparator::Equal => number == self.limit,
            Comparator::NotEqual => number != self.limit,
            Comparator::AtLeast => number >= self.limit,
            Comparator::Greater => number > self.limit,
        }
    }
}

/// What a node is, through the names it was bound under.
fn bound<'a>(closure: &'a Closure, node: &'a Node) -> &'a Node {
    let NodeKind::Local(slot) = node.kind else {
        return node;
    };
    let_of(closure, slot).unwrap_or(node)
}

fn let_of(closure: &Closure, wanted: usize) -> Option<&Node> {
    let mut found = None;
    visit(&closure.body, &mut |node| {
        if let NodeKind::Block { steps, .. } = &node.kind {
            for step in steps {
                if let Step::Let { slot, value, .. } = step
                    && *slot == wanted
                {
                    found = Some(value);
                }
            }
        }
    });
    found
}

fn number(declaration: &Declaration, node: &Node) -> Option<Decimal> {
    let value = match &node.kind {
        NodeKind::Constant(value) => value,
        NodeKind::Param(index) => &declaration.params.get(*index)?.value,
        _ => return None,
    };
    match value {
        Value::Int(n) => Some((*n).into()),
        Value::Decimal(d) => Some(*d),
        _ => None,
    }
}

/// Whether a threshold is read by a node or by what it names.
fn reads(closure: &Closure, node: &Node, param: usize, depth: usize) -> bool {
    let mut found = depth > 32;
    visit(node, &mut |node| {
        found = found
            || match node.kind {
                NodeKind::Param(index) => index == param,
                NodeKind::Local(slot) => let_of(closure, slot)
                    .is_none_or(|bound| reads(closure, bound, param, depth.saturating_add(1))),
                _ => false,
            };
    });
    found
}
