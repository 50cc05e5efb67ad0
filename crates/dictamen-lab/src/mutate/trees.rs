//! What can be changed in one tree: comparisons, logic, arithmetic, branches, literals.
//!
//! Each change is one that a hand could have made by mistake. Nothing here knows which closure of a
//! policy the tree is.

use dictamen_engine::Outcome;
use dictamen_engine::tree::{Arm, Comparator, Function, Node, NodeKind, Operator, Pattern};
use dictamen_model::characteristic::Value;

use super::step::{beside, beside_number};
use crate::paths::{Way, is_condition, walk};

/// One change of a tree.
#[derive(Debug, Clone)]
pub(super) struct TreeChange {
    /// Its kind, a stable name.
    pub(super) operator: &'static str,
    /// Where in the tree.
    pub(super) way: Way,
    /// What stands there afterwards.
    pub(super) node: Node,
    /// What is done, where the two texts do not say it.
    pub(super) said: Option<&'static str>,
}

/// Every change of a tree, in the order of its nodes.
pub(super) fn changes(root: &Node) -> Vec<TreeChange> {
    let mut found = Vec::new();
    let mut negated: Vec<Way> = Vec::new();
    walk(root, &mut |way, node| {
        let mut push = |operator, kind: NodeKind, said| {
            let place = node.place;
            found.push(TreeChange {
                operator,
                way: way.to_vec(),
                node: Node { kind, place },
                said,
            });
        };
        // `!x` is negated by taking the sign away, so what is under it is not negated again; nor is
        // what is compared with something.
        let covered = negated.iter().any(|other| *other == way);
        let mut children = 0_usize;
        dictamen_engine::tree::parts(node, &mut |_| children = children.saturating_add(1));
        if matches!(
            node.kind,
            NodeKind::Not(_) | NodeKind::Compare { .. } | NodeKind::IsMissing(_)
        ) {
            negated.extend((0..children).map(|i| [way, &[i]].concat()));
        }
        if let NodeKind::Not(inner) = &node.kind {
            push("negation", inner.kind.clone(), None);
        } else if is_condition(node) && !covered {
            push("negation", negation(node), None);
        }
        of_kind(&node.kind, &mut push);
        if let NodeKind::If { condition, .. } = &node.kind {
            for (taken, said) in [(false, "is never taken"), (true, "is always taken")] {
                found.push(TreeChange {
                    operator: "branch",
                    way: [way, &[0]].concat(),
                    node: Node {
                        kind: NodeKind::Constant(Value::Bool(taken)),
                        place: condition.place,
                    },
                    said: Some(said),
                });
            }
        }
    });
    found
}

type Push<'a> = dyn FnMut(&'static str, NodeKind, Option<&'static str>) + 'a;

fn negation(node: &Node) -> NodeKind {
    match &node.kind {
        NodeKind::Compare {
            op,
            left,
            right,
            text,
        } => NodeKind::Compare {
            op: op.negated(),
            left: left.clone(),
            right: right.clone(),
            text: text.clone(),
        },
        _ => NodeKind::Not(Box::new(node.clone())),
    }
}

fn of_kind(kind: &NodeKind, push: &mut Push<'_>) {
    match kind {
        NodeKind::Constant(value) => {
            for other in beside(value) {
                push("literal", NodeKind::Constant(other), None);
            }
        }
        NodeKind::Compare {
            op,
            left,
            right,
            text,
        } => {
            if let Some(op) = boundary(*op) {
                let kind = NodeKind::Compare {
                    op,
                    left: left.clone(),
                    right: right.clone(),
                    text: text.clone(),
                };
                push("comparison", kind, None);
            }
        }
        NodeKind::And(nodes) => joined(nodes, NodeKind::And, NodeKind::Or, push),
        NodeKind::Or(nodes) => joined(nodes, NodeKind::Or, NodeKind::And, push),
        NodeKind::Coalesce(nodes) => {
            if let Some((_, [first, rest @ ..])) = nodes.split_last() {
                let kept = if rest.is_empty() {
                    first.kind.clone()
                } else {
                    let kept = [std::slice::from_ref(first), rest].concat();
                    NodeKind::Coalesce(kept)
                };
                push("fallback", kept, None);
            }
        }
        NodeKind::OneOf { value, options } if options.len() > 1 => {
            for at in 0..options.len() {
                let kind = NodeKind::OneOf {
                    value: value.clone(),
                    options: without(options, at),
                };
                push("option", kind, None);
            }
        }
        NodeKind::Within {
            value,
            low,
            high,
            inclusive,
        } => {
            let kind = NodeKind::Within {
                value: value.clone(),
                low: low.clone(),
                high: high.clone(),
                inclusive: !inclusive,
            };
            push("comparison", kind, None);
        }
        NodeKind::Arithmetic { op, left, right } => {
            let opposite = match op {
                Operator::Add => Operator::Subtract,
                Operator::Subtract => Operator::Add,
                Operator::Multiply => Operator::Divide,
                Operator::Divide | Operator::Remainder => Operator::Multiply,
            };
            let kind = NodeKind::Arithmetic {
                op: opposite,
                left: left.clone(),
                right: right.clone(),
            };
            push("arithmetic", kind, None);
        }
        NodeKind::Negate(inner) => push("arithmetic", inner.kind.clone(), None),
        NodeKind::Call {
            function,
            arguments,
        } => called(*function, arguments, push),
        NodeKind::Switch {
            value,
            arms,
            otherwise,
        } => {
            let mut other = |arms: Vec<Arm>, operator, said| {
                let kind = NodeKind::Switch {
                    value: value.clone(),
                    arms,
                    otherwise: otherwise.clone(),
                };
                push(operator, kind, Some(said));
            };
            for (at, arm) in arms.iter().enumerate() {
                other(without(arms, at), "branch", "loses an arm");
                for pattern in patterns(&arm.pattern) {
                    let mut arms = arms.clone();
                    if let Some(arm) = arms.get_mut(at) {
                        arm.pattern = pattern;
                    }
                    other(arms, "literal", "fits other values");
                }
            }
        }
        NodeKind::Grant { terms, reductions } => {
            for at in 0..reductions.len() {
                let kind = NodeKind::Grant {
                    terms: terms.clone(),
                    reductions: without(reductions, at),
                };
                push("reduction", kind, Some("loses a `when`"));
            }
        }
        NodeKind::Settle { outcome, code } => {
            let outcome = match outcome {
                Outcome::Decline => Outcome::Refer,
                _ => Outcome::Decline,
            };
            let code = code.clone();
            push("settlement", NodeKind::Settle { outcome, code }, None);
        }
        _ => {}
    }
}

