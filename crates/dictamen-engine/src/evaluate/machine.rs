//! Carries out instructions.
//!
//! Three-valued: a value that is missing makes what needs it missing, and only that. Every
//! comparison met is recorded, and what its sides were lies where a trace finds it.

mod ask;
mod step;

use std::cmp::Ordering;

use dictamen_model::characteristic::{Characteristics, Value};

use super::{
    compute::{self, Failure, Fallible, WRONG_TYPE},
    scratch::{Record, Scratch},
    small,
};
use crate::{
    Verdict,
    program::{At, Cell, Entry, Gap, Holds, Instruction, Program, Side, Tail, TextAt, index},
    table::Table,
};

/// What a run can see.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight<'a> {
    pub(super) program: &'a Program,
    pub(super) facts: &'a Characteristics,
    pub(super) tables: &'a [Table],
}

impl<'a> Sight<'a> {
    /// A characteristic.
    #[inline]
    pub(super) fn fact(&self, at: u32) -> Cell {
        Cell::of(self.facts.get(index(at)), Gap::One(at), TextAt::Fact(at))
    }

    /// What was compared; `None` when it was recorded.
    pub(super) fn side(&self, side: Side) -> Option<Cell> {
        match side {
            Side::Fact(at) => Some(self.fact(at)),
            Side::FactOr(at, otherwise) => Some(match self.fact(at) {
                Cell::Missing(_) => otherwise,
                known => known,
            }),
            Side::Constant(cell) => Some(cell),
            Side::Recorded => None,
        }
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
    #[inline]
    pub(super) fn order(&self, left: &Cell, right: &Cell) -> Option<Ordering> {
        match (left, right) {
            (Cell::Text(a), Cell::Text(b)) => Some(self.text(*a).cmp(self.text(*b))),
            (a, b) => compute::order(a, b),
        }
    }
}

/// Where to go on when a step failed: nowhere.
const NOWHERE: u32 = u32::MAX;

/// Runs closures.
pub(super) struct Machine<'a, 's> {
    pub(super) sight: Sight<'a>,
    /// All values; see [`Program::frame`].
    pub(super) frame: &'s mut [Cell],
    pub(super) scratch: &'s mut Scratch,
    /// Why the last step failed, if it did, and which it was.
    failed: (Failure, u32),
}

/// Where a run stopped, and why.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stopped {
    pub(super) why: Failure,
    pub(super) at: u32,
}

impl<'a, 's> Machine<'a, 's> {
    pub(super) fn new(sight: Sight<'a>, frame: &'s mut [Cell], scratch: &'s mut Scratch) -> Self {
        Self {
            sight,
            frame,
            scratch,
            failed: (WRONG_TYPE, 0),
        }
    }

    /// Reads characteristics off, for instructions to find.
    pub(super) fn look_at(&mut self, facts: &[u32]) {
        for at in facts {
            if let Some(cell) = self.frame.get_mut(index(*at)) {
                *cell = self.sight.fact(*at);
            }
        }
    }

    /// Puts the terms of a band in their places.
    pub(super) fn set_terms(&mut self, terms: &[Cell]) {
        let first = index(self.sight.program.terms);
        let places = self.frame.get_mut(first..).unwrap_or_default().iter_mut();
        for (place, term) in places.zip(terms) {
            *place = *term;
        }
    }

    /// The value of a closure, or why it cannot be computed.
    pub(super) fn value(&mut self, entry: Entry) -> Fallible<Cell> {
        match self.run(entry.start, entry.end) {
            Ok(()) => Ok(self.read(entry.result)),
            Err(stopped) => Err(stopped.why),
        }
    }

    /// Carries out the instructions from one position up to another.
    pub(super) fn run(&mut self, start: u32, end: u32) -> Result<(), Stopped> {
        let mut at = start;
        while at < end {
            let Some(instruction) = self.sight.program.instructions.get(index(at)) else {
                break;
            };
            let next = at.wrapping_add(1);
            at = match instruction {
                Instruction::Test { test, tail } => self.test(test, tail, next),
                Instruction::Verdict { of, reason } => {
                    self.verdict(*of, *reason);
                    next
                }
                Instruction::Compare {
                    holds,
                    left,
                    right,
                    keep,
                    site,
                    tail,
                } => self.compare(*holds, (*left, *right), *keep, *site, tail, next),
                Instruction::Arithmetic {
                    op,
                    left,
                    right,
                    to,
                } => {
                    let (left, right) = (self.get(*left), self.get(*right));
                    match compute::arithmetic(*op, left, right) {
                        Ok(Some(value)) => {
                            self.write(*to, value);
                            next
                        }
                        Ok(None) => self.lacking((*left, *right), *to, next),
                        Err(why) => self.fail(why, at),
                    }
                }
                Instruction::Extreme {
                    unless,
                    left,
                    right,
                    to,
                } => {
                    let (left, right) = (self.get(*left), self.get(*right));
                    match compute::extreme(*unless, left, right) {
                        Ok(Some(value)) => {
                            self.write(*to, value);
                            next
                        }
                        Ok(None) => self.lacking((*left, *right), *to, next),
                        Err(why) => self.fail(why, at),
                    }
                }
                Instruction::Load { to, from } => {
                    self.write(*to, self.read(*from));
                    next
                }
                Instruction::Or { of, otherwise, to } => {
                    let value = match self.get(*of) {
                        Cell::Missing(_) => self.get(*otherwise),
                        known => known,
                    };
                    self.write(*to, *value);
                    next
                }
                Instruction::Jump { target } => *target,
                Instruction::Need { of, to, end } => match self.get(*of) {
                    missing @ Cell::Missing(_) => {
                        self.write(*to, *missing);
                        *end
                    }
                    _ => next,
                },
                other => match self.step(other, next) {
                    Ok(next) => next,
                    Err(why) => self.fail(why, at),
                },
            };
        }
        if at == NOWHERE {
            let (why, at) = self.failed;
            return Err(Stopped { why, at });
        }
        Ok(())
    }

