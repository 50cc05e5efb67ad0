//! Values while deciding: small enough to be copied, with nothing on the heap.

use chrono::NaiveDate;
use dictamen_model::characteristic::Value;
use rust_decimal::Decimal;

use crate::Outcome;

/// A value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell {
    /// Cannot be known.
    Missing(Gap),
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// An exact decimal number of at most 63 bits.
    Small(Small),
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

impl Cell {
    /// Nothing that anybody is to blame for.
    pub(crate) const NOTHING: Self = Self::Missing(Gap::None);

    /// A value of a characteristic, a table or the policy. What is missing leaves `gap`, and
    /// `text` says where a text is kept.
    #[inline]
    pub(crate) fn of(value: &Value, gap: Gap, text: TextAt) -> Self {
        match value {
            Value::Int(n) => Self::Int(*n),
            Value::Decimal(number) => Self::exact(*number),
            Value::Bool(b) => Self::Bool(*b),
            Value::Date(day) => Self::Date(*day),
            Value::Missing => Self::Missing(gap),
            Value::Text(_) => Self::Text(text),
        }
    }

    /// A decimal, in its short form where it has one.
    #[inline]
    pub(crate) fn exact(number: Decimal) -> Self {
        Small::of(number).map_or(Self::Decimal(number), Self::Small)
    }

    /// A number of either kind as a decimal.
    #[inline]
    pub(crate) fn number(self) -> Option<Decimal> {
        match self {
            Self::Int(n) => Some(n.into()),
            Self::Small(small) => Some(small.decimal()),
            Self::Decimal(number) => Some(number),
            _ => None,
        }
    }

    /// A number of either kind in its short form, where it has one.
    #[inline]
    pub(crate) fn short(self) -> Option<Small> {
        match self {
            Self::Int(digits) => Some(Small { digits, scale: 0 }),
            Self::Small(small) => Some(small),
            _ => None,
        }
    }
}

/// An exact decimal whose digits fit in 63 bits, as nearly all do: computed with a few
/// instructions where [`Decimal`] takes dozens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Small {
    pub(crate) digits: i64,
    /// Decimal places, at most [`Decimal::MAX_SCALE`].
    pub(crate) scale: u32,
}

impl Small {
    /// The same number, if its digits are few enough.
    #[inline]
    pub(crate) fn of(number: Decimal) -> Option<Self> {
        let number = number.unpack();
        if number.hi != 0 {
            return None;
        }
        let digits = u64::from(number.mid) << 32 | u64::from(number.lo);
        let digits = i64::try_from(digits).ok()?;
        Some(Self {
            digits: if number.negative {
                digits.wrapping_neg()
            } else {
                digits
            },
            scale: number.scale,
        })
    }

    /// The same number.
    #[inline]
    pub(crate) fn decimal(self) -> Decimal {
        let digits = self.digits.unsigned_abs();
        let (low, high) = (digits & u64::from(u32::MAX), digits >> 32);
        let [low, high] = [low, high].map(|half| u32::try_from(half).unwrap_or(u32::MAX));
        Decimal::from_parts(low, high, 0, self.digits < 0, self.scale)
    }
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
