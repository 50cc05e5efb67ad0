//! Which parts of a tree may come to nothing.
//!
//! What cannot be missing needs no instruction that looks whether it is. In doubt it may be.

use dictamen_model::characteristic::definitions;

use super::Flattener;
use crate::{
    program::leaving::may_return,
    tree::{Node, NodeKind},
};

impl Flattener<'_> {
    /// Whether a node's value may be missing. What stands before it has been flattened.
    pub(super) fn may_miss(&self, node: &Node) -> bool {
        let any = |nodes: &[Node]| nodes.iter().any(|node| self.may_miss(node));
        match &node.kind {
            NodeKind::Constant(value) => value.is_missing(),
            NodeKind::Param(_)
            | NodeKind::Term(_)
            | NodeKind::IsMissing(_)
            | NodeKind::Settle { .. } => false,
            NodeKind::Characteristic(at) => {
                definitions().get(*at).is_none_or(|d| d.missing.is_some())
            }
            NodeKind::Local(slot) => self.missing.get(*slot).copied().unwrap_or(true),
            NodeKind::Not(inner) | NodeKind::Negate(inner) => self.may_miss(inner),
            NodeKind::And(nodes) | NodeKind::Or(nodes) => any(nodes),
            NodeKind::Compare { left, right, .. } | NodeKind::Arithmetic { left, right, .. } => {
                self.may_miss(left) || self.may_miss(right)
            }
            NodeKind::Coalesce(nodes) => nodes.iter().all(|node| self.may_miss(node)),
            NodeKind::OneOf { value, options } => self.may_miss(value) || any(options),
            NodeKind::Within {
                value, low, high, ..
            } => [value, low, high].into_iter().any(|n| self.may_miss(n)),
            NodeKind::Call { arguments, .. } => any(arguments),
            NodeKind::If {
                condition,
                then,
                otherwise,
            } => {
                may_return(node)
                    || self.may_miss(condition)
                    || self.may_miss(then)
                    || otherwise.as_deref().is_some_and(|n| self.may_miss(n))
            }
            // Inside these lie values bound by `let` that are not flattened yet, or ways out.
            NodeKind::Block { .. }
            | NodeKind::Return(_)
            | NodeKind::Inlined { .. }
            | NodeKind::Switch { .. }
            | NodeKind::Lookup { .. }
            | NodeKind::Grant { .. } => true,
        }
    }
}
