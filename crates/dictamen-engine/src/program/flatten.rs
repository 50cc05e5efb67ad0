//! Turns trees into instructions.
//!
//! Values are evaluated in the order of the tree, so that a trace tells comparisons in the order
//! in which they were met. Whether something can be left out is decided by the tree, never here.

use std::{collections::BTreeMap, sync::Arc};

use dictamen_model::characteristic::{Kind, Value, definitions};

use super::{
    Cell, Entry, Gap, GrantPlan, Instruction, Operand, Program, Site, index, leaving::may_return,
    position,
};
use crate::{
    declaration::Param,
    tree::{Arm, Closure, GrantTerms, Node, NodeKind, Reduction, Step},
};

/// Builds the program of one policy, closure by closure.
#[derive(Debug)]
pub(crate) struct Flattener<'a> {
    program: Program,
    /// Position of every reason code in the catalogue.
    codes: &'a BTreeMap<Arc<str>, u32>,
    known: BTreeMap<String, u32>,
    // Of the closure at hand:
    free: u32,
    highest: u32,
    returns: Vec<Return>,
}

/// Where a `return` leads: out of the closure, or out of a function written out in place.
#[derive(Debug)]
struct Return {
    to: u32,
    jumps: Jumps,
}

/// Instructions whose target is not known yet.
type Jumps = Vec<usize>;

impl<'a> Flattener<'a> {
    /// Begins with the params, which are the first constants.
    pub(crate) fn new(params: &[Param], codes: &'a BTreeMap<Arc<str>, u32>) -> Self {
        let mut program = Program::default();
        for param in params {
            let cell = program.cell(&param.value);
            program.constants.push(cell);
        }
        Self {
            program,
            codes,
            known: BTreeMap::new(),
            free: 0,
            highest: 0,
            returns: Vec::new(),
        }
    }

    pub(crate) fn finish(mut self) -> Program {
        self.program.registers = self.highest;
        self.program
    }

    /// A value of the policy as a cell.
    pub(crate) fn cell(&mut self, value: &Value) -> Cell {
        self.program.cell(value)
    }

    /// Position of a reason code in the catalogue.
    pub(crate) fn code(&self, code: &str) -> u32 {
        self.codes.get(code).copied().unwrap_or(u32::MAX)
    }

    /// Flattens one closure.
    pub(crate) fn closure(&mut self, closure: &Closure) -> Entry {
        let start = self.here();
        self.free = position(closure.slots);
        let result = if may_return(&closure.body) {
            let to = self.fresh();
            self.returning(to, &closure.body);
            Operand::Register(to)
        } else {
            self.operand(&closure.body)
        };
        self.highest = self.highest.max(self.free);
        Entry {
            start,
            end: self.here(),
            result,
        }
    }

    fn here(&self) -> u32 {
        position(self.program.instructions.len())
    }

    fn fresh(&mut self) -> u32 {
        let register = self.free;
        self.free = self.free.saturating_add(1);
        self.highest = self.highest.max(self.free);
        register
    }

    fn emit(&mut self, instruction: Instruction) -> usize {
        self.program.instructions.push(instruction);
        self.program.instructions.len().saturating_sub(1)
    }

    /// Lets instructions jump to what comes next.
    fn land(&mut self, jumps: Jumps) {
        let here = self.here();
        for at in jumps {
            if let Some(
                Instruction::Logic { end, .. }
                | Instruction::Need { end, .. }
                | Instruction::Known { end, .. }
                | Instruction::Branch { end, .. }
                | Instruction::Jump { target: end },
            ) = self.program.instructions.get_mut(at)
            {
                *end = here;
            }
        }
    }

    /// Lets a condition that does not hold jump to what comes next.
    fn land_otherwise(&mut self, at: usize) {
        let here = self.here();
        if let Some(Instruction::Branch { otherwise, .. } | Instruction::Fits { otherwise, .. }) =
            self.program.instructions.get_mut(at)
        {
            *otherwise = here;
        }
    }

