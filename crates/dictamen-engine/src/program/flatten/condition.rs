//! Turns conditions into instructions.
//!
//! A question about one characteristic, a `!` before it and its part in `&&` or `||` are one
//! instruction together.

use std::sync::Arc;

use super::{CONSTANTS, Flattener};
use crate::{
    program::{At, Cell, Holds, Instruction, Link, Side, Site, Tail, index, position},
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

impl Flattener<'_> {
    /// Settles a condition; gives the instruction whose end is still to be landed.
    pub(super) fn condition(&mut self, node: &Node, tail: Tail) -> usize {
        if let Some(Link { test, settling }) = self.link(node, true) {
            let negated = tail.negated == settling;
            let tail = Tail { negated, ..tail };
            return self.emit(Instruction::Test { test, tail });
        }
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
            NodeKind::IsMissing(inner) => {
                let of = self.operand(inner);
                let to = self.fresh();
                self.emit(Instruction::IsMissing { of, to });
                self.emit(Instruction::Logic { of: to, tail })
            }
            // A condition of any other kind, by way of a register.
            _ => {
                let of = self.operand(node);
                self.emit(Instruction::Logic { of, tail })
            }
        }
    }

    fn compare(
        &mut self,
        op: Comparator,
        left: &Node,
        right: &Node,
        text: &Arc<str>,
        tail: Tail,
    ) -> usize {
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

    pub(super) fn constant_at(&self, at: At) -> Option<Cell> {
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

    pub(super) fn site(&mut self, site: Site) -> u32 {
        self.program.sites.push(site);
        position(self.program.sites.len().saturating_sub(1))
    }
}
