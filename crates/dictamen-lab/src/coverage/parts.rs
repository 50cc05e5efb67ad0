//! What there is to be covered in one closure: conditions, and the ways it can go.

use dictamen_engine::{
    declaration::Declaration,
    tree::{Node, NodeKind, Place, parts},
};

use crate::{
    mutate::{At, closures},
    paths::{Way, at, is_condition},
};

/// A condition that is made of no other conditions.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    pub(super) at: At,
    pub(super) way: Way,
    /// The largest condition it is part of.
    pub(super) root: Way,
    pub(super) place: Place,
}

/// A way that a closure can go.
#[derive(Debug, Clone)]
pub(super) struct Arm {
    pub(super) at: At,
    /// What is computed when it goes there.
    pub(super) way: Way,
    pub(super) kind: ArmKind,
    pub(super) place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ArmKind {
    /// What follows when the condition at the way holds.
    Then(Way),
    /// What follows when the condition at the way does not hold.
    Else(Way),
    /// Nothing follows when the condition at the way does not hold.
    Skipped(Way),
    /// An arm of a `switch`, counted from 1; the last is what is left.
    Switch(usize),
    /// What counts when the value at the way is missing.
    Fallback(Way),
    /// A grant.
    Grant,
    /// A reduction of a grant, with its condition at the way.
    Reduction(String),
    /// An end without an offer.
    Settle(String),
}

/// Everything in every closure.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) atoms: Vec<Atom>,
    pub(super) arms: Vec<Arm>,
}

pub(super) fn all(declaration: &Declaration) -> Parts {
    let mut found = Parts::default();
    for (place, closure) in closures(declaration) {
        let is_rule = matches!(place, At::Rule { .. });
        let mut way = Vec::new();
        found.node(place, &closure.body, &mut way, is_rule);
    }
    found
}

impl Parts {
    /// `wanted` says that the node is a condition because of where it stands.
    fn node(&mut self, at: At, node: &Node, way: &mut Way, wanted: bool) {
        self.arms_of(at, node, way);
        if let NodeKind::Block { result, .. } = &node.kind {
            let last = count(node).saturating_sub(1);
            let has_result = result.is_some();
            self.below(at, node, way, |i| wanted && has_result && i == last);
        } else if matches!(
            node.kind,
            NodeKind::Inlined { .. } | NodeKind::Return(_) | NodeKind::If { .. }
        ) {
            let is_if = matches!(node.kind, NodeKind::If { .. });
            self.below(at, node, way, |i| wanted || (is_if && i == 0));
        } else if matches!(node.kind, NodeKind::Switch { .. }) {
            self.below(at, node, way, |i| wanted && i > 0);
        } else if wanted || is_condition(node) {
            let root = way.clone();
            self.logic(at, node, way, &root);
        } else {
            self.below(at, node, way, |_| false);
        }
    }

    /// Goes down to what is neither `!`, `&&` nor `||`.
    fn logic(&mut self, at: At, node: &Node, way: &mut Way, root: &Way) {
        if matches!(
            node.kind,
            NodeKind::Not(_) | NodeKind::And(_) | NodeKind::Or(_)
        ) {
            let mut i = 0_usize;
            parts(node, &mut |part| {
                way.push(i);
                self.logic(at, part, way, root);
                way.pop();
                i = i.saturating_add(1);
            });
            return;
        }
        if matches!(node.kind, NodeKind::Constant(_)) {
            return;
        }
        if way != root {
            self.arms_of(at, node, way);
        }
        self.atoms.push(Atom {
            at,
            way: way.clone(),
            root: root.clone(),
            place: node.place,
        });
        self.below_values(at, node, way);
    }

    /// What a condition compares may go several ways itself; a bare statement in it is no condition.
    fn below_values(&mut self, at: At, node: &Node, way: &mut Way) {
        let mut i = 0_usize;
        parts(node, &mut |part| {
            way.push(i);
            if !matches!(part.kind, NodeKind::Characteristic(_)) {
                self.node(at, part, way, false);
            }
            way.pop();
            i = i.saturating_add(1);
        });
    }

    fn below(&mut self, at: At, node: &Node, way: &mut Way, wanted: impl Fn(usize) -> bool) {
        let mut i = 0_usize;
        parts(node, &mut |part| {
            way.push(i);
            self.node(at, part, way, wanted(i));
            way.pop();
            i = i.saturating_add(1);
        });
    }

    fn arms_of(&mut self, place: At, node: &Node, way: &[usize]) {
        let part = |i: usize| [way, &[i]].concat();
        let of = |i: usize| at(node, &[i]).map_or(node.place, |found| found.place);
        let mut push = |way: Way, kind, written: Place| {
            self.arms.push(Arm {
                at: place,
                way,
                kind,
                place: written,
            });
        };
        match &node.kind {
            NodeKind::If { otherwise, .. } => {
                push(part(1), ArmKind::Then(part(0)), of(0));
                match otherwise {
                    Some(_) => push(part(2), ArmKind::Else(part(0)), of(0)),
                    None => push(part(0), ArmKind::Skipped(part(0)), of(0)),
                }
            }
            NodeKind::Switch {
                arms, otherwise, ..
            } => {
                let mut i = 1_usize;
                for (arm, number) in arms.iter().zip(1..) {
                    i = i.saturating_add(usize::from(arm.guard.is_some()));
                    push(part(i), ArmKind::Switch(number), arm.body.place);
                    i = i.saturating_add(1);
                }
                if let Some(otherwise) = otherwise {
                    let number = arms.len().saturating_add(1);
                    push(part(i), ArmKind::Switch(number), otherwise.place);
                }
            }
            NodeKind::Coalesce(nodes) => {
                for i in 1..nodes.len() {
                    let before = part(i.saturating_sub(1));
                    push(part(i), ArmKind::Fallback(before), of(i));
                }
            }
            NodeKind::Grant { reductions, .. } => {
                push(way.to_vec(), ArmKind::Grant, node.place);
                let first = count(node).saturating_sub(reductions.len());
                for (reduction, i) in reductions.iter().zip(first..) {
                    let kind = ArmKind::Reduction(reduction.code.to_string());
                    push(part(i), kind, reduction.condition.place);
                }
            }
            NodeKind::Settle { code, .. } => {
                push(way.to_vec(), ArmKind::Settle(code.to_string()), node.place);
            }
            _ => {}
        }
    }
}

fn count(node: &Node) -> usize {
    let mut count = 0_usize;
    parts(node, &mut |_| count = count.saturating_add(1));
    count
}
