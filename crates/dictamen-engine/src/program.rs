//! The flat form of a policy's trees: what deciding runs.
//!
//! Every closure of a policy becomes a stretch of instructions over numbered registers when the
//! policy is loaded. Jumps go forward only, so a run is never longer than its stretch. The
//! module knows what an instruction says; how it is carried out is the evaluator's affair, and
//! what it means in credit is the tree's.

mod flatten;
mod leaving;

use std::sync::Arc;

use chrono::NaiveDate;
use dictamen_model::characteristic::Value;
use rust_decimal::Decimal;

pub(crate) use flatten::Flattener;

use crate::{
    Outcome,
    tree::{Comparator, Function, Operator, Pattern},
};

/// A value while deciding: small enough to be copied, with nothing on the heap.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell {
    /// Cannot be known.
    Missing(Gap),
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// An exact decimal number.
    Decimal(Decimal),
    /// A calendar day.
    Date(NaiveDate),
    /// A text, by where it is kept.
    Text(TextAt),
    /// An offer, by its position among the offers of the run.
    Granted(u32),
    /// The end of an offer without one; the code by its position in the catalogue.
    Ended { outcome: Outcome, code: u32 },
}

/// Which characteristics were missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gap {
    /// None: a cell of a table was empty, or no row fitted.
    None,
    /// One, by table position.
    One(u32),
    /// Several, by position among the sets of the run.
    Set(u32),
}

/// Where a text is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextAt {
    /// Among the texts of the program.
    Program(u32),
    /// In a characteristic, by table position.
    Fact(u32),
    /// In a table of the policy.
    Table { table: u16, column: u16, row: u32 },
}

/// Where an instruction finds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operand {
    /// In a register.
    Register(u32),
    /// In a characteristic, by table position.
    Fact(u32),
    /// Among the constants; the params of the policy come first, in their order.
    Constant(u32),
    /// In the terms of the band the score fell in.
    Term(u32),
}

/// One step. `to` is the register the result goes to; targets are positions of instructions.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Instruction {
    /// Copies a value.
    Load { to: u32, from: Operand },
    /// Records a characteristic that is true or false and stands as a condition by itself.
    State { fact: u32, site: u32 },
    /// Logical negation.
    Not { to: u32, of: Operand },
    /// Arithmetic negation.
    Negate { to: u32, of: Operand },
    /// Compares and records.
    Compare {
        op: Comparator,
        left: Operand,
        right: Operand,
        to: u32,
        site: u32,
    },
    /// Compares a whole characteristic with a whole constant, the commonest of all comparisons.
    CompareInt {
        op: Comparator,
        fact: u32,
        than: i64,
        to: u32,
        site: u32,
    },
    /// A characteristic, or a constant where it is missing.
    Or { fact: u32, otherwise: u32, to: u32 },
    /// Combines two numbers.
    Arithmetic {
        op: Operator,
        left: Operand,
        right: Operand,
        to: u32,
    },
    /// One operand of `&&` or `||`: settles the result and jumps, or adds what is missing to it.
    Logic {
        of: Operand,
        settles: bool,
        to: u32,
        end: u32,
    },
    /// Goes on when true, jumps when false; what is missing is the result and jumps to the end.
    Branch {
        on: Operand,
        to: u32,
        otherwise: u32,
        end: u32,
    },
    /// Goes on elsewhere.
    Jump { target: u32 },
    /// What is missing is the result and jumps.
    Need { of: Operand, to: u32, end: u32 },
    /// One operand of `??`: the result unless it is missing.
    Known { of: Operand, to: u32, end: u32 },
    /// Whether a value is missing; recorded when it is a characteristic.
    IsMissing {
        of: Operand,
        to: u32,
        site: Option<u32>,
    },
    /// Whether a value is among others, by position in [`Program::lists`].
    Among { value: Operand, list: u32, to: u32 },
    /// Whether a number lies in a range.
    Within {
        value: Operand,
        low: Operand,
        high: Operand,
        inclusive: bool,
        to: u32,
    },
    /// Goes on when a known value fits a pattern, jumps otherwise.
    Fits {
        value: Operand,
        pattern: u32,
        otherwise: u32,
    },
    /// Calls a registered function of one or two arguments.
    Call {
        function: Function,
        first: Operand,
        second: Option<Operand>,
        to: u32,
    },
    /// Finds a cell of a table.
    Lookup {
        table: u16,
        column: u16,
        ranged: bool,
        key: Operand,
        to: u32,
    },
    /// Ends an offer with the terms at this position in [`Program::grants`].
    Grant { plan: u32, to: u32 },
}

/// A place in the script that a trace tells of.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// As written.
    pub(crate) text: Arc<str>,
    /// The operator, or `is`.
    pub(crate) operator: &'static str,
}

