//! What every way of deciding must agree on: outcome, fired codes, score, band, amount, instalment.
//!
//! Small enough to be copied, so that whoever decides without a trace need not allocate.

use dictamen_engine::Outcome;
use rust_decimal::Decimal;

/// The codes of the bench policy that can end up in an answer.
pub const CODES: [&str; 13] = [
    "K01", "K02", "K03", "K04", "K05", "K06", "K07", "K08", "S00", "S01", "A01", "L01", "L02",
];

/// The knock-outs among [`CODES`].
pub const KNOCK_OUTS: usize = 8;

/// A set of codes: bit `i` stands for `CODES[i]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Codes(u16);

impl Codes {
    /// The score is below every band.
    pub const S00: Self = Self(1 << 8);
    /// The score calls for a person.
    pub const S01: Self = Self(1 << 9);
    /// Nothing worth lending is affordable.
    pub const A01: Self = Self(1 << 10);
    /// The amount was reduced.
    pub const L01: Self = Self(1 << 11);
    /// The term was reduced.
    pub const L02: Self = Self(1 << 12);

    /// Adds the code at a position of [`CODES`] when it fired.
    #[must_use]
    pub fn with(self, position: u8, fired: bool) -> Self {
        Self(self.0 | u16::from(fired).wrapping_shl(position.into()))
    }

    /// Adds another set.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether no code fired.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The set of these codes; a name that is not in [`CODES`] is `None`.
    pub fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        names.into_iter().try_fold(Self::default(), |set, name| {
            let position = CODES.iter().position(|code| *code == name)?;
            Some(set.with(u8::try_from(position).ok()?, true))
        })
    }
}

/// The answer to one application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// What the applicant gets.
    pub outcome: Outcome,
    /// The codes that fired, in whatever order.
    pub codes: Codes,
    /// The score, when one was computed.
    pub score: Option<i64>,
    /// The letter of the band, when there is a score.
    pub band: Option<char>,
    /// Amount granted, MXN.
    pub amount: Option<Decimal>,
    /// Instalment, MXN per month, rounded to centavos.
    pub payment: Option<Decimal>,
}

impl Answer {
    /// An answer without score and offer.
    pub fn ended(outcome: Outcome, codes: Codes) -> Self {
        Self {
            outcome,
            codes,
            score: None,
            band: None,
            amount: None,
            payment: None,
        }
    }

    /// What of it a language that only permits and forbids can answer: the knock-outs that fired.
    #[must_use]
    pub fn knock_outs(self) -> Self {
        let codes = Codes(self.codes.0 & 0xff);
        let outcome = if codes.is_empty() {
            Outcome::Approve
        } else {
            Outcome::Decline
        };
        Self::ended(outcome, codes)
    }
}

/// The outcome called so by scripts and JSON.
pub fn outcome(name: &str) -> Option<Outcome> {
    [
        Outcome::Approve,
        Outcome::Counter,
        Outcome::Refer,
        Outcome::Decline,
    ]
    .into_iter()
    .find(|outcome| outcome.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_codes_are_the_constants() {
        assert_eq!(Codes::named(["S00"]), Some(Codes::S00));
        assert_eq!(Codes::named(["S01"]), Some(Codes::S01));
        assert_eq!(Codes::named(["A01"]), Some(Codes::A01));
        assert_eq!(
            Codes::named(["L02", "L01"]),
            Some(Codes::L01.and(Codes::L02))
        );
        assert_eq!(Codes::named(["K01"]), Some(Codes::default().with(0, true)));
        assert_eq!(Codes::named(["X01"]), None);
    }

    #[test]
    fn knock_outs_are_the_first_eight() {
        assert_eq!(CODES[KNOCK_OUTS - 1], "K08");
        assert_eq!(CODES[KNOCK_OUTS], "S00");
    }
}
