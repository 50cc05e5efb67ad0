//! Carries out instructions.
//!
//! Three-valued: a value that is missing makes what needs it missing, and only that. Every
//! comparison met is recorded with the values of its sides.

use std::cmp::Ordering;

use dictamen_model::characteristic::{Characteristics, Value};
use rust_decimal::Decimal;

use super::{
    compute::{self, Failure, Fallible, holds, in_range, number, wrong_type},
    function,
    scratch::{Granted, Record, Scratch},
};
use crate::{
    program::{
        Cell, Entry, Gap, GrantPlan, Instruction, Operand, Program, TextAt, index, position,
    },
    table::{Key, Table},
    tree::{Comparator, Pattern},
};

/// What a run can see.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight<'a> {
    pub(super) program: &'a Program,
    pub(super) facts: &'a Characteristics,
    pub(super) tables: &'a [Table],
    /// Terms of the band the score fell in, by position.
    pub(super) terms: &'a [Option<Cell>],
}

impl<'a> Sight<'a> {
    /// A characteristic.
    fn fact(&self, at: u32) -> Cell {
        cell(self.facts.get(index(at)), Gap::One(at), TextAt::Fact(at))
    }

    /// The text itself.
    pub(super) fn text(&self, at: TextAt) -> &'a str {
        let value = match at {
            TextAt::Program(at) => {
                return self.program.texts.get(index(at)).map_or("", |text| text);
            }
            TextAt::Fact(at) => Some(self.facts.get(index(at))),
            TextAt::Table { table, column, row } => self
                .tables
                .get(usize::from(table))
                .and_then(|table| table.rows.get(index(row))?.get(usize::from(column))),
        };
        match value {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }

    /// How two known values stand to each other; `None` when they are unlike.
    pub(super) fn order(&self, left: Cell, right: Cell) -> Option<Ordering> {
        match (left, right) {
            (Cell::Text(a), Cell::Text(b)) => Some(self.text(a).cmp(self.text(b))),
            (a, b) => compute::order(a, b),
        }
    }
}

/// A value of a characteristic or a table.
fn cell(value: &Value, gap: Gap, text: TextAt) -> Cell {
    match value {
        Value::Int(n) => Cell::Int(*n),
        Value::Decimal(d) => Cell::Decimal(*d),
        Value::Bool(b) => Cell::Bool(*b),
        Value::Date(d) => Cell::Date(*d),
        Value::Missing => Cell::Missing(gap),
        Value::Text(_) => Cell::Text(text),
    }
}

/// Runs one closure.
pub(super) struct Machine<'a, 's> {
    pub(super) sight: Sight<'a>,
    pub(super) scratch: &'s mut Scratch,
}

impl Machine<'_, '_> {
    /// The value of a closure, or why it cannot be computed.
    pub(super) fn run(&mut self, entry: Entry) -> Fallible<Cell> {
        let mut at = entry.start;
        while at < entry.end {
            let program = self.sight.program;
            let Some(instruction) = program.instructions.get(index(at)) else {
                return Err(Failure("the policy has lost a step"));
            };
            at = self.step(instruction, at.saturating_add(1))?;
        }
        Ok(self.read(entry.result))
    }

    /// Carries out one instruction and tells which comes next.
    #[inline]
    fn step(&mut self, instruction: &Instruction, next: u32) -> Fallible<u32> {
        match *instruction {
            Instruction::Compare {
                op,
                left,
                right,
                to,
                site,
            } => self.compare(op, left, right, to, site)?,
            Instruction::CompareInt {
                op,
                fact,
                than,
                to,
                site,
            } => {
                let value = self.sight.fact(fact);
                let held = match value {
                    Cell::Int(n) => Some(holds(op, n.cmp(&than))),
                    _ => None,
                };
                self.record(site, value, Cell::Int(than), held);
                self.write(to, held.map_or(value, Cell::Bool));
            }
            Instruction::Or {
                fact,
                otherwise,
                to,
            } => {
                let value = match self.sight.fact(fact) {
                    Cell::Missing(_) => self.read(Operand::Constant(otherwise)),
                    known => known,
                };
                self.write(to, value);
            }
            Instruction::State { fact, site } => {
                let left = self.sight.fact(fact);
                let holds = match left {
                    Cell::Bool(holds) => Some(holds),
                    _ => None,
                };
                self.record(site, left, Cell::Bool(true), holds);
            }
            Instruction::Load { to, from } => {
                let value = self.read(from);
                self.write(to, value);
            }
            Instruction::Logic {
                of,
                settles,
                to,
                end,
            } => match self.read(of) {
                Cell::Bool(value) if value == settles => {
                    self.write(to, Cell::Bool(settles));
                    return Ok(end);
                }
                Cell::Bool(_) => {}
                Cell::Missing(gap) => self.add(to, gap),
                _ => return wrong_type(),
            },
            Instruction::Branch {
                on,
                to,
                otherwise,
                end,
            } => match self.read(on) {
                Cell::Bool(true) => {}
                Cell::Bool(false) => return Ok(otherwise),
                missing @ Cell::Missing(_) => {
                    self.write(to, missing);
                    return Ok(end);
                }
                _ => return wrong_type(),
            },
            Instruction::Jump { target } => return Ok(target),
            Instruction::Need { of, to, end } => {
                if let missing @ Cell::Missing(_) = self.read(of) {
                    self.write(to, missing);
                    return Ok(end);
                }
            }
            Instruction::Known { of, to, end } => match self.read(of) {
                Cell::Missing(gap) => self.add(to, gap),
                known => {
                    self.write(to, known);
                    return Ok(end);
                }
            },
            Instruction::Not { to, of } => {
                let value = match self.read(of) {
                    Cell::Bool(value) => Cell::Bool(!value),
                    missing @ Cell::Missing(_) => missing,
                    _ => return wrong_type(),
                };
                self.write(to, value);
            }
            Instruction::Arithmetic {
                op,
                left,
                right,
                to,
            } => {
                let value = match (self.read(left), self.read(right)) {
                    (Cell::Missing(one), Cell::Missing(other)) => {
                        Cell::Missing(self.scratch.union(one, other))
                    }
                    (missing @ Cell::Missing(_), _) | (_, missing @ Cell::Missing(_)) => missing,
                    (left, right) => compute::arithmetic(op, left, right)?,
                };
                self.write(to, value);
            }
            ref seldom => return self.step_seldom(seldom, next),
        }
        Ok(next)
    }