    /// The value of a node, computed into a register of its own where it is not at hand.
    fn operand(&mut self, node: &Node) -> Operand {
        match &node.kind {
            NodeKind::Constant(value) => self.constant(value),
            NodeKind::Param(index) => Operand::Constant(position(*index)),
            NodeKind::Term(index) => Operand::Term(position(*index)),
            NodeKind::Local(slot) => Operand::Register(position(*slot)),
            NodeKind::Characteristic(index) => {
                let fact = position(*index);
                if let Some(definition) = definitions().get(*index)
                    && definition.kind == Kind::Bool
                {
                    let site = self.site(format!("a.{}", definition.name).into(), "is");
                    self.emit(Instruction::State { fact, site });
                }
                Operand::Fact(fact)
            }
            _ => {
                let to = self.fresh();
                self.into(node, to);
                Operand::Register(to)
            }
        }
    }

    fn constant(&mut self, value: &Value) -> Operand {
        // A decimal's scale does not show in its order, so the text is the key.
        let key = format!("{value:?}");
        if let Some(known) = self.known.get(&key) {
            return Operand::Constant(*known);
        }
        let cell = self.program.cell(value);
        let at = self.push(cell);
        self.known.insert(key, at);
        Operand::Constant(at)
    }

    /// A characteristic that is a whole number whenever it is known.
    fn whole_fact(operand: Operand) -> Option<u32> {
        let Operand::Fact(fact) = operand else {
            return None;
        };
        let definition = definitions().get(index(fact))?;
        (definition.kind == Kind::Int).then_some(fact)
    }

    fn whole(&self, operand: Operand) -> Option<i64> {
        match operand {
            Operand::Constant(at) => match self.program.constants.get(index(at))? {
                Cell::Int(n) => Some(*n),
                _ => None,
            },
            _ => None,
        }
    }

    fn push(&mut self, cell: Cell) -> u32 {
        self.program.constants.push(cell);
        position(self.program.constants.len().saturating_sub(1))
    }

    fn site(&mut self, text: Arc<str>, operator: &'static str) -> u32 {
        self.program.sites.push(Site { text, operator });
        position(self.program.sites.len().saturating_sub(1))
    }

    fn load(&mut self, to: u32, cell: Cell) {
        let from = Operand::Constant(self.push(cell));
        self.emit(Instruction::Load { to, from });
    }

    fn bool(&mut self, to: u32, value: bool) {
        let from = self.constant(&Value::Bool(value));
        self.emit(Instruction::Load { to, from });
    }

    /// Computes a node into a register. Registers taken on the way are free again afterwards.
    fn into(&mut self, node: &Node, to: u32) {
        let mark = self.free;
        self.compute(node, to);
        self.free = mark;
    }

