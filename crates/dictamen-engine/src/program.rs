//! The flat form of a policy's trees: what deciding runs.
//!
//! A rule that only asks about characteristics becomes a chain of questions; every other closure
//! becomes a stretch of instructions over one frame of values. Jumps go forward only, so a run is
//! never longer than its stretch. The module knows what a question and an instruction say; how
//! they are carried out is the evaluator's affair, and what they mean in credit is the tree's.

mod cell;
mod flatten;
mod instruction;
mod leaving;
mod test;

use std::sync::Arc;

use dictamen_model::characteristic::definitions;

pub(crate) use cell::{Cell, Gap, Small, TextAt};
pub(crate) use flatten::Flattener;
pub(crate) use instruction::{At, Holds, Instruction, Tail};
pub(crate) use test::{Chain, Link, Question, Stretch, Test};

use crate::tree::Pattern;

/// A place in the script that a trace tells of.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// As written.
    pub(crate) text: Arc<str>,
    /// The operator, or `is`.
    pub(crate) operator: &'static str,
    pub(crate) left: Side,
    pub(crate) right: Side,
}

/// Where a trace finds what was compared. What lies still while a run lasts need not be written
/// down by it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Side {
    /// A characteristic, by table position.
    Fact(u32),
    /// A characteristic, or what stands in for it when it is missing.
    FactOr(u32, Cell),
    /// Always the same.
    Constant(Cell),
    /// Computed, and therefore recorded.
    Recorded,
}

/// Where the terms of a granted offer are found.
#[derive(Debug, Clone)]
pub(crate) struct GrantPlan {
    pub(crate) amount: At,
    pub(crate) term_months: At,
    pub(crate) annual_rate: At,
    pub(crate) monthly_payment: At,
    pub(crate) max_amount: Option<At>,
    pub(crate) max_payment: Option<At>,
    pub(crate) limiting_factor: Option<At>,
    /// Codes by position in the catalogue, with their conditions.
    pub(crate) reductions: Box<[(u32, At)]>,
}

impl GrantPlan {
    fn operands(&mut self) -> impl Iterator<Item = &mut At> {
        let conditions = self.reductions.iter_mut().map(|(_, condition)| condition);
        [
            Some(&mut self.amount),
            Some(&mut self.term_months),
            Some(&mut self.annual_rate),
            Some(&mut self.monthly_payment),
            self.max_amount.as_mut(),
            self.max_payment.as_mut(),
            self.limiting_factor.as_mut(),
        ]
        .into_iter()
        .flatten()
        .chain(conditions)
    }
}

/// The instructions of one closure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Where its value is when its instructions have run.
    pub(crate) result: At,
}

impl Entry {
    /// The characteristic that the closure is, when it is nothing else.
    pub(crate) fn fact(self) -> Option<u32> {
        let is_fact = index(self.result) < definitions().len();
        (is_fact && self.start == self.end).then_some(self.result)
    }
}

/// All closures of a policy.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) instructions: Vec<Instruction>,
    /// Rules that need no instructions.
    pub(crate) chains: Vec<Chain>,
    /// What the frame of a run holds before it begins: characteristics by table position, terms
    /// of bands, registers, and constants, of which alone there is anything yet.
    pub(crate) frame: Vec<Cell>,
    /// Where the terms of bands begin in the frame.
    pub(crate) terms: At,
    /// Characteristics that instructions of the stages read, then those that only instructions
    /// of scorecard and offer read.
    pub(crate) facts: Vec<u32>,
    /// How many of them the stages read.
    pub(crate) early: usize,
    pub(crate) texts: Vec<Arc<str>>,
    pub(crate) sites: Vec<Site>,
    pub(crate) lists: Vec<Box<[At]>>,
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) grants: Vec<GrantPlan>,
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
                let mut instruction = policy.program.instructions[index(at)];
                let targets = [instruction.end().copied(), instruction.otherwise().copied()];
                for target in targets.into_iter().flatten() {
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
            size_of::<Instruction>() <= 48,
            "{}",
            size_of::<Instruction>()
        );
    }
}