    #[cold]
    fn fail(&mut self, why: Failure, at: u32) -> u32 {
        self.failed = (why, at);
        NOWHERE
    }

    /// Goes where a condition that is known leads.
    #[inline]
    fn settle(&mut self, held: bool, tail: &Tail, next: u32) -> u32 {
        let value = held != tail.negated;
        let settled = value == tail.settles;
        // What an operand before this one left unknown stays so, unless this one settles.
        if settled || !tail.joined {
            self.write(tail.to, Cell::Bool(value));
        }
        if settled { tail.end } else { next }
    }

    /// Goes where a condition that is not known leads.
    #[cold]
    fn unsettled(&mut self, gap: Gap, tail: &Tail, next: u32) -> u32 {
        if tail.joined {
            self.add(tail.to, gap);
        } else {
            self.write(tail.to, Cell::Missing(gap));
        }
        next
    }

    /// Ends a rule whose condition is a register's value.
    #[inline]
    fn verdict(&mut self, of: At, reason: u32) {
        match *self.get(of) {
            Cell::Bool(value) => self.end_rule(value, reason),
            Cell::Missing(gap) => self.undecided_rule(gap),
            _ => self.failed_rule(Failure("the condition is neither true nor false")),
        }
    }

    /// Ends a rule whose condition is known.
    #[inline]
    fn end_rule(&mut self, fires: bool, reason: u32) {
        let scratch = &mut *self.scratch;
        let mut met = scratch.passed();
        if fires {
            met.verdict = Verdict::Fired;
            scratch.codes.push((reason, None));
        }
        scratch.met.push(met);
    }

    /// Ends a rule whose condition is not known.
    #[cold]
    fn undecided_rule(&mut self, gap: Gap) {
        let scratch = &mut *self.scratch;
        let mut met = scratch.passed();
        met.verdict = Verdict::Undecided;
        met.gap = gap;
        scratch.undecided = true;
        scratch.met.push(met);
    }

    /// Ends a rule whose condition cannot be computed.
    #[cold]
    pub(super) fn failed_rule(&mut self, why: Failure) {
        let scratch = &mut *self.scratch;
        let mut met = scratch.passed();
        scratch.fail(&mut met, why.0);
        scratch.met.push(met);
    }

    fn compare(
        &mut self,
        holds: Holds,
        sides: (At, At),
        keep: (bool, bool),
        site: u32,
        tail: &Tail,
        next: u32,
    ) -> u32 {
        let frame: &[Cell] = self.frame;
        let get = |at: At| frame.get(index(at)).unwrap_or(&Cell::NOTHING);
        let (left, right) = (get(sides.0), get(sides.1));
        let order = match compute::both_short(left, right) {
            Some((a, b)) => Some(small::order(a, b)),
            None => self.sight.order(left, right),
        };
        let missing = || matches!((left, right), (Cell::Missing(_), _) | (_, Cell::Missing(_)));
        if order.is_none() && !missing() {
            return self.fail(WRONG_TYPE, next.wrapping_sub(1));
        }
        for (side, keep) in [(left, keep.0), (right, keep.1)] {
            if keep {
                self.scratch.values.push(*side);
            }
        }
        let held = order.map(|order| holds.when(order));
        let sides = (*left, *right);
        self.record(site, held);
        if let Some(held) = held {
            return self.settle(held, tail, next);
        }
        let gap = match self.either(sides.0, sides.1) {
            Cell::Missing(gap) => gap,
            _ => Gap::None,
        };
        self.unsettled(gap, tail, next)
    }

    /// Leaves what is missing on either side as the result.
    #[cold]
    fn lacking(&mut self, (left, right): (Cell, Cell), to: At, next: u32) -> u32 {
        let gap = self.either(left, right);
        self.write(to, gap);
        next
    }

    /// What is missing on either side.
    #[cold]
    fn either(&mut self, left: Cell, right: Cell) -> Cell {
        match (left, right) {
            (Cell::Missing(one), Cell::Missing(other)) => {
                Cell::Missing(self.scratch.gaps.union(one, other))
            }
            (missing @ Cell::Missing(_), _) | (_, missing) => missing,
        }
    }

    /// A value.
    #[inline]
    fn get(&self, at: At) -> &Cell {
        self.frame.get(index(at)).unwrap_or(&Cell::NOTHING)
    }

    /// A value.
    #[inline]
    pub(super) fn read(&self, at: At) -> Cell {
        *self.get(at)
    }

    #[inline]
    fn write(&mut self, to: At, value: Cell) {
        if let Some(place) = self.frame.get_mut(index(to)) {
            *place = value;
        }
    }

    /// Adds what is missing to a register that holds a settled value or what is missing so far.
    fn add(&mut self, to: At, gap: Gap) {
        let gap = match self.read(to) {
            Cell::Missing(before) => self.scratch.gaps.union(before, gap),
            _ => gap,
        };
        self.write(to, Cell::Missing(gap));
    }

    #[inline]
    fn record(&mut self, site: u32, held: Option<bool>) {
        self.scratch.records.push(Record::new(site, held));
    }
}
