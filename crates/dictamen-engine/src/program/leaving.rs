//! Which parts of a tree may be left before their end.
//!
//! What cannot be left needs no register of its own for the value it is left with.

use crate::tree::{Node, NodeKind, Step};

/// Whether a node may leave the closure or function it stands in, or stop it.
pub(super) fn may_return(node: &Node) -> bool {
    let any = |nodes: &[Node]| nodes.iter().any(may_return);
    match &node.kind {
        NodeKind::Return(_) => true,
        NodeKind::Block { steps, result } => {
            steps.iter().any(|step| match step {
                Step::Let { value, .. } => may_return(value),
                Step::Run(_) => true,
            }) || result.as_deref().is_some_and(may_return)
        }
        NodeKind::If {
            condition,
            then,
            otherwise,
        } => {
            may_return(condition)
                || may_return(then)
                || otherwise.as_deref().is_some_and(may_return)
        }
        NodeKind::Switch {
            value,
            arms,
            otherwise,
        } => {
            may_return(value)
                || arms
                    .iter()
                    .any(|arm| arm.guard.as_ref().is_some_and(may_return) || may_return(&arm.body))
                || otherwise.as_deref().is_some_and(may_return)
        }
        NodeKind::Constant(_)
        | NodeKind::Param(_)
        | NodeKind::Characteristic(_)
        | NodeKind::Term(_)
        | NodeKind::Local(_)
        | NodeKind::Inlined { .. }
        | NodeKind::Settle { .. } => false,
        NodeKind::Not(inner)
        | NodeKind::Negate(inner)
        | NodeKind::IsMissing(inner)
        | NodeKind::Lookup { key: inner, .. } => may_return(inner),
        NodeKind::And(nodes) | NodeKind::Or(nodes) | NodeKind::Coalesce(nodes) => any(nodes),
        NodeKind::Compare { left, right, .. } | NodeKind::Arithmetic { left, right, .. } => {
            may_return(left) || may_return(right)
        }
        NodeKind::OneOf { value, options } => may_return(value) || any(options),
        NodeKind::Within {
            value, low, high, ..
        } => may_return(value) || may_return(low) || may_return(high),
        NodeKind::Call { arguments, .. } => any(arguments),
        NodeKind::Grant { terms, reductions } => {
            [
                &terms.amount,
                &terms.term_months,
                &terms.annual_rate,
                &terms.monthly_payment,
            ]
            .into_iter()
            .any(may_return)
                || [
                    &terms.max_amount,
                    &terms.max_payment,
                    &terms.limiting_factor,
                ]
                .into_iter()
                .flatten()
                .any(may_return)
                || reductions.iter().any(|r| may_return(&r.condition))
        }
    }
}

/// Whether a node leaves the closure or function it stands in whenever it is met, so that it has
/// no value that anybody could ask for.
pub(super) fn leaves(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Return(_) => true,
        NodeKind::Block { steps, result } => {
            let run = |step: &Step| matches!(step, Step::Run(node) if leaves(node));
            steps.iter().any(run) || result.as_deref().is_some_and(leaves)
        }
        NodeKind::If {
            then,
            otherwise: Some(otherwise),
            ..
        } => leaves(then) && leaves(otherwise),
        _ => false,
    }
}