    /// The instructions that few rules have, kept out of the way of the others.
    #[inline(never)]
    fn step_seldom(&mut self, instruction: &Instruction, next: u32) -> Fallible<u32> {
        match *instruction {
            Instruction::Negate { to, of } => {
                let value = self.read(of);
                let negated = compute::negated(value)?;
                self.write(to, negated);
            }
            Instruction::IsMissing { of, to, site } => {
                let value = self.read(of);
                let missing = matches!(value, Cell::Missing(_));
                if let Some(site) = site {
                    self.record(site, value, Cell::Missing(Gap::None), Some(missing));
                }
                self.write(to, Cell::Bool(missing));
            }
            Instruction::Among { value, list, to } => {
                let among = self.among(value, list);
                self.write(to, among);
            }
            Instruction::Within {
                value,
                low,
                high,
                inclusive,
                to,
            } => {
                let sides = [self.read(value), self.read(low), self.read(high)];
                let missing = sides.into_iter().find(|s| matches!(s, Cell::Missing(_)));
                let within = match (missing, sides.map(number)) {
                    (Some(missing), _) => missing,
                    (None, [Some(value), Some(low), Some(high)]) => {
                        Cell::Bool(in_range(value, low, high, inclusive))
                    }
                    _ => return wrong_type(),
                };
                self.write(to, within);
            }
            Instruction::Fits {
                value,
                pattern,
                otherwise,
            } => {
                let value = self.read(value);
                if !self.fits(pattern, value) {
                    return Ok(otherwise);
                }
            }
            Instruction::Call {
                function,
                first,
                second,
                to,
            } => {
                let first = self.read(first);
                let second = second.map(|second| self.read(second));
                let value = match (first, second) {
                    (Cell::Missing(one), Some(Cell::Missing(other))) => {
                        Cell::Missing(self.scratch.union(one, other))
                    }
                    (missing @ Cell::Missing(_), _) | (_, Some(missing @ Cell::Missing(_))) => {
                        missing
                    }
                    (first, second) => function::call(function, first, second)?,
                };
                self.write(to, value);
            }
            Instruction::Lookup {
                table,
                column,
                ranged,
                key,
                to,
            } => {
                let found = match self.read(key) {
                    missing @ Cell::Missing(_) => missing,
                    key => self.lookup(table, column, ranged, key),
                };
                self.write(to, found);
            }
            Instruction::Grant { plan, to } => {
                let Some(plan) = self.sight.program.grants.get(index(plan)) else {
                    return wrong_type();
                };
                let granted = self.grant(plan)?;
                self.scratch.granted.push(granted);
                let at = self.scratch.granted.len().saturating_sub(1);
                self.write(to, Cell::Granted(position(at)));
            }
            _ => return wrong_type(),
        }
        Ok(next)
    }

    /// A value. That every band has its terms is settled when a policy is loaded.
    #[inline]
    fn read(&self, from: Operand) -> Cell {
        let found = match from {
            Operand::Register(at) => self.scratch.registers.get(index(at)),
            Operand::Fact(at) => return self.sight.fact(at),
            Operand::Constant(at) => self.sight.program.constants.get(index(at)),
            Operand::Term(at) => self.sight.terms.get(index(at)).and_then(Option::as_ref),
        };
        found.copied().unwrap_or(Cell::Missing(Gap::None))
    }

    #[inline]
    fn write(&mut self, to: u32, value: Cell) {
        if let Some(register) = self.scratch.registers.get_mut(index(to)) {
            *register = value;
        }
    }

    /// Adds what is missing to a register that holds a settled value or what is missing so far.
    fn add(&mut self, to: u32, gap: Gap) {
        let gap = match self.read(Operand::Register(to)) {
            Cell::Missing(before) => self.scratch.union(before, gap),
            _ => gap,
        };
        self.write(to, Cell::Missing(gap));
    }