    fn compute(&mut self, node: &Node, to: u32) {
        match &node.kind {
            NodeKind::Constant(_)
            | NodeKind::Param(_)
            | NodeKind::Term(_)
            | NodeKind::Local(_)
            | NodeKind::Characteristic(_) => {
                let from = self.operand(node);
                self.emit(Instruction::Load { to, from });
            }
            NodeKind::Not(inner) => {
                let of = self.operand(inner);
                self.emit(Instruction::Not { to, of });
            }
            NodeKind::Negate(inner) => {
                let of = self.operand(inner);
                self.emit(Instruction::Negate { to, of });
            }
            NodeKind::And(nodes) => self.logic(nodes, false, to),
            NodeKind::Or(nodes) => self.logic(nodes, true, to),
            NodeKind::Compare {
                op,
                left,
                right,
                text,
            } => {
                let left = self.operand(left);
                let right = self.operand(right);
                let site = self.site(Arc::clone(text), op.symbol());
                let instruction = match (Self::whole_fact(left), self.whole(right)) {
                    (Some(fact), Some(than)) => Instruction::CompareInt {
                        op: *op,
                        fact,
                        than,
                        to,
                        site,
                    },
                    _ => Instruction::Compare {
                        op: *op,
                        left,
                        right,
                        to,
                        site,
                    },
                };
                self.emit(instruction);
            }
            NodeKind::Arithmetic { op, left, right } => {
                let left = self.operand(left);
                let right = self.operand(right);
                self.emit(Instruction::Arithmetic {
                    op: *op,
                    left,
                    right,
                    to,
                });
            }
            NodeKind::If {
                condition,
                then,
                otherwise,
            } => self.if_else(condition, then, otherwise.as_deref(), to),
            NodeKind::Block { steps, result } => {
                for step in steps {
                    self.step(step);
                }
                match result {
                    Some(result) => self.into(result, to),
                    None => self.bool(to, false),
                }
            }
            NodeKind::Return(value) => self.leave(value),
            NodeKind::Inlined { body, .. } if may_return(body) => self.returning(to, body),
            NodeKind::Inlined { body, .. } => self.into(body, to),
            NodeKind::Coalesce(nodes) => {
                if let [first, second] = nodes.as_slice()
                    && let NodeKind::Characteristic(_) = first.kind
                    && let NodeKind::Constant(_) | NodeKind::Param(_) = second.kind
                    && let Operand::Fact(fact) = self.operand(first)
                    && let Operand::Constant(otherwise) = self.operand(second)
                {
                    self.emit(Instruction::Or {
                        fact,
                        otherwise,
                        to,
                    });
                    return;
                }
                self.load(to, Cell::Missing(Gap::None));
                let mut ends = Jumps::new();
                for node in nodes {
                    let mark = self.free;
                    let of = self.operand(node);
                    self.free = mark;
                    ends.push(self.emit(Instruction::Known { of, to, end: 0 }));
                }
                self.land(ends);
            }
            NodeKind::IsMissing(inner) => self.is_missing(inner, to),
            NodeKind::OneOf { value, options } => {
                let value = self.operand(value);
                let options: Box<[Operand]> = options.iter().map(|o| self.operand(o)).collect();
                let list = position(self.program.lists.len());
                self.program.lists.push(options);
                self.emit(Instruction::Among { value, list, to });
            }
            NodeKind::Within {
                value,
                low,
                high,
                inclusive,
            } => {
                let value = self.operand(value);
                let low = self.operand(low);
                let high = self.operand(high);
                self.emit(Instruction::Within {
                    value,
                    low,
                    high,
                    inclusive: *inclusive,
                    to,
                });
            }
            NodeKind::Switch {
                value,
                arms,
                otherwise,
            } => self.switch(value, arms, otherwise.as_deref(), to),
            NodeKind::Call {
                function,
                arguments,
            } => {
                let mut operands = arguments.iter().map(|argument| self.operand(argument));
                let first = operands.next();
                let second = operands.next();
                drop(operands);
                let first = first.unwrap_or(Operand::Register(to));
                self.emit(Instruction::Call {
                    function: *function,
                    first,
                    second,
                    to,
                });
            }
            NodeKind::Lookup {
                table,
                column,
                key,
                ranged,
            } => {
                let key = self.operand(key);
                self.emit(Instruction::Lookup {
                    table: u16::try_from(*table).unwrap_or(u16::MAX),
                    column: u16::try_from(*column).unwrap_or(u16::MAX),
                    ranged: *ranged,
                    key,
                    to,
                });
            }
            NodeKind::Grant { terms, reductions } => self.grant(terms, reductions, to),
            NodeKind::Settle { outcome, code } => {
                let code = self.code(code);
                self.load(
                    to,
                    Cell::Ended {
                        outcome: *outcome,
                        code,
                    },
                );
            }
        }
    }

