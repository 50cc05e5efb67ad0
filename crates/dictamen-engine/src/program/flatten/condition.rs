//! Turns conditions into instructions, the common ones into one each.
//!
//! A comparison of a characteristic with a constant, the constant that stands in for it when it
//! is missing, a `!` before it and its part in `&&` or `||` are one instruction together.

use std::sync::Arc;

use dictamen_model::characteristic::{Kind, definitions};

use super::{CONSTANTS, Flattener};
use crate::{
    program::{At, Cell, Holds, Instruction, Side, Site, Tail, Tested, index, position},
    tree::{Comparator, Node, NodeKind},
};

impl Tail {
    /// A condition that is a value by itself.
    pub(super) fn value(to: u32) -> Self {
        Self {
            to,
            end: 0,
            settles: true,
            joined: false,
            negated: false,
        }
    }
}

/// A characteristic, and the constant that stands in for it when it is missing.
#[derive(Debug, Clone, Copy)]
struct Subject {
    of: At,
    kind: Kind,
    otherwise: Option<Cell>,
}

impl Flattener<'_> {
    /// Settles a condition; gives the instruction whose end is still to be landed.
    pub(super) fn condition(&mut self, node: &Node, tail: Tail) -> usize {
        match &node.kind {
            NodeKind::Not(inner) => {
                let negated = !tail.negated;
                self.condition(inner, Tail { negated, ..tail })
            }
            NodeKind::Compare {
                op,
                left,
                right,
                text,
            } => self.compare(*op, left, right, text, tail),
            NodeKind::Characteristic(_) | NodeKind::Coalesce(_) => self.truth(node, tail),
            NodeKind::IsMissing(inner) => self.is_missing(inner, tail),
            _ => self.computed(node, tail),
        }
    }

    /// A condition of any other kind, by way of a register.
    fn computed(&mut self, node: &Node, tail: Tail) -> usize {
        let of = self.operand(node);
        self.emit(Instruction::Logic { of, tail })
    }

    fn truth(&mut self, node: &Node, tail: Tail) -> usize {
        let subject = self.subject(node).filter(|s| s.kind == Kind::Bool);
        let Some(Subject { of, otherwise, .. }) = subject else {
            return self.computed(node, tail);
        };
        let absent = match otherwise {
            Some(Cell::Bool(value)) => Some(value),
            None => None,
            Some(_) => return self.computed(node, tail),
        };
        let Some(definition) = definitions().get(index(of)) else {
            return self.computed(node, tail);
        };
        let site = self.statement(definition.name, of);
        let tested = Tested { of, site, absent };
        self.emit(Instruction::TestBool { tested, tail })
    }

    fn is_missing(&mut self, inner: &Node, tail: Tail) -> usize {
        if let NodeKind::Characteristic(at) = inner.kind
            && let Some(definition) = definitions().get(at)
        {
            let of = self.fact(at);
            let site = self.site(Site {
                text: format!("is_missing(a.{})", definition.name).into(),
                operator: "is",
                left: Side::Fact(of),
                right: Side::Constant(Cell::NOTHING),
            });
            return self.emit(Instruction::TestMissing { of, site, tail });
        }
        let of = self.operand(inner);
        let to = self.fresh();
        self.emit(Instruction::IsMissing { of, to });
        self.emit(Instruction::Logic { of: to, tail })
    }

    fn compare(
        &mut self,
        op: Comparator,
        left: &Node,
        right: &Node,
        text: &Arc<str>,
        tail: Tail,
    ) -> usize {
        if let Some(subject) = self.subject(left)
            && let NodeKind::Constant(_) | NodeKind::Param(_) = right.kind
            && let Some(at) = self.compare_fact(op, subject, right, text, tail)
        {
            return at;
        }
        let left = self.operand(left);
        let right = self.operand(right);
        let (one, other) = (self.side(left), self.side(right));
        let recorded = |side| matches!(side, Side::Recorded);
        let site = self.site(Site {
            text: Arc::clone(text),
            operator: op.symbol(),
            left: one,
            right: other,
        });
        self.emit(Instruction::Compare {
            holds: Holds::of(op),
            left,
            right,
            keep: (recorded(one), recorded(other)),
            site,
            tail,
        })
    }

    /// Compares a numeric characteristic with a constant, if that is what is to be compared.
    fn compare_fact(
        &mut self,
        op: Comparator,
        subject: Subject,
        right: &Node,
        text: &Arc<str>,
        tail: Tail,
    ) -> Option<usize> {
        let Subject {
            of,
            kind,
            otherwise,
        } = subject;
        let than = self.operand(right);
        let limit = self.constant_at(than)?;
        let number = limit.number()?;
        let holds = Holds::of(op);
        let absent = match otherwise {
            Some(value) => Some(holds.when(value.number()?.cmp(&number))),
            None => None,
        };
        if !kind.is_number() {
            return None;
        }
        let site = self.site(Site {
            text: Arc::clone(text),
            operator: op.symbol(),
            left: otherwise.map_or(Side::Fact(of), |value| Side::FactOr(of, value)),
            right: Side::Constant(limit),
        });
        let tested = Tested { of, site, absent };
        let instruction = match (kind, limit) {
            (Kind::Int, Cell::Int(than)) => Instruction::TestInt {
                tested,
                holds,
                than,
                tail,
            },
            _ => Instruction::TestNumber {
                tested,
                holds,
                than,
                tail,
            },
        };
        Some(self.emit(instruction))
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
        Some(Subject {
            of: self.fact(at),
            kind: definitions().get(at)?.kind,
            otherwise,
        })
    }

    fn constant_at(&self, at: At) -> Option<Cell> {
        let at = at.checked_sub(CONSTANTS)?;
        self.constants.get(index(at)).copied()
    }

    /// Where a trace finds what an operand was.
    fn side(&self, operand: At) -> Side {
        if operand < self.program.terms {
            return Side::Fact(operand);
        }
        self.constant_at(operand)
            .map_or(Side::Recorded, Side::Constant)
    }

    /// The site of a characteristic that is true or false.
    pub(super) fn statement(&mut self, name: &str, fact: At) -> u32 {
        self.site(Site {
            text: format!("a.{name}").into(),
            operator: "is",
            left: Side::Fact(fact),
            right: Side::Constant(Cell::Bool(true)),
        })
    }

    fn site(&mut self, site: Site) -> u32 {
        self.program.sites.push(site);
        position(self.program.sites.len().saturating_sub(1))
    }
}
