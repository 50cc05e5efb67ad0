//! Turns trees into instructions.
//!
//! Values are evaluated in the order of the tree, so that a trace tells comparisons in the order
//! in which they were met. Whether something can be left out is decided by the tree, never here.

mod chain;
mod condition;
mod control;
mod missing;

use std::{cmp::Ordering, collections::BTreeMap, mem, sync::Arc};

use dictamen_model::characteristic::{Kind, Value, definitions};

use super::{
    At, Cell, Entry, Gap, GrantPlan, Instruction, Program, Stretch, Tail, TextAt, index,
    leaving::may_return, position,
};
use crate::{
    declaration::Param,
    tree::{Closure, Function, GrantTerms, Node, NodeKind, Reduction},
};

/// Constants lie behind everything else, so their positions are known last of all; until then
/// they are counted from here.
const CONSTANTS: At = 1 << 31;

/// Builds the program of one policy, closure by closure.
#[derive(Debug)]
pub(crate) struct Flattener<'a> {
    program: Program,
    /// Whether rules that need no instructions go without.
    chains: bool,
    /// How the rules of the stage at hand are carried out.
    stretches: Vec<Stretch>,
    /// Position of every reason code in the catalogue.
    codes: &'a BTreeMap<Arc<str>, u32>,
    /// Params in their order, then other constants.
    constants: Vec<Cell>,
    known: BTreeMap<String, At>,
    /// First of the registers.
    registers: At,
    // Of the closure at hand:
    slots: At,
    free: At,
    highest: At,
    returns: Vec<Return>,
    /// Whether a value bound by `let` may be missing.
    missing: Vec<bool>,
}

/// Where a `return` leads: out of the closure, or out of a function written out in place.
#[derive(Debug)]
struct Return {
    to: At,
    jumps: Jumps,
}

/// Instructions whose target is not known yet.
type Jumps = Vec<usize>;

impl<'a> Flattener<'a> {
    /// Begins with the params, which are the first constants. `terms` is how many terms bands
    /// carry; without `chains` every rule becomes instructions, which comes to the same.
    pub(crate) fn new(
        params: &[Param],
        terms: usize,
        codes: &'a BTreeMap<Arc<str>, u32>,
        chains: bool,
    ) -> Self {
        let facts = definitions().len();
        let registers = position(facts.saturating_add(terms));
        let program = Program {
            terms: position(facts),
            ..Program::default()
        };
        let mut flat = Self {
            program,
            chains,
            stretches: Vec::new(),
            codes,
            constants: Vec::new(),
            known: BTreeMap::new(),
            registers,
            slots: registers,
            free: registers,
            highest: registers,
            returns: Vec::new(),
            missing: Vec::new(),
        };
        for param in params {
            let cell = flat.cell(&param.value);
            flat.constants.push(cell);
        }
        flat
    }

    /// How the rules of a stage are carried out, all of which have been flattened.
    pub(crate) fn stage_end(&mut self) -> Box<[Stretch]> {
        mem::take(&mut self.stretches).into()
    }

    /// Everything before belongs to the stages.
    pub(crate) fn stages_end(&mut self) {
        self.program.early = self.program.facts.len();
    }

    /// Puts the constants behind the registers.
    pub(crate) fn finish(mut self) -> Program {
        let base = self.highest;
        let settle = |at: &mut At| {
            if *at >= CONSTANTS {
                *at = at.saturating_sub(CONSTANTS).saturating_add(base);
            }
        };
        let program = &mut self.program;
        for instruction in &mut program.instructions {
            instruction.operands().for_each(settle);
        }
        for chain in &mut program.chains {
            let operands = chain.links.iter_mut().filter_map(|l| l.test.operand());
            operands.for_each(settle);
        }
        for list in &mut program.lists {
            list.iter_mut().for_each(settle);
        }
        for plan in &mut program.grants {
            plan.operands().for_each(settle);
        }
        program.frame = vec![Cell::NOTHING; index(base)];
        program.frame.append(&mut self.constants);
        self.program
    }

