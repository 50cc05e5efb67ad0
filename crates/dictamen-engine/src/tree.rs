//! The typed tree: what a policy's deciding code means, whatever language it was written in.
//!
//! Every closure of a policy becomes one tree when the policy is loaded; checking, explaining and
//! documenting walk over it, and deciding runs its flat form. The language is total: no loops, no
//! recursion, no assignment, so whatever follows a tree ends. This module knows nothing of scripts
//! and nothing of outcomes.

mod function;
mod print;
mod types;
mod visit;

use std::sync::Arc;

use dictamen_model::characteristic::Value;
use rust_decimal::Decimal;

pub(crate) use function::Function;
pub(crate) use print::{Names, print, print_value};
pub(crate) use types::{Type, unit_named, unit_of};
pub(crate) use visit::{parts, visit};

use crate::Outcome;

/// Where something was written, from its first character up to the place behind its last one:
/// lines and columns from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    /// Index among the policy's files.
    pub(crate) file: usize,
    /// Line it begins on; 0 when unknown.
    pub(crate) line: usize,
    /// Column it begins at; 0 when unknown.
    pub(crate) column: usize,
    /// Line it ends on.
    pub(crate) end_line: usize,
    /// Column behind its last character.
    pub(crate) end_column: usize,
}

impl Place {
    /// Where it begins, without width.
    pub(crate) fn start(self) -> Self {
        Self {
            end_line: self.line,
            end_column: self.column,
            ..self
        }
    }

    /// Where it ends, without width.
    pub(crate) fn end(self) -> Self {
        Self {
            line: self.end_line,
            column: self.end_column,
            ..self
        }
    }

    /// Both places and all between them, when both are known and in one file.
    pub(crate) fn to(self, other: Self) -> Self {
        if other.line == 0 || self.file != other.file {
            return self;
        }
        if self.line == 0 {
            return other;
        }
        let (line, column) = (self.line, self.column).min((other.line, other.column));
        let ends = |place: Self| (place.end_line, place.end_column);
        let (end_line, end_column) = ends(self).max(ends(other));
        Self {
            file: self.file,
            line,
            column,
            end_line,
            end_column,
        }
    }
}

/// One node of a tree.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    pub(crate) place: Place,
}

/// Equal in what it computes, wherever it was written.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparator {
    Less,
    AtMost,
    Equal,
    NotEqual,
    AtLeast,
    Greater,
}

impl Comparator {
    /// The operator as scripts write it.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::AtLeast => ">=",
            Self::Greater => ">",
        }
    }
}

impl Comparator {
    /// The comparison that holds where this one does not.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Less => Self::AtLeast,
            Self::AtMost => Self::Greater,
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::AtLeast => Self::Less,
            Self::Greater => Self::AtMost,
        }
    }

    /// The comparison with its sides exchanged.
    pub(crate) fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::AtMost => Self::AtLeast,
            Self::AtLeast => Self::AtMost,
            Self::Greater => Self::Less,
            Self::Equal | Self::NotEqual => self,
        }
    }
}

/// An operation on two numbers. Division of whole numbers is exact and yields a decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Operator {
    /// The operator as scripts write it.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

/// What a node does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NodeKind {
    /// A literal; never missing.
    Constant(Value),
    /// A named threshold of the policy.
    Param(usize),
    /// A characteristic, by table position.
    Characteristic(usize),
    /// A term of the band the score fell in, by position among the policy's terms.
    Term(usize),
    /// A value bound by `let`.
    Local(usize),
    /// Logical negation.
    Not(Box<Node>),
    /// Arithmetic negation.
    Negate(Box<Node>),
    /// All hold. Three-valued: one false settles it, whatever is missing.
    And(Vec<Node>),
    /// Any holds. Three-valued: one true settles it, whatever is missing.
    Or(Vec<Node>),
    /// Two values compared.
    Compare {
        op: Comparator,
        left: Box<Node>,
        right: Box<Node>,
        text: Arc<str>,
    },
    /// Two numbers combined.
    Arithmetic {
        op: Operator,
        left: Box<Node>,
        right: Box<Node>,
    },
    /// One of two ways. Without the second way nothing happens.
    If {
        condition: Box<Node>,
        then: Box<Node>,
        otherwise: Option<Box<Node>>,
    },
    /// Steps, then a result. Without a result the steps must have returned.
    Block {
        steps: Vec<Step>,
        result: Option<Box<Node>>,
    },
    /// Leaves the closure or the inlined function with a value.
    Return(Box<Node>),
    /// A call of a function of the script, its body in place; `Return` ends here.
    Inlined { name: Arc<str>, body: Box<Node> },
    /// The first that is not missing.
    Coalesce(Vec<Node>),
    /// Whether the value is missing.
    IsMissing(Box<Node>),
    /// Whether the value is among others.
    OneOf {
        value: Box<Node>,
        options: Vec<Node>,
    },
    /// Whether a number lies in a range.
    Within {
        value: Box<Node>,
        low: Box<Node>,
        high: Box<Node>,
        inclusive: bool,
    },
    /// The first arm that fits.
    Switch {
        value: Box<Node>,
        arms: Vec<Arm>,
        otherwise: Option<Box<Node>>,
    },
    /// A registered function.
    Call {
        function: Function,
        arguments: Vec<Node>,
    },
    /// A cell of a table.
    Lookup {
        table: usize,
        column: usize,
        key: Box<Node>,
        ranged: bool,
    },
    /// An offer, and what makes it a counter-offer.
    Grant {
        terms: Box<GrantTerms>,
        reductions: Vec<Reduction>,
    },
    /// The end of an offer without one.
    Settle { outcome: Outcome, code: Arc<str> },
}

/// One step of a block.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// Binds a value, under the name the script gives it.
    Let {
        slot: usize,
        name: Arc<str>,
        value: Node,
    },
    /// Runs for its `return`.
    Run(Node),
}

/// One arm of a `switch`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Arm {
    pub(crate) pattern: Pattern,
    pub(crate) guard: Option<Node>,
    pub(crate) body: Node,
}

/// What an arm fits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Pattern {
    /// Exactly this value.
    Exactly(Value),
    /// Whole numbers from the first to the last, the last included or not.
    Between {
        low: Decimal,
        high: Decimal,
        inclusive: bool,
    },
}

/// The terms of a granted offer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GrantTerms {
    pub(crate) amount: Node,
    pub(crate) term_months: Node,
    pub(crate) annual_rate: Node,
    pub(crate) monthly_payment: Node,
    pub(crate) max_amount: Option<Node>,
    pub(crate) max_payment: Option<Node>,
    pub(crate) limiting_factor: Option<Node>,
}

/// A reason code that turns an offer into a counter-offer when its condition holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reduction {
    pub(crate) code: Arc<str>,
    pub(crate) condition: Node,
}

/// One closure of a policy.
#[derive(Debug, Clone)]
pub(crate) struct Closure {
    pub(crate) body: Node,
    /// How many values its `let`s bind.
    pub(crate) slots: usize,
}
