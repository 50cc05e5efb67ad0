//! Types of deciding code: what a value is and what it is measured in.
//!
//! A unit follows arithmetic only where there is one answer: the sum of days is days, pesos a
//! month over months are pesos. A number without a unit (a literal, a threshold in words of the
//! analyst's own, a product with such a number) fits every unit, because it may be a conversion.

use dictamen_model::characteristic::{Kind, Unit};

use super::Operator;

/// What a tree yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    /// A value of a characteristic's type, with its unit where one is known.
    Of(Kind, Option<Unit>),
    /// The end of an offer: granted, declined or referred.
    Settlement,
    /// No value: a step that only may return.
    Nothing,
    /// Control never gets here: the way ended in a `return`.
    Never,
    /// Nothing is known because an error was already reported; fits everywhere.
    Unknown,
}

/// Units a threshold can name in its declaration.
const UNITS: [Unit; 10] = [
    Unit::Count,
    Unit::Days,
    Unit::Weeks,
    Unit::Months,
    Unit::Years,
    Unit::Mxn,
    Unit::MxnPerDay,
    Unit::MxnPerMonth,
    Unit::Ratio,
    Unit::Points,
];

/// The unit that a threshold's declaration names, if it is one the engine knows.
pub(crate) fn unit_named(text: &str) -> Option<Unit> {
    UNITS.into_iter().find(|unit| unit.name() == text)
}

impl Type {
    pub(crate) const BOOL: Self = Self::Of(Kind::Bool, None);

    /// A type without a unit.
    pub(crate) fn plain(kind: Kind) -> Self {
        Self::Of(kind, None)
    }

    /// The type of a characteristic.
    pub(crate) fn measured(kind: Kind, unit: Unit) -> Self {
        Self::Of(kind, Some(unit).filter(|unit| *unit != Unit::None))
    }

    /// The unit, where one is known.
    pub(crate) fn unit(self) -> Option<Unit> {
        match self {
            Self::Of(_, unit) => unit,
            _ => None,
        }
    }

    /// The same type in another unit.
    pub(crate) fn in_unit(self, unit: Option<Unit>) -> Self {
        match self {
            Self::Of(kind, _) => Self::Of(kind, unit),
            other => other,
        }
    }

    /// Whether it is of this kind, or nothing is known of it.
    pub(crate) fn is(self, kind: Kind) -> bool {
        matches!(self, Self::Of(own, _) if own == kind) || self == Self::Unknown
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Of(kind, _) if kind.is_number()) || self == Self::Unknown
    }

    /// How the type is called in messages to analysts.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Of(Kind::Int, _) => "a whole number",
            Self::Of(Kind::Decimal, _) => "a decimal number",
            Self::Of(Kind::Bool, _) => "true or false",
            Self::Of(Kind::Date, _) => "a date",
            Self::Of(Kind::Text, _) => "a text",
            Self::Settlement => "a settlement (`grant`, `decline` or `refer`)",
            Self::Nothing => "nothing",
            Self::Never | Self::Unknown => "unknown",
        }
    }

    /// Whether a value of the other type may stand where this one is wanted, units aside.
    pub(crate) fn accepts(self, other: Self) -> bool {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => true,
            (Self::Of(a, _), Self::Of(b, _)) => a == b || (a.is_number() && b.is_number()),
            (a, b) => a == b,
        }
    }

    /// Two units that cannot stand beside each other, if there are.
    pub(crate) fn clash(self, other: Self) -> Option<(Unit, Unit)> {
        self.unit()
            .zip(other.unit())
            .filter(|(one, other)| one != other)
    }

    /// The type of something that is one or the other.
    pub(crate) fn join(self, other: Self) -> Option<Self> {
        match (self, other) {
            (a, b) if a == b => Some(a),
            (Self::Unknown | Self::Never, t) | (t, Self::Unknown | Self::Never) => Some(t),
            (Self::Of(a, one), Self::Of(b, other)) => {
                let kind = if a == b {
                    a
                } else if a.is_number() && b.is_number() {
                    Kind::Decimal
                } else {
                    return None;
                };
                let unit = if one == other { one } else { one.xor(other) };
                Some(Self::Of(kind, unit))
            }
            _ => None,
        }
    }
}

/// The unit of a sum, product or quotient, where there is one answer.
pub(crate) fn unit_of(op: Operator, left: Option<Unit>, right: Option<Unit>) -> Option<Unit> {
    match (op, left, right) {
        (Operator::Add | Operator::Subtract, one, other) if one == other => one,
        (Operator::Add | Operator::Subtract, one, other) => one.xor(other),
        (Operator::Multiply, Some(Unit::Ratio), unit)
        | (Operator::Multiply | Operator::Divide, unit, Some(Unit::Ratio))
        | (Operator::Remainder, unit, None) => unit,
        (Operator::Multiply, Some(Unit::MxnPerMonth), Some(Unit::Months))
        | (Operator::Multiply, Some(Unit::Months), Some(Unit::MxnPerMonth))
        | (Operator::Multiply, Some(Unit::MxnPerDay), Some(Unit::Days))
        | (Operator::Multiply, Some(Unit::Days), Some(Unit::MxnPerDay)) => Some(Unit::Mxn),
        (Operator::Divide, Some(Unit::Mxn), Some(Unit::Months)) => Some(Unit::MxnPerMonth),
        (Operator::Divide, Some(Unit::Mxn), Some(Unit::Days)) => Some(Unit::MxnPerDay),
        (Operator::Divide, Some(one), Some(other)) if one == other => Some(Unit::Ratio),
        (Operator::Remainder, Some(one), Some(other)) if one == other => Some(one),
        _ => None,
    }
}
