//! Finds the questions about single characteristics, and the rules that are made of them alone.

use std::{slice, sync::Arc};

use dictamen_model::characteristic::{Kind, definitions};

use super::Flattener;
use crate::{
    program::{Cell, Chain, Holds, Link, Question, Side, Site, Test, position},
    tree::{Comparator, Node, NodeKind},
};

/// A characteristic, and the constant that stands in for it when it is missing.
#[derive(Debug, Clone, Copy)]
struct Subject {
    of: u32,
    kind: Kind,
    name: &'static str,
    otherwise: Option<Cell>,
}

impl Flattener<'_> {
    /// A rule that is one question, or several joined by `&&` or `||`.
    pub(super) fn chain(&mut self, condition: &Node, reason: u32) -> Option<Chain> {
        if !self.chains {
            return None;
        }
        let mut condition = condition;
        let mut negated = false;
        while let NodeKind::Not(inner) = &condition.kind {
            condition = inner;
            negated = !negated;
        }
        let (nodes, settles) = match &condition.kind {
            NodeKind::And(nodes) if !nodes.is_empty() => (nodes.as_slice(), false),
            NodeKind::Or(nodes) if !nodes.is_empty() => (nodes.as_slice(), true),
            _ => (slice::from_ref(condition), true),
        };
        let sites = self.program.sites.len();
        let links: Option<Box<[Link]>> =
            nodes.iter().map(|node| self.link(node, settles)).collect();
        if links.is_none() {
            self.program.sites.truncate(sites);
        }
        Some(Chain {
            links: links?,
            settled: settles != negated,
            reason,
        })
    }

    /// A condition that is a question about a characteristic. `settles` is the value of the
    /// condition that is to settle.
    pub(super) fn link(&mut self, node: &Node, settles: bool) -> Option<Link> {
        let test = match &node.kind {
            NodeKind::Not(inner) => return self.link(inner, !settles),
            NodeKind::Compare {
                op,
                left,
                right,
                text,
            } => self.comparison(*op, left, right, text)?,
            NodeKind::Characteristic(_) | NodeKind::Coalesce(_) => self.truth(node)?,
            NodeKind::IsMissing(inner) => self.absence(inner)?,
            _ => return None,
        };
        let settling = settles;
        Some(Link { test, settling })
    }

    fn truth(&mut self, node: &Node) -> Option<Test> {
        let subject = self.subject(node).filter(|s| s.kind == Kind::Bool)?;
        let absent = match subject.otherwise {
            Some(Cell::Bool(value)) => Some(value),
            None => None,
            Some(_) => return None,
        };
        Some(Test {
            of: subject.of,
            site: self.statement(subject.name, subject.of),
            absent,
            question: Question::Bool,
        })
    }

    fn absence(&mut self, inner: &Node) -> Option<Test> {
        let NodeKind::Characteristic(at) = inner.kind else {
            return None;
        };
        let of = position(at);
        let site = self.site(Site {
            text: format!("is_missing(a.{})", definitions().get(at)?.name).into(),
            operator: "is",
            left: Side::Fact(of),
            right: Side::Constant(Cell::NOTHING),
        });
        Some(Test {
            of,
            site,
            absent: None,
            question: Question::Missing,
        })
    }

    /// Compares a numeric characteristic with a constant.
    fn comparison(
        &mut self,
        op: Comparator,
        left: &Node,
        right: &Node,
        text: &Arc<str>,
    ) -> Option<Test> {
        let Subject {
            of,
            kind,
            otherwise,
            ..
        } = self.subject(left).filter(|s| s.kind.is_number())?;
        let (NodeKind::Constant(_) | NodeKind::Param(_)) = right.kind else {
            return None;
        };
        let than = self.operand(right);
        let limit = self.constant_at(than)?;
        let number = limit.number()?;
        let holds = Holds::of(op);
        let absent = match otherwise {
            Some(value) => Some(holds.when(value.number()?.cmp(&number))),
            None => None,
        };
        let site = self.site(Site {
            text: Arc::clone(text),
            operator: op.symbol(),
            left: otherwise.map_or(Side::Fact(of), |value| Side::FactOr(of, value)),
            right: Side::Constant(limit),
        });
        let question = match (kind, limit) {
            (Kind::Int, Cell::Int(than)) => Question::Int { holds, than },
            _ => Question::Number { holds, than },
        };
        Some(Test {
            of,
            site,
            absent,
            question,
        })
    }

    fn subject(&mut self, node: &Node) -> Option<Subject> {
        let (at, otherwise) = match &node.kind {
            NodeKind::Characteristic(at) => (*at, None),
            NodeKind::Coalesce(nodes) => {
                let [first, second] = nodes.as_slice() else {
                    return None;
                };
                let (NodeKind::Characteristic(at), NodeKind::Constant(_) | NodeKind::Param(_)) =
                    (&first.kind, &second.kind)
                else {
                    return None;
                };
                let otherwise = self.operand(second);
                (*at, Some(self.constant_at(otherwise)?))
            }
            _ => return None,
        };
        let definition = definitions().get(at)?;
        Some(Subject {
            of: position(at),
            kind: definition.kind,
            name: definition.name,
            otherwise,
        })
    }
}
