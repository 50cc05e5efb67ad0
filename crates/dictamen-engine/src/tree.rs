//! The typed tree: what a policy's deciding code means, whatever language it was written in.
//!
//! Every closure of a policy becomes one tree when the policy is loaded; checking, explaining and
//! documenting walk over it, and deciding runs its flat form. The language is total: no loops, no
//! recursion, no assignment, so whatever follows a tree ends. This module knows nothing of scripts
//! and nothing of outcomes.
//!
//! Whoever proves something about a policy (coverage, mutants, invariants, comparison) reads the
//! trees here and has amended ones decided by the ordinary engine:
//! [`Policy::amended`](crate::Policy::amended).

mod function;
mod print;
mod types;
mod visit;

use std::sync::Arc;

use dictamen_model::characteristic::Value;
use rust_decimal::Decimal;

pub use function::Function;
pub use print::{Names, print, print_value};
pub(crate) use types::{Type, unit_named, unit_of};
pub use visit::{parts, visit};

use crate::Outcome;

/// Where something was written, from its first character up to the place behind its last one:
/// lines and columns from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// Index among the policy's files.
    pub file: usize,
    /// Line it begins on; 0 when unknown.
    pub line: usize,
    /// Column it begins at; 0 when unknown.
    pub column: usize,
    /// Line it ends on.
    pub end_line: usize,
    /// Column behind its last character.
    pub end_column: usize,
}

impl Place {
    /// Where it begins, without width.
    #[must_use]
    pub fn start(self) -> Self {
        Self {
            end_line: self.line,
            end_column: self.column,
            ..self
        }
    }

    /// Where it ends, without width.
    #[must_use]
    pub fn end(self) -> Self {
        Self {
            line: self.end_line,
            column: self.end_column,
            ..self
        }
    }

    /// Both places and all between them, when both are known and in one file.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
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
pub struct Node {
    /// What it does.
    pub kind: NodeKind,
    /// Where it was written.
    pub place: Place,
}

/// Equal in what it computes, wherever it was written.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparator {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `>=`
    AtLeast,
    /// `>`
    Greater,
}

impl Comparator {
    /// The operator as scripts write it.
    pub fn symbol(self) -> &'static str {
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
    #[must_use]
    pub fn negated(self) -> Self {
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
    #[must_use]
    pub fn mirrored(self) -> Self {
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
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}

impl Operator {
    /// The operator as scripts write it.
    pub fn symbol(self) -> &'static str {
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
pub enum NodeKind {
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
        /// How.
        op: Comparator,
        /// On the left.
        left: Box<Node>,
        /// On the right.
        right: Box<Node>,
        /// As written.
        text: Arc<str>,
    },
    /// Two numbers combined.
    Arithmetic {
        /// How.
        op: Operator,
        /// On the left.
        left: Box<Node>,
        /// On the right.
        right: Box<Node>,
    },
    /// One of two ways. Without the second way nothing happens.
    If {
        /// What decides.
        condition: Box<Node>,
        /// When it holds.
        then: Box<Node>,
        /// When nothing else fits.
        otherwise: Option<Box<Node>>,
    },
    /// Steps, then a result. Without a result the steps must have returned.
    Block {
        /// In order.
        steps: Vec<Step>,
        /// What it comes to.
        result: Option<Box<Node>>,
    },
    /// Leaves the closure or the inlined function with a value.
    Return(Box<Node>),
    /// A call of a function of the script, its body in place; `Return` ends here.
    Inlined {
        /// The function's name.
        name: Arc<str>,
        /// What it computes of its arguments.
        body: Box<Node>,
    },
    /// The first that is not missing.
    Coalesce(Vec<Node>),
    /// Whether the value is missing.
    IsMissing(Box<Node>),
    /// Whether the value is among others.
    OneOf {
        /// What is looked at.
        value: Box<Node>,
        /// What it may be.
        options: Vec<Node>,
    },
    /// Whether a number lies in a range.
    Within {
        /// What is looked at.
        value: Box<Node>,
        /// From here.
        low: Box<Node>,
        /// Up to here.
        high: Box<Node>,
        /// Whether the end belongs to it.
        inclusive: bool,
    },
    /// The first arm that fits.
    Switch {
        /// What is looked at.
        value: Box<Node>,
        /// In order.
        arms: Vec<Arm>,
        /// When nothing else fits.
        otherwise: Option<Box<Node>>,
    },
    /// A registered function.
    Call {
        /// Which.
        function: Function,
        /// In order.
        arguments: Vec<Node>,
    },
    /// A cell of a table.
    Lookup {
        /// Among the policy's tables.
        table: usize,
        /// Among the columns of the table.
        column: usize,
        /// What the row is found by.
        key: Box<Node>,
        /// Whether the row is the last one whose key is not above.
        ranged: bool,
    },
    /// An offer, and what makes it a counter-offer.
    Grant {
        /// What is offered.
        terms: Box<GrantTerms>,
        /// In order.
        reductions: Vec<Reduction>,
    },
    /// The end of an offer without one.
    Settle {
        /// How it ends.
        outcome: Outcome,
        /// The reason that is told.
        code: Arc<str>,
    },
}

/// One step of a block.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Binds a value, under the name the script gives it.
    Let {
        /// Where it is kept while the closure runs.
        slot: usize,
        /// Its name in the script.
        name: Arc<str>,
        /// What it is.
        value: Node,
    },
    /// Runs for its `return`.
    Run(Node),
}

/// One arm of a `switch`.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// What it fits.
    pub pattern: Pattern,
    /// What must hold besides.
    pub guard: Option<Node>,
    /// What it comes to.
    pub body: Node,
}

/// What an arm fits.
#[derive(Debug, Clone, PartialEq)]
pub enum Pattern {
    /// Exactly this value.
    Exactly(Value),
    /// Whole numbers from the first to the last, the last included or not.
    Between {
        /// The first.
        low: Decimal,
        /// The last.
        high: Decimal,
        /// Whether the end belongs to it.
        inclusive: bool,
    },
}

/// The terms of a granted offer.
#[derive(Debug, Clone, PartialEq)]
pub struct GrantTerms {
    /// MXN.
    pub amount: Node,
    /// Months.
    pub term_months: Node,
    /// Nominal, a ratio.
    pub annual_rate: Node,
    /// MXN a month.
    pub monthly_payment: Node,
    /// Most that could be granted, MXN.
    pub max_amount: Option<Node>,
    /// Most that can be paid, MXN a month.
    pub max_payment: Option<Node>,
    /// What keeps it from being more.
    pub limiting_factor: Option<Node>,
}

/// A reason code that turns an offer into a counter-offer when its condition holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Reduction {
    /// Its reason code.
    pub code: Arc<str>,
    /// When it applies.
    pub condition: Node,
}

/// One closure of a policy.
#[derive(Debug, Clone)]
pub struct Closure {
    /// What it comes to.
    pub body: Node,
    /// How many values its `let`s bind.
    pub slots: usize,
}
