//! Turns ways through a closure into jumps: `if`, `switch`, steps and `return`.

use super::{Flattener, Jumps, Return};
use crate::{
    program::{At, Instruction, Tail, leaving::leaves, position},
    tree::{Arm, Node, NodeKind, Step},
};

impl Flattener<'_> {
    pub(super) fn if_else(
        &mut self,
        condition: &Node,
        then: &Node,
        otherwise: Option<&Node>,
        to: At,
    ) {
        let (branch, unknown) = self.branch(condition, to);
        self.into(then, to);
        let over = self.emit(Instruction::Jump { target: 0 });
        self.land_otherwise(branch);
        match otherwise {
            Some(otherwise) => self.into(otherwise, to),
            None => self.bool(to, false),
        }
        self.land(unknown.into_iter().chain([over]).collect());
    }

    /// Goes on when a condition holds. Gives the instruction that jumps when it does not, and the
    /// one that jumps to the end, with what is missing as the result, when it cannot be known.
    fn branch(&mut self, condition: &Node, to: At) -> (usize, Option<usize>) {
        if self.may_miss(condition) {
            let on = self.operand(condition);
            let branch = self.emit(Instruction::Branch {
                on,
                to,
                otherwise: 0,
                end: 0,
            });
            return (branch, Some(branch));
        }
        let mark = self.free;
        let tail = Tail {
            settles: false,
            ..Tail::value(self.fresh())
        };
        let branch = self.condition(condition, tail);
        self.free = mark;
        (branch, None)
    }

    pub(super) fn step(&mut self, step: &Step) {
        match step {
            Step::Let { slot, value, .. } => {
                let missing = self.may_miss(value);
                self.into(value, self.local(*slot));
                if let Some(known) = self.missing.get_mut(*slot) {
                    *known = missing;
                }
            }
            Step::Run(node) => self.run(node),
        }
    }

    /// A step is run for its `return`.
    fn run(&mut self, node: &Node) {
        let mark = self.free;
        if let NodeKind::If {
            condition,
            then,
            otherwise: None,
        } = &node.kind
            && !self.may_miss(condition)
            && (leaves(then) || !self.may_miss(then))
        {
            let to = self.fresh();
            let (branch, _) = self.branch(condition, to);
            self.into(then, to);
            self.land_otherwise(branch);
            self.free = mark;
            return;
        }
        let of = self.operand(node);
        self.free = mark;
        if !self.may_miss(node) {
            return;
        }
        // If it cannot be known whether it returns, nothing behind it can be known.
        let to = self.returns.last().map(|outer| outer.to);
        if let Some(to) = to {
            let jump = self.emit(Instruction::Need { of, to, end: 0 });
            if let Some(outer) = self.returns.last_mut() {
                outer.jumps.push(jump);
            }
        }
    }

    /// Computes what may end in a `return`, and lands every `return` behind it.
    pub(super) fn returning(&mut self, to: At, body: &Node) {
        self.returns.push(Return {
            to,
            jumps: Jumps::new(),
        });
        self.into(body, to);
        if let Some(outer) = self.returns.pop() {
            self.land(outer.jumps);
        }
    }

    pub(super) fn leave(&mut self, value: &Node) {
        let Some(to) = self.returns.last().map(|outer| outer.to) else {
            return;
        };
        self.into(value, to);
        let jump = self.emit(Instruction::Jump { target: 0 });
        if let Some(outer) = self.returns.last_mut() {
            outer.jumps.push(jump);
        }
    }

    pub(super) fn switch(&mut self, value: &Node, arms: &[Arm], otherwise: Option<&Node>, to: At) {
        let value = self.operand(value);
        let mut ends = Jumps::new();
        ends.push(self.emit(Instruction::Need {
            of: value,
            to,
            end: 0,
        }));
        for arm in arms {
            let pattern = position(self.program.patterns.len());
            self.program.patterns.push(arm.pattern.clone());
            let fits = self.emit(Instruction::Fits {
                value,
                pattern,
                otherwise: 0,
            });
            let guard = arm.guard.as_ref().map(|guard| {
                let on = self.operand(guard);
                self.emit(Instruction::Branch {
                    on,
                    to,
                    otherwise: 0,
                    end: 0,
                })
            });
            self.into(&arm.body, to);
            ends.push(self.emit(Instruction::Jump { target: 0 }));
            self.land_otherwise(fits);
            if let Some(guard) = guard {
                self.land_otherwise(guard);
                ends.push(guard);
            }
        }
        match otherwise {
            Some(otherwise) => self.into(otherwise, to),
            None => self.bool(to, false),
        }
        self.land(ends);
    }
}
