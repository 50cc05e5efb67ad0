//! Public figures and conventions that characteristics are computed with.
//!
//! They are data: dated tables of the UMA and the minimum wages, the schedule that estimates net
//! income, and named conventions. A day that a table does not cover is an error that says so; no
//! figure is ever extrapolated, and none has a default in code.

mod conventions;
mod net_income;
mod reader;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};

pub use conventions::{Convention, Conventions};
pub use net_income::{NetIncome, Slice};
pub use reader::ParameterProblem;
pub use table::{DatedTable, NotCovered, Row};

use crate::money::DailySalary;
use crate::text::fold;
use reader::Reader;

/// The area whose minimum wage holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WageZone {
    /// Most of the country.
    General,
    /// The free zone along the northern border.
    Border,
}

/// All parameters, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    uma: DatedTable,
    minimum_wage_general: DatedTable,
    minimum_wage_border: DatedTable,
    border_states: BTreeSet<String>,
    net_income: NetIncome,
    conventions: Conventions,
    hash: String,
}

impl Parameters {
    /// Reads parameters from TOML texts, by file name. How the tables are spread over files does
    /// not matter.
    ///
    /// # Errors
    /// Everything wrong with them, at once, each with its file.
    pub fn parse(files: &BTreeMap<String, String>) -> Result<Self, Vec<ParameterProblem>> {
        let mut reader = Reader::open(files);
        let uma = table::read(&mut reader, "uma_daily", &[]);
        let general = table::read(&mut reader, "minimum_wage_general", &[]);
        let border = table::read(&mut reader, "minimum_wage_border", &["states"]);
        let states = reader.texts("minimum_wage_border", "states");
        let net_income = net_income::read(&mut reader);
        let conventions = conventions::read(&mut reader);
        let problems = reader.close();
        match (uma, general, border, states, net_income, conventions) {
            (
                Some(uma),
                Some(general),
                Some(border),
                Some(states),
                Some(net),
                Some(conventions),
            ) if problems.is_empty() => {
                let mut parameters = Self {
                    uma,
                    minimum_wage_general: general,
                    minimum_wage_border: border,
                    border_states: states
                        .iter()
                        .map(|state| fold(state).into_owned())
                        .collect(),
                    net_income: net,
                    conventions,
                    hash: String::new(),
                };
                parameters.hash = parameters.digest();
                Ok(parameters)
            }
            _ => Err(problems),
        }
    }

    /// `sha256:` and the digest of everything that can change a result: values, units and dates,
    /// but not comments, sources, or the way the text is laid out.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The dated tables, for reports on what expires when.
    pub fn tables(&self) -> [&DatedTable; 3] {
        [
            &self.uma,
            &self.minimum_wage_general,
            &self.minimum_wage_border,
        ]
    }

    /// The conventions.
    pub fn conventions(&self) -> &Conventions {
        &self.conventions
    }

    /// The schedule that estimates net income.
    pub fn net_income(&self) -> &NetIncome {
        &self.net_income
    }

    /// The daily UMA, in pesos.
    ///
    /// # Errors
    /// When the table does not cover the day.
    pub fn uma_daily(&self, day: NaiveDate) -> Result<Decimal, NotCovered> {
        self.uma.at(day)
    }

    /// The daily minimum wage of a zone.
    ///
    /// # Errors
    /// When the table does not cover the day.
    pub fn minimum_wage(&self, zone: WageZone, day: NaiveDate) -> Result<DailySalary, NotCovered> {
        let table = match zone {
            WageZone::General => &self.minimum_wage_general,
            WageZone::Border => &self.minimum_wage_border,
        };
        table.at(day).map(DailySalary::of_table)
    }

    /// The zone of a federal state, compared without accents and case.
    pub fn zone_of(&self, state: &str) -> WageZone {
        if self.border_states.contains(&*fold(state)) {
            WageZone::Border
        } else {
            WageZone::General
        }
    }

    fn digest(&self) -> String {
        let mut lines = String::new();
        for table in self.tables() {
            table.write_canonical(&mut lines);
        }
        for state in &self.border_states {
            lines.push_str("border state ");
            lines.push_str(state);
            lines.push('\n');
        }
        self.net_income.write_canonical(&mut lines);
        self.conventions.write_canonical(&mut lines);
        let mut hash = String::from("sha256:");
        for byte in Sha256::digest(lines.as_bytes()) {
            // Writing to a String cannot fail.
            let _ = std::fmt::Write::write_fmt(&mut hash, format_args!("{byte:02x}"));
        }
        hash
    }
}

#[cfg(test)]
pub(crate) mod tests;