/// The comparison that differs in what it says of the limit itself.
fn boundary(op: Comparator) -> Option<Comparator> {
    Some(match op {
        Comparator::Less => Comparator::AtMost,
        Comparator::AtMost => Comparator::Less,
        Comparator::Greater => Comparator::AtLeast,
        Comparator::AtLeast => Comparator::Greater,
        // Turned round, which is its negation.
        Comparator::Equal | Comparator::NotEqual => return None,
    })
}

fn joined(
    nodes: &[Node],
    same: impl Fn(Vec<Node>) -> NodeKind,
    other: impl Fn(Vec<Node>) -> NodeKind,
    push: &mut Push<'_>,
) {
    push("logic", other(nodes.to_vec()), None);
    for at in 0..nodes.len() {
        let mut kept = without(nodes, at);
        let kind = match kept.pop() {
            Some(only) if kept.is_empty() => only.kind,
            Some(last) => {
                kept.push(last);
                same(kept)
            }
            None => continue,
        };
        push("side", kind, None);
    }
}

fn called(function: Function, arguments: &[Node], push: &mut Push<'_>) {
    let call = |function, arguments: &[Node]| NodeKind::Call {
        function,
        arguments: arguments.to_vec(),
    };
    match function {
        Function::Min | Function::Max => {
            let other = if function == Function::Min {
                Function::Max
            } else {
                Function::Min
            };
            push("function", call(other, arguments), None);
            for argument in arguments {
                push("side", argument.kind.clone(), None);
            }
        }
        Function::FloorTo => push("rounding", call(Function::CeilTo, arguments), None),
        Function::CeilTo => push("rounding", call(Function::FloorTo, arguments), None),
        Function::RoundHalfUp => {
            if let [number, places] = arguments
                && let NodeKind::Constant(Value::Int(n)) = places.kind
                && let Some(step) = beside_number(n)
            {
                let step = Node {
                    kind: NodeKind::Constant(Value::Decimal(step)),
                    place: places.place,
                };
                let rounded = [number.clone(), step];
                push("rounding", call(Function::FloorTo, &rounded), None);
                push("rounding", call(Function::CeilTo, &rounded), None);
            }
        }
        Function::Abs => {
            if let [number] = arguments {
                push("function", number.kind.clone(), None);
            }
        }
        Function::DaysBetween => {
            if let [from, to] = arguments {
                let turned = [to.clone(), from.clone()];
                push("function", call(function, &turned), None);
            }
        }
        Function::AnnuityFactor => {}
    }
}

fn without<T: Clone>(items: &[T], at: usize) -> Vec<T> {
    let others = items.iter().enumerate().filter(|(i, _)| *i != at);
    others.map(|(_, item)| item.clone()).collect()
}

/// What an arm could fit instead: limits moved by one.
fn patterns(pattern: &Pattern) -> Vec<Pattern> {
    match pattern {
        Pattern::Exactly(value) => beside(value).into_iter().map(Pattern::Exactly).collect(),
        Pattern::Between {
            low,
            high,
            inclusive,
        } => {
            let inclusive = *inclusive;
            let mut found = Vec::new();
            for by in [-rust_decimal::Decimal::ONE, rust_decimal::Decimal::ONE] {
                if let Some(low) = low.checked_add(by) {
                    let high = *high;
                    found.push(Pattern::Between {
                        low,
                        high,
                        inclusive,
                    });
                }
                if let Some(high) = high.checked_add(by) {
                    let low = *low;
                    found.push(Pattern::Between {
                        low,
                        high,
                        inclusive,
                    });
                }
            }
            found
        }
    }
}
