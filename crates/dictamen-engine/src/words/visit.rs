//! Every node of a tree, outermost first.

use crate::tree::{Node, NodeKind, Step};

/// Shows every node below and at this one.
pub(super) fn each<'n>(node: &'n Node, see: &mut dyn FnMut(&'n Node)) {
    see(node);
    match &node.kind {
        NodeKind::Constant(_)
        | NodeKind::Param(_)
        | NodeKind::Characteristic(_)
        | NodeKind::Term(_)
        | NodeKind::Local(_)
        | NodeKind::Settle { .. } => {}
        NodeKind::Not(inner)
        | NodeKind::Negate(inner)
        | NodeKind::Return(inner)
        | NodeKind::Inlined { body: inner, .. }
        | NodeKind::IsMissing(inner)
        | NodeKind::Lookup { key: inner, .. } => each(inner, see),
        NodeKind::And(nodes) | NodeKind::Or(nodes) | NodeKind::Coalesce(nodes) => {
            all(nodes, see);
        }
        NodeKind::Compare { left, right, .. } | NodeKind::Arithmetic { left, right, .. } => {
            each(left, see);
            each(right, see);
        }
        NodeKind::If {
            condition,
            then,
            otherwise,
        } => {
            each(condition, see);
            each(then, see);
            all(otherwise.as_deref(), see);
        }
        NodeKind::Block { steps, result } => {
            for step in steps {
                match step {
                    Step::Let { value, .. } | Step::Run(value) => each(value, see),
                }
            }
            all(result.as_deref(), see);
        }
        NodeKind::OneOf { value, options } => {
            each(value, see);
            all(options, see);
        }
        NodeKind::Within {
            value, low, high, ..
        } => all([&**value, &**low, &**high], see),
        NodeKind::Switch {
            value,
            arms,
            otherwise,
        } => {
            each(value, see);
            for arm in arms {
                all(&arm.guard, see);
                each(&arm.body, see);
            }
            all(otherwise.as_deref(), see);
        }
        NodeKind::Call { arguments, .. } => {
            all(arguments, see);
        }
        NodeKind::Grant { terms, reductions } => {
            let fixed = [
                &terms.amount,
                &terms.term_months,
                &terms.annual_rate,
                &terms.monthly_payment,
            ];
            let optional = [
                &terms.max_amount,
                &terms.max_payment,
                &terms.limiting_factor,
            ];
            all(fixed.into_iter().chain(optional.into_iter().flatten()), see);
            all(reductions.iter().map(|reduction| &reduction.condition), see);
        }
    }
}

fn all<'n>(nodes: impl IntoIterator<Item = &'n Node>, see: &mut dyn FnMut(&'n Node)) {
    for node in nodes {
        each(node, see);
    }
}
