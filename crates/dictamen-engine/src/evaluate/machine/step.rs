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
    #[inline(never)]
    pub(super) fn step(&mut self, instruction: &Instruction, next: u32) -> Fallible<u32> {
        match *instruction {
            Instruction::Logic { of, ref tail } => match self.read(of) {
                Cell::Bool(value) => return Ok(self.settle(value, tail, next)),
                Cell::Missing(gap) => return Ok(self.unsettled(gap, tail, next)),
                _ => return wrong_type(),
            },
            Instruction::State { of, site } => {
                let held = match self.get(of) {
                    Cell::Bool(held) => Some(*held),
                    _ => None,
                };
                self.record(site, held);
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
                let first = self.get(first);
                let second = second.map(|second| self.get(second));
                let value = match (first, second) {
                    (Cell::Missing(_), other) => {
                        let other = *other.unwrap_or(first);
                        self.either(*first, other)
                    }
                    (_, Some(missing @ Cell::Missing(_))) => *missing,
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
                let at = position(self.scratch.granted.len());
                self.grant(plan)?;
                self.write(to, Cell::Granted(at));
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
                        Some(before) => self.scratch.gaps.union(before, gap),
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

    /// Writes down what is granted.
    fn grant(&mut self, plan: &GrantPlan) -> Fallible<()> {
        let frame: &[Cell] = self.frame;
        let numeric = |from: At| match frame.get(index(from)) {
            Some(value @ (Cell::Int(_) | Cell::Small(_) | Cell::Decimal(_))) => Some(*value),
            _ => None,
        };
        let optional = |from: Option<At>| from.and_then(numeric);
        let (Some(amount), &Cell::Int(term_months), Some(annual_rate), Some(monthly_payment)) = (
            numeric(plan.amount),
            self.get(plan.term_months),
            numeric(plan.annual_rate),
            numeric(plan.monthly_payment),
        ) else {
            return wrong_type();
        };
        let limiting_factor = match plan.limiting_factor.map(|from| self.get(from)) {
            Some(Cell::Text(at)) => Some(*at),
            _ => None,
        };
        let scratch = &mut *self.scratch;
        let first = position(scratch.reductions.len());
        for (code, condition) in &plan.reductions {
            if let Some(Cell::Bool(true)) = frame.get(index(*condition)) {
                scratch.reductions.push(*code);
            }
        }
        let reductions = (first, position(scratch.reductions.len()));
        scratch.granted.push(Granted {
            amount,
            term_months,
            annual_rate,
            monthly_payment,
            max_amount: optional(plan.max_amount),
            max_payment: optional(plan.max_payment),
            limiting_factor,
            reductions,
        });
        Ok(())
    }
}