/// Where the terms of a granted offer are found.
#[derive(Debug, Clone)]
pub(crate) struct GrantPlan {
    pub(crate) amount: Operand,
    pub(crate) term_months: Operand,
    pub(crate) annual_rate: Operand,
    pub(crate) monthly_payment: Operand,
    pub(crate) max_amount: Option<Operand>,
    pub(crate) max_payment: Option<Operand>,
    pub(crate) limiting_factor: Option<Operand>,
    /// Codes by position in the catalogue, with their conditions.
    pub(crate) reductions: Box<[(u32, Operand)]>,
}

/// The instructions of one closure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Where its value is when its instructions have run.
    pub(crate) result: Operand,
}

/// All closures of a policy.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) instructions: Vec<Instruction>,
    pub(crate) constants: Vec<Cell>,
    pub(crate) texts: Vec<Arc<str>>,
    pub(crate) sites: Vec<Site>,
    pub(crate) lists: Vec<Box<[Operand]>>,
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) grants: Vec<GrantPlan>,
    /// Registers the largest closure needs.
    pub(crate) registers: u32,
}

impl Program {
    /// A value of the policy as a cell; texts are kept by the program.
    pub(crate) fn cell(&mut self, value: &Value) -> Cell {
        match value {
            Value::Missing => Cell::Missing(Gap::None),
            Value::Int(n) => Cell::Int(*n),
            Value::Decimal(d) => Cell::Decimal(*d),
            Value::Bool(b) => Cell::Bool(*b),
            Value::Date(d) => Cell::Date(*d),
            Value::Text(text) => {
                let known = self.texts.iter().position(|known| known == text);
                let index = known.unwrap_or_else(|| {
                    self.texts.push(Arc::clone(text));
                    self.texts.len().saturating_sub(1)
                });
                Cell::Text(TextAt::Program(position(index)))
            }
        }
    }
}

/// An index as the program keeps it. What a policy may hold is limited far below four milliards.
pub(crate) fn position(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// An index as slices take it.
pub(crate) fn index(position: u32) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Policy, PolicySource};

    /// What makes deciding end.
    #[test]
    fn jumps_lead_forward_and_out_of_no_closure() {
        let script = r#"policy("t", "1");
fn young(years) { if years < 25 { return true; } years < 30 && years != 27 }
stage("K", DECLINE, [
    rule("K01", |a| (young(a.age_years) || a.weeks_total ?? 0 < 26) && !a.employed_now),
    rule("K02", |a| { if a.current_jobs > 3 { return a.weeks_total in [1, 2]; } false }),
    rule("K03", |a| switch a.institution { "imss" if a.jobs_listed > 9 => true, "issste" => young(30), _ => false }),
]);
offer(|a| {
    if is_missing(a.requested_amount) { return decline("A01"); }
    grant(#{ amount: a.requested_amount, term_months: a.requested_term_months, annual_rate: 0.28, monthly_payment: 100 })
});"#;
        let reasons: String = ["K01", "K02", "K03", "A01"]
            .map(|code| format!("[{code}]\nes-MX = \"Uno\"\nen = \"One\"\n"))
            .concat();
        let mut source = PolicySource::new();
        source.insert("policy.rhai", script.as_bytes());
        source.insert("reasons.toml", reasons.as_bytes());
        let policy = Policy::load(&source).unwrap().policy;
        let rules = policy.stages.iter().flat_map(|stage| &stage.rules);
        let mut entries: Vec<Entry> = rules.map(|rule| rule.entry).collect();
        if let crate::policy::Ending::Offer { entry, .. } = &policy.ending {
            entries.push(*entry);
        }
        let mut seen = 0;
        for entry in entries {
            for at in entry.start..entry.end {
                let targets = match policy.program.instructions[index(at)] {
                    Instruction::Logic { end, .. }
                    | Instruction::Need { end, .. }
                    | Instruction::Known { end, .. } => vec![end],
                    Instruction::Branch { otherwise, end, .. } => vec![otherwise, end],
                    Instruction::Jump { target } => vec![target],
                    Instruction::Fits { otherwise, .. } => vec![otherwise],
                    _ => Vec::new(),
                };
                for target in targets {
                    assert!(at < target && target <= entry.end, "{at} to {target}");
                    seen += 1;
                }
            }
        }
        assert!(seen > 15, "{seen} jumps");
    }

    #[test]
    fn cells_and_instructions_stay_small() {
        assert!(size_of::<Cell>() <= 24, "{}", size_of::<Cell>());
        assert!(
            size_of::<Instruction>() <= 40,
            "{}",
            size_of::<Instruction>()
        );
    }
}
