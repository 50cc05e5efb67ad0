//! Goes over every node of a tree.

use super::{Node, NodeKind, Step};

/// Shows a node and all below it, each before what it is made of.
pub fn visit<'n>(node: &'n Node, see: &mut dyn FnMut(&'n Node)) {
    see(node);
    parts(node, &mut |part| visit(part, see));
}

/// Shows the nodes that a node is made of, in the order in which they are computed.
pub fn parts<'n>(node: &'n Node, see: &mut dyn FnMut(&'n Node)) {
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
        | NodeKind::Lookup { key: inner, .. } => see(inner),
        NodeKind::And(nodes)
        | NodeKind::Or(nodes)
        | NodeKind::Coalesce(nodes)
        | NodeKind::Call {
            arguments: nodes, ..
        } => nodes.iter().for_each(see),
        NodeKind::Compare { left, right, .. } | NodeKind::Arithmetic { left, right, .. } => {
            see(left);
            see(right);
        }
        NodeKind::If {
            condition,
            then,
            otherwise,
        } => {
            see(condition);
            see(then);
            if let Some(otherwise) = otherwise {
                see(otherwise);
            }
        }
        NodeKind::Block { steps, result } => {
            for step in steps {
                match step {
                    Step::Let { value, .. } | Step::Run(value) => see(value),
                }
            }
            if let Some(result) = result {
                see(result);
            }
        }
        NodeKind::OneOf { value, options } => {
            see(value);
            options.iter().for_each(see);
        }
        NodeKind::Within {
            value, low, high, ..
        } => {
            see(value);
            see(low);
            see(high);
        }
        NodeKind::Switch {
            value,
            arms,
            otherwise,
        } => {
            see(value);
            for arm in arms {
                arm.guard.iter().for_each(&mut *see);
                see(&arm.body);
            }
            if let Some(otherwise) = otherwise {
                see(otherwise);
            }
        }
        NodeKind::Grant { terms, reductions } => {
            see(&terms.amount);
            see(&terms.term_months);
            see(&terms.annual_rate);
            see(&terms.monthly_payment);
            let optional = [
                &terms.max_amount,
                &terms.max_payment,
                &terms.limiting_factor,
            ];
            optional.into_iter().flatten().for_each(&mut *see);
            for reduction in reductions {
                see(&reduction.condition);
            }
        }
    }
}

/// The same as [`parts`], to be changed.
pub fn parts_mut(node: &mut Node, see: &mut dyn FnMut(&mut Node)) {
    match &mut node.kind {
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
        | NodeKind::Lookup { key: inner, .. } => see(inner),
        NodeKind::And(nodes)
        | NodeKind::Or(nodes)
        | NodeKind::Coalesce(nodes)
        | NodeKind::Call {
            arguments: nodes, ..
        } => nodes.iter_mut().for_each(see),
        NodeKind::Compare { left, right, .. } | NodeKind::Arithmetic { left, right, .. } => {
            see(left);
            see(right);
        }
        NodeKind::If {
            condition,
            then,
            otherwise,
        } => {
            see(condition);
            see(then);
            if let Some(otherwise) = otherwise {
                see(otherwise);
            }
        }
        NodeKind::Block { steps, result } => {
            for step in steps {
                match step {
                    Step::Let { value, .. } | Step::Run(value) => see(value),
                }
            }
            if let Some(result) = result {
                see(result);
            }
        }
        NodeKind::OneOf { value, options } => {
            see(value);
            options.iter_mut().for_each(see);
        }
        NodeKind::Within {
            value, low, high, ..
        } => {
            see(value);
            see(low);
            see(high);
        }
        NodeKind::Switch {
            value,
            arms,
            otherwise,
        } => {
            see(value);
            for arm in arms {
                arm.guard.iter_mut().for_each(&mut *see);
                see(&mut arm.body);
            }
            if let Some(otherwise) = otherwise {
                see(otherwise);
            }
        }
        NodeKind::Grant { terms, reductions } => {
            see(&mut terms.amount);
            see(&mut terms.term_months);
            see(&mut terms.annual_rate);
            see(&mut terms.monthly_payment);
            let optional = [
                &mut terms.max_amount,
                &mut terms.max_payment,
                &mut terms.limiting_factor,
            ];
            optional.into_iter().flatten().for_each(&mut *see);
            for reduction in reductions {
                see(&mut reduction.condition);
            }
        }
    }
}
