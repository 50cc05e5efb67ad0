//! What is known of a characteristic before any record is seen: its name, type, unit and meaning.

use rust_decimal::Decimal;

/// The type of a characteristic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A whole number.
    Int,
    /// An exact decimal number.
    Decimal,
    /// True or false.
    Bool,
    /// A calendar day.
    Date,
    /// A code or name from a small vocabulary (`enum` in the documentation when closed).
    Text,
}

impl Kind {
    /// The name scripts, documentation and API use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Decimal => "decimal",
            Self::Bool => "bool",
            Self::Date => "date",
            Self::Text => "enum",
        }
    }

    /// Whether arithmetic and ordering with other numbers make sense.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Decimal)
    }
}

/// The unit a characteristic is measured in. It also settles how many decimals are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// No unit: a statement, a date, a code.
    None,
    /// A plain count (jobs, employers, gaps, increases).
    Count,
    /// Calendar days.
    Days,
    /// Weeks of seven days.
    Weeks,
    /// Calendar months.
    Months,
    /// Completed years.
    Years,
    /// Mexican pesos.
    Mxn,
    /// Mexican pesos per day.
    MxnPerDay,
    /// Mexican pesos per month.
    MxnPerMonth,
    /// A quotient of like quantities, 1 = 100 %.
    Ratio,
    /// A count per year.
    PerYear,
    /// Natural logarithm per year, or its standard deviation; the two statistical measures.
    Statistic,
    /// Points of a score.
    Points,
}

impl Unit {
    /// The name documentation and API use; empty when there is no unit.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Count => "count",
            Self::Days => "days",
            Self::Weeks => "weeks",
            Self::Months => "months",
            Self::Years => "years",
            Self::Mxn => "MXN",
            Self::MxnPerDay => "MXN per day",
            Self::MxnPerMonth => "MXN per month",
            Self::Ratio => "ratio",
            Self::PerYear => "per year",
            Self::Statistic => "log per year",
            Self::Points => "points",
        }
    }

    /// Decimals printed for a decimal value; comparisons always use the unrounded value.
    pub fn decimals(self) -> u32 {
        match self {
            Self::Mxn | Self::MxnPerDay | Self::MxnPerMonth => 2,
            Self::Statistic => 6,
            _ => 4,
        }
    }
}

/// The smallest and largest value a characteristic can take, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Smallest possible value.
    pub low: Decimal,
    /// Largest possible value.
    pub high: Decimal,
}

/// One characteristic as the table declares it.
#[derive(Debug, Clone)]
pub struct Definition {
    /// The name scripts use, `snake_case`.
    pub name: &'static str,
    /// Type of its values.
    pub kind: Kind,
    /// Unit of its values.
    pub unit: Unit,
    /// Smallest and largest possible value, where there is one.
    pub range: Option<Range>,
    /// The possible values of a closed vocabulary; empty otherwise.
    pub values: &'static [&'static str],
    /// When the value is missing, in words; `None` when it never is.
    pub missing: Option<&'static str>,
    /// The same in Mexican Spanish.
    pub missing_es: Option<&'static str>,
    /// What it says, in one line.
    pub meaning: &'static str,
    /// The same in Mexican Spanish.
    pub meaning_es: &'static str,
    /// What it is called in a sentence; nothing else is called so.
    pub label: &'static str,
    /// The same in Mexican Spanish.
    pub label_es: &'static str,
    /// The fields of the record or the application it is computed from.
    pub source: &'static [&'static str],
}
