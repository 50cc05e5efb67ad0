//! Changes nodes of a tree in place.

use dictamen_engine::tree::{Closure, Node, NodeKind, Step};

/// Shows a node and all below it, each before what it is made of, in the order of
/// [`visit`](dictamen_engine::tree::visit).
pub(super) fn each(node: &mut Node, see: &mut dyn FnMut(&mut Node)) {
    see(node);
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
        | NodeKind::Lookup { key: inner, .. } => each(inner, see),
        NodeKind::And(nodes)
        | NodeKind::Or(nodes)
        | NodeKind::Coalesce(nodes)
        | NodeKind::Call {
            arguments: nodes, ..
        } => all(nodes, see),
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
            maybe(otherwise.as_deref_mut(), see);
        }
        NodeKind::Block { steps, result } => {
            for step in steps {
                match step {
                    Step::Let { value, .. } | Step::Run(value) => each(value, see),
                }
            }
            maybe(result.as_deref_mut(), see);
        }
        NodeKind::OneOf { value, options } => {
            each(value, see);
            all(options, see);
        }
        NodeKind::Within {
            value, low, high, ..
        } => {
            each(value, see);
            each(low, see);
            each(high, see);
        }
        NodeKind::Switch {
            value,
            arms,
            otherwise,
        } => {
            each(value, see);
            for arm in arms {
                maybe(arm.guard.as_mut(), see);
                each(&mut arm.body, see);
            }
            maybe(otherwise.as_deref_mut(), see);
        }
        NodeKind::Grant { terms, reductions } => {
            each(&mut terms.amount, see);
            each(&mut terms.term_months, see);
            each(&mut terms.annual_rate, see);
            each(&mut terms.monthly_payment, see);
            maybe(terms.max_amount.as_mut(), see);
            maybe(terms.max_payment.as_mut(), see);
            maybe(terms.limiting_factor.as_mut(), see);
            for reduction in reductions {
                each(&mut reduction.condition, see);
            }
        }
    }
}

fn all(nodes: &mut [Node], see: &mut dyn FnMut(&mut Node)) {
    for node in nodes {
        each(node, see);
    }
}

fn maybe(node: Option<&mut Node>, see: &mut dyn FnMut(&mut Node)) {
    if let Some(node) = node {
        each(node, see);
    }
}

/// The closure without what does not decide: how comparisons were written, and names.
pub(super) fn plain(closure: &Closure) -> Node {
    let mut body = closure.body.clone();
    each(&mut body, &mut |node| match &mut node.kind {
        NodeKind::Compare { text, .. } => *text = "".into(),
        NodeKind::Inlined { name, .. } => *name = "".into(),
        NodeKind::Block { steps, .. } => {
            for step in steps {
                if let Step::Let { name, .. } = step {
                    *name = "".into();
                }
            }
        }
        _ => {}
    });
    body
}
