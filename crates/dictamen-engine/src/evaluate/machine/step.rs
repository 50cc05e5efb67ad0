//! The instructions that few rules have.

use super::{
    super::{
        compute::{Fallible, in_range, negated, order, wrong_type},
        function,
        scratch::Granted,
    },
    Machine,
};
use crate::{
    program::{At, Cell, Gap, GrantPlan, Instruction, TextAt, index, position},
    table::Key,
    tree::Pattern,
};
use std::cmp::Ordering;

use dictamen_model::characteristic::Value;

impl Machine<'_, '_> {
    /// Carries out one instruction and tells which comes next.
    pub(super) fn step(&mut self, instruction: &Instruction, next: u32) -> Fallible<u32> {
        match *instruction {
            Instruction::Logic { of, ref tail } => match self.read(of) {
                Cell::Bool(value) => return Ok(self.settle(value, tail, next)),
                Cell::Missing(gap) => return Ok(self.unsettled(gap, tail, next)),
                _ => return wrong_type(),
            },
            Instruction::Or { of, otherwise, to } => {
                let value = match self.read(of) {
                    Cell::Missing(_) => self.read(otherwise),
                    known => known,
                };
                self.write(to, value);
            }
            Instruction::State { of, site } => {
                let held = match self.get(of) {
                    Cell::Bool(held) => Some(*held),
                    _ => None,
                };
                self.record(site, held);
            }
            Instruction::Load { to, from } => {
                let value = self.read(from);
                self.write(to, value);
            }
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
            Instruction::Negate { to, of } => {
                let negated = negated(self.read(of))?;
                self.write(to, negated);
            }
            Instruction::IsMissing { of, to } => {
                let missing = matches!(self.read(of), Cell::Missing(_));
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
                let within = match (missing, sides.map(Cell::number)) {
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
                    (Cell::Missing(_), other) => self.either(first, other.unwrap_or(first)),
                    (_, Some(missing @ Cell::Missing(_))) => missing,
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
            // Carried out where conditions are.
            _ => return wrong_type(),
        }
        Ok(next)
    }

    /// Found among the known options it is in, whatever is missing. Every option was computed
    /// before: one that fails fails the search, wherever it stands.
    fn among(&mut self, value: At, list: u32) -> Cell {
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
                    found = found || self.sight.order(&value, &option) == Some(Ordering::Equal);
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
                let constant = Cell::of(constant, Gap::None, TextAt::Program(u32::MAX));
                order(&constant, &value) == Some(Ordering::Equal)
            }
            Some(Pattern::Between {
                low,
                high,
                inclusive,
            }) => value
                .number()
                .is_some_and(|value| in_range(value, *low, *high, *inclusive)),
            None => false,
        }
    }

    fn lookup(&self, table: u16, column: u16, ranged: bool, key: Cell) -> Cell {
        let at = usize::from(table);
        let found = self.sight.tables.get(at).and_then(|known| {
            let row = if ranged {
                known.find_range(key.number()?)
            } else {
                known.find(&self.key(key)?)
            }?;
            let value = known.rows.get(row)?.get(usize::from(column))?;
            let text = TextAt::Table {
                table,
                column,
                row: position(row),
            };
            Some(Cell::of(value, Gap::None, text))
        });
        found.unwrap_or(Cell::NOTHING)
    }

    fn key(&self, value: Cell) -> Option<Key<'_>> {
        Some(match value {
            Cell::Bool(b) => Key::Bool(b),
            Cell::Int(_) | Cell::Small(_) | Cell::Decimal(_) => Key::Number(value.number()?),
            Cell::Date(d) => Key::Date(d),
            Cell::Text(at) => Key::Text(self.sight.text(at)),
            Cell::Missing(_) | Cell::Granted(_) | Cell::Ended { .. } => return None,
        })
    }

    fn grant(&mut self, plan: &GrantPlan) -> Fallible<Granted> {
        let numeric = |this: &Self, from: At| match this.read(from) {
            value @ (Cell::Int(_) | Cell::Small(_) | Cell::Decimal(_)) => Ok(value),
            _ => wrong_type(),
        };
        let Cell::Int(term_months) = self.read(plan.term_months) else {
            return wrong_type();
        };
        let optional =
            |this: &Self, from: Option<At>| from.and_then(|from| numeric(this, from).ok());
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
            amount: numeric(self, plan.amount)?,
            term_months,
            annual_rate: numeric(self, plan.annual_rate)?,
            monthly_payment: numeric(self, plan.monthly_payment)?,
            max_amount: optional(self, plan.max_amount),
            max_payment: optional(self, plan.max_payment),
            limiting_factor,
            reductions: (first, position(self.scratch.reductions.len())),
        })
    }
}