    /// A value of the policy as a cell; texts are kept by the program.
    pub(crate) fn cell(&mut self, value: &Value) -> Cell {
        let text = match value {
            Value::Text(text) => {
                let texts = &mut self.program.texts;
                let known = texts.iter().position(|known| known == text);
                position(known.unwrap_or_else(|| {
                    texts.push(Arc::clone(text));
                    texts.len().saturating_sub(1)
                }))
            }
            _ => u32::MAX,
        };
        Cell::of(value, Gap::None, TextAt::Program(text))
    }

    /// Position of a reason code in the catalogue.
    pub(crate) fn code(&self, code: &str) -> u32 {
        self.codes.get(code).copied().unwrap_or(u32::MAX)
    }

    /// Flattens the condition of a rule and what it fires.
    pub(crate) fn rule(&mut self, condition: &Closure, reason: u32) -> Entry {
        if let Some(chain) = self.chain(&condition.body, reason) {
            let start = position(self.program.chains.len());
            self.program.chains.push(chain);
            let next = start.saturating_add(1);
            match self.stretches.last_mut() {
                Some(Stretch::Chains { end, .. }) => *end = next,
                _ => self.stretches.push(Stretch::Chains { start, end: next }),
            }
            let here = self.here();
            return Entry {
                start: here,
                end: here,
                result: CONSTANTS,
            };
        }
        let entry = self.closure(condition);
        let of = entry.result;
        self.emit(Instruction::Verdict { of, reason });
        let (start, next) = (entry.start, self.here());
        match self.stretches.last_mut() {
            Some(Stretch::Instructions { end, .. }) => *end = next,
            _ => self
                .stretches
                .push(Stretch::Instructions { start, end: next }),
        }
        Entry { end: next, ..entry }
    }