    fn logic(&mut self, nodes: &[Node], settles: bool, to: u32) {
        self.bool(to, !settles);
        let mut ends = Jumps::new();
        for node in nodes {
            let mark = self.free;
            let of = self.operand(node);
            self.free = mark;
            ends.push(self.emit(Instruction::Logic {
                of,
                settles,
                to,
                end: 0,
            }));
        }
        self.land(ends);
    }

    fn if_else(&mut self, condition: &Node, then: &Node, otherwise: Option<&Node>, to: u32) {
        let on = self.operand(condition);
        let branch = self.emit(Instruction::Branch {
            on,
            to,
            otherwise: 0,
            end: 0,
        });
        self.into(then, to);
        let over = self.emit(Instruction::Jump { target: 0 });
        self.land_otherwise(branch);
        match otherwise {
            Some(otherwise) => self.into(otherwise, to),
            None => self.bool(to, false),
        }
        self.land(vec![branch, over]);
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Let { slot, value, .. } => self.into(value, position(*slot)),
            // A step is run for its `return`. If it cannot be known whether it returns, nothing
            // behind it can be known.
            Step::Run(node) => {
                let mark = self.free;
                let of = self.operand(node);
                self.free = mark;
                let to = self.returns.last().map(|outer| outer.to);
                if let Some(to) = to {
                    let jump = self.emit(Instruction::Need { of, to, end: 0 });
                    if let Some(outer) = self.returns.last_mut() {
                        outer.jumps.push(jump);
                    }
                }
            }
        }
    }

    /// Computes what may end in a `return`, and lands every `return` behind it.
    fn returning(&mut self, to: u32, body: &Node) {
        self.returns.push(Return {
            to,
            jumps: Jumps::new(),
        });
        self.into(body, to);
        if let Some(outer) = self.returns.pop() {
            self.land(outer.jumps);
        }
    }

    fn leave(&mut self, value: &Node) {
        let Some(to) = self.returns.last().map(|outer| outer.to) else {
            return;
        };
        self.into(value, to);
        let jump = self.emit(Instruction::Jump { target: 0 });
        if let Some(outer) = self.returns.last_mut() {
            outer.jumps.push(jump);
        }
    }

    fn is_missing(&mut self, inner: &Node, to: u32) {
        let of = self.operand(inner);
        let site = match inner.kind {
            NodeKind::Characteristic(at) => definitions().get(at).map(|definition| {
                let text = format!("is_missing(a.{})", definition.name);
                self.site(text.into(), "is")
            }),
            _ => None,
        };
        self.emit(Instruction::IsMissing { of, to, site });
    }

    fn switch(&mut self, value: &Node, arms: &[Arm], otherwise: Option<&Node>, to: u32) {
        let value = self.operand(value);
        let mut ends = vec![self.emit(Instruction::Need {
            of: value,
            to,
            end: 0,
        })];
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

    fn grant(&mut self, terms: &GrantTerms, reductions: &[Reduction], to: u32) {
        let mut ends = Jumps::new();
        let mut needed = |this: &mut Self, node: &Node| {
            let of = this.operand(node);
            ends.push(this.emit(Instruction::Need { of, to, end: 0 }));
            of
        };
        let plan = GrantPlan {
            amount: needed(self, &terms.amount),
            term_months: needed(self, &terms.term_months),
            annual_rate: needed(self, &terms.annual_rate),
            monthly_payment: needed(self, &terms.monthly_payment),
            max_amount: terms.max_amount.as_ref().map(|n| needed(self, n)),
            max_payment: terms.max_payment.as_ref().map(|n| needed(self, n)),
            limiting_factor: terms.limiting_factor.as_ref().map(|n| needed(self, n)),
            reductions: reductions
                .iter()
                .map(|r| (self.code(&r.code), needed(self, &r.condition)))
                .collect(),
        };
        let at = position(self.program.grants.len());
        self.program.grants.push(plan);
        self.emit(Instruction::Grant { plan: at, to });
        self.land(ends);
    }
}
