//! The schedule that estimates net income from gross income.

use std::fmt::Write as _;

use rust_decimal::Decimal;

use super::reader::Reader;
use crate::money::MonthlySalary;

/// A slice of a gross income.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// Gross income per month from which on it holds.
    pub from: Decimal,
    /// The share of it that is left.
    pub keep: Decimal,
}

/// A marginal schedule: of each slice of the gross income its own share is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetIncome {
    slices: Vec<Slice>,
}

impl NetIncome {
    /// The slices, lowest first.
    pub fn slices(&self) -> &[Slice] {
        &self.slices
    }

    /// What is left of a gross income, unrounded; `None` when it cannot be computed exactly.
    pub fn of(&self, gross: MonthlySalary) -> Option<MonthlySalary> {
        let ends = self
            .slices
            .iter()
            .skip(1)
            .map(|slice| Some(slice.from))
            .chain([None]);
        let mut net = Decimal::ZERO;
        for (slice, end) in self.slices.iter().zip(ends) {
            let top = end.map_or(gross.pesos(), |end| end.min(gross.pesos()));
            if top > slice.from {
                let part = top.checked_sub(slice.from)?.checked_mul(slice.keep)?;
                net = net.checked_add(part)?;
            }
        }
        MonthlySalary::new(net)
    }

    pub(super) fn write_canonical(&self, lines: &mut String) {
        for slice in &self.slices {
            // Writing to a String cannot fail.
            let _ = writeln!(
                lines,
                "net_income {} {}",
                slice.from.normalize(),
                slice.keep.normalize()
            );
        }
    }
}

/// Reads the schedule: slices ascending from zero, shares between 0 and 1.
pub(super) fn read(reader: &mut Reader) -> Option<NetIncome> {
    const NAME: &str = "net_income";
    let table = reader.table(NAME)?;
    reader.only(&table, NAME, &["unit", "source", "slices"]);
    reader.text(&table, NAME, "unit");
    reader.text(&table, NAME, "source");
    let rows = reader.rows(&table, NAME, "slices")?;
    let mut slices: Vec<Slice> = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let place = format!("{NAME}.slices[{index}]");
        reader.only(row, &place, &["from", "keep"]);
        let from = reader.decimal(row, &place, "from");
        let keep = reader.decimal(row, &place, "keep");
        if keep.is_some_and(|keep| keep <= Decimal::ZERO || keep > Decimal::ONE) {
            let message = "the share that is left must be more than 0 and at most 1";
            reader.problem(&format!("{place}.keep"), "parameters::range", message);
        }
        let in_order = match (slices.last(), from) {
            (None, Some(from)) => from.is_zero(),
            (Some(previous), Some(from)) => previous.from < from,
            (_, None) => true,
        };
        if !in_order {
            let message = "slices must begin at 0 and ascend";
            reader.problem(&format!("{place}.from"), "parameters::order", message);
        }
        if let (Some(from), Some(keep)) = (from, keep) {
            slices.push(Slice { from, keep });
        }
    }
    Some(NetIncome { slices })
}