    #[inline]
    fn record(&mut self, site: u32, left: Cell, right: Cell, holds: Option<bool>) {
        self.scratch.records.push(Record {
            left,
            right,
            site,
            holds,
        });
    }

    #[inline]
    fn compare(
        &mut self,
        op: Comparator,
        left: Operand,
        right: Operand,
        to: u32,
        site: u32,
    ) -> Fallible<()> {
        let (left, right) = (self.read(left), self.read(right));
        let (result, known) = match (left, right) {
            (Cell::Int(a), Cell::Int(b)) => {
                let held = holds(op, a.cmp(&b));
                (Cell::Bool(held), Some(held))
            }
            (Cell::Missing(one), Cell::Missing(other)) => {
                (Cell::Missing(self.scratch.union(one, other)), None)
            }
            (missing @ Cell::Missing(_), _) | (_, missing @ Cell::Missing(_)) => (missing, None),
            (a, b) => {
                let Some(ordering) = self.sight.order(a, b) else {
                    return wrong_type();
                };
                let held = holds(op, ordering);
                (Cell::Bool(held), Some(held))
            }
        };
        self.record(site, left, right, known);
        self.write(to, result);
        Ok(())
    }

    /// Found among the known options it is in, whatever is missing. Every option was computed
    /// before: one that fails fails the search, wherever it stands.
    fn among(&mut self, value: Operand, list: u32) -> Cell {
        let value = self.read(value);
        if let Cell::Missing(_) = value {
            return value;
        }
        let program = self.sight.program;
        let mut found = false;
        let mut missing: Option<Gap> = None;
        for option in program.lists.get(index(list)).into_iter().flatten() {
            match self.read(*option) {
                Cell::Missing(gap) => {
                    missing = Some(match missing {
                        Some(before) => self.scratch.union(before, gap),
                        None => gap,
                    });
                }
                option => {
                    found = found || self.sight.order(value, option) == Some(Ordering::Equal);
                }
            }
        }
        match missing {
            Some(gap) if !found => Cell::Missing(gap),
            _ => Cell::Bool(found),
        }
    }

    fn fits(&self, pattern: u32, value: Cell) -> bool {
        match self.sight.program.patterns.get(index(pattern)) {
            Some(Pattern::Exactly(Value::Text(text))) => {
                matches!(value, Cell::Text(at) if self.sight.text(at) == &**text)
            }
            Some(Pattern::Exactly(constant)) => {
                let constant = cell(constant, Gap::None, TextAt::Program(u32::MAX));
                compute::order(constant, value) == Some(Ordering::Equal)
            }
            Some(Pattern::Between {
                low,
                high,
                inclusive,
            }) => number(value).is_some_and(|value| in_range(value, *low, *high, *inclusive)),
            None => false,
        }
    }

    fn lookup(&self, table: u16, column: u16, ranged: bool, key: Cell) -> Cell {
        let at = usize::from(table);
        let found = self.sight.tables.get(at).and_then(|known: &Table| {
            let row = if ranged {
                known.find_range(number(key)?)
            } else {
                known.find(&self.key(key)?)
            }?;
            let value = known.rows.get(row)?.get(usize::from(column))?;
            let text = TextAt::Table {
                table,
                column,
                row: position(row),
            };
            Some(cell(value, Gap::None, text))
        });
        found.unwrap_or(Cell::Missing(Gap::None))
    }

    fn key(&self, value: Cell) -> Option<Key<'_>> {
        Some(match value {
            Cell::Bool(b) => Key::Bool(b),
            Cell::Int(n) => Key::Number(n.into()),
            Cell::Decimal(d) => Key::Number(d),
            Cell::Date(d) => Key::Date(d),
            Cell::Text(at) => Key::Text(self.sight.text(at)),
            Cell::Missing(_) | Cell::Granted(_) | Cell::Ended { .. } => return None,
        })
    }

    fn grant(&mut self, plan: &GrantPlan) -> Fallible<Granted> {
        let decimal = |this: &Self, from: Operand| -> Fallible<Decimal> {
            number(this.read(from)).map_or_else(wrong_type, Ok)
        };
        let Cell::Int(term_months) = self.read(plan.term_months) else {
            return wrong_type();
        };
        let optional =
            |this: &Self, from: Option<Operand>| from.and_then(|from| number(this.read(from)));
        let limiting_factor = match plan.limiting_factor.map(|from| self.read(from)) {
            Some(Cell::Text(at)) => Some(at),
            _ => None,
        };
        let first = position(self.scratch.reductions.len());
        for (code, condition) in &plan.reductions {
            if let Cell::Bool(true) = self.read(*condition) {
                self.scratch.reductions.push(*code);
            }
        }
        Ok(Granted {
            amount: decimal(self, plan.amount)?,
            term_months,
            annual_rate: decimal(self, plan.annual_rate)?,
            monthly_payment: decimal(self, plan.monthly_payment)?,
            max_amount: optional(self, plan.max_amount),
            max_payment: optional(self, plan.max_payment),
            limiting_factor,
            reductions: (first, position(self.scratch.reductions.len())),
        })
    }
}
