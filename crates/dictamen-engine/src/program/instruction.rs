//! What an instruction says.

use std::cmp::Ordering;

use super::Test;
use crate::tree::{Comparator, Function, Operator};

/// Where a value is: a position in the frame of a run, where characteristics, terms of the band,
/// registers and constants lie one after another.
pub(crate) type At = u32;

/// In which orders of its sides a comparison holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holds {
    less: bool,
    equal: bool,
    greater: bool,
}

impl Holds {
    /// Those of a comparison.
    pub(crate) fn of(op: Comparator) -> Self {
        let (less, equal, greater) = match op {
            Comparator::Less => (true, false, false),
            Comparator::AtMost => (true, true, false),
            Comparator::Equal => (false, true, false),
            Comparator::NotEqual => (true, false, true),
            Comparator::AtLeast => (false, true, true),
            Comparator::Greater => (false, false, true),
        };
        Self {
            less,
            equal,
            greater,
        }
    }

    /// Whether it holds in this order.
    #[inline]
    pub(crate) fn when(self, order: Ordering) -> bool {
        match order {
            Ordering::Less => self.less,
            Ordering::Equal => self.equal,
            Ordering::Greater => self.greater,
        }
    }

    /// Whether it holds between two whole numbers.
    #[inline]
    #[expect(
        clippy::needless_bitwise_bool,
        reason = "nine steps straight on are sooner done than three turns"
    )]
    pub(crate) fn between(self, left: i64, right: i64) -> bool {
        self.less & (left < right) | self.equal & (left == right) | self.greater & (left > right)
    }
}

/// What becomes of a condition: the value of a register, or one operand of `&&` or `||`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tail {
    /// The register the value goes to.
    pub(crate) to: At,
    /// Where to go on when the condition settles the value.
    pub(crate) end: u32,
    /// The value that settles.
    pub(crate) settles: bool,
    /// Whether an operand came before, whose value or gap the register holds.
    pub(crate) joined: bool,
    /// Whether the condition counts when it does not hold.
    pub(crate) negated: bool,
}

/// One step. `to` is the register the result goes to; targets are positions of instructions.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Instruction {
    /// Asks about a characteristic.
    Test { test: Test, tail: Tail },
    /// Compares any two values; `keep` says which sides a trace finds nowhere else.
    Compare {
        holds: Holds,
        left: At,
        right: At,
        keep: (bool, bool),
        site: u32,
        tail: Tail,
    },
    /// A condition that was computed before.
    Logic { of: At, tail: Tail },
    /// The end of a rule: its condition, and the code it fires by position in the catalogue.
    Verdict { of: At, reason: u32 },
    /// Copies a value.
    Load { to: At, from: At },
    /// Records a characteristic that is true or false and is used as a value.
    State { of: At, site: u32 },
    /// Arithmetic negation.
    Negate { to: At, of: At },
    /// A value, or another where it is missing.
    Or { of: At, otherwise: At, to: At },
    /// Combines two numbers.
    Arithmetic {
        op: Operator,
        left: At,
        right: At,
        to: At,
    },
    /// The first of two numbers unless it stands so to the second: the smaller or the larger.
    Extreme {
        unless: Ordering,
        left: At,
        right: At,
        to: At,
    },
    /// Goes on when true, jumps when false; what is missing is the result and jumps to the end.
    Branch {
        on: At,
        to: At,
        otherwise: u32,
        end: u32,
    },
    /// Goes on elsewhere.
    Jump { target: u32 },
    /// What is missing is the result and jumps.
    Need { of: At, to: At, end: u32 },
    /// One operand of `??`: the result unless it is missing.
    Known { of: At, to: At, end: u32 },
    /// Whether a computed value is missing.
    IsMissing { of: At, to: At },
    /// Whether a value is among others, by position in [`Program::lists`](super::Program::lists).
    Among { value: At, list: u32, to: At },
    /// Whether a number lies in a range.
    Within {
        value: At,
        low: At,
        high: At,
        inclusive: bool,
        to: At,
    },
    /// Goes on when a known value fits a pattern, jumps otherwise.
    Fits {
        value: At,
        pattern: u32,
        otherwise: u32,
    },
    /// Calls any other registered function, of one or two arguments.
    Call {
        function: Function,
        first: At,
        second: Option<At>,
        to: At,
    },
    /// Finds a cell of a table.
    Lookup {
        table: u16,
        column: u16,
        ranged: bool,
        key: At,
        to: At,
    },
    /// Ends an offer with the terms at this position in
    /// [`Program::grants`](super::Program::grants).
    Grant { plan: u32, to: At },
}

impl Instruction {
    /// Where it finds values.
    pub(super) fn operands(&mut self) -> impl Iterator<Item = &mut At> {
        let [first, second, third] = match self {
            Self::Test { test, .. } => [test.operand(), None, None],
            Self::Compare { left, right, .. }
            | Self::Arithmetic { left, right, .. }
            | Self::Extreme { left, right, .. } => [Some(left), Some(right), None],
            Self::Logic { of, .. }
            | Self::Verdict { of, .. }
            | Self::Load { from: of, .. }
            | Self::State { of, .. }
            | Self::Negate { of, .. }
            | Self::Branch { on: of, .. }
            | Self::Need { of, .. }
            | Self::Known { of, .. }
            | Self::IsMissing { of, .. }
            | Self::Among { value: of, .. }
            | Self::Fits { value: of, .. }
            | Self::Lookup { key: of, .. } => [Some(of), None, None],
            Self::Or { of, otherwise, .. } => [Some(of), Some(otherwise), None],
            Self::Within {
                value, low, high, ..
            } => [Some(value), Some(low), Some(high)],
            Self::Call { first, second, .. } => [Some(first), second.as_mut(), None],
            Self::Jump { .. } | Self::Grant { .. } => [None, None, None],
        };
        [first, second, third].into_iter().flatten()
    }

    /// Where it may go on other than to the next, when that is left open.
    pub(super) fn end(&mut self) -> Option<&mut u32> {
        match self {
            Self::Test { tail, .. } | Self::Compare { tail, .. } | Self::Logic { tail, .. } => {
                Some(&mut tail.end)
            }
            Self::Need { end, .. }
            | Self::Known { end, .. }
            | Self::Branch { end, .. }
            | Self::Jump { target: end } => Some(end),
            _ => None,
        }
    }

    /// Where it goes on when its condition does not hold.
    pub(super) fn otherwise(&mut self) -> Option<&mut u32> {
        match self {
            Self::Branch { otherwise, .. } | Self::Fits { otherwise, .. } => Some(otherwise),
            condition => condition.end(),
        }
    }
}
