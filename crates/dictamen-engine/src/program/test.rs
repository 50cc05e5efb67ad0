//! Questions about one characteristic each, and the rules that are made of nothing else.
//!
//! Most rules of most policies are such: one question, or several joined by `&&` or `||`. They
//! need no register and no jump; the answer of the last question met is the answer of the rule.

use super::{At, Holds};

/// A question about one characteristic.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Test {
    /// The characteristic, by table position.
    pub(crate) of: u32,
    pub(crate) site: u32,
    /// The answer when the characteristic is missing and a constant stands in for it.
    pub(crate) absent: Option<bool>,
    pub(crate) question: Question,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Question {
    /// How a whole number stands to a whole constant, the commonest of all conditions.
    Int { holds: Holds, than: i64 },
    /// How any number stands to a constant.
    Number { holds: Holds, than: At },
    /// Whether it is true.
    Bool,
    /// Whether it is missing.
    Missing,
}

/// A rule made of questions alone.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    pub(crate) links: Box<[Link]>,
    /// The value of the rule's condition once one of the questions settles it; the other value
    /// when none does.
    pub(crate) settled: bool,
    /// The code it fires, by position in the catalogue.
    pub(crate) reason: u32,
}

/// One question of a chain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    pub(crate) test: Test,
    /// The answer that settles the chain.
    pub(crate) settling: bool,
}

/// Rules that follow each other and are carried out in one go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stretch {
    /// From one position in [`Program::chains`](super::Program::chains) up to another.
    Chains { start: u32, end: u32 },
    /// From one instruction up to another.
    Instructions { start: u32, end: u32 },
}

impl Test {
    /// Where it finds what it compares with.
    pub(super) fn operand(&mut self) -> Option<&mut At> {
        match &mut self.question {
            Question::Number { than, .. } => Some(than),
            _ => None,
        }
    }
}