    /// Flattens one closure.
    pub(crate) fn closure(&mut self, closure: &Closure) -> Entry {
        let start = self.here();
        self.slots = self.registers;
        self.free = self.slots.saturating_add(position(closure.slots));
        self.highest = self.highest.max(self.free);
        self.missing = vec![true; closure.slots];
        let mut result = CONSTANTS;
        if let NodeKind::Characteristic(at) = closure.body.kind
            && definitions().get(at).is_some_and(|d| d.kind.is_number())
        {
            // Read where it stands; no instruction looks at it.
            result = position(at);
        } else if !may_return(&closure.body) {
            result = self.operand(&closure.body);
        }
        // Where constants lie is not known yet.
        if result >= CONSTANTS {
            result = self.fresh();
            self.returning(result, &closure.body);
        }
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
            let instruction = self.program.instructions.get_mut(at);
            if let Some(end) = instruction.and_then(Instruction::end) {
                *end = here;
            }
        }
    }

    /// Lets a condition that does not hold jump to what comes next.
    fn land_otherwise(&mut self, at: usize) {
        let here = self.here();
        let instruction = self.program.instructions.get_mut(at);
        if let Some(otherwise) = instruction.and_then(Instruction::otherwise) {
            *otherwise = here;
        }
    }

    /// A characteristic, which the run then needs to look at.
    fn fact(&mut self, at: usize) -> At {
        let fact = position(at);
        if !self.program.facts.contains(&fact) {
            self.program.facts.push(fact);
        }
        fact
    }

    fn local(&self, slot: usize) -> At {
        self.slots.saturating_add(position(slot))
    }

    /// The value of a node, computed into a register of its own where it is not at hand.
    fn operand(&mut self, node: &Node) -> At {
        match &node.kind {
            NodeKind::Constant(value) => self.constant(value),
            NodeKind::Param(index) => CONSTANTS.saturating_add(position(*index)),
            NodeKind::Term(index) => self.program.terms.saturating_add(position(*index)),
            NodeKind::Local(slot) => self.local(*slot),
            NodeKind::Characteristic(index) => {
                let of = self.fact(*index);
                if let Some(definition) = definitions().get(*index)
                    && definition.kind == Kind::Bool
                {
                    let site = self.statement(definition.name, of);
                    self.emit(Instruction::State { of, site });
                }
                of
            }
            _ => {
                let to = self.fresh();
                self.into(node, to);
                to
            }
        }
    }

    fn constant(&mut self, value: &Value) -> At {
        // A decimal's scale does not show in its order, so the text is the key.
        let key = format!("{value:?}");
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let cell = self.cell(value);
        let at = self.push(cell);
        self.known.insert(key, at);
        at
    }

    fn push(&mut self, cell: Cell) -> At {
        self.constants.push(cell);
        let last = self.constants.len().saturating_sub(1);
        CONSTANTS.saturating_add(position(last))
    }

    fn load(&mut self, to: At, cell: Cell) {
        let from = self.push(cell);
        self.emit(Instruction::Load { to, from });
    }

    fn bool(&mut self, to: At, value: bool) {
        let from = self.constant(&Value::Bool(value));
        self.emit(Instruction::Load { to, from });
    }

    /// Computes a node into a register. Registers taken on the way are free again afterwards.
    fn into(&mut self, node: &Node, to: At) {
        let mark = self.free;
        self.compute(node, to);
        self.free = mark;
    }

    fn compute(&mut self, node: &Node, to: At) {
        match &node.kind {
            NodeKind::Constant(_)
            | NodeKind::Param(_)
            | NodeKind::Term(_)
            | NodeKind::Local(_)
            | NodeKind::Characteristic(_) => {
                let from = self.operand(node);
                self.emit(Instruction::Load { to, from });
            }
            NodeKind::Not(_) | NodeKind::Compare { .. } | NodeKind::IsMissing(_) => {
                let at = self.condition(node, Tail::value(to));
                self.land(vec![at]);
            }
            NodeKind::Negate(inner) => {
                let of = self.operand(inner);
                self.emit(Instruction::Negate { to, of });
            }
            NodeKind::And(nodes) => self.logic(nodes, false, to),
            NodeKind::Or(nodes) => self.logic(nodes, true, to),
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
                {
                    let of = self.operand(first);
                    let otherwise = self.operand(second);
                    self.emit(Instruction::Or { of, otherwise, to });
                    return;
                }
                self.load(to, Cell::NOTHING);
                let mut ends = Jumps::new();
                for node in nodes {
                    let mark = self.free;
                    let of = self.operand(node);
                    self.free = mark;
                    ends.push(self.emit(Instruction::Known { of, to, end: 0 }));
                }
                self.land(ends);
            }
            NodeKind::OneOf { value, options } => {
                let value = self.operand(value);
                let options: Box<[At]> = options.iter().map(|o| self.operand(o)).collect();
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
                let first = first.unwrap_or(to);
                let unless = match function {
                    Function::Min => Some(Ordering::Greater),
                    Function::Max => Some(Ordering::Less),
                    _ => None,
                };
                self.emit(match (unless, second) {
                    (Some(unless), Some(right)) => Instruction::Extreme {
                        unless,
                        left: first,
                        right,
                        to,
                    },
                    _ => Instruction::Call {
                        function: *function,
                        first,
                        second,
                        to,
                    },
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

    fn logic(&mut self, nodes: &[Node], settles: bool, to: At) {
        if nodes.is_empty() {
            self.bool(to, !settles);
        }
        let mut ends = Jumps::new();
        for node in nodes {
            let tail = Tail {
                settles,
                joined: !ends.is_empty(),
                ..Tail::value(to)
            };
            let mark = self.free;
            ends.push(self.condition(node, tail));
            self.free = mark;
        }
        self.land(ends);
    }

    fn grant(&mut self, terms: &GrantTerms, reductions: &[Reduction], to: At) {
        let mut ends = Jumps::new();
        let mut needed = |this: &mut Self, node: &Node| {
            let of = this.operand(node);
            if this.may_miss(node) {
                ends.push(this.emit(Instruction::Need { of, to, end: 0 }));
            }
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
