//! From weights of evidence to points: the customary scale of a score and of the odds that double.
//!
//! Points of a class are `-factor * coefficient * weight of evidence`, and of the intercept `offset - factor *
//! intercept`, with `factor = pdo / ln 2` and `offset = score - factor * ln(odds)` (Siddiqi, Credit Risk
//! Scorecards, 2006, ch. 6), for a regression on going bad. The only floats of the scorecards.

#![expect(
    clippy::float_arithmetic,
    reason = "logarithms have no exact decimals; results are rounded to six"
)]

use rust_decimal::{Decimal, prelude::ToPrimitive};

/// Where a score is what odds, and how many points double them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scaling {
    /// A score.
    pub score: Decimal,
    /// How many good there are for one bad at that score; above zero.
    pub odds: Decimal,
    /// Points that double the odds; above zero.
    pub pdo: Decimal,
}

impl Scaling {
    /// Points of a class with this weight of evidence, unrounded but to six decimals.
    pub(super) fn points(self, coefficient: Decimal, evidence: Decimal) -> Option<Decimal> {
        rounded(-self.factor()? * coefficient.to_f64()? * evidence.to_f64()?)
    }

    /// Points everybody begins with.
    pub(super) fn base(self, intercept: Decimal) -> Option<Decimal> {
        let offset = self.score.to_f64()? - self.factor()? * libm::log(self.odds.to_f64()?);
        rounded(offset - self.factor()? * intercept.to_f64()?)
    }

    fn factor(self) -> Option<f64> {
        Some(self.pdo.to_f64()? / core::f64::consts::LN_2)
    }
}

/// By way of text, which is correctly rounded on every machine.
fn rounded(value: f64) -> Option<Decimal> {
    format!("{value:.6}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pdo_doubles_the_odds() {
        let scaling = Scaling {
            score: 600.into(),
            odds: 50.into(),
            pdo: 20.into(),
        };
        // At odds of 50 the log odds of going bad are -ln 50: the score is 600.
        let base = |log_odds: &str| scaling.base(log_odds.parse().unwrap()).unwrap();
        assert_eq!(base("-3.912023005428146"), Decimal::new(600_000_000, 6));
        // At odds of 100, 620.
        assert_eq!(base("-4.605170185988091"), Decimal::new(620_000_000, 6));
        // A class of twice the usual odds: evidence -ln 2 of going bad.
        let points = scaling.points(1.into(), "-0.6931471805599453".parse().unwrap());
        assert_eq!(points, Some(Decimal::new(20_000_000, 6)));
    }
}
