//! The functions deciding code may call, and what they take and give.
//!
//! One entry per function is the single source for the front end, the evaluator and the
//! documentation. How they are computed is in the evaluator.

use dictamen_model::characteristic::{Kind, Unit};

use super::Type;

/// A registered function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `annuity_factor`
    AnnuityFactor,
    /// `round_half_up`
    RoundHalfUp,
    /// `floor_to`
    FloorTo,
    /// `ceil_to`
    CeilTo,
    /// `min`
    Min,
    /// `max`
    Max,
    /// `abs`
    Abs,
    /// `days_between`
    DaysBetween,
}

/// What a function yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Yields {
    This(Type),
    /// A number of this kind in the unit of its first argument.
    First(Kind),
    /// The common type of its arguments.
    Joined,
}

impl Function {
    /// Every function.
    pub const ALL: [Self; 8] = [
        Self::AnnuityFactor,
        Self::RoundHalfUp,
        Self::FloorTo,
        Self::CeilTo,
        Self::Min,
        Self::Max,
        Self::Abs,
        Self::DaysBetween,
    ];

    /// The name scripts use.
    pub fn name(self) -> &'static str {
        match self {
            Self::AnnuityFactor => "annuity_factor",
            Self::RoundHalfUp => "round_half_up",
            Self::FloorTo => "floor_to",
            Self::CeilTo => "ceil_to",
            Self::Min => "min",
            Self::Max => "max",
            Self::Abs => "abs",
            Self::DaysBetween => "days_between",
        }
    }

    /// The call as the documentation writes it.
    pub fn usage(self) -> &'static str {
        match self {
            Self::AnnuityFactor => "annuity_factor(monthly_rate, months)",
            Self::RoundHalfUp => "round_half_up(number, places)",
            Self::FloorTo => "floor_to(number, step)",
            Self::CeilTo => "ceil_to(number, step)",
            Self::Min => "min(number, number)",
            Self::Max => "max(number, number)",
            Self::Abs => "abs(number)",
            Self::DaysBetween => "days_between(from, to)",
        }
    }

    /// The function called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.name() == name)
    }

    /// The kinds of its arguments; a decimal parameter takes whole numbers too.
    pub fn parameters(self) -> &'static [Kind] {
        match self {
            Self::AnnuityFactor | Self::RoundHalfUp => &[Kind::Decimal, Kind::Int],
            Self::FloorTo | Self::CeilTo | Self::Min | Self::Max => &[Kind::Decimal, Kind::Decimal],
            Self::Abs => &[Kind::Decimal],
            Self::DaysBetween => &[Kind::Date, Kind::Date],
        }
    }

    fn yields(self) -> Yields {
        match self {
            Self::AnnuityFactor => Yields::This(Type::plain(Kind::Decimal)),
            Self::RoundHalfUp => Yields::First(Kind::Decimal),
            Self::DaysBetween => Yields::This(Type::measured(Kind::Int, Unit::Days)),
            Self::FloorTo | Self::CeilTo | Self::Min | Self::Max | Self::Abs => Yields::Joined,
        }
    }

    /// The type of a call with arguments of these types.
    pub(crate) fn result(self, arguments: &[Type]) -> Type {
        match self.yields() {
            Yields::This(found) => found,
            Yields::First(kind) => Type::Of(kind, arguments.first().and_then(|first| first.unit())),
            Yields::Joined => arguments
                .iter()
                .copied()
                .reduce(|a, b| a.join(b).unwrap_or(Type::Unknown))
                .unwrap_or(Type::Unknown),
        }
    }
}
